"""What is put into a program's TOML goes out of it again byte for byte, whatever stands there."""

import re
import tomllib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.store.client_files.marks import OwnMark, Unreadable
from llmgw_desktop.store.client_files.toml_text import TOML

_PATH = ("mcp_servers", "llmgw")
_ENTRY: dict[str, Any] = {
    "url": "http://127.0.0.1:3333/mcp",
    "http_headers": {"Authorization": "Bearer llmgw-x"},
}
_PIECES = (
    "",
    "# a comment of mine\n",
    "   # moved in\n",
    'model = "gpt-5.6"  # why\n',
    "model_provider = 'openai' # mine\n",
    'notify = [\n  "a", # [x]\n  "]",\n]\n',
    'text = """\n[mcp_servers.llmgw]\nmodel_provider = "no"\n"""\n',
    "\n",
    "\n\n# apart\n\n",
)
_TABLES = (
    "[mcp_servers]\n",
    '[mcp_servers.theirs]\nurl = "http://x/" # keep\n',
    '[mcp_servers.theirs.env]\nA = "1"\n',
    '# of ours\n[mcp_servers.llmgw]\nurl = "old"   # odd\n\n[mcp_servers.llmgw.env]\nB = "2"\n',
    '[mcp_servers."a.b"]\ncommand = "ünï"\n\n',
    "[[profiles]]\nname = 'x'\n[[profiles]]\n# empty\n",
    "[tui]\n\tx=1\n\n# the end",
)


@st.composite
def _files(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from(_PIECES), max_size=4, unique=True))
    tables = draw(st.lists(st.sampled_from(_TABLES), max_size=4, unique=True))
    text = "".join(pieces + [f"{table}\n" if table[-1] != "\n" else table for table in tables])
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def _put_both(text: str) -> tuple[str, list[OwnMark]]:
    changed, first = TOML.put(text, _PATH, _ENTRY)
    changed, second = TOML.put(changed, ("model_provider",), "llmgw")
    return changed, [second, first]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files())
def test_what_is_put_in_goes_out_byte_for_byte(text: str) -> None:
    tomllib.loads(text)
    changed, marks = _put_both(text)
    assert TOML.value_at(changed, _PATH) == _ENTRY
    assert TOML.value_at(changed, ("model_provider",)) == "llmgw"
    for mark in marks:
        changed = TOML.take_out(changed, mark)
    assert changed == text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files())
def test_nothing_else_changes(text: str) -> None:
    changed, _ = _put_both(text)
    expected = tomllib.loads(text)
    expected.setdefault("mcp_servers", {})["llmgw"] = _ENTRY
    expected["model_provider"] = "llmgw"
    assert tomllib.loads(changed) == expected
    comments = re.findall(r"#[^\r\n]*", re.sub(r"# odd|# mine", "", text))
    assert all(comment in changed for comment in comments)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files())
def test_put_twice_is_put_once(text: str) -> None:
    changed, _ = _put_both(text)
    again, _ = _put_both(changed)
    assert again == changed


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_files(), st.booleans())
def test_what_others_change_meanwhile_stays(text: str, touches_ours: bool) -> None:
    changed, marks = _put_both(text)
    line_end = "\r\n" if "\r\n" in changed else "\n"
    if touches_ours:
        changed = changed.replace('"Bearer llmgw-x"', '"Bearer other"')
    changed += f"{line_end}[theirs]{line_end}x = 1{line_end}"
    for mark in marks:
        changed = TOML.take_out(changed, mark)
    expected = tomllib.loads(text)
    expected["theirs"] = {"x": 1}
    left = tomllib.loads(changed)
    assert {**left, "mcp_servers": left.get("mcp_servers", {})} == {
        **expected,
        "mcp_servers": expected.get("mcp_servers", {}),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '[s.x]\na = "1"\n'),
        ("a = 1\n", 'a = 1\n\n[s.x]\na = "1"\n'),
        ("a = 1", 'a = 1\n\n[s.x]\na = "1"\n'),
        ("[t]\r\n\r\n", '[t]\r\n\r\n[s.x]\r\na = "1"\r\n'),
        ("[s.x]\nb = 2 # c\n\n[t]\n", '[s.x]\na = "1"\n\n[t]\n'),
    ],
)
def test_where_a_table_goes(text: str, expected: str) -> None:
    changed, mark = TOML.put(text, ("s", "x"), {"a": "1"})
    assert changed == expected
    assert TOML.take_out(changed, mark) == text


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("a = \n", "not valid TOML", 1),
        ("[a]\nb = 1\nb = 2\n", "not valid TOML", 3),
        ("mcp_servers = {}\n", "'mcp_servers.llmgw' is written in a way", None),
        ('mcp_servers = { llmgw = { url = "x" } }\n', "is written in a way", None),
        ("mcp_servers = 1\n", "'mcp_servers' is not a table", None),
    ],
)
def test_what_cannot_be_changed_is_refused(text: str, why: str, line: int | None) -> None:
    with pytest.raises(Unreadable, match=re.escape(why)) as caught:
        TOML.put(text, _PATH, _ENTRY)
    assert caught.value.line == line
