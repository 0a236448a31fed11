"""Who did not set `includeThoughts` sees none, and the vendor gets its thinking back anyway."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.genai import types

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
from llmgw_desktop.domain.model.prompt import Effort, Reasoning
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import events_of
from tests.wire.translate.gemini.support import (
    chunks_in,
    read_prompt,
    said,
    text,
    write_answer,
    write_stream,
)

SEAL = Signature(vendor=Vendor.ANTHROPIC, data="Q2xhdWRl+/==")
THOUGHT = Thinking(text="Hm.", signature=SEAL)
REDACTED = RedactedThinking(signature=SEAL)
CALL = ToolCall(id="c1", name="look", arguments="{}")
CONFIGS: list[dict[str, Any]] = [
    {},
    {"thinkingConfig": {"includeThoughts": False}},
    {"thinkingConfig": {"thinkingBudget": 2048}},
    {"thinkingConfig": {"thinkingLevel": "HIGH"}},
]
unasked = pytest.mark.parametrize("config", CONFIGS, ids=json.dumps)


def wish(config: dict[str, Any]) -> Reasoning | None:
    return read_prompt({**said({"text": "hi"}), "generationConfig": config}).reasoning


def answers(*items: Item, wanted: Reasoning | None) -> list[types.GenerateContentResponse]:
    """The whole answer and all of its stream, as the vendor's SDK has them."""
    answer = Answer(
        id="a",
        model="m",
        items=items,
        stop=Stop(kind=StopKind.END),
        usage=Usage(input_tokens=3, output_tokens=7, reasoning_tokens=4),
    )
    streams = [
        chunks_in(write_stream(events_of(answer), wanted=wanted)[0]),
        json.loads(write_stream(events_of(answer), "", wanted)[0]),
    ]
    parts = [
        part
        for chunk in streams[0]
        for part in chunk["candidates"][0]["content"]["parts"]
        if part != {"text": ""}
    ]
    assert streams[1] == streams[0]
    whole = write_answer(answer, wanted)[0]
    streamed = {**whole, "candidates": [{"content": {"parts": parts, "role": "model"}}]}
    return [types.GenerateContentResponse.model_validate(each) for each in (whole, streamed)]


def parts_of(answer: types.GenerateContentResponse) -> list[types.Part]:
    assert answer.candidates
    assert answer.candidates[0].content
    return answer.candidates[0].content.parts or []


@unasked
def test_all_parts_joined_are_the_text(config: dict[str, Any]) -> None:
    for answer in answers(THOUGHT, REDACTED, Text(text="Pong."), wanted=wish(config)):
        assert "".join(part.text or "" for part in parts_of(answer)) == "Pong."
        assert not any(part.thought for part in parts_of(answer))
        assert answer.usage_metadata is not None
        assert answer.usage_metadata.thoughts_token_count == 4


@unasked
def test_the_next_call_takes_it_home(config: dict[str, Any]) -> None:
    said_first = Text(text="I look.")
    for answer in answers(THOUGHT, REDACTED, said_first, CALL, wanted=wish(config)):
        assert [bool(part.thought_signature) for part in parts_of(answer)] == [False, True]
        assert answer.candidates
        assert answer.candidates[0].content
        sent = answer.candidates[0].content.model_dump_json(exclude_none=True, by_alias=True)
        back = read_prompt({"contents": [json.loads(sent)]}).turns[0].items
        assert sorted(back, key=repr) == sorted((THOUGHT, REDACTED, said_first, CALL), key=repr)


def test_an_answer_of_nothing_but_thinking_is_empty() -> None:
    whole, streamed = answers(Thinking(text="Hm."), wanted=None)
    assert [part.text for part in parts_of(whole)] == [""]
    assert parts_of(streamed) == []


def test_who_asked_sees_it() -> None:
    wanted = wish({"thinkingConfig": {"includeThoughts": True}})
    for answer in answers(Thinking(text="Hm."), text("Pong."), wanted=wanted):
        assert [bool(part.thought) for part in parts_of(answer)] == [True, False]
        assert answer.text == "Pong."


def test_how_hard_to_think_is_another_matter() -> None:
    whole, _ = answers(THOUGHT, text("Pong."), wanted=Reasoning(effort=Effort.HIGH))
    assert [part.text for part in parts_of(whole)] == ["Pong."]
