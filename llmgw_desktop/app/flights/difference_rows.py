"""Two compared flights as rows and texts for a window: harmless to show, and never too long.

What changed is given as pieces, so that a view colours them; what stays the same between two
changes is shortened where it is long.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from llmgw_desktop.app.flights.columns import STATE_WORDS, client_text, model_text
from llmgw_desktop.app.flights.compared import compare_records
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    cost_text,
    count_of,
    counted,
    duration_text,
    exact_money_text,
    local_time,
    size_text,
    tokens_text,
)
from llmgw_desktop.app.words.inert_text import folded_lines, inert, inert_line
from llmgw_desktop.domain.flights.alignment import TextChange, TextComparer, TextRun
from llmgw_desktop.domain.flights.blocks import BlockKind, FlightBlock
from llmgw_desktop.domain.flights.comparison import (
    BlockChange,
    BlockDifference,
    ComparedFlight,
    FlightComparison,
    ValueDifference,
)
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary, Phase
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.domain.values import value

MOST_SHOWN = 64 * 1024
"""Characters of one side of one difference."""
_NEAR = 1_500
_BRIEF = 160
_WORDS_AROUND = 24
_KINDS = {
    BlockKind.TEXT: "",
    BlockKind.THINKING: "thinking",
    BlockKind.CALL: "calls",
    BlockKind.RESULT: "result of",
    BlockKind.MEDIA: "media",
    BlockKind.HOSTED: "vendor's tool",
    BlockKind.REFUSAL: "refusal",
    BlockKind.TOOL: "",
}
CHANGE_WORDS = {
    BlockChange.SAME: "same",
    BlockChange.CHANGED: "changed",
    BlockChange.REMOVED: "only left",
    BlockChange.ADDED: "only right",
}
Piece = tuple[str, bool]
"""A text, and whether the other side lacks it."""


@value
class DifferenceRow:
    """A line of the list."""

    number: int
    change: BlockChange
    part: str
    what: str
    brief: str
    runs: Sequence[TextRun]

    def sides(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Of the first flight and of the second; quick."""
        removed, added = TextChange.REMOVED, TextChange.ADDED
        return tuple(_pieces(self.runs, removed)), tuple(_pieces(self.runs, added))


@value
class FigureRow:
    """A figure of both; `by` says by how much the second differs, where that is a number."""

    cells: tuple[str, str, str, str]
    differs: bool


@value
class ShownComparison:
    """All that the window shows."""

    titles: tuple[str, str]
    subtitles: tuple[str, str]
    missing: tuple[str, ...]
    rows: tuple[DifferenceRow, ...]
    figures: tuple[FigureRow, ...]
    summary: str

    @property
    def differing(self) -> tuple[DifferenceRow, ...]:
        return tuple(row for row in self.rows if row.change is not BlockChange.SAME)


def shown_comparison(before: FlightRecord, after: FlightRecord) -> ShownComparison:
    """Takes up to 0.3 s for half a megabyte a side: to be made in a thread."""
    found = compare_records(before, after)
    sides = found.before, found.after
    one, other = (_title(side.summary) for side in sides)
    quiet, other_quiet = (_subtitle(side.summary) for side in sides)
    rows = tuple(_rows(found))
    return ShownComparison(
        titles=(one, other),
        subtitles=(quiet, other_quiet),
        missing=tuple(_missing(sides)),
        rows=rows,
        figures=tuple(_figures(found)),
        summary=_summary(found, rows),
    )


def _title(flight: FlightSummary) -> str:
    return inert_line(model_text(flight), 120) or UNKNOWN


def _subtitle(flight: FlightSummary) -> str:
    at = local_time(flight.started_at_s)
    when = f"{at:%d} {month_text(at)} {at:%H:%M:%S}"
    return f"{STATE_WORDS[flight.state]} · {client_text(flight, 60)} · {when}"


def _missing(sides: Sequence[ComparedFlight]) -> Iterator[str]:
    if sides[0].missing == sides[1].missing:
        yield from (f"Both: {sentence}" for sentence in sides[0].missing)
        return
    for name, side in zip(("Left", "Right"), sides, strict=True):
        yield from (f"{name}: {sentence}" for sentence in side.missing)


