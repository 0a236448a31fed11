"""Messages of callers that speak Chat Completions."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    CallKind,
    Citation,
    Document,
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
    ToolResult,
    Turn,
    Vendor,
    Video,
)
from tests.wire.translate.openai_chat.support import read, read_with_losses, turns

PNG = "iVBORw0KGgo="
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1.0}'}}
READ_CALL = ToolCall(id="a", name="f", arguments='{"x": 1.0}')


def part(given: dict[str, Any]) -> Item:
    (turn,) = turns({"role": "user", "content": [given]})
    (item,) = turn.items
    return item


def test_roles_and_their_order_are_kept() -> None:
    found = turns(
        {"role": "system", "content": "one"},
        {"role": "user", "content": "two", "name": "Ann"},
        {"role": "developer", "content": [{"type": "text", "text": "three"}]},
        {"role": "assistant", "content": "four"},
        {"role": "system", "content": "five"},
    )
    assert found == (
        Turn(role=Role.SYSTEM, items=(Text(text="one"),)),
        Turn(role=Role.USER, items=(Text(text="two"),), name="Ann"),
        Turn(role=Role.DEVELOPER, items=(Text(text="three"),)),
        Turn(role=Role.ASSISTANT, items=(Text(text="four"),)),
        Turn(role=Role.SYSTEM, items=(Text(text="five"),)),
    )


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"type": "text", "text": "a"}, Text(text="a")),
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            Text(text="a", cache=CacheMark(ttl="1h")),
        ),
        (
            {"type": "text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}},
            Text(text="a", cache=CacheMark()),
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}},
            Image(media=Media(url="https://a.example/b.png"), detail="low"),
        ),
        (
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{PNG}"}},
            Image(media=Media(media_type="image/png", data=PNG)),
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            Audio(media=Media(media_type="audio/mpeg", data="AAAA")),
        ),
        (
            {"type": "file", "file": {"file_data": "JVBERi0=", "filename": "a.pdf"}},
            Document(media=Media(media_type="application/pdf", data="JVBERi0="), name="a.pdf"),
        ),
        (
            {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk="}},
            Document(media=Media(media_type="text/plain", data="aGk=")),
        ),
        (
            {"type": "file", "file": {"file_id": "file-1"}},
            Document(media=Media(file_id="file-1", file_vendor=Vendor.OPENAI)),
        ),
        (
            {"type": "video_url", "video_url": {"url": "https://a.example/v"}},
            Video(media=Media(url="https://a.example/v")),
        ),
    ],
)
def test_parts(given: dict[str, Any], item: Item) -> None:
    assert part(given) == item


def test_an_assistant_speaks_then_calls() -> None:
    custom = {"id": "b", "type": "custom", "custom": {"name": "run", "input": "ls"}}
    (turn,) = turns({"role": "assistant", "content": "go", "tool_calls": [CALL, custom]})
    assert turn.items == (
        Text(text="go"),
        READ_CALL,
        ToolCall(id="b", name="run", arguments="ls", kind=CallKind.CUSTOM),
    )


@pytest.mark.parametrize("content", [None, ""])
def test_calls_alone_have_no_text(content: str | None) -> None:
    (turn,) = turns({"role": "assistant", "content": content, "tool_calls": [CALL]})
    assert turn.items == (READ_CALL,)


def test_empty_arguments_are_an_empty_object() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    (turn,) = turns({"role": "assistant", "tool_calls": [call]})
    assert turn.items == (ToolCall(id="a", name="f", arguments="{}"),)


def test_results_that_follow_each_other_are_one_turn_and_know_their_tool() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
    custom = {"id": "b", "type": "custom", "custom": {"name": "run", "input": "ls"}}
    found = turns(
        {"role": "assistant", "tool_calls": [CALL, custom]},
        {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "B"}, image]},
        {"role": "tool", "tool_call_id": "a", "content": "A"},
        {"role": "user", "content": "and?"},
    )
    assert found[1:] == (
        Turn(
            role=Role.USER,
            items=(
                ToolResult(
                    call_id="b",
                    items=(Text(text="B"), Image(media=Media(url="https://a.example/b.png"))),
                    name="run",
                    kind=CallKind.CUSTOM,
                ),
                ToolResult(call_id="a", items=(Text(text="A"),), name="f"),
            ),
        ),
        Turn(role=Role.USER, items=(Text(text="and?"),)),
    )


def test_old_calls_and_results_find_each_other_by_name() -> None:
    def call(name: str) -> dict[str, Any]:
        return {
            "role": "assistant",
            "content": None,
            "function_call": {"name": name, "arguments": "{}"},
        }

    def result(name: str) -> dict[str, Any]:
        return {"role": "function", "name": name, "content": name}

    found = turns(call("f"), result("f"), call("g"), result("g"), call("f"), result("f"))
    ids = [turn.items[0].id for turn in found if isinstance(turn.items[0], ToolCall)]
    given = [turn.items[0].call_id for turn in found if isinstance(turn.items[0], ToolResult)]
    assert ids == given
    assert len(set(ids)) == 3


def test_a_refusal_as_member_and_as_part() -> None:
    assert turns({"role": "assistant", "content": None, "refusal": "no"})[0].items == (
        Refusal(text="no"),
    )
    refusal = {"type": "refusal", "refusal": "no"}
    assert turns({"role": "assistant", "content": [refusal]})[0].items == (Refusal(text="no"),)


def test_an_answer_comes_back_with_images_and_citations() -> None:
    cited = {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}
    (turn,) = turns(
        {
            "role": "assistant",
            "content": "so",
            "annotations": [{"type": "url_citation", "url_citation": cited}],
            "images": [{"type": "image_url", "image_url": {"url": f"data:;base64,{PNG}"}}],
        }
    )
    citation = Citation(url="https://a.example", title="A", start=0, end=2)
    assert turn.items == (
        Text(text="so", citations=(citation,)),
        Image(media=Media(media_type="image/png", data=PNG)),
    )


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
def test_thinking_goes_before_what_was_said(member: str) -> None:
    (turn,) = turns({"role": "assistant", member: "hm", "content": "so"})
    assert turn.items == (Thinking(text="hm"), Text(text="so"))


def test_entries_of_openrouter_are_kept_whole() -> None:
    entry = {"type": "reasoning.text", "format": "anthropic-claude-v1", "signature": "s"}
    hidden = {"type": "reasoning.encrypted", "data": "x", "format": "google-gemini-v1", "id": "a"}
    (turn,) = turns(
        {
            "role": "assistant",
            "reasoning": "hm",
            "reasoning_details": [{**entry, "text": "hm"}, hidden],
            "content": "so",
        }
    )
    thinking, redacted, _ = turn.items
    assert isinstance(thinking, Thinking)
    assert thinking.text == "hm"
    assert thinking.signature is not None
    assert thinking.signature.vendor is Vendor.OTHER
    assert orjson.loads(thinking.signature.data) == entry
    assert isinstance(redacted, RedactedThinking)
    assert orjson.loads(redacted.signature.data) == hidden


@pytest.mark.parametrize("data", ["", "llmgw1.nobody.thinking.eA", "llmgw1.anthropic.x.eA", 5])
def test_a_damaged_carrier_is_lost_and_told(data: Any) -> None:
    entry = {"type": "reasoning.encrypted", "data": data, "format": "llmgw"}
    message = {"role": "assistant", "content": "so", "reasoning_details": [entry]}
    found, lost = read_with_losses(messages=[message])
    assert found.turns[0].items == (Text(text="so"),)
    assert lost == ("signature:reasoning_details",)


def test_a_carrier_gives_the_signature_to_its_own_vendor() -> None:
    entry = {
        "type": "reasoning.encrypted",
        "data": "llmgw1.openai.thinking.Z0FB",
        "format": "llmgw",
    }
    (turn,) = turns({"role": "assistant", "reasoning_details": [entry], "content": "so"})
    assert turn.items[0] == Thinking(text="", signature=Signature(vendor=Vendor.OPENAI, data="gAA"))


MARK = {"cache_control": {"type": "ephemeral"}}


def test_a_mark_of_the_message_stands_at_its_end_unless_the_part_has_one() -> None:
    whole = {"role": "system", "content": "a", **MARK}
    assert turns(whole)[0].items == (Text(text="a", cache=CacheMark()),)
    parts = [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ]
    both = turns({"role": "developer", "content": parts, **MARK})[0].items
    assert both == (Text(text="a"), Text(text="b", cache=CacheMark(ttl="1h")))
    calls = turns({"role": "assistant", "content": "a", "tool_calls": [CALL], **MARK})[0].items
    assert [item.cache for item in calls if isinstance(item, Text | ToolCall)] == [
        None,
        CacheMark(),
    ]
    result = turns({"role": "tool", "tool_call_id": "a", "content": "a", **MARK})[0].items[0]
    assert isinstance(result, ToolResult)
    assert result.cache == CacheMark()


def test_members_that_nobody_knows_are_told() -> None:
    message = {
        "role": "user",
        "content": [{"type": "text", "text": "a", "colour": "red"}],
        "mood": "good",
        "empty": None,
    }
    assert read_with_losses(messages=[message])[1] == (
        "field:messages.mood",
        "field:messages.content.colour",
    )


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({}, "messages[0].role"),
        ({"role": "king", "content": "a"}, "messages[0].role"),
        ({"role": "user"}, "messages[0].content"),
        ({"role": "user", "content": None}, "messages[0].content"),
        ({"role": "user", "content": 5}, "messages[0].content"),
        ({"role": "user", "content": ["a"]}, "messages[0].content[0]"),
        ({"role": "user", "content": [{}]}, "messages[0].content[0].type"),
        ({"role": "user", "content": [{"type": "smell"}]}, "messages[0].content[0].type"),
        (
            {"role": "user", "content": [{"type": "text", "text": 5}]},
            "messages[0].content[0].text",
        ),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]},
            "messages[0].content[0].image_url.url",
        ),
        (
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "a"}}]},
            "messages[0].content[0].input_audio.format",
        ),
        (
            {"role": "user", "content": [{"type": "file", "file": {}}]},
            "messages[0].content[0].file.file_data",
        ),
        ({"role": "user", "content": "a", "name": 5}, "messages[0].name"),
        ({"role": "tool", "content": "a"}, "messages[0].tool_call_id"),
        ({"role": "function", "content": "a"}, "messages[0].name"),
        ({"role": "assistant", "tool_calls": {}}, "messages[0].tool_calls"),
        ({"role": "assistant", "tool_calls": [{}]}, "messages[0].tool_calls[0].id"),
        (
            {"role": "assistant", "tool_calls": [{"id": "a", "type": "magic"}]},
            "messages[0].tool_calls[0].type",
        ),
        (
            {"role": "assistant", "tool_calls": [{"id": "a", "function": {"arguments": {}}}]},
            "messages[0].tool_calls[0].function.arguments",
        ),
        (
            {"role": "assistant", "content": "a", "reasoning_details": [5]},
            "messages[0].reasoning_details[0]",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(message: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read(messages=[message])
    assert caught.value.path == path


def test_members_within_calls_and_parts_are_lost_by_name() -> None:
    seal = {"google": {"thought_signature": "s"}}
    function = {"name": "f", "arguments": "{}"}
    call = {"id": "a", "index": 0, "function": function, "extra_content": seal}
    image = {"type": "image_url", "image_url": {"url": "http://x/y.png", "max_tokens": 9}}
    _, lost = read_with_losses(
        messages=[
            {"role": "user", "content": [image]},
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "a", "content": "r"},
        ]
    )
    assert lost == (
        "field:messages.content.image_url.max_tokens",
        "field:messages.tool_calls.extra_content",
    )
