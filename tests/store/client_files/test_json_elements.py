"""One element of a list in a JSON text: put beside those of others, and taken out again."""

from __future__ import annotations

import pytest

from llmgw_desktop.store.client_files.json_nodes import plain, read_json
from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import ELEMENT, MISSING, Unreadable

PATH = ("permissions", "deny", ELEMENT)
OURS = ("Bash(x)", {"matcher": "*", "hooks": [1]}, "Bash(y)")
TEXTS = (
    "",
    "{}",
    '{"permissions": {"deny": []}}',
    '{"permissions":{"deny":["a"]}}',
    '{"permissions": {"deny": ["a", /* why, then */ ]}}',
    '{\n  "permissions": {\n    "deny": [\n      "a", // own\n      "b"\n    ]\n  }\n}\n',
    '{\r\n\t"permissions": {\r\n\t\t"deny": [\r\n\t\t\t"a"\r\n\t\t]\r\n\t}\r\n}',
)


def deny(text: str) -> object:
    root = read_json(text)
    return None if root is None else plain(text, root).get("permissions", {}).get("deny")


@pytest.mark.parametrize("text", TEXTS)
def test_taken_out_it_is_as_before(text: str) -> None:
    now, marks, had = text, [], deny(text) or []
    for value in OURS:
        now, mark = JSON.put(now, PATH, value)
        marks.append(mark)
    assert isinstance(had, list)
    assert deny(now) == [*had, *OURS]
    assert JSON.value_at(now, PATH) == [*had, *OURS]
    for mark in reversed(marks):
        now = JSON.take_out(now, mark)
    assert now == text


@pytest.mark.parametrize("text", TEXTS)
def test_what_others_put_there_since_stays(text: str) -> None:
    now, marks, had = text, [], deny(text) or []
    for value in OURS:
        now, mark = JSON.put(now, PATH, value)
        marks.append(mark)
    now, _ = JSON.put(now, PATH, "theirs")
    for mark in marks:
        now = JSON.take_out(now, mark)
    assert isinstance(had, list)
    assert deny(now) == [*had, "theirs"]
    for mark in marks:
        assert JSON.take_out(now, mark) == now


def test_what_is_there_already_stays_whose_it_is() -> None:
    text = '{"permissions": {"deny": ["Bash(x)"]}}'
    now, mark = JSON.put(text, PATH, "Bash(x)")
    assert now == text
    assert JSON.take_out(now, mark) == text


def test_no_list_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"'permissions\.deny' is not a list"):
        JSON.put('{"permissions": {"deny": "all"}}', PATH, "Bash(x)")
    assert JSON.value_at("{}", PATH) is MISSING