def _summary(found: FlightComparison, rows: Sequence[DifferenceRow]) -> str:
    words = {
        True: "the same {}",
        False: "different {}",
        None: "{} that cannot be compared",
    }
    asked, answered = words[found.is_request_same], words[found.is_answer_same]
    if found.is_request_same is found.is_answer_same is None:
        return "What they said cannot be compared."
    count = sum(row.change is not BlockChange.SAME for row in rows)
    told = f"{asked.format('requests')}, {answered.format('answers')}."
    told = f"{told[0].upper()}{told[1:]}"
    if found.tools_moved:
        told += " The tools stand in another order."
    return f"{told} {counted(count, 'difference')}." if count else told


def _rows(found: FlightComparison) -> Iterator[DifferenceRow]:
    number = 0
    for parameter in found.parameters:
        brief = f"{_side(parameter.before)} → {_side(parameter.after)}"
        yield _row(number, parameter, "Parameter", inert_line(parameter.name, 80), brief)
        number += 1
    parts = ((found.tools, "Tool"), (found.messages, ""), (found.answer, "Answer"))
    for differences, part in parts:
        for each in differences:
            place = part or _place(each.block)
            yield _row(number, each, place, _what(each.block, part), _brief(each))
            number += 1


def _row(
    number: int, difference: ValueDifference | BlockDifference, part: str, *words: str
) -> DifferenceRow:
    what, brief = words
    return DifferenceRow(
        number=number,
        change=difference.change,
        part=part,
        what=what,
        brief=brief,
        runs=_runs_of(difference),
    )


