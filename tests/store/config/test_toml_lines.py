"""Every key of a TOML text is found in its line."""

import tomllib
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.store.settings.text import KeyPath, lines_of

TEXT = '''# a comment with [brackets] and = signs
title = "x" # not [a.table]

[http]
port = 1
allowed_hosts = [
    "a",  # "b" = {
    "b]",
]
[providers."odd name"]
text = """
[not.a.table]
key = 1
"""
kind = 'literal # "'
inline = { a = 1, b.c = [ { d = 2 } ], "e" = "}" }
[[routes]]
to = 1
[routes.match]
client = """a\\"""b""""
[[routes]]
to = 2
  [routes.match]
  client = \'\'\'x
y\'\'\'
last = 1979-05-27 07:32:00
'''


def test_places() -> None:
    lines = lines_of(TEXT)
    expected: dict[KeyPath, int] = {
        ("title",): 2,
        ("http",): 4,
        ("http", "port"): 5,
        ("http", "allowed_hosts"): 6,
        ("http", "allowed_hosts", 1): 8,
        ("providers", "odd name"): 10,
        ("providers", "odd name", "text"): 11,
        ("providers", "odd name", "kind"): 15,
        ("providers", "odd name", "inline", "b", "c", 0, "d"): 16,
        ("providers", "odd name", "inline", "e"): 16,
        ("routes", 0): 17,
        ("routes", 0, "match", "client"): 20,
        ("routes", 1, "to"): 22,
        ("routes", 1, "match"): 23,
        ("routes", 1, "match", "last"): 26,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert ("not", "a", "table") not in lines
    assert set(_paths(tomllib.loads(TEXT))) <= set(lines)


def test_windows_line_ends() -> None:
    assert lines_of("a = 1\r\n\r\n[b]\r\nc = 2\r\n")[("b", "c")] == 4


def test_empty() -> None:
    assert lines_of("") == {}
    assert lines_of("\n# only a comment") == {}


_keys = st.text(min_size=1, max_size=8) | st.sampled_from(["a", "b", "c-d", "e_1", "2"])
_values = st.recursive(
    st.integers(-(2**60), 2**60)
    | st.booleans()
    | st.text(max_size=20)
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_keys, _values, max_size=5))
def test_every_key_of_any_document_is_found(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    parsed = tomllib.loads(text)
    lines = lines_of(text)
    count = text.replace("\r\n", "\n").count("\n") + 1
    for path in _paths(parsed):
        assert 1 <= lines[path] <= count


def _paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[KeyPath] = []
    for key, each in inside:
        found.append((*path, key))
        if isinstance(each, dict | list):
            found += _paths(each, (*path, key))
    return found
