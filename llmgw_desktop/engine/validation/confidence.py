"""What the verdicts of a panel come to: by rules alone, which docs/validation.md repeats.

Whoever did not answer, or said nothing clear, counts among those who were asked, and with nobody.
"""

from collections import Counter
from collections.abc import Sequence

from llmgw_desktop.domain.validation import (
    Agreement,
    Comparison,
    Confidence,
    SeatAnswer,
    Stance,
    Verdict,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.prompts import maker_of

CLEAR = (Stance.AGREE, Stance.DISAGREE, Stance.MIXED)
_TOLD_CONTRADICTIONS = 3


@value
class Count:
    """All that confidence depends on."""

    asked: int
    of_one_mind: int
    """Those of the clear verdict that most gave; 0 where two verdicts have as many."""
    vendors: int
    """Of these."""
    contradictions: int = 0


def confidence_of(count: Count) -> Confidence:
    """The first row that fits."""
    if not count.of_one_mind:
        return Confidence.NONE
    is_two_thirds = 3 * count.of_one_mind >= 2 * count.asked
    if count.of_one_mind < 2 or count.vendors < 2 or not is_two_thirds:
        return Confidence.LOW
    is_unanimous = count.of_one_mind == count.asked
    if count.of_one_mind < 3 or not is_unanimous or count.contradictions:
        return Confidence.MEDIUM
    return Confidence.HIGH


def count_of(
    answers: Sequence[SeatAnswer], verdicts: Sequence[Verdict], comparison: Comparison | None
) -> Count:
    votes = Counter(verdict.stance for verdict in verdicts if verdict.stance in CLEAR)
    stance = _of_most(votes)
    told = zip(answers, verdicts, strict=True)
    of_one_mind = [answer for answer, verdict in told if verdict.stance is stance]
    return Count(
        asked=len(answers),
        of_one_mind=votes[stance] if stance in CLEAR else 0,
        vendors=len({maker_of(answer) for answer in of_one_mind}),
        contradictions=len(comparison.contradictions) if comparison else 0,
    )


def agreement_of(
    answers: Sequence[SeatAnswer], verdicts: Sequence[Verdict], comparison: Comparison | None
) -> Agreement:
    """`comparison`: of what those who answered say, where there are two."""
    told = list(zip(answers, verdicts, strict=True))
    votes = Counter(verdict.stance for _, verdict in told if verdict.stance in CLEAR)
    stance = _of_most(votes)
    count = count_of(answers, verdicts, comparison)
    signals = [signal for answer, verdict in told if (signal := _signal(answer, verdict))]
    if len(votes) > 1:
        signals.insert(0, f"verdicts differ: {_counted(votes)}")
    if comparison is not None:
        signals += _of_contradictions(comparison)
    return Agreement(
        stance=stance,
        confidence=confidence_of(count),
        has_material_disagreement=bool(signals),
        summary=_summary(votes, answers),
        signals=tuple(signals),
        limitations=_limitations(count, answers, comparison),
    )


def _of_most(votes: Counter[Stance]) -> Stance:
    """Where two verdicts have as many, nothing is clear."""
    most = votes.most_common(2)
    if not most or (len(most) == 2 and most[0][1] == most[1][1]):
        return Stance.UNCLEAR
    return most[0][0]


def _signal(answer: SeatAnswer, verdict: Verdict) -> str:
    name = answer.seat.name
    if answer.is_live:
        return f"{name} has not answered yet"
    if answer.is_empty:
        return f"{name} answered nothing"
    if not answer.has_answered:
        return f"{name} did not answer: {answer.state}"
    if verdict.stance is Stance.UNCLEAR:
        return f"{name} gave no clear verdict"
    return ""


def _of_contradictions(comparison: Comparison) -> list[str]:
    told = comparison.contradictions[:_TOLD_CONTRADICTIONS]
    return [
        f"contradiction ({each.why}): {_short(comparison.claims[each.one].text)}"
        f" / {_short(comparison.claims[each.other].text)}"
        for each in told
    ]


def _summary(votes: Counter[Stance], answers: Sequence[SeatAnswer]) -> str:
    answered = sum(answer.has_answered for answer in answers)
    head = f"{answered} of {len(answers)} answered"
    return f"{head}: {_counted(votes)}." if votes else f"{head}; no clear verdict."


def _counted(votes: Counter[Stance]) -> str:
    return ", ".join(f"{count} {stance}" for stance, count in sorted(votes.items()))


def _limitations(
    count: Count, answers: Sequence[SeatAnswer], comparison: Comparison | None
) -> tuple[str, ...]:
    told = list(comparison.limitations) if comparison else []
    missing = sum(not answer.has_answered for answer in answers)
    if missing:
        told.append(f"{missing} of {len(answers)} did not answer; they count as no agreement.")
    if count.of_one_mind > 1 and count.vendors < 2:
        told.append("All who are of one mind are one vendor's models: they may err alike.")
    if len(answers) < 3:
        told.append("Fewer than three were asked.")
    if any(not answer.is_whole for answer in answers):
        told.append("An answer was cut: it is longer than what is kept.")
    return tuple(told)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else f"{flat[:119]}…"