def _side(value: str | None) -> str:
    return UNKNOWN if value is None else inert_line(value, _BRIEF // 2)


def _place(block: FlightBlock) -> str:
    return f"Message {block.message}" if block.message else "Message"


def _what(block: FlightBlock, part: str) -> str:
    role = "" if part else block.role
    return inert_line(" ".join(filter(None, (role, _KINDS[block.kind], block.name))), 80)


def _brief(each: BlockDifference) -> str:
    """Of what changed the first change, with a few words before it."""
    if each.change is not BlockChange.CHANGED:
        return inert_line(each.block.text, _BRIEF)
    before = ""
    removed = added = ""
    for run in each.runs:
        if run.change is TextChange.SAME:
            if removed or added:
                break
            before = _last_words(run.text)
        elif run.change is TextChange.REMOVED:
            removed = run.text
        else:
            added = run.text
    start = inert_line(before)
    old, new = (inert_line(text, _BRIEF // 2) or "nothing" for text in (removed, added))
    return f"{start} «{old}» → «{new}»".strip()


def _last_words(text: str) -> str:
    """Whole ones, as far as they are short."""
    if len(text) <= _WORDS_AROUND:
        return text
    return f"… {text[-_WORDS_AROUND:].partition(' ')[2]}"


def _runs_of(difference: ValueDifference | BlockDifference) -> Sequence[TextRun]:
    if isinstance(difference, BlockDifference):
        if difference.runs:
            return difference.runs
        before, after = (
            None if block is None else block.text for block in (difference.before, difference.after)
        )
    else:
        before, after = difference.before, difference.after
    if before is not None and after is not None:
        return TextComparer().runs(before, after)
    return (
        TextRun(TextChange.REMOVED, before or ""),
        TextRun(TextChange.ADDED, after or ""),
    )


def _pieces(runs: Sequence[TextRun], own: TextChange) -> Iterator[Piece]:
    """Of one side; `own`: what it alone has."""
    room = MOST_SHOWN
    for at, run in enumerate(runs):
        if run.change not in (own, TextChange.SAME) or not run.text:
            continue
        is_own = run.change is own
        text = run.text if is_own else _shortened(run.text, at, len(runs))
        yield folded_lines(inert(text[:room])), is_own
        left_out, room = len(text) - room, room - len(text)
        if left_out > 0:
            yield f"\n… {left_out:,} more characters, and what follows them", False
            return


def _shortened(text: str, at: int, count: int) -> str:
    """What is the same, as far as it stands next to a change."""
    head = _NEAR if at else 0
    tail = _NEAR if at + 1 < count else 0
    if count == 1 or len(text) <= 2 * _NEAR + 200:
        return text
    omitted = len(text) - head - tail
    return f"{text[:head]}\n… {omitted:,} characters the same …\n{text[len(text) - tail :]}"


def _figures(found: FlightComparison) -> Iterator[FigureRow]:
    one, other = found.before.summary, found.after.summary
    for name, text, number in _FIGURES:
        said = text(one), text(other)
        if said != (UNKNOWN, UNKNOWN):
            yield _figure(name, said, _by(name, number(one), number(other)))
    before, after = _durations(found.before.phases), _durations(found.after.phases)
    for phase in dict.fromkeys((*before, *after)):
        took = before.get(phase), after.get(phase)
        said = duration_text(took[0]), duration_text(took[1])
        yield _figure(f"of it: {phase}", said, _by("took", *took))


def _figure(name: str, said: tuple[str, str], by: str) -> FigureRow:
    return FigureRow(cells=(name.capitalize(), *said, by), differs=said[0] != said[1])


def _durations(phases: Iterable[Phase]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for phase in phases:
        sums[phase.name] = sums.get(phase.name, 0.0) + phase.end_ms - phase.start_ms
    return sums


def _by(name: str, one: float | None, other: float | None) -> str:
    """The second less the first, with its sign; nothing where one is not known."""
    if one is None or other is None or one == other:
        return ""
    change = other - one
    sign = "+" if change > 0 else "−"
    unit: Callable[[float], str] = _UNITS.get(name, lambda number: f"{number:,.0f}")
    share = f" ({sign}{abs(change) / one * 100:,.0f} %)" if one > 0 else ""
    return f"{sign}{unit(abs(change))}{share}"


_UNITS: dict[str, Callable[[float], str]] = {
    "took": duration_text,
    "first token": duration_text,
    "cost": exact_money_text,
    "request": lambda number: size_text(round(number)),
    "answer": lambda number: size_text(round(number)),
}
_TOKENS = (
    ("input tokens", Figure.INPUT),
    ("cache read", Figure.CACHE_READ),
    ("cache write", Figure.CACHE_WRITE),
    ("output tokens", Figure.OUTPUT),
    ("reasoning tokens", Figure.REASONING),
)


def _nothing(_flight: FlightSummary) -> None:
    return None


_FIGURES: tuple[
    tuple[str, Callable[[FlightSummary], str], Callable[[FlightSummary], float | None]], ...
] = (
    ("state", lambda it: STATE_WORDS[it.state], _nothing),
    ("status", lambda it: UNKNOWN if it.status is None else str(it.status), _nothing),
    ("error", lambda it: inert_line(it.error_text or it.error_kind or UNKNOWN, 120), _nothing),
    ("provider", lambda it: inert_line(it.provider or UNKNOWN, 60), _nothing),
    ("account", lambda it: inert_line(it.account or UNKNOWN, 60), _nothing),
    ("model", lambda it: inert_line(it.model_served or UNKNOWN, 80), _nothing),
    ("took", lambda it: duration_text(it.took_ms), lambda it: it.took_ms),
    ("first token", lambda it: duration_text(it.ttft_ms), lambda it: it.ttft_ms),
    *(
        (
            name,
            lambda it, figure=figure: tokens_text(it.usage, figure, in_full=True),
            lambda it, figure=figure: count_of(it.usage, figure),
        )
        for name, figure in _TOKENS
    ),
    ("cost", lambda it: cost_text(it.usage, it.cost_usd), lambda it: it.cost_usd),
    ("stop reason", lambda it: inert_line(it.stop_reason or UNKNOWN, 60), _nothing),
    ("attempts", lambda it: str(it.attempts), lambda it: it.attempts),
    ("request", lambda it: size_text(it.request_bytes), lambda it: it.request_bytes),
    ("answer", lambda it: size_text(it.answer_bytes), lambda it: it.answer_bytes),
)
