"""What a person wants to ask of several models at once, and the panel that this comes to."""

from collections.abc import Sequence
from dataclasses import field, replace
from enum import StrEnum

from llmgw_desktop.app.validation.words import INTENTS
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER, CliSettings
from llmgw_desktop.domain.provider import PRACTICE_PREFIX
from llmgw_desktop.domain.validation import Claim, Comparison, Intent, PanelRequest, ValidationRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.prompts import seat_named, seats_named
from llmgw_desktop.engine.validation.report import PanelReading
from llmgw_desktop.wire.models import ModelEntry

MOST_ASKED = 6
"""In the window; clients may ask more at once."""
_OURS = frozenset(intent for intent, _ in INTENTS)


@value
class PanelWish:
    """What a person wants to ask of whom."""

    question: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    """What is to be judged."""
    focus: str = ""
    intent: Intent = Intent.ASK
    seats: tuple[str, ...] = ()
    judge: str = ""
    """Empty: none."""

    @property
    def problem(self) -> str:
        """Why it cannot be asked, and what to do; empty where it can."""
        if not self.question.strip() and not self.content.strip():
            return "There is nothing to ask yet: write a question."
        if self.intent is Intent.ASK and not self.question.strip():
            return "There is no question: write one, or choose what is to be done with the text."
        if not self.seats:
            return "Nobody is asked yet: add one or more models."
        if len(self.seats) > MOST_ASKED:
            return f"At most {MOST_ASKED} are asked at once here: take {len(self.seats)} down."
        return ""


def request_of(wish: PanelWish) -> PanelRequest:
    """What is attacked or claimed may stand in the question's place. Raises InvalidRun."""
    question, content = wish.question.strip(), wish.content.strip()
    if wish.intent in (Intent.RED_TEAM, Intent.CONSENSUS) and not content:
        question, content = "", question
    if wish.intent is Intent.ASK and content:
        question, content = f"{question}\n\n{content}", ""
    return PanelRequest(
        intent=wish.intent,
        seats=seats_named(wish.seats),
        question=question,
        content=content,
        focus="" if wish.intent is Intent.ASK else wish.focus.strip(),
        judge=seat_named(wish.judge) if wish.judge else None,
    )


def wish_of(run: ValidationRun) -> PanelWish:
    """To be asked again, as it was or changed."""
    request = run.request
    question, content = request.question, request.content
    if not question:
        question, content = content, ""
    return PanelWish(
        question=question,
        content=content,
        focus=request.focus,
        intent=request.intent if request.intent in _OURS else Intent.VALIDATE,
        seats=tuple(seat.name for seat in request.seats),
        judge=request.judge.name if request.judge else "",
    )


CLIS = "CLIs on this computer"
PRACTICE = "Practice: free, offline"
PRACTICE_TRIAL = (f"{PRACTICE_PREFIX}echo", f"{PRACTICE_PREFIX}slow")
"""Two who answer without any account."""


@value
class Askable:
    """One who can be asked; `key` is the name by which it is."""

    key: str
    title: str
    group: str
    """CLIS, PRACTICE, or the provider's name."""
    note: str = ""

    @property
    def is_practice(self) -> bool:
        return self.group == PRACTICE

    def fits(self, words: str) -> bool:
        text = f"{self.key} {self.title} {self.group}".casefold()
        return all(word in text for word in words.casefold().split())


def askable_of(
    clis: Sequence[CliSettings], ready: Sequence[str], models: Sequence[ModelEntry]
) -> tuple[Askable, ...]:
    """Each CLI with the model that it takes by itself, then with each that the settings name."""
    found: list[Askable] = []
    for said in clis:
        if said.name.value in ready:
            found += _of_cli(said)
    listed = [entry for entry in models if entry.provider not in CLI_OF_PROVIDER]
    found += [_of_model(entry) for entry in listed if not entry.is_practice]
    found += [_of_model(entry) for entry in listed if entry.is_practice]
    return tuple(found)


def _of_cli(said: CliSettings) -> list[Askable]:
    title, name = cli_of(said.name).title, said.name.value
    default = inert_line(said.default_model, 80)
    note = f"its usual model, {default}" if default else "the model that it chooses"
    found = [Askable(key=name, title=title, group=CLIS, note=note)]
    for model in said.models:
        shown = inert_line(model, 80)
        found.append(Askable(key=f"{name}:{model}", title=f"{title} · {shown}", group=CLIS))
    return found


def _of_model(entry: ModelEntry) -> Askable:
    if entry.is_practice:
        return Askable(key=entry.id, title=entry.id, group=PRACTICE)
    note = f"leads to {', '.join(entry.stands_for[:3])}" if entry.stands_for else ""
    group = inert_line(entry.provider, 80)
    return Askable(key=entry.id, title=inert_line(entry.id, 100), group=group, note=note)


MOST_ROWS = 200


class Hold(StrEnum):
    """How one who was asked stands to a claim; the values are said by a screen reader."""

    SAYS = "says it"
    AGAINST = "contradicts it"
    SILENT = "does not say it"
    ABSENT = "gave no answer"


@value
class MapRow:
    """One claim."""

    claim: str
    """Of two that contradict each other both: who says the other is AGAINST."""
    standing: str
    """«contradicted», «all», «2 of 3», «only codex»."""
    holds: tuple[Hold, ...]
    """In the order of those who were asked."""
    is_contradicted: bool = False


@value
class AgreementMap:
    """Claims that are contradicted first, then those that most share."""

    seats: tuple[str, ...]
    rows: tuple[MapRow, ...]
    summary: str
    left_out: int = 0


def map_of(reading: PanelReading) -> AgreementMap:
    """Of those who answered, where there are two; the others have a column, and no claim."""
    answers = reading.run.answers
    seats = tuple(inert_line(answer.seat.name, 60) for answer in answers)
    comparison = reading.comparison
    if comparison is None:
        return AgreementMap(seats=seats, rows=(), summary="Two answers are needed to compare them.")
    places = [at for at, answer in enumerate(answers) if answer.has_answered]
    against = _against(comparison)
    order = {"all": 1, "some": 2, "unique": 3}
    mirrors = _mirrors(comparison)
    claims = sorted(
        (each for each in comparison.claims if each.id not in mirrors.values()),
        key=lambda each: 0 if each.id in against else order[each.share],
    )
    texts = {each.id: each.text for each in comparison.claims}
    told = [
        replace(each, text=f"{each.text} / {texts[mirrors[each.id]]}")
        if each.id in mirrors
        else each
        for each in claims[:MOST_ROWS]
    ]
    rows = [_row(each, against.get(each.id, set()), places, seats) for each in told]
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


def _mirrors(comparison: Comparison) -> dict[int, int]:
    """Two claims that contradict each other and nothing else are one line: who says the one is
    against the other."""
    ends = [end for each in comparison.contradictions for end in (each.one, each.other)]
    return {
        each.one: each.other
        for each in comparison.contradictions
        if ends.count(each.one) == ends.count(each.other) == 1
    }


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
