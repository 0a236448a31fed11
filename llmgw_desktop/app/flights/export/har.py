"""A flight as an entry of an HTTP archive (HAR 1.2), which browsers and proxies open.

What HAR has no place for stands in `_llmgw`, as `GET /v1/flights/ID` tells it. What is not known is
-1, as HAR writes it, or left out.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from llmgw_desktop.domain.flights.flight import FlightRecord, Headers, PhaseName
from llmgw_desktop.wire.native.flights import flight_object

_HTTP = "HTTP/1.1"
_PHASES: Mapping[str, PhaseName] = {
    "blocked": PhaseName.ROUTE,
    "connect": PhaseName.CONNECT,
    "send": PhaseName.READ,
    "wait": PhaseName.WAIT,
    "receive": PhaseName.STREAM,
}
_UNKNOWN = -1


def har_head(version: str) -> dict[str, Any]:
    """What stands in `log` before the entries."""
    return {"version": "1.2", "creator": {"name": "LLM Gateway Desktop", "version": version}}


def har_entry(record: FlightRecord, base_url: str) -> dict[str, Any]:
    """`base_url`: of the gateway, without a slash at its end."""
    flight = record.summary
    timings = _timings(record)
    began = datetime.fromtimestamp(flight.started_at_s, UTC)
    return {
        "startedDateTime": began.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": sum(each for each in timings.values() if each > 0),
        "request": _request(record, base_url),
        "response": _response(record),
        "cache": {},
        "timings": timings,
        "comment": _comment(record),
        "_llmgw": flight_object(record),
    }


def _request(record: FlightRecord, base_url: str) -> dict[str, Any]:
    path, _, query = record.path.partition("?")
    url = f"{base_url}{quote(path or '/', safe='/:%')}"
    body = record.request_body
    told: dict[str, Any] = {
        "method": "POST",
        "url": f"{url}?{quote(query, safe='=&%+,:/')}" if query else url,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _lines(record.request_headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(query, keep_blank_values=True)
        ],
        "headersSize": _UNKNOWN,
        "bodySize": record.summary.request_bytes,
    }
    if body is not None:
        text, coding = _text(body)
        told["postData"] = {"mimeType": _type(record.request_headers), "text": text}
        if coding:
            told["postData"]["_encoding"] = coding  # HAR has none for what is sent
    return told


def _response(record: FlightRecord) -> dict[str, Any]:
    status = record.summary.status
    body = record.answer_body
    content: dict[str, Any] = {
        "size": record.summary.answer_bytes,
        "mimeType": _type(record.answer_headers),
    }
    if body is not None:
        text, coding = _text(body)
        content |= {"text": text, "encoding": coding} if coding else {"text": text}
    return {
        "status": status or 0,
        "statusText": _words(status),
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _lines(record.answer_headers),
        "content": content,
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": record.summary.answer_bytes,
    }


def _timings(record: FlightRecord) -> dict[str, float]:
    """In milliseconds. Phases of several attempts are summed up."""
    spans: dict[PhaseName, float] = {}
    for each in record.phases:
        spans[each.name] = spans.get(each.name, 0.0) + max(each.end_ms - each.start_ms, 0.0)
    told = {name: round(spans.get(phase, _UNKNOWN), 3) for name, phase in _PHASES.items()}
    if not spans and record.summary.took_ms is not None:  # of a run, or of another program
        first = record.summary.ttft_ms
        told["wait"] = record.summary.took_ms if first is None else first
        if first is not None:
            told["receive"] = max(record.summary.took_ms - first, 0.0)
    return told | {"dns": _UNKNOWN, "ssl": _UNKNOWN}


def _comment(record: FlightRecord) -> str:
    said = [f"flight {record.summary.id}, {record.summary.state}"]
    if record.unreadable:
        said.append(f"what was said is encrypted: {record.unreadable}")
    for name, body, is_whole in (
        ("request", record.request_body, record.request_body_whole),
        ("answer", record.answer_body, record.answer_body_whole),
    ):
        if body is None:
            said.append(f"the {name} was not recorded")
        elif not is_whole:
            said.append(f"only the beginning of the {name} was recorded")
    return "; ".join(said)


def _lines(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _type(headers: Headers) -> str:
    found = [value for name, value in headers if name.lower() == "content-type"]
    return found[0] if found else "application/json"


def _text(body: bytes) -> tuple[str, str]:
    """As text, and how it is encoded where it is none."""
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return b64encode(body).decode(), "base64"


def _words(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
