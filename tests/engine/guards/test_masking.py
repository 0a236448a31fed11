"""What is hidden comes back by the same bytes, turn for turn; nothing else of a body changes."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.guards.guards import Guards, Hidden
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.wire.guards.placeholders import Placeholders, answer_in_steps
from llmgw_desktop.wire.json_strings import at_once

MAIL = "ann@example.com"
RULE = GuardRule(
    name="hide", action=GuardAction.MASK, find=(Finding.EMAIL, Finding.IBAN), deny=('n"[a-c]+"',)
)


async def _hidden(body: bytes) -> bytes:
    return (await _checked(body)).body


async def _checked(body: bytes) -> Hidden:
    guards = Guards(lambda client: b"key of " + client.encode())
    guards.apply([RULE])
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
    return Hidden(body, {}) if hidden is None else hidden


def _put_back(hidden: Hidden) -> bytes:
    steps = answer_in_steps(hidden.body, Placeholders(hidden.values))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return bytes(end.value)


_WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            [MAIL, 'n"abc"', "DE89 3704 0044 0532 0130 00", "[EMAIL_", "\\", '"', "é😀"]
        ),
        st.text(max_size=8),
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_WORDS, _WORDS, st.booleans())
def test_hidden_and_put_back_it_is_what_it_was(user: str, called: str, is_ascii: bool) -> None:
    arguments = json.dumps({"to": called, "all": [user]}, ensure_ascii=is_ascii)
    messages = [
        {"role": "user", "content": user},
        {"role": "assistant", "tool_calls": [{"function": {"arguments": arguments}}]},
    ]
    body = json.dumps({"model": "m", "messages": messages}, ensure_ascii=is_ascii).encode()
    hidden = asyncio.run(_checked(body))
    back = json.loads(_put_back(hidden))
    assert back["messages"][0] == messages[0]
    call = back["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(call) == json.loads(arguments)
    if MAIL in user.split():
        assert MAIL.encode() not in hidden.body
    at_once(hidden.body)


async def test_signed_thinking_comes_back_as_it_was_signed_and_the_beginning_stays() -> None:
    first = {"model": "m", "messages": [{"role": "user", "content": f"I am {MAIL}"}]}
    sent = await _hidden(orjson.dumps(first))
    shown = json.loads(sent)["messages"][0]["content"].removeprefix("I am ")
    signed = f"She is {shown}, unlike made.up@example.org"
    thinking = {"type": "thinking", "thinking": signed.replace(shown, MAIL), "signature": "s"}
    later = {
        "model": "m",
        "messages": [
            *first["messages"],
            {"role": "assistant", "content": [thinking, {"type": "text", "text": MAIL}]},
            {"role": "user", "content": "and bob@example.com"},
        ],
    }
    again = await _hidden(orjson.dumps(later))
    said = json.loads(again)["messages"]
    assert said[1]["content"][0]["thinking"] == signed
    assert said[1]["content"][1]["text"] == shown
    assert again.startswith(sent[: sent.index(b"}")])
