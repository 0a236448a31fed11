"""Answers and events become Gemini's answers and streams."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
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
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import collected, events_of
from llmgw_desktop.wire.translate.gemini import events_out, part_contents
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.gemini.support import (
    CODEC,
    PNG,
    asked,
    chunks_in,
    events_of_bytes,
    read_answer,
    read_prompt,
    text,
    write_answer,
    write_stream,
)

GOOGLE = Signature(vendor=Vendor.GOOGLE, data="c2VhbA==")
CLAUDE = Signature(vendor=Vendor.ANTHROPIC, data="Q2xhdWRl+/==")
CALL = ToolCall(id="c1", name="f", arguments='{"a": 1.0}')


def answer(*items: Item, stop: StopKind = StopKind.END, **more: Any) -> Answer:
    return Answer(id="msg_1", model="served", items=items, stop=Stop(kind=stop), **more)


def parts_in(body: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body["candidates"][0]["content"]["parts"]
    return found


def told_twice(of: Answer) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The parts of the whole answer; its stream says the same."""
    body, losses = write_answer(of)
    stream, streamed_losses = write_stream(events_of(of))
    assert losses == streamed_losses
    assert collected(events_of_bytes(stream)) == read_answer(body)
    return parts_in(body), losses


def test_a_whole_answer() -> None:
    usage = Usage(input_tokens=9, output_tokens=7, cache_read_tokens=4, reasoning_tokens=3)
    body, losses = write_answer(
        answer(Thinking(text="hm"), text("hi"), CALL, stop=StopKind.TOOLS, usage=usage)
    )
    assert body == {
        "candidates": [
            {
                "content": {
                    "parts": [
                        {"text": "hm", "thought": True},
                        {"text": "hi"},
                        {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1.0}}},
                    ],
                    "role": "model",
                },
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 9,
            "candidatesTokenCount": 4,
            "totalTokenCount": 16,
            "cachedContentTokenCount": 4,
            "thoughtsTokenCount": 3,
        },
        "modelVersion": "my/model",
        "responseId": "msg_1",
    }
    assert losses == ()


def test_a_stream_as_google_sends_it() -> None:
    stream, _ = write_stream(
        [
            AnswerBegun(id="", model="served"),
            UsageTold(usage=Usage(input_tokens=9)),
            ItemBegun(index=0, item=text("")),
            ItemGrew(index=0, more="Hel"),
            ItemGrew(index=0, more="lo"),
            ItemEnded(index=0),
            UsageTold(usage=Usage(input_tokens=9, output_tokens=2)),
            *events_of(answer())[1:],
        ]
    )
    assert stream.startswith(b"data: ")
    assert stream.endswith(b"}\r\n\r\n")
    chunks = chunks_in(stream)
    assert [parts_in(each) for each in chunks] == [
        [{"text": "Hel"}],
        [{"text": "lo"}],
        [{"text": ""}],
    ]
    assert [each["candidates"][0].get("finishReason") for each in chunks] == [None, None, "STOP"]
    assert chunks[0]["usageMetadata"] == {"promptTokenCount": 9}
    assert chunks[-1]["usageMetadata"]["totalTokenCount"] == 11
    assert {each["modelVersion"] for each in chunks} == {"my/model"}
    assert {each["responseId"] for each in chunks} == {"fresh"}


@pytest.mark.parametrize(
    ("query", "is_events"),
    [
        ("alt=sse", True),
        ("key=x&alt=sse", True),
        ("$alt=sse", True),
        ("", False),
        ("alt=json", False),
    ],
)
def test_the_address_tells_the_framing(query: str, is_events: bool) -> None:
    writer = CODEC.event_writer(asked(query), LossReport(CODEC.losses))
    expected = "text/event-stream" if is_events else "application/json; charset=UTF-8"
    assert writer.content_type == expected
    stream, _ = write_stream(events_of(answer(text("hi"), CALL)), query)
    if is_events:
        assert len(chunks_in(stream)) == 3
    else:
        assert len(json.loads(stream)) == 3
        assert b"},\r\n{" in stream


@pytest.mark.parametrize("query", ["alt=sse", ""])
@pytest.mark.parametrize("begun", [0, 3])
def test_a_broken_stream_ends_with_an_error(query: str, begun: int) -> None:
    writer = CODEC.event_writer(asked(query), LossReport(CODEC.losses))
    stream = b"".join(map(writer.write, events_of(answer(text("hi")))[:begun]))
    stream += writer.fail("it broke", "overloaded_error")
    last = (chunks_in(stream) if query else json.loads(stream))[-1]
    assert last == {"error": {"code": 503, "message": "it broke", "status": "UNAVAILABLE"}}
    assert b"finishReason" not in stream


