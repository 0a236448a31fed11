"""Single facts of a flight in a few words: the table and the sentences say them alike."""

from collections.abc import Callable
from datetime import date, tzinfo

from llmgw_desktop.app.flights.provenance_words import MARKS_HINT, figure_tip
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    clock_text,
    cost_text,
    duration_text,
    fresh_text,
    hit_rate_text,
    local_time,
    rate_text,
    size_text,
    tokens_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.domain.values import value

STATE_WORDS: dict[FlightState, str] = {
    FlightState.RUNNING: "Running",
    FlightState.OK: "OK",
    FlightState.FAILED: "Failed",
    FlightState.CUT: "Cut",
    FlightState.CANCELED: "Canceled",
    FlightState.LOST: "Lost",
}
OPERATION_WORDS: dict[Operation, str] = {
    Operation.GENERATE: "Generation",
    Operation.COUNT_TOKENS: "Token count",
    Operation.EMBED: "Embeddings",
    Operation.COMPACT: "Compaction",
    Operation.CALL_TOOL: "Tool call",
}


_OWN_WORDS = ("operation", "protocol", "error")


def model_text(flight: FlightSummary) -> str:
    """«asked → served» where they differ."""
    asked = inert_line(flight.model_asked, 120) or UNKNOWN
    if not flight.model_served or flight.model_served == flight.model_asked:
        return asked
    return f"{asked} → {inert_line(flight.model_served, 120)}"


def took_so_far_ms(flight: FlightSummary, now_s: float) -> float | None:
    """How long it took, or has been taking."""
    if flight.took_ms is not None or not flight.is_running:
        return flight.took_ms
    return max(0.0, (now_s - flight.started_at_s) * 1000)


def dialects_text(flight: FlightSummary) -> str:
    """«anthropic → gemini · 2 lost»; one of them where nothing was translated."""
    if flight.upstream_protocol is None or not flight.is_translated:
        return flight.protocol.value
    lost = f" · {len(flight.losses)} lost" if flight.losses else ""
    return f"{flight.protocol.value} → {flight.upstream_protocol.value}{lost}"


def client_text(flight: FlightSummary, most: int = 80) -> str:
    """«client», or «client / label» where its caller said what it is."""
    client = inert_line(flight.client, most)
    return f"{client} / {inert_line(flight.label, most)}" if flight.label else client


@value
class RowTime:
    """What a row needs to know of the present."""

    now_s: float
    today: date
    zone: tzinfo | None = None

    @staticmethod
    def at(now_s: float, zone: tzinfo | None = None) -> "RowTime":
        return RowTime(now_s=now_s, today=local_time(now_s, zone).date(), zone=zone)


@value
class FlightColumn:
    """`key` names it in settings and never changes."""

    key: str
    title: str
    hint: str
    text: Callable[[FlightSummary, RowTime], str]
    width_chars: int
    is_number: bool = False
    is_words: bool = False
    """Our own words, which are said in the person's language, and so are figures."""
    is_default: bool = True
    tip: Callable[[FlightSummary], str] | None = None
    """What is to be said of a cell beside its text; empty: nothing."""


@value(kw_only=False)
class ShownFlight:
    """A row ready to be painted: its cells in the order of the columns, and what is unusual."""

    summary: FlightSummary
    cells: tuple[str, ...]
    operation_note: str = ""
    loss_note: str = ""


def shown_flight(
    flight: FlightSummary, columns: tuple[FlightColumn, ...], time: RowTime
) -> ShownFlight:
    is_usual = flight.operation is Operation.GENERATE
    return ShownFlight(
        flight,
        tuple(column.text(flight, time) for column in columns),
        operation_note="" if is_usual else OPERATION_WORDS[flight.operation].lower(),
        loss_note=f"{len(flight.losses):,} lost" if flight.losses else "",
    )


def flight_columns() -> tuple[FlightColumn, ...]:
    return (*_who_columns(), *_figure_columns(), *_further_columns())


def _who_columns() -> tuple[FlightColumn, ...]:
    return (
        FlightColumn(
            key="state",
            title="",
            hint="State",
            text=lambda flight, _: STATE_WORDS[flight.state],
            width_chars=3,
            is_words=True,
        ),
        FlightColumn(
            key="time",
            title="Time",
            hint="When the request arrived",
            text=lambda flight, time: clock_text(flight.started_at_s, time.today, time.zone),
            width_chars=9,
            is_words=True,
        ),
        FlightColumn(
            key="client",
            title="Client",
            hint="The program that asked",
            text=lambda flight, _: client_text(flight) or UNKNOWN,
            width_chars=15,
        ),
        FlightColumn(
            key="provider",
            title="Provider",
            hint="Who answered",
            text=lambda flight, _: inert_line(flight.provider or "", 80) or UNKNOWN,
            width_chars=14,
        ),
        FlightColumn(
            key="model",
            title="Model",
            hint="The model asked for, and the one that served it where that is another",
            text=lambda flight, _: model_text(flight),
            width_chars=28,
        ),
    )


