"""A comparison that compares: claims shared, claims alone, contradictions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.validation import Comparison
from llmgw_desktop.engine.validation import comparison as module
from llmgw_desktop.engine.validation.claims import pieces_of
from llmgw_desktop.engine.validation.comparison import as_table, compare

NAMES = "cache token lock thread queue retry disk index parser socket buffer schema"
WORDS = NAMES.split()
OTHER_NAMES = "apple river mountain violin garden candle winter harbour saffron lantern"
OTHERS = OTHER_NAMES.split()
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8, unique=True).map(
    lambda words: f"The {' '.join(words)} works."
)
ANSWER = st.lists(SENTENCE, min_size=1, max_size=12).map("\n".join)
ANYTHING = st.text(max_size=400)


def texts(comparison: Comparison, share: str) -> list[str]:
    return [claim.text for claim in comparison.claims_of(share)]


@given(ANSWER, st.integers(2, 5))
def test_identical_answers_share_all(answer: str, count: int) -> None:
    comparison = compare([answer] * count)
    assert comparison.claims
    assert {claim.share for claim in comparison.claims} == {"all"}


@given(st.one_of(ANSWER, ANYTHING), st.integers(2, 4))
def test_whatever_it_is_it_shares_all_with_itself(answer: str, count: int) -> None:
    comparison = compare([answer] * count)
    assert all(claim.share == "all" for claim in comparison.claims)


@given(st.lists(st.one_of(ANSWER, ANYTHING), min_size=2, max_size=4), st.randoms())
@settings(max_examples=60)
def test_the_order_of_answers_changes_nothing(answers: list[str], random: object) -> None:
    order = list(range(len(answers)))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = compare(answers), compare([answers[number] for number in order])

    def told(comparison: Comparison, names: list[str]) -> object:
        claims = [
            (claim.id, claim.text, sorted(names[each] for each in claim.holders))
            for claim in comparison.claims
        ]
        return claims, comparison.contradictions, comparison.limitations

    assert told(one, answers) == told(other, [answers[number] for number in order])


@given(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=6, unique=True),
    st.lists(st.sampled_from(OTHERS), min_size=2, max_size=6, unique=True),
)
def test_disjoint_answers_share_nothing(one: list[str], other: list[str]) -> None:
    comparison = compare([f"{' '.join(one)}.", f"{' '.join(other)}."])
    assert {claim.share for claim in comparison.claims} == {"unique"}
    assert not comparison.contradictions


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=8, unique=True))
def test_a_negated_claim_is_a_contradiction(words: list[str]) -> None:
    said = " ".join(words)
    comparison = compare([f"The {said} is safe.", f"The {said} is not safe."])
    [contradiction] = comparison.contradictions
    assert contradiction.why == "negation"
    assert {claim.share for claim in comparison.claims} == {"unique"}


def test_other_numbers_are_a_contradiction() -> None:
    comparison = compare(
        ["The pool holds 16 connections by default.", "The pool holds 32 connections by default."]
    )
    assert [each.why for each in comparison.contradictions] == ["numbers"]
    same = compare(["It took 1,000 ms in the test.", "It took 1000 ms in the test."])
    assert [claim.share for claim in same.claims] == ["all"]


def test_the_same_in_other_words_and_dress() -> None:
    comparison = compare(
        [
            "# Findings\n\n- The token is written to the log file in clear text.\n- Use a mutex.",
            "1. **The token is written in clear text to the log.**\n\nRotate the keys weekly.",
        ]
    )
    assert len(texts(comparison, "all")) == 1
    assert sorted(texts(comparison, "unique")) == ["Rotate the keys weekly.", "Use a mutex."]
    table = as_table(comparison, ["claude", "codex"])
    assert table.splitlines()[0] == "| claim | claude | codex |"
    assert "| ✓ | ✓ |" in table.splitlines()[2]


def test_code_and_numbers_stay_whole() -> None:
    pieces, is_whole = pieces_of("Use 3.5 here. E.g. this one:\n```py\na = 1. \nb = 2\n```\nDone.")
    assert is_whole
    assert [piece.text for piece in pieces] == [
        "Use 3.5 here.",
        "E.g. this one:",
        "a = 1.\nb = 2",
        "Done.",
    ]
    assert [piece.is_block for piece in pieces] == [False, False, True, False]


def test_a_table_begins_with_what_is_contradicted_and_may_be_cut() -> None:
    comparison = compare(
        ["All is well. The lock is held.", "All is well. The lock is not held. Violins sing."]
    )
    rows = as_table(comparison, ["A", "B"], 3).splitlines()[2:]
    assert [row.split(" | ")[1:] for row in rows[:2]] == [["✓", "✗ |"], ["✗", "✓ |"]]
    assert rows[2] == "| All is well. | ✓ | ✓ |"
    assert rows[-1] == "and 1 more."
    assert "more" not in as_table(comparison, ["A", "B"], 4)


def test_some_is_told_from_all() -> None:
    shared = "The retry storms the disk queue."
    comparison = compare([shared, shared, "Violins are lovely."])
    assert texts(comparison, "some") == [shared]
    assert [claim.holders for claim in comparison.claims_of("some")] == [(0, 1)]


def test_much_costs_little_and_what_is_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in claims that are measured against each other."""
    measured = []
    real = module._overlap
    monkeypatch.setattr(
        module, "_overlap", lambda one, other: measured.append(1) or real(one, other)
    )
    usual = ["\n".join(_prose(number, 20_000)) for number in range(5)]
    crowded = ["\n".join(_crowd(number)) for number in range(5)]
    for answers in (
        usual,
        crowded,
        [("aa bb cc dd ee ff gg. " * 3_000)[number:] for number in range(5)],
        ["a. " * 30_000] * 5,
        ["e.g. " * 30_000, "etc. A " * 30_000],
    ):
        measured.clear()
        compare(answers)
        claims = sum(len(pieces_of(answer)[0]) for answer in answers)
        assert len(measured) <= 2 * claims * module.MOST_CANDIDATES
    assert "Many claims" in str(compare(crowded).limitations)
    assert "long answer" in str(compare(["x. " * 60_000, "y."]).limitations)


def _prose(seed: int, size: int) -> list[str]:
    lines, length = [], 0
    while length < size:
        picked = [WORDS[(seed * 7 + len(lines) * (3 + step)) % 12] for step in range(4)]
        picked += [f"{WORDS[len(lines) % 12]}{len(lines) % 40}", OTHERS[len(lines) * seed % 10]]
        lines.append(f"- The {' '.join(picked)} is used in place {len(lines)} of the program.")
        length += len(lines[-1])
    return lines


def _crowd(seed: int) -> list[str]:
    """All alike, and yet each another."""
    return [
        " ".join(WORDS[(seed + number * step) % 12] for step in (1, 5, 7, 11)) + f" w{number % 97}."
        for number in range(400)
    ]
