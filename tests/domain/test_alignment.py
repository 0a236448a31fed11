"""What two lists and two texts have in common."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.flights.alignment import (
    TextChange,
    TextComparer,
    TextRun,
    aligned,
)

SAME, REMOVED, ADDED = TextChange.SAME, TextChange.REMOVED, TextChange.ADDED


def _runs(before: str, after: str) -> list[tuple[str, str]]:
    return [(run.change.value, run.text) for run in TextComparer().runs(before, after)]


@given(st.lists(st.integers(0, 6), max_size=120), st.lists(st.integers(0, 6), max_size=120))
def test_pairs_are_equal_and_rise_on_both_sides(ours: list[int], theirs: list[int]) -> None:
    pairs = aligned(ours, theirs)
    assert all(ours[one] == theirs[other] for one, other in pairs)
    assert all(
        one < later and other < other_later
        for (one, other), (later, other_later) in pairwise(pairs)
    )


@given(st.lists(st.integers(0, 900), max_size=200), st.lists(st.integers(), max_size=5))
def test_what_was_only_added_leaves_all_else_paired(ours: list[int], more: list[int]) -> None:
    theirs = [
        *ours[: len(ours) // 2],
        *[1000 + abs(each) for each in more],
        *ours[len(ours) // 2 :],
    ]
    assert len(aligned(ours, theirs)) == len(ours)


_TEXTS = st.text("abc déf\n.日本 ", max_size=80)


@given(_TEXTS, _TEXTS)
def test_runs_make_both_texts(before: str, after: str) -> None:
    runs = TextComparer().runs(before, after)
    assert "".join(run.text for run in runs if run.change is not ADDED) == before
    assert "".join(run.text for run in runs if run.change is not REMOVED) == after
    assert all(run.text for run in runs)
    if before == after:
        assert all(run.change is SAME for run in runs)


def test_a_clock_in_a_long_text_is_all_that_differs() -> None:
    before = "Tell the time.\n" * 9_000 + "It is 15:01:12 now." + "\nAnd go on." * 9_000
    after = before.replace("15:01:12", "15:01:40")
    assert [each for each in _runs(before, after) if each[0] != "same"] == [
        ("removed", "12"),
        ("added", "40"),
    ]


def test_words_are_told_whole() -> None:
    assert _runs("the blue sky", "the blurred sky") == [
        ("same", "the "),
        ("removed", "blue"),
        ("added", "blurred"),
        ("same", " sky"),
    ]
    assert _runs("a walking man", "a talking man")[1:3] == [
        ("removed", "walking"),
        ("added", "talking"),
    ]


def test_a_new_sentence_is_one_piece() -> None:
    told = _runs("One. Two. Three.", "One. It came from elsewhere. Three.")
    assert [each[0] for each in told].count("added") == 1


def test_letters_of_scripts_without_blanks_are_compared_one_by_one() -> None:
    assert _runs("今日は晴れです", "今日は雨です")[1:3] == [("removed", "晴れ"), ("added", "雨")]


def test_one_line_of_any_length_is_told_as_a_whole() -> None:
    runs = TextComparer().runs("a" * 3_000_000, "b" * 3_000_000)
    assert [run.change for run in runs] == [REMOVED, ADDED]


@pytest.mark.parametrize(
    "texts",
    [
        (" ".join(map(str, range(90_000))), " ".join(map(str, range(90_000, 0, -1)))),
        (
            "\n".join(f"a {n}" for n in range(60_000)),
            "\n".join(f"a {n * 2}" for n in range(60_000)),
        ),
        ("x y " * 125_000, "y x " * 125_000),
        (
            "\n".join("ab"[n % 2] for n in range(250_000)),
            "\n".join("ba"[n % 3 % 2] for n in range(250_000)),
        ),
    ],
    ids=["one line", "every line", "two words", "two lines"],
)
def test_the_worst_takes_no_square(texts: tuple[str, str]) -> None:
    """Bounded work, far from the hours of a square: a second, on a machine that does much else."""
    begun = time.process_time()
    runs = TextComparer().runs(*texts)
    assert time.process_time() - begun < 20
    assert "".join(run.text for run in runs if run.change is not ADDED) == texts[0]


def test_a_run_is_a_value() -> None:
    assert TextRun(SAME, "a") == TextRun(SAME, "a")
