"""Words that a person compares."""

import re

import pytest

from llmgw_desktop.engine.questions.consents.tickets import FIRST, SECOND, two_words


def test_there_are_enough_and_all_are_plain() -> None:
    for words in (FIRST, SECOND):
        assert len(words) >= 64
        assert len(set(words)) == len(words)
        assert all(re.fullmatch("[a-z]{2,11}", word) for word in words)
    assert not set(FIRST) & set(SECOND)


def test_no_two_that_wait_are_alike() -> None:
    every = {f"{first} {second}" for first in FIRST for second in SECOND}
    free = {f"amber {second}" for second in SECOND} | {f"teal {second}" for second in SECOND}
    drawn = {two_words(every - free) for _ in range(30)}
    assert drawn <= free
    assert len(drawn) > 1


def test_none_is_left() -> None:
    every = {f"{first} {second}" for first in FIRST for second in SECOND}
    with pytest.raises(RuntimeError, match="nearly all"):
        two_words(every)
