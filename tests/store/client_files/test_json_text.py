"""What is put into a program's JSON goes out of it again byte for byte, whatever stands there."""

import json
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import OwnMark, Unreadable

_PATH = ("mcpServers", "llmgw")
_ENTRY = {
    "type": "http",
    "url": "http://127.0.0.1:3333/mcp",
    "headers": {"Authorization": "Bearer llmgw-ä"},
}
_names = st.sampled_from(["mcpServers", "llmgw", "other", "a b", "ünï", 'quo"te', "", "//x"])
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(["http://x//y", "/* no comment */", "}{", "\\"]),
)


_blanks = st.lists(
    st.sampled_from(
        ["", " ", "  ", "\t", "\n", "\r\n", "\n    ", " // note {\n", "/* , } */", " /* a\n b */ "]
    ),
    max_size=3,
).map("".join)
"""Between two tokens: blanks, line ends of both kinds, comments."""
_tables = st.dictionaries(
    _names, st.one_of(_scalars, st.dictionaries(_names, _scalars)), max_size=4
)


# What is drawn again and again is made once: making a strategy costs more than drawing from it.
@cache
def _json(depth: int = 2) -> st.SearchStrategy[str]:
    return st.composite(_value)(depth)  # type: ignore[no-any-return, arg-type]


def _value(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(["object", "object", "list", "scalar"] if depth else ["scalar"]))
    if kind == "scalar":
        return json.dumps(draw(_scalars), ensure_ascii=draw(st.booleans()))
    pieces = []
    for _ in range(draw(st.integers(0, 3))):
        inner = draw(_json(depth - 1))
        if kind == "object":
            name = json.dumps(draw(_names))
            inner = f"{name}{draw(_blanks)}:{draw(_blanks)}{inner}"
        pieces.append(f"{draw(_blanks)}{inner}{draw(_blanks)}")
    trailing = f",{draw(_blanks)}" if pieces and draw(st.integers(0, 4)) == 0 else ""
    inside = ",".join(pieces) + (trailing or ("" if pieces else draw(_blanks)))
    return f"{{{inside}}}" if kind == "object" else f"[{inside}]"


@st.composite
def _files(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["odd", "tidy", "tidy of Windows", "blank"]))
    if kind == "blank":
        return draw(_blanks)
    if kind == "odd":
        return f"{draw(_blanks)}{draw(_json())}{draw(_blanks)}"
    indent = draw(st.sampled_from([2, 4, "\t", None]))
    tidy = json.dumps(draw(_tables), indent=indent, ensure_ascii=False)
    tidy += draw(st.sampled_from(["", "\n"]))
    return tidy if kind == "tidy" else tidy.replace("\n", "\r\n")


def _plain(text: str) -> Any:
    """As json reads it, without what only a lenient reader takes."""
    bare = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
    text = bare.sub(lambda found: found.group(1) or " ", text)
    text = re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda found: found.group(1) or "", text)
    return json.loads(text) if text.strip() else {}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files(), st.sampled_from([_PATH, ("other",), ("a b", "ünï", "x")]))
def test_what_is_put_in_goes_out_byte_for_byte(text: str, path: tuple[str, ...]) -> None:
    changed, mark = _put(text, path)
    assert JSON.value_at(changed, path) == _ENTRY
    assert JSON.take_out(changed, mark) == text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files())
def test_nothing_else_changes_its_meaning_or_its_bytes(text: str) -> None:
    changed, mark = _put(text)
    expected = _plain(text)
    servers = expected.get("mcpServers", {})
    expected["mcpServers"] = {**servers, "llmgw": _ENTRY}
    assert _plain(changed) == expected
    assert any(_is_inside(rest, changed) for rest in _without(text, mark.before))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files())
@example('{"mcpServers":{ // note {\n},}')
@example('{"mcpServers": {\n// note\n}}')
def test_put_twice_is_put_once(text: str) -> None:
    changed, _ = _put(text)
    again, mark = JSON.put(changed, _PATH, _ENTRY)
    assert again == changed
    assert mark.before == mark.written


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files(), st.booleans())
def test_what_others_add_meanwhile_stays(text: str, is_sibling: bool) -> None:
    theirs = ("mcpServers", "theirs") if is_sibling else ("theirs",)
    changed, mark = _put(text)
    with_theirs, _ = JSON.put(changed, theirs, {"command": "x"})
    left = JSON.take_out(with_theirs, mark)
    expected = _plain(text)
    _plain_set(expected, theirs, {"command": "x"})
    assert _plain(left) == expected


