"""Thinking is told as servers of this protocol tell it, but not to those who want none."""

from __future__ import annotations

from typing import Any

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Item,
    RedactedThinking,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.wire.translate.answer_events import events_of
from tests.wire.translate.openai_chat.support import (
    answer_body,
    chunks_of,
    read,
    stream_of,
    turns,
)

SEAL = Signature(vendor=Vendor.OPENAI, data="seal")
THOUGHT = Thinking(text="Hm.", signature=SEAL)
MORE = Thinking(text="And so?", signature=Signature(vendor=Vendor.OPENAI, data="other"))
REDACTED = RedactedThinking(signature=SEAL)
CALL = ToolCall(id="c1", name="look", arguments="{}")
REFUSING: list[dict[str, Any]] = [
    {"reasoning_effort": "none"},
    {"reasoning": {"exclude": True}},
    {"reasoning": {"effort": "high", "exclude": True}},
    {"include_reasoning": False},
    {"thinking": {"type": "disabled"}},
]


def messages(*items: Item, **fields: Any) -> list[dict[str, Any]]:
    """Of the whole answer, and of its stream as the vendor's SDK puts it together."""
    asked = read(stream=True, **fields)
    answer = Answer(id="a", model="m", items=items, stop=Stop(kind=StopKind.END))
    whole = answer_body(answer, asked)
    ChatCompletion.model_validate(whole)
    state = ChatCompletionStreamState()
    reasoning: list[Any] = []
    for chunk in chunks_of(stream_of(events_of(answer), asked))[:-1]:
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk))
        for choice in chunk["choices"]:
            reasoning += choice["delta"].get("reasoning_details", [])
    snapshot = state.current_completion_snapshot.choices[0].message
    streamed = snapshot.model_dump(mode="json", exclude_none=True)
    if reasoning:
        streamed["reasoning_details"] = reasoning
    found: dict[str, Any] = whole["choices"][0]["message"]
    return [found, streamed]


@pytest.mark.parametrize("fields", REFUSING, ids=str)
def test_who_wants_none_is_told_none(fields: dict[str, Any]) -> None:
    for message in messages(THOUGHT, Text(text="Pong."), **fields):
        assert message["content"] == "Pong."
        assert "reasoning_content" not in message


@pytest.mark.parametrize("fields", REFUSING, ids=str)
def test_the_seals_come_home(fields: dict[str, Any]) -> None:
    for message in messages(THOUGHT, MORE, REDACTED, Text(text="I look."), CALL, **fields):
        sent = {name: message[name] for name in ("content", "tool_calls", "reasoning_details")}
        back = turns({"role": "assistant", **sent})[0].items
        assert back == (
            Thinking(text="", signature=THOUGHT.signature),
            Thinking(text="", signature=MORE.signature),
            REDACTED,
            Text(text="I look."),
            CALL,
        )


def test_who_says_nothing_is_told_in_a_member_of_its_own() -> None:
    for message in messages(THOUGHT, Text(text="Pong.")):
        assert message["content"] == "Pong."
        assert message["reasoning_content"] == "Hm."
