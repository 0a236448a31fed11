"""Patterns of names: what they take, what covers what, and that no pattern is slow."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.plain_text import Glob, covers

_PATTERNS = st.text("ab*?", max_size=8)
_NAMES = st.text("abc\n", max_size=8)


@given(_PATTERNS, _NAMES)
def test_it_takes_what_a_shell_would(pattern: str, name: str) -> None:
    wanted = re.match(fnmatch.translate(pattern), name) is not None
    assert bool(Glob(pattern).fits(name)) is wanted


@pytest.mark.parametrize("name", ["a.b", "a+b", "(a)", "a\\b", "é…", "[a]"])
def test_other_letters_stand_for_themselves(name: str) -> None:
    assert Glob(name).fits(name)
    assert Glob(f"*{name}?").fits(f"x{name}y")
    assert not Glob(name).fits(f"{name}x")


@given(_PATTERNS, _PATTERNS, _NAMES)
def test_who_covers_takes_all_that_the_other_takes(wide: str, narrow: str, name: str) -> None:
    if covers(wide, narrow) and Glob(narrow).fits(name):
        assert Glob(wide).fits(name)


@pytest.mark.parametrize(
    ("wide", "narrow", "does"),
    [
        ("*", "anything?", True),
        ("claude-*", "claude-sonnet-*", True),
        ("claude-*", "claude-*", True),
        ("*-mini", "gpt-*-mini", True),
        ("a*c", "a*b*c", True),
        ("??", "ab", True),
        ("?*", "*?", True),
        ("claude-*", "claude-", True),
        ("*", "", True),
        ("claude-sonnet-*", "claude-*", False),
        ("a?", "a*", False),
        ("gpt-*", "claude-*", False),
        ("a", "ab", False),
        ("ab", "a", False),
    ],
)
def test_what_covers_what(wide: str, narrow: str, does: bool) -> None:
    assert covers(wide, narrow) is does


def test_all_is_known_as_all() -> None:
    assert Glob("*").takes_all
    assert Glob("**").takes_all
    assert not Glob("*a").takes_all
    assert not Glob("?*").takes_all


def test_a_pattern_made_to_be_slow_is_not() -> None:
    """Backtracking would take longer than the universe lasts."""
    assert not Glob("*a" * 60 + "b").fits("a" * 512)
    assert Glob("*a" * 60).fits("a" * 512)
    assert covers("*a" * 60, "*" + "a" * 120)