def test_a_failure_that_the_vendor_told() -> None:
    failed = AnswerFailed(message="slow down", kind="rate_limit_error", status=429)
    stream, _ = write_stream([*events_of(answer(text("hi")))[:3], failed])
    assert chunks_in(stream)[-1]["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert b"finishReason" not in stream


@pytest.mark.parametrize(
    ("stop", "reason", "lost"),
    [
        (Stop(kind=StopKind.END), "STOP", ()),
        (Stop(kind=StopKind.TOOLS), "STOP", ()),
        (Stop(kind=StopKind.STOP_SEQUENCE, sequence="X"), "STOP", ("stop_sequence",)),
        (Stop(kind=StopKind.LENGTH), "MAX_TOKENS", ()),
        (Stop(kind=StopKind.CONTEXT), "MAX_TOKENS", ("stop_kind:context",)),
        (Stop(kind=StopKind.REFUSAL), "SAFETY", ()),
        (Stop(kind=StopKind.PAUSE), "STOP", ("stop_kind:pause",)),
    ],
)
def test_reasons(stop: Stop, reason: str, lost: tuple[str, ...]) -> None:
    of = replace(answer(text("x")), stop=stop)
    body, losses = write_answer(of)
    assert (body["candidates"][0]["finishReason"], losses) == (reason, lost)
    stream, losses = write_stream(events_of(of))
    assert (chunks_in(stream)[-1]["candidates"][0]["finishReason"], losses) == (reason, lost)


@pytest.mark.parametrize(
    ("item", "part", "lost"),
    [
        (Text(text="x", signature=GOOGLE), {"text": "x", "thoughtSignature": GOOGLE.data}, ()),
        (
            Thinking(text="x", signature=GOOGLE),
            {"text": "x", "thought": True, "thoughtSignature": GOOGLE.data},
            (),
        ),
        (
            ToolCall(id="c", name="f", arguments="", signature=GOOGLE),
            {
                "functionCall": {"id": "c", "name": "f", "args": {}},
                "thoughtSignature": GOOGLE.data,
            },
            (),
        ),
        (Refusal(text="no"), {"text": "no"}, ("refusal",)),
        (
            ToolCall(id="c", name="f", arguments="a\nb", kind=CallKind.CUSTOM),
            {"functionCall": {"id": "c", "name": "f", "args": {"input": "a\nb"}}},
            ("custom_tool",),
        ),
        (
            Image(media=Media(media_type="image/png", data=PNG)),
            {"inlineData": {"mimeType": "image/png", "data": PNG}},
            (),
        ),
        (
            Audio(media=Media(media_type="audio/wav", url="https://x.example/a")),
            {"fileData": {"fileUri": "https://x.example/a", "mimeType": "audio/wav"}},
            (),
        ),
        (
            Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={}, text="searched"),
            {"text": "searched"},
            ("hosted_item:web_search_call",),
        ),
        (
            Hosted(vendor=Vendor.GOOGLE, what="toolCall", raw={"toolCall": {"id": "1"}}),
            {"toolCall": {"id": "1"}},
            (),
        ),
    ],
)
def test_items(item: Item, part: dict[str, Any], lost: tuple[str, ...]) -> None:
    assert told_twice(answer(item)) == ([part], lost)


def test_what_cannot_be_shown() -> None:
    foreign = Image(media=Media(file_id="file-1", file_vendor=Vendor.OPENAI))
    body, losses = write_answer(answer(foreign))
    assert (parts_in(body), losses) == ([{"text": ""}], ("output_media",))


@pytest.mark.parametrize("stop", [StopKind.TOOLS, StopKind.LENGTH])
def test_a_call_that_cannot_be_read_is_called_so(stop: StopKind) -> None:
    torn = ToolCall(id="c", name="f", arguments='{"a": "unfin')
    of = answer(text("x"), torn, stop=stop)
    reason = "MAX_TOKENS" if stop is StopKind.LENGTH else "MALFORMED_FUNCTION_CALL"
    body, losses = write_answer(of)
    assert parts_in(body) == [{"text": "x"}]
    assert (body["candidates"][0]["finishReason"], losses) == (reason, ("call_arguments",))
    stream, losses = write_stream(events_of(of))
    assert chunks_in(stream)[-1]["candidates"][0]["finishReason"] == reason
    assert losses == ("call_arguments",)


@pytest.mark.parametrize("dropped", ["nothing", "thoughts", "empty"])
@pytest.mark.parametrize("streams", [False, True])
def test_other_vendors_thinking_survives_the_client(streams: bool, dropped: str) -> None:
    """Also one that throws thoughts or empty parts away, as long as it keeps the call's
    signature."""
    items = (
        Thinking(text="hm", signature=CLAUDE),
        RedactedThinking(signature=replace(CLAUDE, data="aGlkZGVu")),
        text("I look."),
        CALL,
    )
    of = answer(*items, stop=StopKind.TOOLS)
    if streams:
        chunks = chunks_in(write_stream(events_of(of))[0])
        parts = [part for each in chunks for part in parts_in(each)]
    else:
        parts = parts_in(write_answer(of)[0])
    kept = [part for part in parts if part != {"text": ""}]
    if dropped == "thoughts":  # Gemini CLI does
        kept = [part for part in kept if not part.get("thought")]
    elif dropped == "empty":
        kept = [part for part in kept if part.get("text", "x")]
    contents = [
        {"role": "user", "parts": [{"text": "x"}]},
        {"role": "model", "parts": kept},
        {
            "role": "user",
            "parts": [{"functionResponse": {"id": "c1", "name": "f", "response": {"output": "1"}}}],
        },
    ]
    back = read_prompt({"contents": contents}).turns[1].items
    thoughts = [item for item in back if isinstance(item, Thinking | RedactedThinking)]
    assert thoughts == list(items[:2])
    assert any(isinstance(item, ToolCall) and item.id == "c1" for item in back)


