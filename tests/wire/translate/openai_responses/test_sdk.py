"""The vendor's own SDK reads what is written: strictly, whole and as a stream."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerEnded,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
)
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Hosted,
    Image,
    Media,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.translate.answer_events import events_of
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.openai_responses import codec
from llmgw_desktop.wire.translate.usage import CallersUsage
from tests.wire.translate.openai_responses.support import R, X, asked, frames_of, sdk, streamed

SEALED = Signature(vendor=Vendor.ANTHROPIC, data="c2VhbA==")
ITEMS = (
    Thinking(text="Hm.", signature=SEALED),
    RedactedThinking(signature=SEALED),
    Text(
        text="See there.",
        citations=(Citation(url="https://a.example", title="A", start=0, end=3),),
    ),
    Text(text=" And on."),
    Refusal(text="Not that."),
    ToolCall(id="call_1", name="f", arguments='{"a": 1.0}', namespace="mcp__x"),
    ToolCall(id="call_2", name="apply_patch", arguments="*** Begin", kind=CallKind.CUSTOM),
    ToolCall(id="call_3", name="g", arguments=""),
    Image(media=Media(media_type="image/png", data="iVBORw0KGgo=")),
    Hosted(
        vendor=Vendor.OPENAI,
        what="web_search_call",
        raw={
            "type": "web_search_call",
            "id": "ws_1",
            "status": "completed",
            "action": {"type": "search", "query": "q", "queries": ["q"]},
        },
    ),
)
REQUEST: dict[str, Any] = {
    "instructions": "Be brief.",
    "temperature": 0.5,
    "metadata": {"a": "b"},
    "text": {"verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "tool_choice": {"type": "function", "name": "g"},
    "parallel_tool_calls": False,
    "tools": [
        {"type": "function", "name": "g"},
        {"type": "custom", "name": "apply_patch"},
        {"type": "web_search"},
        {
            "type": "namespace",
            "name": "mcp__x",
            "description": "",
            "tools": [{"type": "function", "name": "f", "parameters": {}}],
        },
    ],
}


USED = Usage(
    input_tokens=9,
    output_tokens=5,
    cache_read_tokens=2,
    cache_write_tokens=1,
    reasoning_tokens=3,
)


def answer_of(*items: Any, kind: StopKind = StopKind.END, usage: Usage | None = None) -> Answer:
    used = USED if usage is None else usage
    return Answer(id="up_1", model="served", items=items, stop=Stop(kind=kind), usage=used)


def whole(answer: Answer, **fields: Any) -> Any:
    told = CallersUsage(asked(**fields), R).answer(answer)
    body = codec(R).write_answer(told, asked(**fields), LossReport(codec(R).losses))
    return sdk(body, "application/json").responses.create(model="m", input="x")


def final(answer: Answer, **fields: Any) -> Any:
    stream = streamed(events_of(answer), **fields)
    with sdk(stream).responses.stream(model="m", input="x") as seen:
        return seen.get_final_response()


def test_a_whole_answer_parses_strictly() -> None:
    response = whole(answer_of(*ITEMS, kind=StopKind.TOOLS), **REQUEST)
    kinds = [item.type for item in response.output]
    assert kinds == [
        "reasoning",
        "reasoning",
        "message",
        "function_call",
        "custom_tool_call",
        "function_call",
        "image_generation_call",
        "web_search_call",
    ]
    assert response.output_text == "See there. And on."
    assert (response.status, response.model) == ("completed", "asked-model")
    assert (response.instructions, response.metadata) == ("Be brief.", {"a": "b"})
    assert response.usage.total_tokens == 14
    assert response.output[3].namespace == "mcp__x"
    assert response.output[5].arguments == "{}"


def test_a_stream_accumulates_to_the_same_answer() -> None:
    answer = answer_of(*ITEMS, kind=StopKind.TOOLS)
    streamed_one = final(answer, **REQUEST).to_dict()
    for message in (part for item in streamed_one["output"] for part in item.get("content") or ()):
        message.pop("parsed", None)
    for item in streamed_one["output"]:
        item.pop("parsed_arguments", None)
    assert streamed_one == whole(answer, **REQUEST).to_dict()


def test_every_event_parses_strictly_and_is_numbered() -> None:
    stream = streamed(events_of(answer_of(*ITEMS)), **REQUEST)
    with sdk(stream).responses.create(model="m", input="x", stream=True) as seen:
        parsed = list(seen)
    assert [each.sequence_number for each in parsed] == list(range(len(parsed)))
    assert all(type(each).__name__ != "BaseModel" for each in parsed)
    assert [each.type for each in parsed[:2]] == ["response.created", "response.in_progress"]
    assert parsed[-1].type == "response.completed"
    added = [each for each in parsed if each.type == "response.output_item.added"]
    done = [each for each in parsed if each.type == "response.output_item.done"]
    assert [each.output_index for each in added] == list(range(8))
    assert [each.output_index for each in done] == list(range(8))
    assert [each.item.to_dict() for each in done] == parsed[-1].response.to_dict()["output"]


def test_the_order_of_a_message() -> None:
    stream = streamed(events_of(answer_of(Text(text="hi"))))
    assert [each["type"].removeprefix("response.") for each in frames_of(stream)] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (StopKind.END, "completed", None),
        (StopKind.STOP_SEQUENCE, "completed", None),
        (StopKind.PAUSE, "completed", None),
        (StopKind.LENGTH, "incomplete", "max_output_tokens"),
        (StopKind.CONTEXT, "incomplete", "max_output_tokens"),
        (StopKind.REFUSAL, "incomplete", "content_filter"),
    ],
)
def test_why_it_stopped(kind: StopKind, status: str, reason: str | None) -> None:
    response = whole(answer_of(Text(text="so far"), kind=kind))
    assert response.status == status
    assert (response.incomplete_details and response.incomplete_details.reason) == reason
    assert response.output[0].status == status
    last = frames_of(streamed(events_of(answer_of(Text(text="so far"), kind=kind))))[-1]
    assert last["type"] == f"response.{status}"
    assert last["response"]["output"][0]["status"] == status


def test_a_refusal_in_words_is_a_complete_answer() -> None:
    assert whole(answer_of(Refusal(text="No."), kind=StopKind.REFUSAL)).status == "completed"


def test_unknown_usage_is_null() -> None:
    assert whole(answer_of(Text(text="x"), usage=UNKNOWN_USAGE)).usage is None


@pytest.mark.parametrize("flavour", [R, X])
def test_the_sdk_raises_when_the_answer_breaks(flavour: Any) -> None:
    own = codec(flavour)
    begun = events_of(answer_of(Text(text="so far")))[:3]
    for end in (
        lambda writer: writer.fail("It broke off.", "upstream_cut"),
        lambda writer: writer.write(AnswerFailed(message="It broke off.", kind="overloaded_error")),
    ):
        writer = own.event_writer(asked(), LossReport(own.losses))
        stream = b"".join(map(writer.write, begun)) + end(writer)
        last = frames_of(stream)[-2:]
        assert [each["type"] for each in last] == ["error", "response.failed"]
        assert last[0]["sequence_number"] + 1 == last[1]["sequence_number"]
        assert last[1]["response"]["error"] == {"code": "server_error", "message": "It broke off."}
        with (
            pytest.raises(openai.APIError, match="broke off"),
            sdk(stream).responses.create(model="m", input="x", stream=True) as seen,
        ):
            list(seen)


def test_nothing_follows_the_end() -> None:
    own = codec(R)
    writer = own.event_writer(asked(), LossReport(own.losses))
    for each in events_of(answer_of(Text(text="x"))):
        writer.write(each)
    assert writer.fail("too late", "upstream_cut") == b""


def test_the_codex_flavour_does_not_repeat_the_request() -> None:
    own = codec(X)
    body = own.write_answer(answer_of(Text(text="x")), asked(**REQUEST), LossReport(own.losses))
    response: Any = sdk(body, "application/json").responses.create(model="m", input="x")
    assert (response.instructions, response.tools) == (None, [])
    assert response.output_text == "x"


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (UNKNOWN_USAGE, None),
        (
            Usage(input_tokens=9),
            (9, 0, 0, 9, 3, 18),
        ),
        (Usage(output_tokens=2), (1, 0, 0, 2, 2, 3)),
        (Usage(output_tokens=30, cache_read_tokens=50), (50, 50, 0, 30, 3, 80)),
    ],
)
def test_what_nobody_told_is_counted_where_the_protocol_wants_a_number(
    told: Usage, written: tuple[int, ...] | None
) -> None:
    thought = Thinking(text="hm, well ...")
    answer = answer_of(thought, Text(text="it is a longish answer"), usage=told)
    for response in (whole(answer), final(answer)):
        usage = response.usage
        assert (usage is None) == (written is None)
        if usage is not None:
            prompt = usage.input_tokens_details
            assert written == (
                usage.input_tokens,
                prompt.cached_tokens,
                prompt.cache_write_tokens,
                usage.output_tokens,
                usage.output_tokens_details.reasoning_tokens,
                usage.total_tokens,
            )


def test_what_was_counted_is_said_before_the_last_event() -> None:
    answer = answer_of(Text(text="x"), usage=Usage(input_tokens=9, cache_read_tokens=0))
    names = b"output_tokens, cache_write_tokens, reasoning_tokens"
    told = streamed(events_of(answer))
    assert b"\n\n: x-llmgw-estimated %b\n\nevent: response.completed\n" % names in told
    assert b"x-llmgw-estimated" not in streamed(events_of(answer_of(Text(text="x"))))


@settings(max_examples=15)
@given(order=st.permutations(ITEMS), kind=st.sampled_from(StopKind))
def test_any_order_of_items_parses(order: list[Any], kind: StopKind) -> None:
    response = final(answer_of(*order), **REQUEST)
    assert len({item.id for item in response.output}) == len(response.output)
    stream = frames_of(streamed(events_of(answer_of(*order, kind=kind))))
    assert [each["sequence_number"] for each in stream] == list(range(len(stream)))


def test_the_same_answer_gives_the_same_bytes() -> None:
    answer = answer_of(*ITEMS)
    assert streamed(events_of(answer), **REQUEST) == streamed(events_of(answer), **REQUEST)


@pytest.mark.parametrize("flavour", [R, X])
def test_what_an_answer_cannot_say_is_named(flavour: Any) -> None:
    own = codec(flavour)
    report = LossReport(own.losses)
    answer = answer_of(
        Text(text="x", citations=(Citation(cited_text="y"),)),
        Hosted(vendor=Vendor.ANTHROPIC, what="server_tool_use", raw={}, text="searched"),
        Hosted(vendor=Vendor.ANTHROPIC, what="web_search_tool_result", raw={}),
        Image(media=Media(url="https://a.example/b.png")),
        kind=StopKind.STOP_SEQUENCE,
    )
    body = own.write_answer(answer, asked(), report)
    assert report.names == (
        "citations",
        "hosted_item:server_tool_use",
        "hosted_item:web_search_tool_result",
        "output_media",
        "stop_sequence",
    )
    response: Any = sdk(body, "application/json").responses.create(model="m", input="x")
    assert response.output_text == "xsearched"


def test_items_that_overlap_come_one_after_the_other() -> None:
    told = [
        ItemBegun(index=0, item=ToolCall(id="a", name="f", arguments="")),
        ItemBegun(index=1, item=ToolCall(id="b", name="g", arguments="")),
        ItemGrew(index=1, more='{"b":'),
        ItemGrew(index=0, more='{"a":1}'),
        ItemGrew(index=1, more="2}"),
        ItemEnded(index=0),
        ItemEnded(index=1),
        AnswerEnded(stop=Stop(kind=StopKind.TOOLS)),
    ]
    with sdk(streamed(told)).responses.stream(model="m", input="x") as seen:
        output: Any = seen.get_final_response().output
    assert [(item.name, item.arguments) for item in output] == [("f", '{"a":1}'), ("g", '{"b":2}')]


def test_a_chunk_in_is_a_chunk_out() -> None:
    own = codec(R)
    writer = own.event_writer(asked(), LossReport(own.losses))
    writer.write(ItemBegun(index=0, item=Text(text="")))
    for words in ("one", " two"):
        frame = frames_of(writer.write(ItemGrew(index=0, more=words)))
        assert [each["delta"] for each in frame] == [words]
