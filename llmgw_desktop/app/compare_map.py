"""Claims and who makes them: the map of an agreement, as rows and as text."""

from dataclasses import dataclass
from enum import StrEnum

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.validation import Claim, Comparison
from llmgw_desktop.engine.validation.report import Reading

MOST_ROWS = 200


class Hold(StrEnum):
    """How one who was asked stands to a claim; the values are said by a screen reader."""

    SAYS = "says it"
    AGAINST = "contradicts it"
    SILENT = "does not say it"
    ABSENT = "gave no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One claim."""

    claim: str
    standing: str
    """«contradicted», «all», «2 of 3», «only codex»."""
    holds: tuple[Hold, ...]
    """In the order of those who were asked."""
    is_contradicted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMap:
    """Claims that are contradicted first, then those that most share."""

    seats: tuple[str, ...]
    rows: tuple[MapRow, ...]
    summary: str
    left_out: int = 0

    @property
    def text(self) -> str:
        """The same, for those who do not see the grid."""
        lines = [self.summary]
        for row in self.rows:
            told = zip(self.seats, row.holds, strict=True)
            who = ", ".join(f"{seat} {hold}" for seat, hold in told if hold is not Hold.SILENT)
            lines.append(f"{row.standing}: {row.claim} ({who})")
        return "\n".join(lines)


def map_of(reading: Reading) -> AgreementMap:
    """Of those who answered, where there are two; the others have a column, and no claim."""
    answers = reading.run.answers
    seats = tuple(inert_line(answer.seat.name, 60) for answer in answers)
    comparison = reading.comparison
    if comparison is None:
        return AgreementMap(seats=seats, rows=(), summary="Two answers are needed to compare them.")
    places = [at for at, answer in enumerate(answers) if answer.has_answered]
    against = _against(comparison)
    order = {"all": 1, "some": 2, "unique": 3}
    claims = sorted(
        comparison.claims, key=lambda each: 0 if each.id in against else order[each.share]
    )
    rows = [_row(each, against.get(each.id, set()), places, seats) for each in claims[:MOST_ROWS]]
    return AgreementMap(
        seats=seats,
        rows=tuple(rows),
        summary=_summary(comparison),
        left_out=max(0, len(claims) - MOST_ROWS),
    )


def _against(comparison: Comparison) -> dict[int, set[int]]:
    """Of each claim that is contradicted, the numbers of the answers that do."""
    holders = {claim.id: claim.holders for claim in comparison.claims}
    found: dict[int, set[int]] = {}
    for each in comparison.contradictions:
        found.setdefault(each.one, set()).update(holders[each.other])
        found.setdefault(each.other, set()).update(holders[each.one])
    return found


def _row(claim: Claim, against: set[int], places: list[int], seats: tuple[str, ...]) -> MapRow:
    holds = [Hold.ABSENT] * len(seats)
    for number, at in enumerate(places):
        holds[at] = Hold.SILENT
        if number in claim.holders:
            holds[at] = Hold.SAYS
        elif number in against:
            holds[at] = Hold.AGAINST
    standing = f"{len(claim.holders)} of {len(places)}"
    if against:
        standing = "contradicted"
    elif claim.share == "all":
        standing = "all"
    elif claim.share == "unique" and claim.holders:
        standing = f"only {seats[places[claim.holders[0]]]}"
    return MapRow(
        claim=inert_line(claim.text, 400),
        standing=standing,
        holds=tuple(holds),
        is_contradicted=bool(against),
    )


def _summary(comparison: Comparison) -> str:
    shared, some = len(comparison.claims_of("all")), len(comparison.claims_of("some"))
    parts = [f"{shared:,} shared by all who answered"]
    if some:
        parts.append(f"{some:,} by some")
    parts.append(f"{len(comparison.claims_of('unique')):,} by one alone")
    contradictions = len(comparison.contradictions)
    parts.append(counted(contradictions, "contradiction") if contradictions else "no contradiction")
    told = f"{counted(len(comparison.claims), 'claim')}: {', '.join(parts)}."
    return " ".join((told, *comparison.limitations))