def _figure_columns() -> tuple[FlightColumn, ...]:
    return (
        FlightColumn(
            key="status",
            title="Status",
            hint="HTTP status that the client got",
            text=_status_text,
            width_chars=7,
            is_number=True,
        ),
        FlightColumn(
            key="ttft",
            title="First token",
            hint="Time to the first token: from the request's arrival to the answer's first byte",
            text=lambda flight, _: duration_text(flight.ttft_ms),
            width_chars=8,
            is_number=True,
        ),
        FlightColumn(
            key="took",
            title="Took",
            hint="From the request's arrival to the answer's end",
            text=_took_text,
            width_chars=9,
            is_number=True,
        ),
        FlightColumn(
            key="input",
            title="In",
            hint=f"Input tokens, cached ones included. {MARKS_HINT}",
            text=lambda flight, _: tokens_text(flight.usage, Figure.INPUT),
            tip=_tip_of(Figure.INPUT),
            width_chars=7,
            is_number=True,
        ),
        FlightColumn(
            key="cache",
            title="Cache",
            hint="Share of the input that came from the provider's prompt cache",
            text=lambda flight, _: hit_rate_text(flight.usage),
            tip=_tip_of(Figure.CACHE_READ),
            width_chars=14,
            is_number=True,
        ),
        FlightColumn(
            key="output",
            title="Out",
            hint=f"Output tokens, reasoning included. {MARKS_HINT}",
            text=lambda flight, _: tokens_text(flight.usage, Figure.OUTPUT),
            tip=_tip_of(Figure.OUTPUT),
            width_chars=7,
            is_number=True,
        ),
        FlightColumn(
            key="rate",
            title="Tok/s",
            hint="Output tokens a second of streams, from the first byte to the last",
            text=lambda flight, _: rate_text(flight.tokens_per_s),
            width_chars=7,
            is_number=True,
        ),
        FlightColumn(
            key="cost",
            title="Cost",
            hint="The vendor's own bill where it tells one, else by public prices, or by yours. "
            f"{MARKS_HINT}",
            text=lambda flight, _: cost_text(flight.usage, flight.cost_usd),
            tip=_tip_of(Figure.COST),
            width_chars=9,
            is_number=True,
        ),
    )


def _further_columns() -> tuple[FlightColumn, ...]:
    """Hidden until somebody asks for them."""

    def more(
        key: str, title: str, hint: str, *, text: Callable[[FlightSummary], str], width_chars: int
    ) -> FlightColumn:
        return FlightColumn(
            key=key,
            title=title,
            hint=hint,
            text=lambda flight, _: text(flight),
            width_chars=width_chars,
            is_number=width_chars < 10,
            is_words=key in _OWN_WORDS,
            is_default=False,
        )

    return (
        more(
            "fresh",
            "Fresh",
            "Input tokens not cached",
            text=lambda flight: fresh_text(flight.usage),
            width_chars=8,
        ),
        more(
            "cache_read",
            "Read",
            "Input tokens read from the cache",
            text=lambda flight: tokens_text(flight.usage, Figure.CACHE_READ),
            width_chars=8,
        ),
        more(
            "cache_write",
            "Written",
            "Input tokens written to the cache",
            text=lambda flight: tokens_text(flight.usage, Figure.CACHE_WRITE),
            width_chars=8,
        ),
        more(
            "size",
            "Answer",
            "Size of the answer",
            text=lambda flight: size_text(flight.answer_bytes),
            width_chars=9,
        ),
        more(
            "attempts",
            "Attempts",
            "How often a provider was asked",
            text=lambda flight: str(flight.attempts) if flight.attempts else UNKNOWN,
            width_chars=9,
        ),
        more(
            "operation",
            "Operation",
            "What was asked for",
            text=lambda flight: OPERATION_WORDS[flight.operation],
            width_chars=14,
        ),
        more(
            "protocol",
            "Protocol",
            "The client's dialect, the provider's where that is another, and what was lost between",
            text=dialects_text,
            width_chars=36,
        ),
        more(
            "stop",
            "Stop reason",
            "Why the model stopped, in the provider's words",
            text=lambda flight: inert_line(flight.stop_reason or "", 60) or UNKNOWN,
            width_chars=14,
        ),
        more(
            "error",
            "Error",
            "What went wrong",
            text=lambda flight: inert_line(flight.error_text or flight.error_kind or "", 200),
            width_chars=32,
        ),
        more(
            "mark",
            "Mark",
            "Kept until it is unmarked, with its note",
            text=_mark_text,
            width_chars=20,
        ),
        more(
            "conversation",
            "Conversation",
            "Which conversation asked, as filters and limits name it",
            text=lambda flight: flight.conversation or UNKNOWN,
            width_chars=14,
        ),
        more(
            "agent",
            "Agent",
            "Which agent of the conversation: the main one, or a subagent",
            text=lambda flight: flight.agent or UNKNOWN,
            width_chars=13,
        ),
        more("id", "Flight", "The flight's id", text=lambda flight: flight.id, width_chars=36),
    )


def _mark_text(flight: FlightSummary) -> str:
    return "" if flight.note is None else inert_line(flight.note, 200) or "Marked"


def _tip_of(figure: Figure) -> Callable[[FlightSummary], str]:
    return lambda flight: figure_tip(flight, figure)


def _status_text(flight: FlightSummary, _: RowTime) -> str:
    if flight.status is not None:
        return str(flight.status)
    return "…" if flight.is_running else UNKNOWN


def _took_text(flight: FlightSummary, time: RowTime) -> str:
    text = duration_text(took_so_far_ms(flight, time.now_s))
    return f"{text} …" if flight.is_running else text
