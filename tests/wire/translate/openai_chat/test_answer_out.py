"""Whole answers for callers that speak Chat Completions."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from openai.types.chat import ChatCompletion

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import collected, events_of
from llmgw_desktop.wire.translate.openai_chat.events_in import read_answer
from tests.wire.translate.openai_chat.support import (
    NO_NAMES,
    answer_body,
    events_in,
    prompt,
    read,
    stream_of,
    turns,
)

SEAL = Signature(vendor=Vendor.ANTHROPIC, data="sig")


def answer(*items: Item, kind: StopKind = StopKind.END, **more: Any) -> Answer:
    return Answer(id="chatcmpl-1", model="up", items=items, stop=Stop(kind=kind), **more)


def message_of(*items: Item, **more: Any) -> dict[str, Any]:
    body = answer_body(answer(*items, **more))
    ChatCompletion.model_validate(body)
    found: dict[str, Any] = body["choices"][0]["message"]
    return found


def test_a_text_in_every_member() -> None:
    used = Usage(input_tokens=20, output_tokens=9, cache_read_tokens=8, cache_write_tokens=3)
    assert answer_body(answer(Text(text="Hi"), usage=used, created_s=5)) == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 5,
        "model": "asked-model",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "system_fingerprint": None,
        "usage": {
            "prompt_tokens": 20,
            "completion_tokens": 9,
            "total_tokens": 29,
            "prompt_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 3},
        },
    }


def test_unknown_usage_is_left_out() -> None:
    assert "usage" not in answer_body(answer(Text(text="Hi")))


def test_texts_are_joined_and_calls_numbered_by_their_place() -> None:
    message = message_of(
        Text(text="a"),
        ToolCall(id="1", name="f", arguments='{"x": 1.0}'),
        Text(text="b"),
        ToolCall(id="2", name="g", arguments="{}"),
        kind=StopKind.TOOLS,
    )
    assert message["content"] == "ab"
    assert message["tool_calls"] == [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1.0}'}},
        {"id": "2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_calls_alone_have_no_content() -> None:
    call = ToolCall(id="1", name="f", arguments="hi", kind=CallKind.CUSTOM)
    message = message_of(call)
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "1", "type": "custom", "custom": {"name": "f", "input": "hi"}}
    ]


def test_an_answer_of_nothing_is_an_empty_text() -> None:
    assert message_of()["content"] == ""
    assert message_of(Thinking(text="hm"), kind=StopKind.LENGTH)["content"] == ""


def test_a_refusal_stands_in_its_own_member() -> None:
    message = message_of(Refusal(text="no"), kind=StopKind.REFUSAL)
    assert (message["content"], message["refusal"]) == (None, "no")


def test_an_old_caller_gets_function_call() -> None:
    old = read(functions=[{"name": "f"}])
    call = ToolCall(id="1", name="f", arguments="{}")
    choice = answer_body(answer(call, kind=StopKind.TOOLS), old)["choices"][0]
    assert choice["message"]["function_call"] == {"name": "f", "arguments": "{}"}
    assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "function_call"


CITED = Citation(url="https://a.example", title="A", start=0, end=1)
THOUGHTFUL: tuple[Item, ...] = (
    Thinking(text="alone"),
    Thinking(text="one", signature=SEAL),
    RedactedThinking(signature=Signature(vendor=Vendor.ANTHROPIC, data="hidden")),
    Thinking(text="two", signature=Signature(vendor=Vendor.OPENAI, data="gAAA")),
    Thinking(text="", signature=SEAL),
    Text(text="so", signature=Signature(vendor=Vendor.GOOGLE, data="t")),
    ToolCall(id="1", name="f", arguments="{}", signature=Signature(vendor=Vendor.GOOGLE, data="c")),
    ToolCall(id="2", name="f", arguments="{}"),
)


def test_thinking_comes_back_with_all_its_seals() -> None:
    message = message_of(*THOUGHTFUL, kind=StopKind.TOOLS)
    assert message["reasoning_content"] == "alone\n\none\n\ntwo"
    (turn,) = turns(message)
    assert turn.items == THOUGHTFUL


def test_seals_come_back_without_their_words_and_without_their_spans() -> None:
    message = message_of(Thinking(text="one", signature=SEAL), Text(text="so"))
    del message["reasoning_details"][0]["span"]
    assert turns(message)[0].items == (Thinking(text="one", signature=SEAL), Text(text="so"))
    del message["reasoning_content"]
    assert turns(message)[0].items == (Thinking(text="", signature=SEAL), Text(text="so"))


@pytest.mark.parametrize(
    "items",
    [
        (Text(text="Hi"),),
        (Refusal(text="no"),),
        (Thinking(text="hm"), Text(text="so"), ToolCall(id="1", name="f", arguments='{"a":[]}')),
        (
            Text(
                text="a", citations=(Citation(url="https://a.example", title="A", start=0, end=1),)
            ),
        ),
    ],
)
def test_streamed_and_whole_say_the_same(items: tuple[Item, ...]) -> None:
    used = Usage(input_tokens=2, output_tokens=1)
    given = answer(*items, usage=used, created_s=5)
    body = answer_body(given)
    streamed = collected(events_in(stream_of(events_of(given), prompt())))
    assert streamed == read_answer(orjson.dumps(body), NO_NAMES)
    assert streamed.items == items
