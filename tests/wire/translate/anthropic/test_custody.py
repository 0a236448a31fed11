import json
from typing import Any

import pytest

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Citation,
    Hosted,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.wire.translate.in_place import without_foreign
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.anthropic.checked import CODEC, asked

SEAL = Signature(vendor=Vendor.GOOGLE, data="seal")
SEARCH = Hosted(
    vendor=Vendor.OPENAI,
    what="web_search_call",
    raw={"action": {"query": "q", "sources": [{"type": "url", "url": "https://a.example"}]}},
)
OWN = [
    {"type": "thinking", "thinking": "x", "signature": "EqQB"},
    {"type": "text", "text": "a"},
]


def cleaned(*content: Any) -> tuple[list[Any], int]:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": list(content)}]
    fields = {"model": "m", "messages": messages, "max_tokens": 1.0}
    body, left_out = without_foreign(json.dumps(fields).encode(), fields)
    assert json.loads(body) | {"messages": 0} == fields | {"messages": 0}
    return json.loads(body)["messages"], left_out


def test_what_other_vendors_left_behind_is_left_out() -> None:
    items = (
        Thinking(text="hm", signature=SEAL),
        SEARCH,
        Text(text="a", citations=(Citation(url="https://a.example"),)),
        ToolCall(id="t", name="f", arguments="{}", signature=SEAL),
        Text(text="", signature=SEAL),
    )
    answer = Answer(id="", model="m", items=items, stop=Stop(kind=StopKind.TOOLS))
    told = json.loads(CODEC.write_answer(answer, asked(), LossReport(CODEC.losses)))
    messages, left_out = cleaned(*told["content"], *OWN)
    assert messages[1]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        *OWN,
    ]
    assert left_out == 5


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_thinking_that_nobody_signed_is_left_out(separators: tuple[str, str]) -> None:
    unsigned = {"type": "thinking", "thinking": "hm", "signature": ""}
    said = {"role": "assistant", "content": [unsigned, *OWN]}
    fields = {"messages": [{"role": "user", "content": "Hi"}, said]}
    body, left_out = without_foreign(json.dumps(fields, separators=separators).encode(), fields)
    assert json.loads(body)["messages"][1]["content"] == OWN
    assert left_out == 1


def test_a_message_of_nothing_else_goes_too() -> None:
    foreign = {"type": "thinking", "thinking": "", "signature": "llmgw1.google.call.c2VhbA"}
    messages, left_out = cleaned(foreign)
    assert [message["role"] for message in messages] == ["user"]
    assert left_out == 1


def test_other_bodies_stay_as_they_are_to_the_byte() -> None:
    for text in ("llmgw1. is our mark", "plain", "encrypted_index"):
        fields = {"messages": [{"role": "assistant", "content": [{"type": "text", "text": text}]}]}
        body = json.dumps(fields, indent=3).encode()
        assert without_foreign(body, fields) == (body, 0)
    for odd in ({}, {"messages": 3}, {"messages": [3, {"content": [3]}]}):
        body = json.dumps(odd).encode() + b"llmgw1."
        assert without_foreign(body, odd) == (body, 0)
