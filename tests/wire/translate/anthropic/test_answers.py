"""Whole answers and streams together: what one says, the other says too."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import (
    Audio,
    CallKind,
    Citation,
    Hosted,
    Image,
    Item,
    Media,
    RedactedThinking,
    Refusal,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Turn,
    Vendor,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.translate.answer_events import events_of
from llmgw_desktop.wire.translate.carriers import SealOf, packed
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.usage import CallersUsage
from tests.wire.translate.anthropic.checked import (
    CODEC,
    accumulated,
    asked,
    check_message,
    frames,
    read_turns,
)

SEAL = Signature(vendor=Vendor.GOOGLE, data="seal")
OWN = Signature(vendor=Vendor.ANTHROPIC, data="own")
END = Stop(kind=StopKind.END)
USAGE = Usage(
    input_tokens=100,
    output_tokens=20,
    cache_read_tokens=60,
    cache_write_tokens=10,
    reasoning_tokens=5,
)


def answer(*items: Item, stop: Stop = END, usage: Usage = USAGE) -> Answer:
    return Answer(id="msg_01", model="upstream-model", items=items, stop=stop, usage=usage)


def whole(given_answer: Answer, **more: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    report = LossReport(CODEC.losses)
    told = CallersUsage(asked(**more), CODEC.protocol).answer(given_answer)
    body = CODEC.write_answer(told, asked(**more), report)
    return check_message(body), report.names


def stream(events: list[AnswerEvent], **more: Any) -> tuple[bytes, tuple[str, ...]]:
    report = LossReport(CODEC.losses)
    writer = CODEC.event_writer(asked(**more), report)
    told = CallersUsage(asked(**more), CODEC.protocol).events(events)
    return b"".join(writer.write(event) for event in told), report.names


def both(given_answer: Answer, **more: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The whole answer, having seen that the stream says the same."""
    message, lost = whole(given_answer, **more)
    told, lost_in_stream = stream(events_of(given_answer), **more)
    collected = accumulated(told)
    for name in ("id", "model", "role", "type", "stop_reason", "stop_sequence", "usage"):
        assert collected[name] == message[name], name
    assert [plain(block) for block in collected["content"]] == message["content"]
    assert lost_in_stream == lost
    return message, lost


def plain(block: dict[str, Any]) -> dict[str, Any]:
    return {name: block[name] for name in block if block[name] is not None}


def content(*items: Item) -> list[dict[str, Any]]:
    found = both(answer(*items))[0]["content"]
    assert isinstance(found, list)
    return found


def test_a_plain_answer() -> None:
    message, lost = both(answer(Text(text="Hello")))
    assert message == {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "my-model",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 30,
            "cache_creation_input_tokens": 10,
            "cache_read_input_tokens": 60,
            "output_tokens": 20,
            "output_tokens_details": {"thinking_tokens": 5},
        },
    }
    assert lost == ()


