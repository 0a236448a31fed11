"""The bodies of a flight as texts to look at: laid-out JSON, the events of a stream, raw.

All texts are harmless to show (`inert_text`). Made in a worker thread, since bodies can be large;
of a large one only the beginning, until somebody asks for all. Messages are `transcript`'s work.
"""

from enum import StrEnum

from llmgw_desktop.app.flights.recorded_body import (
    BodyKind,
    as_text,
    beginning,
    body_kind,
    hex_rows,
    indented_json,
    json_value,
    stream_events,
)
from llmgw_desktop.app.words.figures import size_text
from llmgw_desktop.app.words.inert_text import folded_lines, inert, inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord, Headers
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.values import value

LARGE_BYTES = 1024 * 1024
PREVIEW_BYTES = 64 * 1024


class BodyView(StrEnum):
    """The ways of looking at a body."""

    MESSAGES = "messages"
    JSON = "json"
    EVENTS = "events"
    RAW = "raw"


@value
class ShownText:
    """`notice` is what a person must know of it: not recorded, cut, only the beginning."""

    text: str
    notice: str = ""
    whole_bytes: int = 0
    """Above 0: only the beginning is here, and asking for all gives this much."""


@value(kw_only=False)
class FlightSide:
    """The request or the answer of a record."""

    record: FlightRecord
    of_request: bool

    @property
    def body(self) -> bytes | None:
        return self.record.request_body if self.of_request else self.record.answer_body

    @property
    def is_whole(self) -> bool:
        whole = self.record.request_body_whole, self.record.answer_body_whole
        return whole[0] if self.of_request else whole[1]

    @property
    def headers(self) -> Headers:
        return self.record.request_headers if self.of_request else self.record.answer_headers

    @property
    def name(self) -> str:
        return "request" if self.of_request else "answer"


def views_of(side: FlightSide) -> tuple[BodyView, ...]:
    """What makes sense for this body, best first. Quick: looks at the beginning only."""
    match body_kind(side.body or b""):
        case BodyKind.JSON:
            views = (BodyView.JSON, BodyView.RAW)
        case BodyKind.EVENTS if not side.of_request:
            views = (BodyView.EVENTS, BodyView.RAW)
        case _:
            return (BodyView.RAW,)
    return (BodyView.MESSAGES, *views) if _has_messages(side) else views


def _has_messages(side: FlightSide) -> bool:
    """Embeddings are of texts, not of a conversation, and a token count answers with a figure."""
    operation = side.record.summary.operation
    return operation is Operation.GENERATE or (
        operation is Operation.COUNT_TOKENS and side.of_request
    )


def missing_notice(side: FlightSide) -> str:
    """Why there is no body to show; empty when there is one."""
    if side.body is None:
        if side.record.summary.is_running:
            return f"The {side.name} is recorded when the flight ends."
        if side.record.unreadable:
            return f"The {side.name} is encrypted. {side.record.unreadable}"
        if not side.is_whole:
            return f"The {side.name}'s body was left out: too much came at once, or no key came."
        return f"The {side.name}'s body was not recorded, or is kept no longer."
    return "" if side.body else f"The {side.name} has no body."


def cut_notice(side: FlightSide) -> str:
    """Empty when the whole body was recorded."""
    if side.is_whole or side.body is None:
        return ""
    summary = side.record.summary
    size = summary.request_bytes if side.of_request else summary.answer_bytes
    of_all = f" of {size_text(size)}" if size > len(side.body) else ""
    return f"Only the first {size_text(len(side.body))}{of_all} were recorded."


def shown_text(side: FlightSide, view: BodyView, *, all_of_it: bool = False) -> ShownText:
    """JSON, EVENTS or RAW of a body."""
    if missing := missing_notice(side):
        return ShownText(text="", notice=missing)
    body = side.body or b""
    limit = None if all_of_it or len(body) <= LARGE_BYTES else PREVIEW_BYTES
    match view:
        case BodyView.JSON:
            # Laid out, a document only gets longer: its beginning is enough for a beginning.
            part = body if limit is None else beginning(body, limit)
            text = indented_json(as_text(part), limit)
            if json_value(body) is None and side.is_whole:
                return _shown(side, text, limit, "This is not valid JSON; shown as far as it goes.")
        case BodyView.EVENTS:
            text = _events_text(body, limit)
        case _:
            text = _raw_text(body, limit)
    return _shown(side, text, limit)


def raw_text(record: FlightRecord, *, all_of_it: bool = False) -> ShownText:
    """Request and answer as they were recorded, head and body."""
    request, answer = FlightSide(record, True), FlightSide(record, False)
    status = record.summary.status
    first = f"POST {inert_line(record.path, 2000)}" if record.path else "POST"
    second = "no status was sent" if status is None else f"HTTP {status}"
    parts = [shown_text(side, BodyView.RAW, all_of_it=all_of_it) for side in (request, answer)]
    blocks = []
    for title, side, part in zip((first, second), (request, answer), parts, strict=True):
        notice = f"({part.notice})\n" if part.notice else ""
        blocks.append(f"{title}\n{_head_text(side.headers)}\n{notice}{part.text}")
    whole = sum(len(side.body or b"") for side in (request, answer))
    is_cut = any(part.whole_bytes for part in parts)
    return ShownText(text="\n\n\n".join(blocks), whole_bytes=whole if is_cut else 0)


def _shown(side: FlightSide, text: str, limit: int | None, notice: str = "") -> ShownText:
    is_preview = limit is not None
    shown = text[:limit] if is_preview else text
    return ShownText(
        text=folded_lines(inert(shown)),
        notice=" ".join(part for part in (notice, cut_notice(side)) if part),
        whole_bytes=len(side.body or b"") if is_preview else 0,
    )


def _events_text(body: bytes, limit: int | None) -> str:
    lines: list[str] = []
    size = 0
    for number, event in enumerate(stream_events(body), start=1):
        lines.append(f"{number:>5}  {event.name:<20}  {event.data}".rstrip())
        size += len(lines[-1]) + 1
        if limit is not None and size > limit:
            break
    return "\n".join(lines)


def _raw_text(body: bytes, limit: int | None) -> str:
    if body_kind(body) is BodyKind.BINARY:
        return hex_rows(body)
    return as_text(body if limit is None else beginning(body, limit))


def _head_text(headers: Headers) -> str:
    if not headers:
        return "(no headers were recorded)\n"
    return "".join(
        f"{inert_line(name, 200)}: {inert_line(value, 4000)}\n" for name, value in headers
    )
