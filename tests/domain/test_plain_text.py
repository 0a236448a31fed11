"""Patterns whose rounds give nothing back, on each Python that the program runs with."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.plain_text import possessive


@pytest.mark.parametrize(
    ("times", "text", "end"),
    [("*", "ababa", 4), ("+", "ababa", 4), ("{1,2}", "abababa", 4), ("*", "a", 0)],
)
def test_a_round_that_fails_half_way_is_not_counted(times: str, text: str, end: int) -> None:
    """Python 3.11.2 told an end behind the `a` of the last round."""
    for found in (
        re.compile(possessive("ab", times)).match(text),
        re.compile(possessive(b"ab", times.encode())).match(text.encode()),
    ):
        assert found is not None
        assert found.end() == end


def test_nothing_is_given_back() -> None:
    assert re.match(possessive("a", "*") + "a", "aaa") is None


@given(st.text("ab,", max_size=12))
def test_it_ends_where_the_last_whole_round_does(text: str) -> None:
    found = re.match(possessive("[ab]++,", "*"), text)
    assert found is not None
    assert found.end() == _rounds_end(text)


def _rounds_end(text: str) -> int:
    """Round by round: letters, then a comma."""
    end = 0
    while found := re.compile("[ab]+,").match(text, end):
        end = found.end()
    return end
