"""Half a JSON document: read as far as it goes, wherever it ends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.flights.recorded_body import cut_json_value


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2, {"b": "whole"', {"a": [1, 2, {"b": "whole"}]}),
        (b'{"a": "torn', {"a": "torn"}),
        (b'{"a": "torn \\"quoted\\"', {"a": 'torn "quoted"'}),
        (b'{"a": "torn\\', {"a": "torn"}),
        (b'{"a": "torn\\\\', {"a": "torn\\"}),
        (b'{"a": "torn\\u00e', {"a": "torn"}),
        ('{"a": "é'.encode()[:-1], {"a": "�"}),
        (b'{"a": 1, "nam', {"a": 1}),
        (b'{"a": 1, "name"', {"a": 1}),
        (b'{"a": 1, "name":', {"a": 1}),
        (b'{"a": 1, "b": 12', {"a": 1}),
        (b'{"a": true, "b": fal', {"a": True}),
        (b"[[1], [", [[1], []]),
        (b'{"a": oops, "b": 1}', {}),
        (b'{"a": 1, "b": 2]', {"a": 1}),
        (b'{"a": 1} and more', {"a": 1}),
        (b"{", {}),
        (b'"torn', "torn"),
        (b"oops", None),
        (b"", None),
    ],
)
def test_what_is_there_is_read(body: bytes, value: object) -> None:
    assert cut_json_value(body) == value


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(tree=st.lists(_TREES, max_size=4) | st.dictionaries(st.text(max_size=4), _TREES))
def test_every_beginning_of_a_document_is_the_beginning_of_its_value(tree: object) -> None:
    for body in (json.dumps(tree).encode(), json.dumps(tree, ensure_ascii=False).encode()):
        for end in range(1, len(body) + 1):
            assert _begins(cut_json_value(body[:end]), tree)


def _begins(part: object, whole: object) -> bool:
    """Less of it, but nothing else."""
    if isinstance(part, str) and isinstance(whole, str):
        # half an escape or half a character at the end is no part of it
        return whole.startswith(part.rstrip("�")) or _is_torn_pair(part, whole)
    if isinstance(part, list) and isinstance(whole, list):
        pairs = zip(part, whole, strict=False)
        return len(part) <= len(whole) and all(_begins(*pair) for pair in pairs)
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _begins(part[name], whole[name]) for name in part)
    return part == whole


def _is_torn_pair(part: str, whole: str) -> bool:
    return bool(part) and "\ud800" <= part[-1] <= "\udbff" and whole.startswith(part[:-1])