def test_all_items_in_their_order() -> None:
    assert content(
        Thinking(text="hm", signature=SEAL),
        Thinking(text="mine", signature=OWN),
        Thinking(text="bare"),
        RedactedThinking(signature=SEAL),
        RedactedThinking(signature=OWN),
        Text(text="Hello"),
        ToolCall(id="c1", name="f", arguments='{"a":[1,"ü"]}'),
        ToolCall(id="", name="g", arguments="{}"),
        ToolCall(id="c3", name="patch", arguments='*** "x"\n', kind=CallKind.CUSTOM),
        ToolCall(id="c4", name="h", arguments="", namespace="ns"),
    ) == [
        {"type": "thinking", "thinking": "hm", "signature": packed(SEAL, Vendor.ANTHROPIC)},
        {"type": "thinking", "thinking": "mine", "signature": "own"},
        {"type": "thinking", "thinking": "bare", "signature": ""},
        {
            "type": "redacted_thinking",
            "data": packed(SEAL, Vendor.ANTHROPIC, SealOf.REDACTED),
        },
        {"type": "redacted_thinking", "data": "own"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": [1, "ü"]}},
        {"type": "tool_use", "id": "toolu_a1b2_7", "name": "g", "input": {}},
        {"type": "tool_use", "id": "c3", "name": "patch", "input": {"input": '*** "x"\n'}},
        {"type": "tool_use", "id": "c4", "name": "ns__h", "input": {}},
    ]


def test_seals_of_calls_come_back_with_the_conversation() -> None:
    items = (ToolCall(id="c1", name="f", arguments="{}", signature=SEAL), Text(text="Hello"))
    found = content(*items)
    assert [block["type"] for block in found] == ["thinking", "tool_use", "text"]
    assert read_turns({"role": "assistant", "content": found}) == (
        Turn(role=Role.ASSISTANT, items=items),
    )


def test_a_calls_seal_that_comes_last_is_carried_behind() -> None:
    events = events_of(answer(ToolCall(id="c1", name="f", arguments="{}")))
    events[-3] = ItemEnded(index=0, signature=SEAL)
    message = accumulated(stream(events)[0])
    (turn,) = read_turns({"role": "assistant", "content": message["content"]})
    (found,) = turn.items
    assert isinstance(found, ToolCall)
    assert found.signature == SEAL


def test_an_answer_ends_with_its_text_whoever_sealed_it() -> None:
    """Claude Code takes the last block for the result, and a seal is not one."""
    sealed = answer(Text(text="Hello", signature=SEAL))
    message, lost = both(sealed)
    assert [block["type"] for block in message["content"]] == ["text"]
    assert "signature:text" in lost
    late = events_of(answer(Text(text="Hello")))
    late[-3] = ItemEnded(index=0, signature=SEAL)
    assert accumulated(stream(late)[0])["content"] == message["content"]


CITED = Citation(url="https://a.example", title="A", cited_text="a")
RAW = {
    "type": "char_location",
    "cited_text": "x",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 1,
}


def test_citations() -> None:
    own = Citation(raw=RAW, vendor=Vendor.ANTHROPIC)
    unknown = Citation(title="a book")
    item = Text(text="Hello", citations=(CITED, own, unknown))
    message, lost = whole(answer(item))
    wanted = {
        "type": "web_search_result_location",
        "url": "https://a.example",
        "title": "A",
        "cited_text": "a",
        "encrypted_index": "",
    }
    assert message["content"][0]["citations"] == [wanted, RAW]
    assert lost == ("citations",)
    told, lost = stream(events_of(answer(item)))
    deltas = [each["delta"] for each in frames(told) if each["type"] == "content_block_delta"]
    assert [delta["citation"] for delta in deltas[1:]] == [wanted, RAW]
    assert lost == ("citations",)
    (turn,) = read_turns({"role": "assistant", "content": message["content"]})
    assert turn.items == (
        Text(
            text="Hello",
            citations=(
                CITED,
                Citation(title=None, cited_text="x", raw=RAW, vendor=Vendor.ANTHROPIC),
            ),
        ),
    )


def test_what_an_answer_cannot_hold() -> None:
    message, lost = both(
        answer(
            Image(media=Media(media_type="image/png", data="AAAA")),
            Audio(media=Media(url="https://a.example/b.mp3")),
            Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={}, text="looked it up"),
            Hosted(vendor=Vendor.OPENAI, what="reasoning_x", raw={}),
            Hosted(
                vendor=Vendor.ANTHROPIC,
                what="server_tool_use",
                raw={
                    "type": "server_tool_use",
                    "id": "srvtoolu_1",
                    "name": "web_search",
                    "input": {"query": "q"},
                },
            ),
        )
    )
    assert [block.get("text") for block in message["content"]] == [
        "[The model gave a file of type image/png, which cannot be passed on in this protocol]",
        "[The model gave a file of type recording: https://a.example/b.mp3]",
        "looked it up",
        None,
    ]
    assert lost == (
        "output_media", "hosted_item:web_search_call", "hosted_item:reasoning_x",
    )  # fmt: skip


def test_a_web_search_has_the_form_that_callers_know() -> None:
    action = {
        "type": "search",
        "query": "q",
        "sources": [{"type": "url", "url": "https://a.example"}, {"type": "x"}],
    }
    hosted = Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={"action": action})
    message, lost = both(answer(hosted, Text(text="so")))
    use, result, _ = message["content"]
    assert (use["name"], use["input"]) == ("web_search", {"query": "q"})
    assert result["tool_use_id"] == use["id"]
    assert [each["url"] for each in result["content"]] == ["https://a.example"]
    assert lost == ()


@pytest.mark.parametrize("arguments", ["[1]", '{"a": ', "x"])
def test_broken_arguments_become_an_empty_object(arguments: str) -> None:
    message, lost = whole(answer(ToolCall(id="c", name="f", arguments=arguments)))
    assert message["content"][0]["input"] == {}
    assert lost == ("call_arguments",)


@pytest.mark.parametrize(
    ("stop", "items", "reason"),
    [
        (StopKind.END, (Text(text="a"),), "end_turn"),
        (StopKind.END, (ToolCall(id="c", name="f", arguments="{}"),), "tool_use"),
        (StopKind.TOOLS, (ToolCall(id="c", name="f", arguments="{}"),), "tool_use"),
        (StopKind.LENGTH, (ToolCall(id="c", name="f", arguments="{}"),), "max_tokens"),
        (StopKind.CONTEXT, (), "model_context_window_exceeded"),
        (StopKind.REFUSAL, (), "refusal"),
        (StopKind.END, (Refusal(text="I won't"),), "refusal"),
        (StopKind.PAUSE, (), "pause_turn"),
    ],
)
def test_reasons(stop: StopKind, items: tuple[Item, ...], reason: str) -> None:
    message, lost = both(answer(*items, stop=Stop(kind=stop)))
    assert (message["stop_reason"], lost) == (reason, ())
    assert message["content"]


def test_a_stop_sequence_is_named_where_it_is_known() -> None:
    stop = Stop(kind=StopKind.STOP_SEQUENCE, sequence="END")
    message, _ = both(answer(Text(text="a"), stop=stop))
    assert (message["stop_reason"], message["stop_sequence"]) == ("stop_sequence", "END")


