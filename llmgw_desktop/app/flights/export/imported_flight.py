"""A flight out of what a file tells: a line of our own export, or an entry of any HTTP archive.

Nothing in it is trusted: each member is taken as a text or a figure of a bounded size, or left out.
"""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from llmgw_desktop.app.flights.conversation.message_parts import object_of
from llmgw_desktop.app.flights.export.exporting import LINE_FORMAT
from llmgw_desktop.domain.flights.flight import (
    ENDED_STATES,
    FlightRecord,
    FlightState,
    FlightSummary,
    Headers,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage

_TEXT = 2_000
_MOST_HEADERS = 200
_LATEST_S = 4e9
_MOST_FIGURE = 1e12
_PROTOCOLS = (
    ("/messages", ModelProtocol.ANTHROPIC),
    ("/chat/completions", ModelProtocol.OPENAI_CHAT),
    ("/embeddings", ModelProtocol.OPENAI_CHAT),
    ("/responses", ModelProtocol.OPENAI_RESPONSES),
    (":generateContent", ModelProtocol.GEMINI),
    (":streamGenerateContent", ModelProtocol.GEMINI),
)
_TIMINGS = (
    ("blocked", PhaseName.ROUTE),
    ("connect", PhaseName.CONNECT),
    ("send", PhaseName.READ),
    ("wait", PhaseName.WAIT),
    ("receive", PhaseName.STREAM),
)


class NoFlight(Exception):
    """Something else, or nothing that can be read."""


def flight_of_line(line: Mapping[str, Any]) -> FlightRecord:
    if line.get("format") != LINE_FORMAT:
        raise NoFlight
    request, answer = object_of(line.get("request")), object_of(line.get("response"))
    return replace(
        _told_by_us(object_of(line.get("flight"))),
        path=_text(line.get("path")),
        request_headers=_headers(request.get("headers")),
        request_body=_body(request.get("text"), request.get("base64")),
        request_body_whole=request.get("whole") is True,
        answer_headers=_headers(answer.get("headers")),
        answer_body=_body(answer.get("text"), answer.get("base64")),
        answer_body_whole=answer.get("whole") is True,
    )


def _told_by_us(told: Mapping[str, Any]) -> FlightRecord:
    """As `flight_object` tells one."""
    state = _word(FlightState, told.get("state"), FlightState.LOST)
    error = object_of(told.get("error"))
    upstream = told.get("upstreamProtocol")
    phases = told.get("phases")
    summary = FlightSummary(
        id=_text(told.get("id")),
        started_at_s=_moment(told.get("startedAt")),
        state=state if state in ENDED_STATES else FlightState.LOST,
        client=_text(told.get("client")),
        protocol=_word(ModelProtocol, told.get("protocol"), ModelProtocol.OPENAI_CHAT),
        operation=_word(Operation, told.get("operation"), Operation.GENERATE),
        model_asked=_text(told.get("modelAsked")),
        model_served=_text(told.get("model")) or None,
        provider=_text(told.get("provider")) or None,
        account=_text(told.get("account")) or None,
        label=_text(told.get("label")),
        conversation=_text(told.get("conversation")).lower(),
        agent=_text(told.get("agent")).lower(),
        streaming=told.get("streaming") is True,
        status=_count(told.get("status"), 999),
        took_ms=_figure(told.get("durationMs")),
        ttft_ms=_figure(object_of(told.get("timeToFirstTokenMs")).get("value")),
        usage=_usage(told),
        stop_reason=_text(told.get("stopReason")) or None,
        error_kind=_text(error.get("kind")) or None,
        error_text=_text(error.get("message")) or None,
        attempts=_count(told.get("attemptCount"), 1000) or 0,
        request_bytes=_count(told.get("requestBytes")) or 0,
        answer_bytes=_count(told.get("answerBytes")) or 0,
        upstream_protocol=_word(ModelProtocol, upstream, None) if upstream else None,
        cost_usd=_figure(object_of(told.get("costUsd")).get("value")),
    )
    return FlightRecord(
        summary=summary,
        route_reason=_text(told.get("routeReason")),
        phases=_phases(phases if isinstance(phases, list) else ()),
    )


def flight_of_entry(entry: Mapping[str, Any]) -> FlightRecord:
    """Of an HTTP archive: ours, or any."""
    request, answer = object_of(entry.get("request")), object_of(entry.get("response"))
    content, posted = object_of(answer.get("content")), object_of(request.get("postData"))
    where = urlsplit(_text(request.get("url")))
    path = f"{where.path}?{where.query}" if where.query else where.path
    is_coded = content.get("encoding") == "base64"
    text = content.get("text")
    body = _body(posted.get("text"), None)
    if posted.get("_encoding") == "base64":
        body = _body(None, posted.get("text"))
    answered = _body(None, text) if is_coded else _body(text, None)
    ours = object_of(entry.get("_llmgw"))
    record = _told_by_us(ours) if ours else _seen(entry, where.path, body)
    return replace(
        record,
        path=path,
        request_headers=_lines(request.get("headers")),
        request_body=body,
        answer_headers=_lines(answer.get("headers")),
        answer_body=answered,
    )


def _seen(entry: Mapping[str, Any], path: str, body: bytes | None) -> FlightRecord:
    """What another program saw of a request to a model. Figures that only its answer tells are not
    known here."""
    protocol = next((each for end, each in _PROTOCOLS if path.endswith(end)), None)
    asked = json_of(body or b"")
    if protocol is None or not isinstance(asked, dict):
        raise NoFlight
    request, answer = object_of(entry.get("request")), object_of(entry.get("response"))
    status = _count(answer.get("status"), 999) or None
    is_ok = status is not None and status < 400
    model = _text(asked.get("model")) or path.rpartition("/")[2].partition(":")[0]
    began = datetime.fromisoformat(_text(entry.get("startedDateTime")).replace("Z", "+00:00"))
    is_stream = asked.get("stream") is True or path.endswith(":streamGenerateContent")
    summary = FlightSummary(
        id="",
        started_at_s=_moment(began.timestamp()),
        state=FlightState.OK if is_ok else FlightState.FAILED if status else FlightState.LOST,
        client="",  # an archive does not say which program asked
        provider=urlsplit(_text(request.get("url"))).netloc.rpartition("@")[2][:200],
        protocol=protocol,
        operation=Operation.EMBED if path.endswith("/embeddings") else Operation.GENERATE,
        model_asked=model,
        streaming=is_stream,
        status=status,
        took_ms=_figure(entry.get("time")),
        error_kind=None if is_ok or not status else f"upstream_{status}",
        request_bytes=_count(request.get("bodySize")) or len(body or b""),
        answer_bytes=_count(object_of(answer.get("content")).get("size")) or 0,
    )
    return FlightRecord(summary=summary, phases=_timed(object_of(entry.get("timings"))))


def _timed(timings: Mapping[str, Any]) -> tuple[Phase, ...]:
    made, at_ms = [], 0.0
    for name, phase in _TIMINGS:
        took_ms = _figure(timings.get(name))
        if took_ms is not None:
            made.append(Phase(name=phase, start_ms=at_ms, end_ms=at_ms + took_ms))
            at_ms += took_ms
    return tuple(made)


def _phases(told: Iterable[object]) -> tuple[Phase, ...]:
    made = []
    for each in (object_of(it) for it in list(told)[:100]):
        name = _word(PhaseName, each.get("name"), None)
        start_ms, end_ms = _figure(each.get("startMs")), _figure(each.get("endMs"))
        if name is not None and start_ms is not None and end_ms is not None:
            note = _text(each.get("note"))
            made.append(Phase(name=name, start_ms=start_ms, end_ms=end_ms, note=note))
    return tuple(made)


def _usage(told: Mapping[str, Any]) -> Usage:
    def tokens(name: str) -> int | None:
        return _count(object_of(told.get(name)).get("value"))

    return Usage(
        input_tokens=tokens("inputTokens"),
        output_tokens=tokens("outputTokens"),
        cache_read_tokens=tokens("cacheReadTokens"),
        cache_write_tokens=tokens("cacheCreationTokens"),
        reasoning_tokens=tokens("reasoningTokens"),
    )


def json_of(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def _text(told: object) -> str:
    return told[:_TEXT] if isinstance(told, str) else ""


def _word(kind: Any, told: object, otherwise: Any) -> Any:
    try:
        return kind(told)
    except ValueError:
        return otherwise


def _figure(told: object) -> float | None:
    """Of a time or a price; what nobody can have meant is not known."""
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if is_number and 0 <= told <= _MOST_FIGURE else None  # type: ignore[operator,arg-type]


def _count(told: object, most: float = _MOST_FIGURE) -> int | None:
    figure = _figure(told)
    return int(figure) if figure is not None and figure <= most else None


def _moment(told: object) -> float:
    at_s = _figure(told)
    if at_s is None or at_s > _LATEST_S:
        raise NoFlight
    return at_s


def _body(text: object, coded: object) -> bytes | None:
    if isinstance(text, str):
        return text.encode("utf-8", "replace")
    if isinstance(coded, str):
        try:
            return b64decode(coded, validate=True)
        except (NoBase64, ValueError):
            return None
    return None


def _headers(told: object) -> Headers:
    """Pairs, as `bodies_object` tells them."""
    pairs = told[:_MOST_HEADERS] if isinstance(told, list) else ()
    return tuple(
        (_text(each[0]), _text(each[1]))
        for each in pairs
        if isinstance(each, list) and len(each) == 2 and isinstance(each[0], str)
    )


def _lines(told: object) -> Headers:
    """As an HTTP archive has them."""
    lines = [object_of(each) for each in told[:_MOST_HEADERS]] if isinstance(told, list) else ()
    return tuple((_text(each.get("name")), _text(each.get("value"))) for each in lines)