def _without(text: str, part: str) -> list[str]:
    """Each way to leave the part out once: what was replaced may stand elsewhere as well."""
    if not part:
        return [text]
    found = [each.start() for each in re.finditer(re.escape(part), text)]
    return [text[:at] + text[at + len(part) :] for at in found]


def _is_inside(text: str, longer: str) -> bool:
    """Whether every character of the one stands in the other, in the same order."""
    letters = iter(longer)
    return all(letter in letters for letter in text.replace(" ", "").replace("\n", ""))


def _put(text: str, path: tuple[str, ...] = _PATH) -> tuple[str, OwnMark]:
    """Where something else than an object stands in the way, it is refused: no case of these."""
    try:
        return JSON.put(text, path, _ENTRY)
    except Unreadable as error:
        assume("is not an object" not in error.why)
        raise


def _plain_set(data: Any, path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value


def test_a_rewrite_by_the_program_itself_leaves_only_ours_to_take_out() -> None:
    text = '{"a": 1, /* note */ "mcpServers": {}}'
    changed, mark = JSON.put(text, _PATH, _ENTRY)
    rewritten = json.dumps({**_plain(changed), "numStartups": 5}, indent=2)
    left = JSON.take_out(rewritten, mark)
    assert json.loads(left) == {"a": 1, "mcpServers": {}, "numStartups": 5}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '{\n  "s": {\n    "x": 1\n  }\n}\n'),
        ("{}\n", '{\n  "s": {\n    "x": 1\n  }\n}\n'),
        ('{"a": 1}', '{"a": 1, "s": {"x": 1}}'),
        ('{"a":1}', '{"a":1, "s":{"x":1}}'),
        ('{\n\t"a": 1\n}', '{\n\t"a": 1,\n\t"s": {\n\t\t"x": 1\n\t}\n}'),
        (
            '{\r\n    "a": 1 // why\r\n}\r\n',
            '{\r\n    "a": 1, // why\r\n    "s": {\r\n        "x": 1\r\n    }\r\n}\r\n',
        ),
        ('{\n  "a": 1,\n}', '{\n  "a": 1,\n  "s": {\n    "x": 1\n  },\n}'),
        ('{\n  "s": {}\n}', '{\n  "s": {\n    "x": 1\n  }\n}'),
        ('{\n  "s": {"y": 2}\n}', '{\n  "s": {"y": 2, "x": 1}\n}'),
        ('{\n  "s": {"x": 0} // mine\n}', '{\n  "s": {"x": 1} // mine\n}'),
    ],
)
def test_it_is_written_as_its_neighbours_are(text: str, expected: str) -> None:
    changed, mark = JSON.put(text, ("s", "x"), 1)
    assert changed == expected
    assert JSON.take_out(changed, mark) == text


@pytest.mark.parametrize(
    ("text", "why", "line", "column"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', "expected ',' or '}'", 3, 3),
        ('{"a": }', "expected a value", 1, 7),
        ("{'a': 1}", "expected a name in double quotes or '}'", 1, 2),
        ('{"a": 1', "and the file ends", 1, 8),
        ('{"a": 01}', "expected a value", 1, 7),
        ("{} {}", "there is more after its end", 1, 4),
        ('{"mcpServers": []}', "'mcpServers' is not an object", 1, 16),
        ("[]", "the file is not an object", 1, 1),
        ("[" * 5000, "nested too deeply", 1, 202),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, why: str, line: int, column: int
) -> None:
    with pytest.raises(Unreadable, match=re.escape(why)) as caught:
        JSON.put(text, _PATH, _ENTRY)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_of_two_of_one_name_the_last_counts() -> None:
    text = '{"mcpServers": {"llmgw": 1}, "mcpServers": {"llmgw": 2, "llmgw": 3}}'
    changed, mark = JSON.put(text, _PATH, 4)
    assert changed == text.replace("3", "4")
    assert JSON.take_out(changed, mark) == text