def test_an_empty_answer_has_one_empty_text() -> None:
    assert content() == [{"type": "text", "text": ""}]


def test_ids_of_other_vendors_get_the_known_form() -> None:
    for given_id, wanted in (("chatcmpl-1", "msg_chatcmpl-1"), ("", "msg_a1b2")):
        one = Answer(id=given_id, model="m", items=(), stop=END)
        assert both(one)[0]["id"] == wanted


def test_unknown_usage_falls_back_on_the_estimate() -> None:
    message, _ = both(answer(Text(text="a" * 9), usage=UNKNOWN_USAGE), input_tokens=77)
    assert message["usage"] == {"input_tokens": 77, "output_tokens": 3}


def test_the_estimate_is_told_at_the_beginning() -> None:
    told, _ = stream(events_of(answer(Text(text="a"), usage=UNKNOWN_USAGE)), input_tokens=77)
    assert frames(told)[0]["message"]["usage"] == {"input_tokens": 77, "output_tokens": 0}
    assert told.startswith(b": x-llmgw-estimated input_tokens\n\nevent: message_start\n")
    assert b"\n\n: x-llmgw-estimated input_tokens, output_tokens\n\nevent: message_delta" in told


def test_the_stream_frame_by_frame() -> None:
    told, _ = stream(events_of(answer(Thinking(text="h", signature=OWN), Text(text="a"))))
    assert [(each["type"], each.get("index")) for each in frames(told)] == [
        ("message_start", None),
        ("content_block_start", 0),
        ("content_block_delta", 0),
        ("content_block_delta", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_delta", 1),
        ("content_block_stop", 1),
        ("message_delta", None),
        ("message_stop", None),
    ]
    assert frames(told)[3]["delta"] == {"type": "signature_delta", "signature": "own"}


def test_overlapping_calls_come_one_after_the_other() -> None:
    events: list[AnswerEvent] = [
        AnswerBegun(id="x", model="m"),
        ItemBegun(index=0, item=ToolCall(id="a", name="f", arguments="")),
        ItemBegun(index=1, item=ToolCall(id="b", name="g", arguments="")),
        ItemGrew(index=1, more='{"b":'),
        ItemGrew(index=0, more='{"a":1}'),
        ItemGrew(index=1, more="2}"),
        ItemEnded(index=1),
        UsageTold(usage=Usage(output_tokens=3)),
        AnswerEnded(stop=END),
    ]
    message = accumulated(stream(events)[0])
    assert [block["input"] for block in message["content"]] == [{"a": 1}, {"b": 2}]
    assert message["stop_reason"] == "tool_use"


def test_a_delta_in_is_a_delta_out() -> None:
    writer = CODEC.event_writer(asked(), LossReport(CODEC.losses))
    writer.write(AnswerBegun(id="x", model="m"))
    writer.write(ItemBegun(index=0, item=Text(text="")))
    assert writer.write(ItemGrew(index=0, more='a"\n')) == (
        b"event: content_block_delta\n"
        b'data: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"a\\"\\n"}}\n\n'
    )


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (AnswerFailed(message="busy", kind="overloaded_error"), "overloaded_error"),
        (AnswerFailed(message="busy", kind="rate_limit_exceeded", status=429), "rate_limit_error"),
        (AnswerFailed(message="busy", kind="server_error"), "api_error"),
    ],
)
def test_a_failure_ends_the_stream_as_an_error(failure: AnswerFailed, kind: str) -> None:
    told, _ = stream([AnswerBegun(id="x", model="m"), failure])
    last = frames(told)[-1]
    assert last == {"type": "error", "error": {"type": kind, "message": "busy"}}
    assert b"message_stop" not in told


def test_a_broken_stream_ends_as_an_error() -> None:
    writer = CODEC.event_writer(asked(), LossReport(CODEC.losses))
    last = frames(writer.fail("cut", "upstream_timeout"))
    assert last == [{"type": "error", "error": {"type": "timeout_error", "message": "cut"}}]


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
objects = st.dictionaries(texts, st.none() | st.booleans() | texts | st.integers(-9, 9), max_size=3)
signatures = st.sampled_from([None, SEAL, OWN])
calls = st.builds(
    lambda name, arguments, signature: ToolCall(
        id=f"id_{name}", name=name, arguments=arguments, signature=signature
    ),
    st.sampled_from("fgh"),
    objects.map(lambda told: json.dumps(told, ensure_ascii=False, separators=(",", ":"))),
    st.sampled_from([None, SEAL]),
)
answer_items = st.lists(
    st.builds(Text, text=texts, signature=st.sampled_from([None, SEAL]))
    | st.builds(Thinking, text=texts, signature=signatures)
    | st.builds(RedactedThinking, signature=st.sampled_from([SEAL, OWN]))
    | calls,
    max_size=6,
).map(tuple)


@given(answer_items)
def test_any_answer_comes_back_from_its_caller(items: tuple[Item, ...]) -> None:
    message, _ = both(answer(*items))
    if items:
        (turn,) = read_turns({"role": "assistant", "content": message["content"]})
        assert turn.items == tuple(
            replace(item, signature=None) if isinstance(item, Text) else item for item in items
        )
