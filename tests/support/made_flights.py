"""Flights made up for tests: summaries, records, and a reader over any number of them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace

from llmgw_desktop.domain.flights.flight import (
    Attempt,
    FlightDensity,
    FlightQuery,
    FlightRecord,
    FlightState,
    FlightSummary,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.flights.flight_filter import matches
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Consideration
from llmgw_desktop.domain.usage import Usage

BEGIN_S = 1_795_273_200.0


def flight_id(number: int) -> str:
    return f"flt_{number:028x}"


def summary(number: int, **changes: object) -> FlightSummary:
    """Number n began n seconds after BEGIN_S."""
    made = FlightSummary(
        id=flight_id(number),
        started_at_s=BEGIN_S + number,
        state=FlightState.OK,
        client="claude-code",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model_asked="claude-sonnet",
        model_served="claude-sonnet",
        provider="anthropic",
        streaming=True,
        status=200,
        ttft_ms=800.0,
        took_ms=4000.0,
        usage=Usage(
            input_tokens=48_200,
            output_tokens=310,
            cache_read_tokens=43_862,
            cache_write_tokens=2_338,
        ),
        stop_reason="end_turn",
        attempts=1,
        request_bytes=190_000,
        answer_bytes=5_400,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def running(number: int, **changes: object) -> FlightSummary:
    begun: dict[str, object] = {
        "state": FlightState.RUNNING,
        "status": None,
        "ttft_ms": None,
        "took_ms": None,
        "usage": Usage(),
        "stop_reason": None,
    }
    return summary(number, **{**begun, **changes})


def failed(number: int, **changes: object) -> FlightSummary:
    ended: dict[str, object] = {
        "state": FlightState.FAILED,
        "status": 429,
        "ttft_ms": None,
        "took_ms": 300.0,
        "usage": Usage(),
        "stop_reason": None,
        "model_served": None,
        "error_kind": "upstream_429",
        "error_text": "Number of request tokens has exceeded your per-minute rate limit",
    }
    return summary(number, **{**ended, **changes})


def anthropic_stream(text: str, *, pieces: int = 4, is_whole: bool = True) -> bytes:
    """The answer `text` as Anthropic streams it."""
    step = max(1, -(-len(text) // pieces))
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": {"model": "claude-sonnet", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    events.extend(
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": text[at : at + step]},
        }
        for at in range(0, len(text), step)
    )
    if is_whole:
        events.append({"type": "content_block_stop", "index": 0})
        events.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
        events.append({"type": "message_stop"})
    return sse(events)


def sse(events: Sequence[dict[str, object]]) -> bytes:
    """Anthropic's way: every event named by its type."""
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


def chat_stream(chunks: Sequence[dict[str, object]], *, is_whole: bool = True) -> bytes:
    """OpenAI's way: chunks without names."""
    body = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks)
    return body + (b"data: [DONE]\n\n" if is_whole else b"")


