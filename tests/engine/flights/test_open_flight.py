"""A flight tells what was noted of it, each fact in its place."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import llmgw_desktop
from llmgw_desktop.domain.brakes import Speaker
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary, Phase, PhaseName
from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import PromptFacts, Usage
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
        "project": "site",
        "replay_of": "flt_0",
        "guard_hits": (
            GuardHit(
                rule="people", action=GuardAction.MASK, what="email", role=PromptRole.USER, count=2
            ),
        ),
    }
    for name, value in noted.items():
        setattr(flight, name, value)
    flight.said_by(Speaker("c0ffee", "a9e27"))
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
        "note": None,
        "conversation": "c0ffee",
        "agent": "a9e27",
    }
    assert {each.name: getattr(summary, each.name) for each in fields(FlightSummary)} == expected
    assert tuple(flight.phases) == (
        Phase(name=PhaseName.CONNECT, start_ms=0.0, end_ms=1000.0),
        Phase(name=PhaseName.WAIT, start_ms=1000.0, end_ms=2000.0),
        Phase(name=PhaseName.STREAM, start_ms=2000.0, end_ms=3000.0),
    )


def test_is_changed_by_its_own_verbs_alone() -> None:
    home = Path(llmgw_desktop.__file__).parent
    files = [each for each in home.rglob("*.py") if each.parent.name != "flights"]
    assert len(files) > 100
    found = [f"{each.name}:{at}" for each in files for at in _writes(ast.parse(each.read_bytes()))]
    assert not found, "give OpenFlight a verb for it"
    written = "exchange.flight.usage, x = 1, 2\nflight.chunks += 1"
    assert sorted(_writes(ast.parse(written))) == [1, 2]


def _writes(tree: ast.AST) -> Iterator[int]:
    """The lines in which something of a flight is set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            of = node.value
            name = of.id if isinstance(of, ast.Name) else getattr(of, "attr", "")
            if name.lstrip("_") == "flight":
                yield node.lineno