def test_more_thinking_than_a_call_carries_is_left_to_the_thought_parts() -> None:
    huge = Thinking(text="x" * 600_000, signature=CLAUDE)
    assert part_contents.packed_thoughts([huge]) is None
    parts = parts_in(write_answer(answer(huge, CALL))[0])
    assert "thoughtSignature" not in parts[-1]


def test_citations_become_grounding() -> None:
    cited = Text(
        text="Grüß dich",
        citations=(
            Citation(url="https://a.example", title="A", start=5, end=9),
            Citation(url="https://a.example", title="A"),
            Citation(title="a book"),
        ),
    )
    of = answer(text("Ü"), cited)
    body, losses = write_answer(of)
    grounding = body["candidates"][0]["groundingMetadata"]
    assert grounding == {
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}],
        "groundingSupports": [
            {
                "segment": {"startIndex": 9, "endIndex": 13, "text": "dich"},
                "groundingChunkIndices": [0],
            }
        ],
    }
    assert losses == ("citations",)
    stream, losses = write_stream(events_of(of))
    assert chunks_in(stream)[-1]["candidates"][0]["groundingMetadata"] == grounding
    assert losses == ("citations",)


def supports_twice(of: Answer) -> list[list[dict[str, Any]]]:
    """The groundingSupports of the whole answer and of its stream."""
    told = [write_answer(of)[0], chunks_in(write_stream(events_of(of))[0])[-1]]
    return [body["candidates"][0]["groundingMetadata"]["groundingSupports"] for body in told]


@pytest.mark.parametrize("letter", ["x", "ü"])
def test_citations_do_not_repeat_a_text_without_end(letter: str) -> None:
    """A thousand that were each of a text of 1 MB made 1 GB of a megabyte."""
    text = letter * 300_000
    cites = tuple(
        Citation(url=f"https://{n}.example", start=n, end=len(text) + 9) for n in range(50)
    )
    size = len(letter.encode())
    for supports in supports_twice(answer(Text(text=text, citations=cites))):
        assert [each["segment"]["startIndex"] for each in supports] == [n * size for n in range(50)]
        assert {each["segment"]["endIndex"] for each in supports} == {len(text) * size}
        assert sum(len(each["segment"].get("text", "")) for each in supports) <= 1 << 20


def test_citations_of_several_texts_know_their_own() -> None:
    items = [
        Text(text=words, citations=(Citation(url="u", start=0, end=2),))
        for words in ("ein", "zwei", "drei")
    ]
    for supports in supports_twice(answer(*items)):
        assert [each["segment"] for each in supports] == [
            {"startIndex": 0, "endIndex": 2, "text": "ei"},
            {"startIndex": 3, "endIndex": 5, "text": "zw"},
            {"startIndex": 7, "endIndex": 9, "text": "dr"},
        ]


def test_items_that_overlap_come_one_after_the_other() -> None:
    called = ToolCall(id="c1", name="f", arguments="")
    stream, _ = write_stream(
        [
            AnswerBegun(id="a", model="m"),
            ItemBegun(index=0, item=text("")),
            ItemGrew(index=0, more="a"),
            ItemBegun(index=1, item=called),
            ItemGrew(index=1, more='{"x"'),
            ItemGrew(index=0, more="b"),
            ItemGrew(index=1, more=":1}"),
            *events_of(answer())[1:],
        ]
    )
    assert [part for each in chunks_in(stream) for part in parts_in(each)] == [
        {"text": "a"},
        {"text": "b"},
        {"functionCall": {"id": "c1", "name": "f", "args": {"x": 1}}},
        {"text": ""},
    ]


def test_unknown_figures_are_left_out() -> None:
    assert "usageMetadata" not in write_answer(answer(text("x")))[0]
    body, _ = write_answer(answer(text("x"), usage=Usage(output_tokens=3)))
    assert body["usageMetadata"] == {"candidatesTokenCount": 3}


def test_an_answer_without_end_is_not_held_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_out, "_MOST_HELD", 1000)
    writer = CODEC.event_writer(asked(), LossReport(CODEC.losses))
    begun, grew, *_ = events_of(answer(text("x" * 600)))[1:]
    writer.write(begun)
    writer.write(grew)
    with pytest.raises(UpstreamGarbage):
        writer.write(grew)
