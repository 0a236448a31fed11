"""Streams for callers that speak Chat Completions."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Hosted,
    Image,
    Media,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_chat import LOSSES
from llmgw_desktop.wire.translate.openai_chat.answer_out import ChatEventWriter
from tests.wire.translate.openai_chat.support import asked, chunks_of, prompt, read, stream_of

BEGUN = AnswerBegun(id="chatcmpl-1", model="up", created_s=5)
ENDED = AnswerEnded(stop=Stop(kind=StopKind.END))
USED = Usage(input_tokens=20, output_tokens=9, cache_read_tokens=8, reasoning_tokens=4)
HEAD = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 5,
    "model": "asked-model",
    "system_fingerprint": None,
}


def text(*pieces: str, index: int = 0) -> list[AnswerEvent]:
    return [
        ItemBegun(index=index, item=Text(text="")),
        *(ItemGrew(index=index, more=piece) for piece in pieces),
        ItemEnded(index=index),
    ]


def deltas(*events: AnswerEvent, for_prompt: Any = None) -> list[dict[str, Any]]:
    """Between the role and the end."""
    chunks = chunks_of(stream_of([BEGUN, *events], for_prompt))
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk)
    found = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert found[0] == {"role": "assistant", "content": ""}
    return found[1:]


def test_a_stream_of_text_in_every_byte() -> None:
    chunks = chunks_of(stream_of([BEGUN, *text("Hel", "lo"), UsageTold(usage=USED), ENDED]))

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**HEAD, "choices": [choice], "usage": None}

    assert chunks == [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
        {
            **HEAD,
            "choices": [],
            "usage": {
                "prompt_tokens": 20,
                "completion_tokens": 9,
                "total_tokens": 29,
                "prompt_tokens_details": {"cached_tokens": 8},
                "completion_tokens_details": {"reasoning_tokens": 4},
            },
        },
        "[DONE]",
    ]


def test_usage_is_told_to_those_alone_that_asked() -> None:
    events = [BEGUN, *text("a"), UsageTold(usage=USED), ENDED]
    chunks = chunks_of(stream_of(events, prompt(stream_usage=False)))
    assert not any("usage" in chunk for chunk in chunks[:-1])
    assert chunks[-1] == "[DONE]"


def test_unknown_usage_is_not_told() -> None:
    events = [BEGUN, UsageTold(usage=Usage(output_tokens=3)), ENDED]
    assert [chunk["choices"] for chunk in chunks_of(stream_of(events))[:-1]].count([]) == 0


def test_the_last_usage_holds() -> None:
    last = Usage(input_tokens=20, output_tokens=9)
    told = [UsageTold(usage=Usage(input_tokens=9, cache_read_tokens=1)), UsageTold(usage=last)]
    chunks = chunks_of(stream_of([BEGUN, *told, ENDED]))
    assert chunks[-2]["usage"]["total_tokens"] == 29


def test_an_answer_without_an_id_of_the_form_gets_one() -> None:
    chunks = chunks_of(stream_of([AnswerBegun(id="msg_1", model="up"), ENDED]))
    assert {chunk["id"] for chunk in chunks[:-1]} == {"chatcmpl-abc123"}
    assert {chunk["created"] for chunk in chunks[:-1]} == {7}


def test_calls_grow_side_by_side_with_indices_from_0() -> None:
    found = deltas(
        *text("go"),
        ItemBegun(index=1, item=ToolCall(id="a", name="f", arguments="")),
        ItemBegun(index=2, item=ToolCall(id="b", name="g", arguments="")),
        ItemGrew(index=2, more='{"y"'),
        ItemGrew(index=1, more='{"x":1}'),
        ItemEnded(index=1),
        ItemGrew(index=2, more=":2}"),
        ItemEnded(index=2),
    )
    start = {"type": "function", "function": {"name": "f", "arguments": ""}}
    assert found[1:] == [
        {"tool_calls": [{"index": 0, "id": "a", **start}]},
        {
            "tool_calls": [
                {
                    "index": 1,
                    "id": "b",
                    "type": "function",
                    "function": {"name": "g", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 1, "function": {"arguments": '{"y"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":1}'}}]},
        {"tool_calls": [{"index": 1, "function": {"arguments": ":2}"}}]},
    ]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    call = ToolCall(id="a", name="f", arguments="")
    found = deltas(ItemBegun(index=0, item=call), ItemEnded(index=0))
    assert found[-1] == {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}


def test_custom_calls_are_text() -> None:
    call = ToolCall(id="a", name="f", arguments="", kind=CallKind.CUSTOM)
    chunks = chunks_of(
        stream_of(
            [BEGUN, ItemBegun(index=0, item=call), ItemGrew(index=0, more="hi"), ItemEnded(index=0)]
        )
    )
    found = [chunk["choices"][0]["delta"]["tool_calls"][0] for chunk in chunks[1:]]
    assert found == [
        {"index": 0, "id": "a", "type": "custom", "custom": {"name": "f", "input": ""}},
        {"index": 0, "custom": {"input": "hi"}},
    ]


def test_thinking_and_its_seals_go_apart() -> None:
    seal = Signature(vendor=Vendor.ANTHROPIC, data="sig")
    found = deltas(
        ItemBegun(index=0, item=Thinking(text="")),
        ItemGrew(index=0, more="hm"),
        ItemGrew(index=0, more="m"),
        ItemEnded(index=0, signature=seal),
        ItemBegun(index=1, item=Thinking(text="")),
        ItemGrew(index=1, more="so"),
        ItemEnded(index=1),
    )
    assert [each.get("reasoning_content") for each in found] == ["hm", "m", None, "\n\nso"]
    (entry,) = found[2]["reasoning_details"]
    assert entry == {
        "type": "reasoning.encrypted",
        "data": "llmgw1.anthropic.thinking.c2ln",
        "format": "llmgw",
        "index": 0,
        "span": [0, 3],
    }


def test_a_sealed_call_has_its_id_at_the_seal() -> None:
    seal = Signature(vendor=Vendor.GOOGLE, data="sig")
    call = ToolCall(id="a", name="f", arguments="", signature=seal)
    found = deltas(ItemBegun(index=0, item=call), ItemEnded(index=0))
    (entry,) = found[-1]["reasoning_details"]
    assert entry["id"] == "a"
    assert entry["data"].startswith("llmgw1.google.call.")


def test_citations_are_annotations_of_the_whole_content() -> None:
    cited = Citation(url="https://a.example", title="A", cited_text="x")
    found = deltas(
        *text("one "),
        ItemBegun(index=1, item=Text(text="")),
        ItemGrew(index=1, more="two"),
        ItemCited(index=1, citation=cited),
        ItemCited(index=1, citation=Citation(url="https://b.example", start=1, end=2)),
        ItemEnded(index=1),
    )
    first, second = found[-1]["annotations"]
    assert first == {
        "type": "url_citation",
        "url_citation": {
            "start_index": 4,
            "end_index": 7,
            "title": "A",
            "url": "https://a.example",
            "content": "x",
        },
    }
    assert (second["url_citation"]["start_index"], second["url_citation"]["end_index"]) == (5, 6)


def test_images_and_hosted_items() -> None:
    report = LossReport(LOSSES)
    writer = ChatEventWriter(asked(), report)
    image = Image(media=Media(media_type="image/png", data="QUJD"))
    hosted = Hosted(vendor=Vendor.GOOGLE, what="executableCode", raw={}, text="1+1")
    writer.write(BEGUN)
    assert b'"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]' in (
        writer.write(ItemBegun(index=0, item=image))
    )
    assert b'"content":"1+1"' in writer.write(ItemBegun(index=1, item=hosted))
    assert report.names == ("hosted_item:executableCode",)


@pytest.mark.parametrize(
    ("kind", "item", "word"),
    [
        (StopKind.END, None, "stop"),
        (StopKind.LENGTH, None, "length"),
        (StopKind.CONTEXT, None, "length"),
        (StopKind.STOP_SEQUENCE, None, "stop"),
        (StopKind.PAUSE, None, "stop"),
        (StopKind.REFUSAL, None, "content_filter"),
        (StopKind.REFUSAL, Refusal(text="no"), "stop"),
        (StopKind.TOOLS, ToolCall(id="a", name="f", arguments="{}"), "tool_calls"),
        (StopKind.END, ToolCall(id="a", name="f", arguments="{}"), "tool_calls"),
        (StopKind.LENGTH, ToolCall(id="a", name="f", arguments="{}"), "length"),
        (StopKind.TOOLS, None, "stop"),
    ],
)
def test_reasons_to_stop(kind: StopKind, item: Any, word: str) -> None:
    said = [] if item is None else [ItemBegun(index=0, item=item), ItemEnded(index=0)]
    chunks = chunks_of(stream_of([BEGUN, *said, AnswerEnded(stop=Stop(kind=kind))]))
    assert chunks[-2]["choices"][0]["finish_reason"] == word


def test_callers_of_the_old_kind_get_function_call() -> None:
    old = read(functions=[{"name": "f", "parameters": {}}], stream=True)
    call = ToolCall(id="a", name="f", arguments="")
    events = [
        BEGUN,
        ItemBegun(index=0, item=call),
        ItemGrew(index=0, more='{"x":1}'),
        ItemEnded(index=0),
        AnswerEnded(stop=Stop(kind=StopKind.TOOLS)),
    ]
    chunks = chunks_of(stream_of(events, old))
    assert [chunk["choices"][0]["delta"] for chunk in chunks[1:-1]] == [
        {"function_call": {"name": "f", "arguments": ""}},
        {"function_call": {"arguments": '{"x":1}'}},
        {},
    ]
    assert chunks[-2]["choices"][0]["finish_reason"] == "function_call"


def test_a_failure_ends_with_an_error_and_no_done() -> None:
    failed = AnswerFailed(message="overloaded", kind="overloaded_error", status=529)
    chunks = chunks_of(stream_of([BEGUN, failed, *text("b"), ENDED]))
    assert chunks[1:] == [
        {
            "error": {
                "message": "overloaded",
                "type": "server_error",
                "param": None,
                "code": "overloaded_error",
            }
        }
    ]


def test_the_official_library_reads_the_stream() -> None:
    events = [
        BEGUN,
        ItemBegun(index=0, item=Thinking(text="")),
        ItemGrew(index=0, more="hm"),
        ItemEnded(index=0, signature=Signature(vendor=Vendor.ANTHROPIC, data="s")),
        *text("Hel", "lo", index=1),
        ItemBegun(index=2, item=ToolCall(id="a", name="f", arguments="")),
        ItemGrew(index=2, more='{"x"'),
        ItemGrew(index=2, more=":1}"),
        ItemEnded(index=2),
        UsageTold(usage=USED),
        AnswerEnded(stop=Stop(kind=StopKind.TOOLS)),
    ]

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(
            200, content=stream_of(events), headers={"content-type": "text/event-stream"}
        )

    transport = httpx2.Client(transport=httpx2.MockTransport(answer))
    client = openai.OpenAI(api_key="k", base_url="http://localhost/v1", http_client=transport)
    with client, client.chat.completions.stream(model="m", messages=[]) as stream:
        completion = stream.get_final_completion()
    message = completion.choices[0].message
    assert message.content == "Hello"
    assert message.tool_calls is not None
    assert message.tool_calls[0].function.arguments == '{"x":1}'
    assert completion.choices[0].finish_reason == "tool_calls"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 29
    assert message.model_extra is not None
    assert message.model_extra["reasoning_content"] == "hm"