def record(number: int = 1, **changes: object) -> FlightRecord:
    """A whole one, with masked headers; `summary` may be given."""
    made = FlightRecord(
        summary=summary(number),
        path="/v1/messages?beta=true",
        route_reason="model name begins with claude: anthropic",
        request_headers=(
            ("Host", "127.0.0.1:3333"),
            ("X-Api-Key", "•••• (49 chars)"),
            ("anthropic-version", "2023-06-01"),
            ("anthropic-beta", "context-1m-2025-08-07"),
            ("Content-Type", "application/json"),
        ),
        request_body=json.dumps(
            {
                "model": "claude-sonnet",
                "stream": True,
                "system": "You are terse.",
                "messages": [{"role": "user", "content": "Why is the sky blue?"}],
            }
        ).encode(),
        answer_headers=(("content-type", "text/event-stream"), ("request-id", "req_0123")),
        answer_body=anthropic_stream("Rayleigh scattering."),
        phases=(
            Phase(name=PhaseName.READ, start_ms=0.0, end_ms=0.6),
            Phase(name=PhaseName.ROUTE, start_ms=0.6, end_ms=0.9),
            Phase(name=PhaseName.CONNECT, start_ms=0.9, end_ms=31.0, note="reused"),
            Phase(name=PhaseName.WAIT, start_ms=31.0, end_ms=800.0),
            Phase(name=PhaseName.STREAM, start_ms=800.0, end_ms=4000.0),
        ),
        considered=(
            Consideration(
                account="anthropic",
                model="claude-sonnet",
                rank=1,
                reason="'anthropic' is its vendor. There is no other.",
            ),
        ),
        attempt_log=(
            Attempt(
                account="anthropic/second",
                model="claude-sonnet",
                protocol=ModelProtocol.ANTHROPIC,
                start_ms=0.9,
                end_ms=20.0,
                outcome="It is overloaded.",
                status=529,
            ),
            Attempt(
                account="anthropic",
                model="claude-sonnet",
                protocol=ModelProtocol.ANTHROPIC,
                start_ms=20.0,
                end_ms=4000.0,
                status=200,
            ),
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def routed() -> dict[str, object]:
    """Of a record whose flight had many candidates."""
    told = (
        ("claude/work", 1, "Route 'reviews' names it. It answered this conversation before."),
        ("claude/home", 2, "Route 'reviews' names it. Weight 2."),
        ("claude/spare", 3, "Asked last: Over quota until 15:04; its vendor said so."),
        ("openrouter", None, "The provider is switched off."),
    )
    considered = tuple(
        Consideration(account=account, model="claude-sonnet", rank=rank, reason=reason)
        for account, rank, reason in told
    )
    reason = "Route 'reviews' matches, number 2 of the list. 3 accounts can answer; "
    return {"route_reason": f"{reason}strategy account-pool-first.", "considered": considered}


class MadeReader:
    """Answers like the store's reader, over flights 0 … total-1 that `make` makes on demand.

    `calls` tells what was asked. Unfiltered queries touch only the rows that are asked for. `make`
    must give number n a start within `gap_s` from BEGIN_S + n * gap_s.
    """

    def __init__(
        self,
        total: int = 0,
        make: Callable[[int], FlightSummary] = summary,
        gap_s: float = 1.0,
    ) -> None:
        self.total = total
        self.make = make
        self._gap_s = gap_s
        self.changed: dict[int, FlightSummary] = {}
        self.records: dict[str, FlightRecord] = {}
        self.calls: list[tuple[str, FlightQuery, int, int]] = []
        self.problem: Exception | None = None
        self.alike: list[FlightSummary] = []

    def count(self, query: FlightQuery) -> int:
        self._note("count", query, 0, 0)
        bounds = self._bounds(query)
        return len(bounds) if bounds is not None else len(self._matching(query))

    def page(self, query: FlightQuery, *, offset: int, limit: int) -> list[FlightSummary]:
        self._note("page", query, offset, limit)
        bounds = self._bounds(query)
        if bounds is None:
            return self._matching(query)[offset : offset + limit]
        return [self._flight(number) for number in bounds[::-1][offset : offset + limit]]

    def density(self, query: FlightQuery, parts: int) -> FlightDensity | None:
        if not self.total:
            return None
        last_s = self._flight(self.total - 1).started_at_s
        since_s = BEGIN_S if query.since_s is None else query.since_s
        until_s = last_s + 1.0 if query.until_s is None else query.until_s
        flights, errors = [0] * parts, [0] * parts
        bounds = self._bounds(query)
        if bounds is not None:  # none of them is made: there may be very many
            starts = [
                BEGIN_S + number * self._gap_s for number in bounds[:: len(bounds) // 5000 + 1]
            ]
            states = [FlightState.OK] * len(starts)
        else:
            found = self._matching(query)
            starts, states = [each.started_at_s for each in found], [each.state for each in found]
        for start_s, state in zip(starts, states, strict=True):
            part = int((start_s - since_s) * parts / (until_s - since_s))
            part = min(max(part, 0), parts - 1)
            flights[part] += 1
            errors[part] += state in (FlightState.FAILED, FlightState.CUT)
        return FlightDensity(
            since_s=since_s, until_s=until_s, flights=tuple(flights), errors=tuple(errors)
        )

    def record(self, flight_id: str) -> FlightRecord | None:
        if self.problem is not None:
            raise self.problem
        if flight_id in self.records:
            return self.records[flight_id]
        number = int(flight_id.removeprefix("flt_"), 16)
        return record(summary=self._flight(number)) if number < self.total else None

    def conversation(self, flight_id: str, owner: str | None) -> list[SimpleNamespace]:
        """Of each of those that are `alike`."""
        is_one = flight_id in {each.id for each in self.alike}
        return [SimpleNamespace(flight=each) for each in self.alike] if is_one else []

    def of_job(self, job_id: str, limit: int) -> list[FlightSummary]:
        return []

    def close(self) -> None:
        pass

    def _note(self, name: str, query: FlightQuery, offset: int, limit: int) -> None:
        self.calls.append((name, query, offset, limit))
        if self.problem is not None:
            raise self.problem

    def _flight(self, number: int) -> FlightSummary:
        return self.changed.get(number) or self.make(number)

    def _bounds(self, query: FlightQuery) -> range | None:
        """The numbers between since and until, when nothing else is asked."""
        if replace(query, since_s=None, until_s=None) != FlightQuery():
            return None
        first = 0 if query.since_s is None else self._first_from(query.since_s)
        last = self.total if query.until_s is None else self._first_from(query.until_s)
        return range(first, max(first, last))

    def _first_from(self, at_s: float) -> int:
        """The first flight that began then or later."""
        number = min(max(int((at_s - BEGIN_S) // self._gap_s), 0), self.total)
        while number < self.total and self._flight(number).started_at_s < at_s:
            number += 1
        return number

    def _matching(self, query: FlightQuery) -> list[FlightSummary]:
        flights = (self._flight(number) for number in range(self.total - 1, -1, -1))
        return [flight for flight in flights if matches(query, flight)]
