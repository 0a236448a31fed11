"""Flights in forms that others open: an entry of an HTTP archive (HAR 1.2) for browsers and
proxies; and one page of HTML to send to somebody: no script, nothing that is fetched, folded parts
that open by themselves, light and dark as the reader's screen is.

What HAR has no place for stands in `_llmgw`, as `GET /v1/flights/ID` tells it. What is not known is
-1, as HAR writes it, or left out.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection, transcript_of
from llmgw_desktop.app.flights.texts import FlightSide
from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    duration_text,
    exact_money_text,
    moment_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary, Headers, PhaseName
from llmgw_desktop.wire.native.flights import flight_object

_HTTP = "HTTP/1.1"
_PHASES: Mapping[str, PhaseName] = {
    "blocked": PhaseName.ROUTE,
    "connect": PhaseName.CONNECT,
    "send": PhaseName.READ,
    "wait": PhaseName.WAIT,
    "receive": PhaseName.STREAM,
}
_COUNTED_AS = {
    PhaseName.HELD: PhaseName.ROUTE,
    PhaseName.QUEUED: PhaseName.ROUTE,
    PhaseName.LOADING: PhaseName.WAIT,
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
        name = _COUNTED_AS.get(each.name, each.name)
        spans[name] = spans.get(name, 0.0) + max(each.end_ms - each.start_ms, 0.0)
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


_STYLE = """
:root{color-scheme:light dark;--ink:#1c1e21;--dim:#5b626b;--line:#d9dde2;--card:#fff;
--ground:#f4f5f7;--user:#2563a8;--model:#6b3fa0;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--dim:#a0a7af;--line:#3a4048;--card:#1f2328;
--ground:#15181c;--user:#7fb4ea;--model:#c3a0ee;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}main{max-width:60rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
h3{font-size:.8rem;margin:1.25rem 0 .25rem;color:var(--dim);font-weight:600}
article{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem 1.25rem;
margin:1rem 0}.dim,dt{color:var(--dim)}.bad{color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0 0}
dd{margin:0;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.25rem 0;
font:13px/1.5 ui-monospace,monospace}
p.said{white-space:pre-wrap;overflow-wrap:anywhere;margin:.25rem 0}
.who{font-weight:600;margin:.9rem 0 0}.user{color:var(--user)}.assistant{color:var(--model)}
details{margin:.25rem 0;border-left:2px solid var(--line);padding-left:.75rem}
summary{cursor:pointer;color:var(--dim);overflow-wrap:anywhere}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page_head(count: int) -> str:
    """What comes before the flights."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{counted(count, 'request')}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{counted(count, 'request')}</h1>"
        '<p class="dim">Recorded by LLM Gateway Desktop. Secrets that it knew or recognized were'
        " taken out.</p>\n"
    )


PAGE_END = "</main></body></html>\n"


def page_article(record: FlightRecord) -> str:
    """One flight: its figures, what was asked and what was answered."""
    flight = record.summary
    asked, served = flight.model_asked or "–", flight.model_served
    model = asked if served in (None, asked) else f"{asked} → {served}"
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(inert_line(value, 400))}</dd>"
        for name, value in _rows(flight)
    )
    parts = [f"<article><h2>{escape(inert_line(model, 200))}</h2><dl>{rows}</dl>"]
    if flight.error_text or flight.error_kind:
        error = ": ".join(each for each in (flight.error_kind, flight.error_text) if each)
        parts.append(f'<p class="said bad">{escape(inert_line(error, 2000))}</p>')
    for title, side in (
        ("Asked", FlightSide(record, True)),
        ("Answered", FlightSide(record, False)),
    ):
        parts.append(f"<h3>{title}</h3>")
        parts += _side(side)
    parts.append("</article>\n")
    return "".join(parts)


def _rows(flight: FlightSummary) -> Iterator[tuple[str, str]]:
    usage = flight.usage
    yield "flight", flight.id
    yield "began", moment_text(flight.started_at_s)
    status = "" if flight.status is None else f", status {flight.status}"
    yield "state", f"{flight.state}{status}"
    yield "client", flight.client
    if flight.provider:
        yield "provider", flight.provider
    yield "tokens", f"{count_text(usage.input_tokens)} in, {count_text(usage.output_tokens)} out"
    yield "from cache", count_text(usage.cache_read_tokens)
    yield "cost", exact_money_text(flight.cost_usd)
    yield "took", duration_text(flight.took_ms)


def _side(side: FlightSide) -> Iterator[str]:
    told = transcript_of(side)
    if told.notice:
        yield f'<p class="dim">{escape(told.notice)}</p>'
    if told.whole_bytes:
        yield '<p class="dim">Only its beginning is shown here.</p>'
    for section in told.sections:
        yield _section(section)


def _section(section: TranscriptSection) -> str:
    detail = f' <span class="dim">{escape(section.detail)}</span>' if section.detail else ""
    if section.depth == 0:
        kind = section.role if section.role in ("user", "assistant") else "dim"
        return f'<p class="who {kind}">{escape(section.title)}{detail}</p>'
    text = (
        f"<pre>{escape(section.text)}</pre>"
        if section.is_code
        else f'<p class="said">{escape(section.text)}</p>'
    )
    if not (section.is_folded or section.title):
        return text
    opened = "" if section.is_folded else " open"
    title = escape(section.title or "Part")
    return f"<details{opened}><summary>{title}{detail}</summary>{text}</details>"
