"""Answers that later requests go on from."""

from __future__ import annotations

from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Turn,
    Vendor,
)
from llmgw_desktop.wire.openai_responses import expanded
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_responses import codec
from tests.wire.translate.openai_responses.support import R, asked, read

ITEMS = (
    Thinking(text="Hm.", signature=Signature(vendor=Vendor.ANTHROPIC, data="s")),
    Text(text="I look."),
    ToolCall(
        id="c1",
        name="f",
        arguments='{"a": 1.0}',
        signature=Signature(vendor=Vendor.GOOGLE, data="g"),
    ),
)
ANSWER = Answer(id="x", model="m", items=ITEMS, stop=Stop(kind=StopKind.TOOLS))


def _kept_items() -> list[dict[str, Any]]:
    """Of the answer as its caller got it."""
    told = codec(R).write_answer(ANSWER, asked(), LossReport(codec(R).losses))
    output: list[dict[str, Any]] = orjson.loads(told)["output"]
    return output


def test_the_next_turn_sees_the_whole_conversation() -> None:
    stored = [{"type": "message", "role": "user", "content": "go"}, *_kept_items()]
    fields = {
        "model": "m",
        "previous_response_id": "resp_0a1b",
        "input": [{"type": "function_call_output", "call_id": "c1", "output": "ok"}],
    }
    told = expanded(fields, stored)
    assert "previous_response_id" not in told
    assert fields["previous_response_id"] == "resp_0a1b"
    turns = read(**told).turns
    assert turns[0] == Turn(role=Role.USER, items=(Text(text="go"),))
    assert turns[1] == Turn(role=Role.ASSISTANT, items=ITEMS)
    assert turns[2].role is Role.USER


def test_words_and_references() -> None:
    stored = [{"type": "message", "id": "msg_1", "role": "assistant", "content": "a"}]
    assert expanded({"input": "b"}, stored)["input"] == [
        *stored,
        {"type": "message", "role": "user", "content": "b"},
    ]
    references = [{"type": "item_reference", "id": "msg_1"}, {"id": "msg_1"}, {"id": "msg_2"}]
    assert expanded({"input": references}, stored)["input"] == [*stored, {"id": "msg_2"}]
    assert expanded({}, stored)["input"] == stored
