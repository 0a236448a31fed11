"""Large prompts: what takes long is done beside the loop, the rest in steps; what would take
minutes is refused."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptBlocked, PromptRole
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.guards import masking, rules, scanning
from llmgw_desktop.engine.guards.guards import Guards, Hidden
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.wire.guards.prompt_parts import PromptPart, parts_of

MAIL = "ann@example.com"


def _rule(action: GuardAction = GuardAction.MASK) -> GuardRule:
    roles = (PromptRole.USER, PromptRole.ASSISTANT)
    return GuardRule(name="hide", action=action, find=(Finding.EMAIL,), roles=roles)


async def _checked(fields: dict[str, Any], rule: GuardRule | None = None) -> tuple[Hidden, Any]:
    guards = Guards(lambda client: b"key of " + client.encode())
    guards.apply([rule or _rule()])
    body = orjson.dumps(fields)
    request: Any = SimpleNamespace(
        principal=LOCAL, body=body, fields=orjson.loads(body), operation="generate"
    )
    upstream = SimpleNamespace(upstream=SimpleNamespace(provider="p"))
    decision: Any = SimpleNamespace(candidates=[upstream])
    flight = OpenFlight(
        "flt_1",
        path="/",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        clock=SystemClock(),
    )
    exchange: Any = SimpleNamespace(request=request, decision=decision, flight=flight)
    hidden = await guards.check(exchange, TimeSlices())
    return hidden or Hidden(body, {}), flight


def _folded(strings: int) -> dict[str, Any]:
    """Arguments of a tool: each string within is one with an escape."""
    arguments = orjson.dumps({"x": [f"{MAIL}\n"] * strings}).decode()
    call = {"function": {"name": "f", "arguments": arguments}}
    return {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("short " + MAIL, False),
        (f"{MAIL} " * 600, True),
        (f'["{MAIL}\\n"' + ",1" * 300 + "]", True),
    ],
    ids=["short", "long", "many strings within"],
)
async def test_long_texts_and_patterns_are_for_a_thread(
    text: str, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, seen = threading.get_ident(), list[bool]()
    gather, make = masking.Masker.gather, rules.Selection.__init__

    def seen_gather(masker: masking.Masker, part: PromptPart, said: Any) -> None:
        seen.append(threading.get_ident() != here)
        gather(masker, part, said)

    def seen_make(selection: rules.Selection, of: Any) -> None:
        assert threading.get_ident() != here, "patterns are made ready beside the loop"
        make(selection, of)

    monkeypatch.setattr(masking.Masker, "gather", seen_gather)
    monkeypatch.setattr(rules.Selection, "__init__", seen_make)
    hidden, _ = await _checked({"model": "m", "messages": [{"role": "user", "content": text}]})
    assert seen == [beside]
    assert MAIL.encode() not in hidden.body
    assert orjson.loads(hidden.body)


@pytest.mark.parametrize(
    "content", [[1] * 2000, {f"k{at}": at for at in range(2000)}], ids=["list", "table"]
)
def test_what_holds_no_words_lets_others_in_as_well(content: object) -> None:
    found = [*parts_of({"messages": [{"role": "user", "content": content}]})]
    assert found.count(None) >= 7
    assert not any(found)


async def test_what_would_take_minutes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_FOLDED", 50)
    monkeypatch.setattr(masking, "MOST_PLACES", 20)
    hidden, flight = await _checked(_folded(20))
    assert MAIL.encode() not in hidden.body
    assert [hit.count for hit in flight.guard_hits] == [20]
    with pytest.raises(PromptBlocked, match="more than 20 places"):
        await _checked(_folded(21))
    with pytest.raises(PromptBlocked, match="strings of JSON within strings"):
        await _checked(_folded(51))
    _, flight = await _checked(_folded(51), _rule(GuardAction.WARN))
    assert [hit.count for hit in flight.guard_hits] == [51]
