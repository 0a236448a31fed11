"""What the vendor answers, whole and streamed: both are read as the same."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
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
    CallKind,
    Citation,
    Hosted,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import Tool
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import collected, events_of
from llmgw_desktop.wire.translate.anthropic import answer_in, events_in
from llmgw_desktop.wire.translate.codec import MOST_OPEN_ITEMS
from llmgw_desktop.wire.translate.tools import ANTHROPIC, ToolNames
from tests.wire.streams import event, noise, split
from tests.wire.translate.anthropic.checked import CODEC

OWN = Signature(vendor=Vendor.ANTHROPIC, data="EqQB")
TOOLS = (
    Tool(name="get weather"),
    Tool(name="f", namespace="mcp__x"),
    Tool(name="patch", kind=CallKind.CUSTOM),
)
NAMES = ToolNames(TOOLS, ANTHROPIC)
USAGE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 2,
    "cache_read_input_tokens": 3,
    "output_tokens": 1,
}
SEARCH = {
    "type": "server_tool_use",
    "id": "srvtoolu_1",
    "name": "web_search",
    "input": {"query": "q"},
}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [
        {
            "type": "web_search_result",
            "title": "A",
            "url": "https://a.example",
            "encrypted_content": "x",
            "page_age": None,
        }
    ],
}
CITATION = {
    "type": "web_search_result_location",
    "url": "https://a.example",
    "title": "A",
    "encrypted_index": "e",
    "cited_text": "c",
}
CONTENT: list[dict[str, Any]] = [
    {"type": "thinking", "thinking": "Let me see", "signature": "EqQB"},
    {"type": "redacted_thinking", "data": "EqQB"},
    SEARCH,
    FOUND,
    {"type": "text", "text": "Hello, wörld", "citations": [CITATION]},
    {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"a": 1}},
    {"type": "tool_use", "id": "toolu_2", "name": "mcp__x__f", "input": {}},
    {"type": "tool_use", "id": "toolu_3", "name": "patch", "input": {"input": "*** Begin\n"}},
    {"type": "compaction", "content": "summary"},
]
ITEMS = (
    Thinking(text="Let me see", signature=OWN),
    RedactedThinking(signature=OWN),
    Hosted(vendor=Vendor.ANTHROPIC, what="server_tool_use", raw=SEARCH),
    Hosted(
        vendor=Vendor.ANTHROPIC,
        what="web_search_tool_result",
        raw=FOUND,
    ),
    Text(
        text="Hello, wörld",
        citations=(
            Citation(
                url="https://a.example",
                title="A",
                cited_text="c",
                raw=CITATION,
                vendor=Vendor.ANTHROPIC,
            ),
        ),
    ),
    ToolCall(id="toolu_1", name="get weather", arguments='{"a":1}'),
    ToolCall(id="toolu_2", name="f", namespace="mcp__x", arguments="{}"),
    ToolCall(id="toolu_3", name="patch", kind=CallKind.CUSTOM, arguments="*** Begin\n"),
    Hosted(
        vendor=Vendor.ANTHROPIC,
        what="compaction",
        raw={"type": "compaction", "content": "summary"},
    ),
)


def body(*content: dict[str, Any], **more: Any) -> bytes:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": content,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
    }
    return json.dumps({**message, **more}).encode()


def frames_of(
    *content: dict[str, Any],
    stop: dict[str, Any] | None = None,
    usage: dict[str, Any] | None = None,
) -> list[bytes]:
    message = {"id": "msg_1", "type": "message", "model": "claude-x", "usage": USAGE}
    frames = [event("message_start", message=message), event("ping")]
    for index, block in enumerate(content):
        start, deltas = _told(block)
        frames.append(event("content_block_start", index=index, content_block=start))
        frames += [event("content_block_delta", index=index, delta=delta) for delta in deltas]
        frames.append(event("content_block_stop", index=index))
    told = {"stop_reason": "end_turn", "stop_sequence": None, **(stop or {})}
    delta_usage = {"output_tokens": 1} if usage is None else usage
    frames.append(event("message_delta", delta=told, usage=delta_usage))
    frames.append(event("message_stop"))
    return frames


def _told(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """As the vendor tells each type of block."""
    kind = block["type"]
    if kind == "text":
        pieces = [{"type": "text_delta", "text": c} for c in block["text"]]
        cited = [{"type": "citations_delta", "citation": c} for c in block.get("citations", ())]
        return {"type": "text", "text": ""}, [*cited, *pieces]
    if kind == "thinking":
        pieces = [{"type": "thinking_delta", "thinking": c} for c in block["thinking"]]
        seal = {"type": "signature_delta", "signature": block["signature"]}
        return {"type": "thinking", "thinking": "", "signature": ""}, [*pieces, seal]
    if kind in ("tool_use", "server_tool_use"):
        told = json.dumps(block["input"], separators=(",", ":")) if block["input"] else ""
        pieces = [{"type": "input_json_delta", "partial_json": c} for c in ["", *told]]
        return {**block, "input": {}}, pieces
    if kind == "compaction":
        delta = {"type": "compaction_delta", "content": block["content"]}
        return {"type": kind, "content": None}, [delta]
    return block, []


def events_from(chunks: list[bytes], names: ToolNames = NAMES) -> list[AnswerEvent]:
    reader = CODEC.event_reader(names)
    return [event for chunk in chunks for event in reader.feed(chunk)] + reader.finish()


def read_both(
    *content: dict[str, Any],
    stop: dict[str, Any] | None = None,
    usage: dict[str, Any] | None = None,
) -> Answer:
    whole = CODEC.read_answer(body(*content, **(stop or {})), NAMES)
    assert collected(events_from(frames_of(*content, stop=stop, usage=usage))) == whole
    return whole


def test_all_blocks() -> None:
    assert read_both(*CONTENT) == Answer(
        id="msg_1",
        model="claude-x",
        items=ITEMS,
        stop=Stop(kind=StopKind.TOOLS, vendor_word="end_turn"),
        usage=Usage(input_tokens=15, output_tokens=1, cache_read_tokens=3, cache_write_tokens=2),
    )


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("end_turn", StopKind.END),
        ("max_tokens", StopKind.LENGTH),
        ("refusal", StopKind.REFUSAL),
        ("pause_turn", StopKind.PAUSE),
        ("model_context_window_exceeded", StopKind.CONTEXT),
        ("something_new", StopKind.END),
    ],
)
def test_reasons(word: str, kind: StopKind) -> None:
    found = read_both({"type": "text", "text": "a"}, stop={"stop_reason": word})
    assert found.stop == Stop(kind=kind, vendor_word=word)


def test_a_stop_sequence() -> None:
    stop = {"stop_reason": "stop_sequence", "stop_sequence": "END"}
    found = read_both({"type": "text", "text": "a"}, stop=stop)
    assert found.stop == Stop(
        kind=StopKind.STOP_SEQUENCE, sequence="END", vendor_word="stop_sequence"
    )


def test_cut_calls_are_not_waiting() -> None:
    found = read_both(CONTENT[5], stop={"stop_reason": "max_tokens"})
    assert found.stop.kind is StopKind.LENGTH


def test_an_explained_refusal_without_content() -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "It is not allowed."}
    found = read_both(stop={"stop_reason": "refusal", "stop_details": details})
    assert found.items == (Refusal(text="It is not allowed."),)


def test_an_answer_without_content() -> None:
    assert read_both().items == ()


def test_usage_at_the_end_replaces_what_it_knows() -> None:
    usage = {"output_tokens": 40, "cache_read_input_tokens": 8}
    events = events_from(frames_of({"type": "text", "text": "a"}, usage=usage))
    told = [each.usage for each in events if isinstance(each, UsageTold)]
    assert told[0].output_tokens is None
    assert told[-1] == Usage(
        input_tokens=20, output_tokens=40, cache_read_tokens=8, cache_write_tokens=2
    )


def test_text_comes_as_it_comes() -> None:
    reader = CODEC.event_reader(NAMES)
    start, delta = frames_of({"type": "text", "text": "a"})[2:4]
    reader.feed(start)
    assert reader.feed(delta) == [ItemGrew(index=0, more="a")]


def test_servers_that_tell_a_call_in_one_piece() -> None:
    start = event("content_block_start", index=0, content_block=CONTENT[5])
    frames = frames_of(CONTENT[5])
    found = collected(events_from([*frames[:2], start, *frames[-3:]]))
    assert found.items == (ITEMS[5],)


def test_servers_that_name_no_ids() -> None:
    block = {"type": "tool_use", "name": "get_weather", "input": {}}
    assert read_both(block).items == (ToolCall(id="toolu_0", name="get weather", arguments="{}"),)


def test_a_stream_without_a_beginning() -> None:
    found = collected(events_from(frames_of({"type": "text", "text": "a"})[1:]))
    assert found.items == (Text(text="a"),)


def test_blocks_that_nobody_ended_are_ended() -> None:
    frames = [f for f in frames_of(CONTENT[4]) if b"content_block_stop" not in f]
    events = events_from(frames)
    assert isinstance(events[-2], ItemEnded)
    assert isinstance(events[-1], AnswerEnded)


@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_end_is_not_invented(missing: int) -> None:
    events = events_from(frames_of(*CONTENT)[:-missing])
    assert not any(isinstance(each, AnswerEnded | AnswerFailed) for each in events)


def test_a_last_frame_without_its_blank_line_counts() -> None:
    stream = b"".join(frames_of(CONTENT[4])).rstrip()
    assert isinstance(events_from([stream])[-1], AnswerEnded)


def test_nothing_but_usage_counts_after_the_end() -> None:
    frames = frames_of(CONTENT[4])
    again = events_from([*frames, *frames])
    assert again[:-1] == events_from(frames)
    assert isinstance(again[-1], UsageTold)
    assert events_from([*frames, b"data: [DONE]\n\n", b"rubbish\n\n"]) == events_from(frames)


def test_a_failure_in_the_stream() -> None:
    told = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    events = events_from([*frames_of(CONTENT[4])[:4], told, *frames_of()[:-2]])
    assert events[-1] == AnswerFailed(message="Overloaded", kind="overloaded_error", status=529)


@pytest.mark.parametrize(
    "frame",
    [
        b"data: {\n\n",
        b"data: [1]\n\n",
        event("content_block_start", content_block={"type": "text"}),
        event("content_block_start", index=0, content_block={"type": "text", "text": 4}),
        event("content_block_start", index=0, content_block={"type": "tool_use", "id": "x"}),
        event("content_block_delta", index=9, delta={"type": "text_delta", "text": "x"}),
    ],
)
def test_garbage_in_a_stream(frame: bytes) -> None:
    with pytest.raises(UpstreamGarbage):
        events_from([frames_of()[0], frame])


@pytest.mark.parametrize(
    "told",
    [
        b"<html>",
        b"[]",
        b'{"type":"error","error":{"type":"api_error","message":"no"}}',
        b'{"content":"Hello"}',
        b'{"content":[1]}',
        b'{"content":[{"type":"text","text":1}]}',
        b'{"content":[{"type":"tool_use","id":"a","input":{}}]}',
    ],
)
def test_garbage_answers(told: bytes) -> None:
    with pytest.raises(UpstreamGarbage):
        CODEC.read_answer(told, NAMES)


def test_what_is_held_back_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for file in (events_in, answer_in):
        monkeypatch.setattr(file, "MOST_HELD", 1000)
    delta = event(
        "content_block_delta", index=0, delta={"type": "signature_delta", "signature": "x" * 200}
    )
    start = frames_of(CONTENT[0])[2]
    reader = CODEC.event_reader(NAMES)
    for frame in (start, delta, delta):
        reader.feed(frame)
    with pytest.raises(UpstreamGarbage):
        reader.feed(delta)
    with pytest.raises(UpstreamGarbage):
        CODEC.event_reader(NAMES).feed(b"data: " + b"x" * 1100)


def test_names_that_are_held_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_in, "MOST_HELD", 10_000)
    start = event("content_block_start", index=0, content_block={"type": "server_tool_use"})
    many = {"type": "input_json_delta", **{f"a{n}": "x" for n in range(100)}}
    reader = CODEC.event_reader(NAMES)
    reader.feed(start)
    with pytest.raises(UpstreamGarbage, match="holds back more"):
        reader.feed(event("content_block_delta", index=0, delta=many))


@pytest.mark.parametrize("kind", ["text", "tool_use", "server_tool_use", "no kind at all"])
def test_open_blocks_are_bounded(kind: str) -> None:
    starts = [
        event("content_block_start", index=at, content_block={"type": kind, "name": "f"})
        for at in range(MOST_OPEN_ITEMS + 1)
    ]
    reader = CODEC.event_reader(NAMES)
    reader.feed(b"".join(starts[:-1]))
    with pytest.raises(UpstreamGarbage, match="more blocks open"):
        reader.feed(starts[-1])


def test_any_number_of_blocks_may_come_one_by_one() -> None:
    reader = CODEC.event_reader(NAMES)
    for at in range(MOST_OPEN_ITEMS + 10):
        reader.feed(event("content_block_start", index=at, content_block={"type": "text"}))
        told = reader.feed(event("content_block_stop", index=at))
        assert told == [ItemEnded(index=at)]


STREAM = b"".join(frames_of(*CONTENT))
CRLF = STREAM.replace(b"\n", b"\r\n")


@given(st.sampled_from([STREAM, CRLF]).flatmap(split))
def test_any_split_of_the_bytes_gives_the_same_events(chunks: list[bytes]) -> None:
    assert events_from(chunks) == events_from([STREAM])


def test_byte_by_byte() -> None:
    assert events_from([STREAM[n : n + 1] for n in range(len(STREAM))]) == events_from([STREAM])


def well_formed(events: list[AnswerEvent]) -> bool:
    """As `domain/model/answer.py` promises: contiguous indices, and all items are open."""
    begun: list[int] = []
    open_items: set[int] = set()
    for each in events:
        if isinstance(each, AnswerBegun):
            assert each is events[0]
        elif isinstance(each, ItemBegun):
            begun.append(each.index)
            open_items.add(each.index)
        elif isinstance(each, ItemEnded):
            open_items.remove(each.index)
        elif isinstance(each, ItemGrew):
            assert each.index in open_items
        elif isinstance(each, AnswerEnded | AnswerFailed):
            assert each is events[-1]
    return begun == list(range(len(begun)))


pieces = (
    st.binary(max_size=60)
    | noise
    | st.sampled_from(frames_of(*CONTENT))
    | st.builds(
        lambda kind, index, told: event(kind, index=index, content_block=told, delta=told),
        st.sampled_from(["content_block_start", "content_block_delta", "message_delta", "error"]),
        st.sampled_from([0, 1, None, "x"]),
        st.sampled_from([*CONTENT, {}, None, {"type": None}, {"type": "text_delta", "text": []}]),
    )
)


@given(st.lists(pieces, max_size=20))
def test_any_bytes_are_events_or_garbage(told: list[bytes]) -> None:
    reader = CODEC.event_reader(NAMES)
    events: list[AnswerEvent] = []
    try:
        for chunk in told:
            events += reader.feed(chunk)
        events += reader.finish()
    except UpstreamGarbage:
        return
    assert well_formed(events)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "content", "input", "id", "name", "citations", "data"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.binary(max_size=80)
    | json_values.map(lambda told: json.dumps({"content": told, "usage": told}).encode())
)
def test_any_body_is_an_answer_or_garbage(told: bytes) -> None:
    with suppress(UpstreamGarbage):
        answer = CODEC.read_answer(told, NAMES)
        assert collected(events_of(answer)).items == answer.items


@given(json_values, st.sampled_from([block["type"] for block in CONTENT]))
def test_any_block_is_an_item_or_garbage(told: Any, kind: str) -> None:
    block = {**told, "type": kind} if isinstance(told, dict) else {"type": kind, "content": told}
    with suppress(UpstreamGarbage):
        read_both_any(block)


def read_both_any(block: dict[str, Any]) -> None:
    whole = CODEC.read_answer(body(block), NAMES)
    start = event("content_block_start", index=0, content_block=block)
    frames = frames_of()
    assert collected(events_from([*frames[:2], start, *frames[2:]])).items == whole.items
