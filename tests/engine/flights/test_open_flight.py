"""A flight tells what was noted of it, each fact in its place."""

from dataclasses import fields

from llmgw_desktop.domain.flight import FlightState, FlightSummary, Phase, PhaseName
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.prompt_facts import PromptFacts
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.flights.open_flight import OpenFlight


class _Steps:
    """Every look at the clock is a second later."""

    def __init__(self) -> None:
        self._at_s = 100.0

    def now_s(self) -> float:
        return 1.7e9

    def monotonic_s(self) -> float:
        self._at_s += 1
        return self._at_s


def test_summary_and_timeline() -> None:
    flight = OpenFlight(
        "flt_1",
        path="/v1/messages",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        clock=_Steps(),
    )
    assert flight.summary() == FlightSummary(
        id="flt_1",
        started_at_s=1.7e9,
        state=FlightState.RUNNING,
        client="–",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model_asked="",
    )
    noted = {
        "client": "zed",
        "model_asked": "asked",
        "model_served": "served",
        "provider": "vendor",
        "streaming": True,
        "status": 200,
        "usage": Usage(input_tokens=1),
        "stop_reason": "end_turn",
        "error_kind": "kind",
        "error_text": "text",
        "attempts": 2,
        "upstream_protocol": ModelProtocol.GEMINI,
        "losses": ("seed",),
        "prompt_facts": PromptFacts(stable_prefix_hash="ab", stable_prefix_tokens=3),
        "owner": "cli_1",
        "label": "aider",
        "list_cost_usd": 0.5,
        "is_billed_by_vendor": True,
        "job": "job_1",
        "is_counted": False,
        "guard_hits": (
            GuardHit(
                rule="people", action=GuardAction.MASK, what="email", role=PromptRole.USER, count=2
            ),
        ),
    }
    for name, value in noted.items():
        setattr(flight, name, value)
    flight.request_body, flight.chunks = b"12345", 7
    flight.cost_usd = 0.25
    flight.connected()
    flight.answered()
    flight.keep(b"123")
    flight.streamed()
    flight.end()
    summary = flight.summary()
    expected = noted | {
        "id": "flt_1",
        "started_at_s": 1.7e9,
        "state": FlightState.OK,
        "protocol": ModelProtocol.ANTHROPIC,
        "operation": Operation.GENERATE,
        "ttft_ms": 2000.0,
        "took_ms": 4000.0,
        "request_bytes": 5,
        "answer_bytes": 3,
        "replied_chunks": 7,
        "cost_usd": 0.25,
        "account": None,
    }
    assert {each.name: getattr(summary, each.name) for each in fields(FlightSummary)} == expected
    assert flight.timeline() == (
        Phase(name=PhaseName.CONNECT, start_ms=0.0, end_ms=1000.0),
        Phase(name=PhaseName.WAIT, start_ms=1000.0, end_ms=2000.0),
        Phase(name=PhaseName.STREAM, start_ms=2000.0, end_ms=3000.0),
    )
