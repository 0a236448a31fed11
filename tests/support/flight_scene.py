"""A busy afternoon at the gateway, made up: for pictures and for looking at pages with content."""

import functools
import json
import random
from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from llmgw_desktop.app.gateway.control import base_urls
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.flight import (
    FlightDensity,
    FlightQuery,
    FlightRecord,
    FlightState,
    FlightSummary,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import NO_BILLING_FACTS, BillingFacts, Figure, Usage
from tests.support.made_flights import BEGIN_S, MadeReader, anthropic_stream, flight_id, record

_KINDS = (
    ("claude-code", "anthropic", "claude-sonnet-5", ModelProtocol.ANTHROPIC, 46),
    ("claude-code", "anthropic", "claude-haiku-5", ModelProtocol.ANTHROPIC, 18),
    ("editor", "openai", "gpt-6-mini", ModelProtocol.OPENAI_CHAT, 14),
    ("nightly-review", "openrouter", "qwen/qwen4-coder-480b", ModelProtocol.OPENAI_CHAT, 9),
    ("notebook", "local-llama", "llama-4-8b-instruct", ModelProtocol.OPENAI_CHAT, 8),
    ("release-notes", "anthropic", "claude-opus-5", ModelProtocol.ANTHROPIC, 5),
)
_TROUBLES = (
    (FlightState.FAILED, 429, "upstream_429", "Number of request tokens has exceeded your limit"),
    (FlightState.FAILED, 529, "upstream_529", "Overloaded"),
    (FlightState.FAILED, 502, "upstream_refused", "Cannot connect to 127.0.0.1:11434"),
    (FlightState.FAILED, 404, "unknown_model", "No enabled provider has a model named 'gpt-9'."),
    (FlightState.CUT, 200, "upstream_cut", "'anthropic' broke off in the middle of its answer."),
    (FlightState.CANCELED, 200, "client_gone", "The client closed the connection."),
    (FlightState.LOST, None, None, None),
)
_UNUSUAL: tuple[dict[str, object], ...] = (
    {"upstream_protocol": ModelProtocol.GEMINI, "losses": ("seed", "user")},
    {"operation": Operation.COUNT_TOKENS, "usage": Usage(input_tokens=21_450), "ttft_ms": None},
    {
        "upstream_protocol": ModelProtocol.GEMINI,
        "operation": Operation.COUNT_TOKENS,
        "losses": ("field:functionDeclaration.responseJsonSchema",),
    },
    {"operation": Operation.EMBED, "usage": Usage(input_tokens=812)},
)
GAP_S = 11.0


@functools.lru_cache(maxsize=20_000)
def scene_flight(number: int) -> FlightSummary:
    """Number n is the same every time."""
    chance = random.Random(number)
    client, provider, model, protocol, _ = chance.choices(
        _KINDS, weights=[kind[4] for kind in _KINDS]
    )[0]
    caches = provider == "anthropic"
    tokens = int(chance.lognormvariate(9.6 if caches else 7.6, 0.8))
    read = int(tokens * chance.choice((0.97, 0.93, 0.88, 0.81, 0.34, 0))) if caches else None
    output = int(chance.lognormvariate(5.6, 1.0))
    ttft = chance.lognormvariate(6.5, 0.45)
    flight = FlightSummary(
        id=flight_id(number),
        started_at_s=BEGIN_S + number * GAP_S + chance.random() * 5,
        state=FlightState.OK,
        client=client,
        protocol=protocol,
        operation=Operation.GENERATE,
        model_asked=model,
        model_served="gpt-6-mini-2026-10-02" if model == "gpt-6-mini" else model,
        provider=provider,
        streaming=client != "notebook",
        status=200,
        ttft_ms=ttft,
        took_ms=ttft + output / chance.uniform(28, 110) * 1000,
        usage=Usage(
            input_tokens=tokens,
            output_tokens=output,
            cache_read_tokens=read,
            cache_write_tokens=None if read is None else int((tokens - read) * 0.7),
        ),
        stop_reason="end_turn" if caches else "stop",
        attempts=1,
        request_bytes=tokens * 4,
        answer_bytes=output * 160,
        replied_chunks=output // 3,
    )
    if provider not in ("local-llama", "openrouter"):
        flight = replace(flight, cost_usd=(tokens * 3 - (read or 0) * 2.7 + output * 15) / 1e6)
    if number % 9 == 4:
        flight = replace(flight, **_UNUSUAL[number // 9 % len(_UNUSUAL)])
    elif number % 7 == 3:
        flight = _doubtful(flight, number // 7)
    if chance.random() > 0.07:
        return flight
    state, status, kind, text = chance.choice(_TROUBLES)
    return _spoiled(flight, state, status, kind, text)


def _doubtful(flight: FlightSummary, number: int) -> FlightSummary:
    """Not all of whose figures were told, or whose bill is its vendor's own."""
    usage, cost_usd = flight.usage, flight.cost_usd
    match number % 3:
        case 0:
            counted = int(Figure.INPUT | Figure.OUTPUT) | (Figure.COST if cost_usd else 0)
            return replace(flight, usage=replace(usage, estimated=counted))
        case 1:
            billing = BillingFacts(unpriced=("web_search",), fees=(("web_search", 2),))
            partial = int(Figure.COST) if cost_usd else 0
            return replace(flight, usage=replace(usage, partial=partial, billing=billing))
    tier = replace(usage, billing=BillingFacts(service_tier="flex"))
    return replace(
        flight, usage=tier, cost_usd=0.0123, list_cost_usd=0.011, is_billed_by_vendor=True
    )


def _broken_off(usage: Usage) -> Usage:
    told = replace(usage, output_tokens=None, billing=NO_BILLING_FACTS).broken_off(31)
    return replace(told, partial=told.partial | Figure.COST)


def _spoiled(
    flight: FlightSummary,
    state: FlightState,
    status: int | None,
    kind: str | None,
    text: str | None,
) -> FlightSummary:
    began = state in (FlightState.CUT, FlightState.CANCELED)
    return replace(
        flight,
        state=state,
        status=status,
        error_kind=kind,
        error_text=text,
        stop_reason=None,
        provider=None if kind == "unknown_model" else flight.provider,
        model_asked="gpt-9" if kind == "unknown_model" else flight.model_asked,
        model_served=flight.model_served if began else None,
        ttft_ms=flight.ttft_ms if began else None,
        took_ms=None if state is FlightState.LOST else (flight.took_ms if began else 312.0),
        usage=_broken_off(flight.usage) if began else Usage(),
        cost_usd=flight.cost_usd if began else None,
        list_cost_usd=None,
        is_billed_by_vendor=False,
    )


def scene_running(first: int) -> tuple[FlightSummary, ...]:
    """Three that are under way, numbered from `first`."""
    flights = [replace(scene_flight(first + at), error_kind=None) for at in range(3)]
    return tuple(
        replace(
            flight,
            state=FlightState.RUNNING,
            cost_usd=None,
            is_billed_by_vendor=False,
            list_cost_usd=None,
            status=200 if at else None,
            started_at_s=BEGIN_S + (first + at) * GAP_S,
            client=("claude-code", "editor", "claude-code")[at],
            provider=("anthropic", "openai", "anthropic")[at],
            model_asked=("claude-sonnet-5", "gpt-6-mini", "claude-opus-5")[at],
            model_served=("claude-sonnet-5", "gpt-6-mini", "claude-opus-5")[at],
            ttft_ms=640.0 + at * 233 if at else None,
            took_ms=None,
            usage=Usage(input_tokens=31_204 + 9_000 * at) if at else Usage(),
            stop_reason=None,
            error_text=None,
            job="job_019aa1" if at == 1 else "",
        )
        for at, flight in enumerate(flights)
    )[::-1]


def scene_record(flight: FlightSummary) -> FlightRecord:
    """A coding agent's turn."""
    ttft, took = flight.ttft_ms or 180.0, flight.took_ms or 312.0
    phases = (
        Phase(name=PhaseName.READ, start_ms=0.0, end_ms=1.2),
        Phase(name=PhaseName.ROUTE, start_ms=1.2, end_ms=1.6),
        Phase(name=PhaseName.CONNECT, start_ms=1.6, end_ms=42.0, note="new connection"),
        Phase(name=PhaseName.WAIT, start_ms=42.0, end_ms=ttft),
        Phase(name=PhaseName.STREAM, start_ms=ttft, end_ms=took),
    )
    made = record(
        summary=flight,
        request_body=json.dumps(_REQUEST | {"model": flight.model_asked}).encode(),
        phases=phases if flight.ttft_ms else phases[:4],
    )
    if flight.state is FlightState.FAILED:
        error = {"type": "error", "error": {"type": "error", "message": flight.error_text}}
        return replace(made, answer_body=json.dumps(error).encode())
    return replace(made, answer_body=anthropic_stream(_ANSWER, pieces=60))


class SceneReader(MadeReader):
    """The scene's flights with their records."""

    def __init__(self, total: int) -> None:
        super().__init__(total, scene_flight, GAP_S)

    def record(self, flight_id: str) -> FlightRecord | None:
        if self.problem is not None:
            raise self.problem
        number = int(flight_id.removeprefix("flt_"), 16)
        return scene_record(scene_flight(number)) if number < self.total else None

    @override
    def density(self, query: FlightQuery, parts: int) -> FlightDensity | None:
        """Days with their work and their evenings, whatever is asked."""
        told = super().density(FlightQuery(), parts)
        if told is None or query.text:
            return told
        dice = random.Random(4)
        flights = tuple(int(dice.expovariate(0.05) * (at % 24 > 7)) for at in range(parts))
        errors = tuple(count // 6 if at % 11 == 0 else 0 for at, count in enumerate(flights))
        return replace(told, flights=flights, errors=errors)


class SceneClock:
    """Stands still a few seconds after the newest of `total` flights."""

    def __init__(self, total: int) -> None:
        self._now_s = BEGIN_S + (total + 3) * GAP_S + 2

    def now_s(self) -> float:
        return self._now_s

    def monotonic_s(self) -> float:
        return self._now_s


class SceneControl:
    """A gateway that runs, for pages that only ask."""

    def __init__(self, status: RecorderStatus | None = None) -> None:
        self._status = status or RecorderStatus(recording=True)

    def base_urls(self) -> dict[str, str]:
        return base_urls("http://127.0.0.1:3333", "/mcp")

    def access_key_file(self) -> Path:
        return Path("/home/kim/.local/share/llmgw/run/access.key")

    def recorder_status(self) -> RecorderStatus:
        return self._status

    async def send_test_flight(self) -> str:
        return flight_id(1)


_ANSWER = """The test fails because `parse_window` treats a window without an end as empty.

In `windows.py`, line 48, the comparison is the wrong way round:

    if end is None and start > now:
        return EMPTY

A window that has begun and has no end is open, so this must be `start > now` alone, and the open
case falls through to the return below. I have changed that one line and run the tests of the
module: 41 passed.

One more thing I noticed but did not touch: `merge_windows` sorts by end, which fails for open
windows. Shall I look at that next?"""
_REQUEST: dict[str, object] = {
    "max_tokens": 32000,
    "stream": True,
    "temperature": 1,
    "system": [
        {
            "type": "text",
            "text": "You are a careful coding agent. Work in small steps. " * 60,
            "cache_control": {"type": "ephemeral"},
        }
    ],
    "tools": [
        {
            "name": name,
            "description": f"{name} for the workspace.",
            "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
        }
        for name in ("Bash", "Read", "Edit", "Write", "Grep", "Glob")
    ],
    "messages": [
        {
            "role": "user",
            "content": [
                {
                    "type": "text",
                    "text": "tests/test_windows.py::test_open_window fails since yesterday."
                    " Please find out why and mend it. The screenshot shows the run in CI.",
                },
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "A" * 250_000},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {
                    "type": "thinking",
                    "thinking": "An open window has no end. Let me look at how it is parsed.",
                    "signature": "…",
                },
                {"type": "text", "text": "I'll read the test and the module it tests."},
                {
                    "type": "tool_use",
                    "id": "toolu_1",
                    "name": "Bash",
                    "input": {
                        "command": "pytest tests/test_windows.py -x -q",
                        "description": "Run the failing test",
                    },
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": "F\n=== FAILURES ===\n    def test_open_window():\n>       assert"
                    " parse_window('09:00-') != EMPTY\nE       AssertionError\n1 failed in 0.12s",
                }
            ],
        },
    ],
}
