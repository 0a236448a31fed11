"""One value, one writing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.canonical import LARGEST, canonical

WHOLE = st.integers(-LARGEST, LARGEST)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_can_be_read_and_is_written_so_again(value: object) -> None:
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written


def test_as_the_standard_says() -> None:
    # U+1F600 sorts before U+FB33: by its first UTF-16 unit, not by its number
    value = {"\ufb33": 1, "\U0001f600": 2, "b": [True, None, "\u20ac\n\x0f/\\"], "": {}}
    assert canonical(value).decode() == (
        '{"":{},"b":[true,null,"\u20ac\\n\\u000f/\\\\"],"\U0001f600":2,"\ufb33":1}'
    )


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), LARGEST + 1, b"x", {1: 2}, {"a": 0.5}, ["\ud800"]]
)
def test_what_has_no_one_writing_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"canonical|surrogates"):
        canonical(value)
