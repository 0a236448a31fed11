"""Streams and whole answers in Responses become events, whatever their servers leave out."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import (
    CallKind,
    Hosted,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import Tool
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.openai_responses import (
    codec,
    growing_answer,
    growing_items,
)
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.wire.streams import split
from tests.wire.translate.openai_responses.support import (
    R,
    X,
    completed,
    created,
    event,
    events,
    response,
)

USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 14,
}
NOTE = {
    "type": "url_citation",
    "url": "https://a.example",
    "title": "A",
    "start_index": 0,
    "end_index": 2,
}
REASONING = {
    "id": "rs_1",
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "One."}, {"type": "summary_text", "text": "Two."}],
    "encrypted_content": "gAAA",
}
SEARCH = {
    "id": "ws_1",
    "type": "web_search_call",
    "status": "completed",
    "action": {"type": "other"},
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hello.", "annotations": [NOTE], "logprobs": []}],
}
CALL = {
    "id": "fc_1",
    "type": "function_call",
    "status": "completed",
    "call_id": "call_1",
    "name": "f",
    "arguments": '{"a": 1}',
}
CUSTOM = {
    "id": "ctc_1",
    "type": "custom_tool_call",
    "call_id": "call_2",
    "name": "patch",
    "input": "*** Begin",
}


def added(at: int, item: dict[str, Any]) -> bytes:
    return event("response.output_item.added", output_index=at, item=item)


def done(at: int, item: dict[str, Any]) -> bytes:
    return event("response.output_item.done", output_index=at, item=item)


def on(kind: str, at: int, item: dict[str, Any], **members: Any) -> bytes:
    return event(f"response.{kind}", output_index=at, item_id=item["id"], **members)


REAL = [
    created(),
    event("response.in_progress", response=response("in_progress", output=[])),
    added(0, REASONING | {"summary": [], "encrypted_content": "partial"}),
    on("reasoning_summary_part.added", 0, REASONING, summary_index=0, part={}),
    on("reasoning_summary_text.delta", 0, REASONING, summary_index=0, delta="On"),
    on("reasoning_summary_text.delta", 0, REASONING, summary_index=0, delta="e."),
    on("reasoning_summary_text.done", 0, REASONING, summary_index=0, text="One."),
    on("reasoning_summary_part.done", 0, REASONING, summary_index=0, part={}),
    on("reasoning_summary_text.delta", 0, REASONING, summary_index=1, delta="Two."),
    on("reasoning_summary_text.done", 0, REASONING, summary_index=1, text="Two."),
    done(0, REASONING),
    added(1, SEARCH | {"status": "in_progress"}),
    on("web_search_call.searching", 1, SEARCH),
    done(1, SEARCH),
    added(2, MESSAGE | {"content": [], "status": "in_progress"}),
    on("content_part.added", 2, MESSAGE, content_index=0, part={"type": "output_text"}),
    on("output_text.delta", 2, MESSAGE, content_index=0, delta="Hel", logprobs=[]),
    on("output_text.delta", 2, MESSAGE, content_index=0, delta="lo.", logprobs=[]),
    on("output_text.annotation.added", 2, MESSAGE, content_index=0, annotation=NOTE),
    on("output_text.done", 2, MESSAGE, content_index=0, text="Hello."),
    on("content_part.done", 2, MESSAGE, content_index=0, part=MESSAGE["content"][0]),  # type: ignore[index]
    done(2, MESSAGE),
    added(3, CALL | {"arguments": "", "status": "in_progress"}),
    on("function_call_arguments.delta", 3, CALL, delta='{"a"'),
    on("function_call_arguments.delta", 3, CALL, delta=": 1}"),
    on("function_call_arguments.done", 3, CALL, arguments='{"a": 1}'),
    done(3, CALL),
    added(4, CUSTOM | {"input": ""}),
    on("custom_tool_call_input.delta", 4, CUSTOM, delta="*** Begin"),
    on("custom_tool_call_input.done", 4, CUSTOM, input="*** Begin"),
    done(4, CUSTOM),
    completed([REASONING, SEARCH, MESSAGE, CALL, CUSTOM], usage=USAGE),
]
SEALED = Signature(vendor=Vendor.OPENAI, data="gAAA")


def answer(*frames: bytes, names: ToolNames | None = None) -> Answer:
    return collected(events(*frames, names=names))


def items(*frames: bytes, names: ToolNames | None = None) -> tuple[Any, ...]:
    """Of a stream with these frames in its middle."""
    return answer(created(), *frames, completed(), names=names).items


def whole(told: dict[str, Any], names: ToolNames | None = None) -> Answer:
    return codec(R).read_answer(orjson.dumps(told), names or ToolNames())


def test_a_real_stream() -> None:
    told = events(*REAL)
    assert told[0] == AnswerBegun(id="resp_1", model="gpt-x", created_s=1_700_000_000)
    assert [each for each in told if isinstance(each, ItemBegun | ItemEnded)][:4] == [
        ItemBegun(index=0, item=Thinking(text="")),
        ItemEnded(index=0, signature=SEALED),
        ItemBegun(
            index=1,
            item=Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw=SEARCH),
        ),
        ItemEnded(index=1),
    ]
    assert [each.more for each in told if isinstance(each, ItemGrew)] == [
        *["On", "e.", "\n\nTwo.", "Hel", "lo.", '{"a"', ": 1}", "*** Begin"],
    ]
    assert sum(isinstance(each, ItemCited) for each in told) == 1
    got = collected(told)
    assert got.items[3:] == (
        ToolCall(id="call_1", name="f", arguments='{"a": 1}'),
        ToolCall(id="call_2", name="patch", arguments="*** Begin", kind=CallKind.CUSTOM),
    )
    assert got.stop.kind is StopKind.TOOLS
    assert got.usage == Usage(
        input_tokens=9, output_tokens=5, cache_read_tokens=4, reasoning_tokens=2
    )


def test_whole_and_streamed_answers_are_the_same() -> None:
    told = response(output=[REASONING, SEARCH, MESSAGE, CALL, CUSTOM], usage=USAGE)
    assert whole(told) == answer(*REAL)


def test_the_last_event_alone_is_enough() -> None:
    assert answer(REAL[0], REAL[-1]) == answer(*REAL)


@given(data=st.data())
def test_any_split_gives_the_same_events(data: st.DataObject) -> None:
    assert events(*data.draw(split(b"".join(REAL)))) == events(b"".join(REAL))


@given(data=st.data())
def test_whatever_events_are_missing_the_answer_is_the_same(data: st.DataObject) -> None:
    """All but the first and the last, which tells everything, may be left out."""
    kept = [frame for frame in REAL[1:-1] if data.draw(st.booleans())]
    got = answer(REAL[0], *kept, REAL[-1])
    expected = answer(*REAL)
    # what began to be told piece by piece cannot be mended: one piece may be missing
    if not any(b".delta" in frame or b"summary_text.done" in frame for frame in kept):
        assert sorted(map(repr, got.items)) == sorted(map(repr, expected.items))
    assert (got.stop, got.usage) == (expected.stop, expected.usage)


def test_line_ends_comments_and_bare_data() -> None:
    stream = b"".join(REAL).replace(b"\n", b"\r\n")
    assert events(b": ping\r\n\r\n", stream) == events(*REAL)
    bare = [frame.split(b"\n", 1)[1].replace(b"data: ", b"data:") for frame in REAL]
    assert events(*bare) == events(*REAL)


def test_arguments_may_come_late() -> None:
    begun = CALL | {"arguments": ""}
    expected = (ToolCall(id="call_1", name="f", arguments='{"a": 1}'),)
    for late in (
        [added(0, begun), on("function_call_arguments.done", 0, CALL, arguments='{"a": 1}')],
        [added(0, begun), done(0, CALL)],
        [done(0, CALL)],
        [added(0, begun | {"name": ""}), done(0, CALL)],
        [
            added(0, {"id": "fc_1", "type": "function_call", "call_id": "call_1"}),
            on("function_call_arguments.delta", 0, CALL, delta='{"a": 1}'),
            on("function_call_arguments.done", 0, CALL, arguments='{"a": 1}', name="f"),
        ],
    ):
        assert items(*late) == expected
    last = completed([CALL])
    assert answer(created(), added(0, begun), done(0, begun), last).items == expected
    assert answer(created(), added(0, begun), last).items == expected


def test_a_call_without_a_name_is_no_call() -> None:
    nameless = {"id": "fc_1", "type": "function_call", "call_id": "c", "arguments": "{}"}
    got = answer(created(), added(0, nameless), done(0, nameless), completed([nameless]))
    assert got.items == ()
    assert got.stop.kind is StopKind.END


def test_a_call_without_an_id_gets_one_that_stays() -> None:
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    first, second = (items(done(0, call))[0] for _ in range(2))
    assert first.id == second.id != ""


def test_a_function_that_stands_for_a_custom_tool() -> None:
    names = ToolNames([Tool(name="patch", kind=CallKind.CUSTOM)])
    call = CALL | {"name": "patch", "arguments": ""}
    got = items(
        added(0, call),
        on("function_call_arguments.delta", 0, call, delta='{"input":"a\\'),
        on("function_call_arguments.delta", 0, call, delta='nb"}'),
        done(0, call),
        names=names,
    )
    assert got == (ToolCall(id="call_1", name="patch", arguments="a\nb", kind=CallKind.CUSTOM),)


def test_names_and_namespaces_are_read_back() -> None:
    tools = [Tool(name="f", namespace="mcp__x")]
    flat, spaced = ToolNames(tools), ToolNames(tools, keeps_namespaces=True)
    expected = ToolCall(id="call_1", name="f", arguments='{"a": 1}', namespace="mcp__x")
    assert items(done(0, CALL | {"name": "mcp__x__f"}), names=flat) == (expected,)
    assert items(done(0, CALL | {"namespace": "mcp__x"}), names=spaced) == (expected,)


@pytest.mark.parametrize(
    ("frames", "item"),
    [
        (
            [added(0, REASONING), done(0, REASONING | {"encrypted_content": None})],
            Thinking(text="One.\n\nTwo.", signature=SEALED),
        ),
        (
            [added(0, REASONING | {"summary": []}), done(0, REASONING | {"summary": []})],
            Thinking(text="", signature=SEALED),
        ),
        (
            [
                on("reasoning_text.delta", 0, REASONING, content_index=0, delta="Raw."),
                on("reasoning_summary_text.delta", 0, REASONING, summary_index=0, delta="Short."),
                done(0, {"id": "rs_1", "type": "reasoning", "summary": []}),
            ],
            Thinking(text="Raw."),
        ),
    ],
)
def test_reasoning(frames: list[bytes], item: Thinking) -> None:
    assert items(*frames) == (item,)


def test_reasoning_of_which_nothing_is_told_is_nothing() -> None:
    empty = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": None}
    got = items(added(0, empty), done(0, empty), done(1, MESSAGE))
    assert [type(item) for item in got] == [Text]


def test_a_refusal() -> None:
    part = {"type": "refusal", "refusal": "No."}
    frames = [
        added(0, MESSAGE | {"content": []}),
        on("refusal.delta", 0, MESSAGE, content_index=0, delta="No."),
        on("refusal.done", 0, MESSAGE, content_index=0, refusal="No."),
        done(0, MESSAGE | {"content": [part]}),
    ]
    got = answer(created(), *frames, completed())
    assert got.items == (Refusal(text="No."),)
    assert got.stop.kind is StopKind.REFUSAL


def test_items_that_wait_for_the_caller() -> None:
    shell = {"type": "local_shell_call", "id": "l", "call_id": "c", "action": {"command": ["ls"]}}
    got = answer(created(), done(0, shell), completed())
    assert got.items == (
        Hosted(vendor=Vendor.OPENAI, what="local_shell_call", raw=shell, text="ls"),
    )
    assert got.stop.kind is StopKind.TOOLS
    assert answer(created(), done(0, SEARCH), completed()).stop.kind is StopKind.END


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("max_output_tokens", StopKind.LENGTH),
        ("content_filter", StopKind.REFUSAL),
        ("from_the_future", StopKind.END),
    ],
)
def test_incomplete_answers(reason: str, kind: StopKind) -> None:
    told = response("incomplete", output=[CALL], incomplete_details={"reason": reason})
    got = answer(created(), event("response.incomplete", response=told))
    assert (got.stop.kind, got.stop.vendor_word) == (kind, reason)
    assert whole(told) == got


@pytest.mark.parametrize(
    ("frame", "failed"),
    [
        (
            event(
                "response.failed",
                response=response(
                    "failed", error={"code": "rate_limit_exceeded", "message": "Slow."}
                ),
            ),
            AnswerFailed(message="Slow.", kind="rate_limit_exceeded", status=429),
        ),
        (
            event("error", code="server_error", message="Oh.", param=None),
            AnswerFailed(message="Oh.", kind="server_error", status=500),
        ),
        (
            event("error", error={"type": "cyber_policy", "message": "No."}),
            AnswerFailed(message="No.", kind="cyber_policy"),
        ),
        (b'data: {"error":{"message":"Bare."}}\n\n', AnswerFailed(message="Bare.")),
        (
            event("response.cancelled", response=response("cancelled")),
            AnswerFailed(message="The provider says that the answer cancelled."),
        ),
    ],
)
def test_failures_inside_a_stream(frame: bytes, failed: AnswerFailed) -> None:
    told = events(created(), done(0, MESSAGE), frame, completed())
    assert told[-1] == failed
    assert not any(isinstance(each, AnswerEnded) for each in told)


def test_what_failed_tells_what_it_used_all_the_same() -> None:
    used = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    frame = event("response.failed", response=response("failed", usage=used))
    *before, failed = events(created(), done(0, MESSAGE), frame)
    assert isinstance(failed, AnswerFailed)
    assert before[-1] == UsageTold(usage=Usage(input_tokens=10, output_tokens=5))


def test_a_failed_whole_answer() -> None:
    with pytest.raises(UpstreamError, match=r"Oh\."):
        whole(response("failed", error={"code": "server_error", "message": "Oh."}))


@pytest.mark.parametrize("end", [b"", b"data: [DONE]\n\n", completed()[:-30]])
def test_a_stream_without_its_end_is_cut(end: bytes) -> None:
    reader = codec(R).event_reader(ToolNames())
    told = reader.feed(created() + done(0, MESSAGE) + end)
    assert not any(isinstance(each, AnswerEnded) for each in told)
    if end[-1:] == b"\n" or not end:
        with pytest.raises(UpstreamCut):
            collected([*told, *reader.finish()])


def test_the_last_frame_counts_without_its_blank_line() -> None:
    assert isinstance(events(created(), completed()[:-2])[-1], AnswerEnded)


def test_usage_may_be_missing() -> None:
    told = events(created(), completed(usage=None))
    assert not any(isinstance(each, UsageTold) for each in told)
    assert collected(told).usage == UNKNOWN_USAGE


def test_servers_that_number_nothing() -> None:
    text = {"type": "response.output_text.delta", "item_id": "msg_1"}
    frames = [
        b"data: " + orjson.dumps(text | {"delta": "Hel"}) + b"\n\n",
        b"data: " + orjson.dumps(text | {"delta": "lo."}) + b"\n\n",
        event("response.completed", response={"output": [MESSAGE]}),
    ]
    got = collected(events(*frames))
    assert [getattr(item, "text", None) for item in got.items] == ["Hello."]


def test_json_where_a_stream_was_due_and_the_reverse() -> None:
    told = response(output=[MESSAGE], usage=USAGE)
    assert collected(events(orjson.dumps(told))) == whole(told)
    body = b"".join(REAL)
    for flavour in (R, X):
        assert codec(flavour).read_answer(body, ToolNames()) == answer(*REAL)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"output":{}}', b'{"output":[],"status":"queued"}']
)
def test_what_is_no_answer(body: bytes) -> None:
    with pytest.raises(UpstreamGarbage):
        codec(R).read_answer(body, ToolNames())


_NAMES = (
    "type item id output_index content_index delta part text response output message output_text "
    "function_call reasoning name arguments status content summary error code annotation "
    "custom_tool_call call_id usage"
)
_WORDS = st.sampled_from(_NAMES.split())
_SCALARS = st.sampled_from([None, True, 0, 1, -1, 1.5, "", [], {}]) | _WORDS
_OBJECTS = st.dictionaries(_WORDS, _SCALARS, max_size=4)
_JSON = _SCALARS | _OBJECTS | st.lists(_OBJECTS, max_size=2)
_KINDS = st.sampled_from(
    [
        *sorted({orjson.loads(frame.split(b"data: ")[1])["type"] for frame in REAL}),
        "response.refusal.delta",
        "response.reasoning_text.delta",
        "response.failed",
        "error",
    ]
)


@given(
    told=st.lists(st.tuples(_KINDS, st.dictionaries(_WORDS, _JSON, max_size=5)), max_size=12),
    order=st.lists(st.sampled_from(REAL), max_size=12),
)
def test_events_of_any_form_keep_the_rules(
    told: list[tuple[str, dict[str, Any]]], order: list[bytes]
) -> None:
    frames = [
        b"data: " + orjson.dumps({**members, "type": kind}) + b"\n\n" for kind, members in told
    ]
    mixed = [frame for pair in zip(frames, order, strict=False) for frame in pair] + frames
    try:
        got = events(*mixed)
    except UpstreamGarbage:
        return
    _keeps_the_rules(got)


@pytest.mark.parametrize("kind", ["message", "reasoning", "function_call", "other", "item_id"])
def test_items_are_bounded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_answer, "MOST_ITEMS", 100)
    reader = codec(R).event_reader(ToolNames())

    def begin(at: int) -> bytes:
        if kind == "item_id":
            return event("response.output_text.delta", item_id=f"i{at}", delta="")
        return added(at, {"type": kind, "id": f"i{at}"})

    reader.feed(b"".join(map(begin, range(100))))
    with pytest.raises(UpstreamGarbage, match="more items than any"):
        reader.feed(begin(100))


def test_parts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_items, "MOST_ITEMS", 100)
    reader = codec(R).event_reader(ToolNames())
    parts = [
        event("response.output_text.delta", output_index=0, content_index=at, delta="x")
        for at in range(101)
    ]
    reader.feed(b"".join(parts[:-1]))
    with pytest.raises(UpstreamGarbage, match="more items than any"):
        reader.feed(parts[-1])


@given(st.binary(max_size=200))
def test_arbitrary_bytes(noise: bytes) -> None:
    try:
        got = events(noise)
    except UpstreamGarbage:
        return
    assert not any(isinstance(each, AnswerEnded) for each in got)


def _keeps_the_rules(told: list[AnswerEvent]) -> None:
    """Indices without gaps; nothing before an item begins or after it ends; one end at most."""
    begun: set[int] = set()
    ended: set[int] = set()
    for at, each in enumerate(told):
        if isinstance(each, ItemBegun):
            assert each.index == len(begun)
            begun.add(each.index)
        elif isinstance(each, ItemGrew | ItemCited | ItemEnded):
            assert each.index in begun - ended
            if isinstance(each, ItemEnded):
                ended.add(each.index)
        elif isinstance(each, AnswerEnded | AnswerFailed):
            assert at == len(told) - 1
            if isinstance(each, AnswerEnded):
                assert begun == ended


@pytest.mark.parametrize("moment", [1e308, -1, "1", True, None])
def test_no_moment(moment: object) -> None:
    reader = codec(R).event_reader(ToolNames())
    told = reader.feed(event("response.created", response={"id": "r", "created_at": moment}))
    assert told == [AnswerBegun(id="r", model="", created_s=1 if moment is True else None)]
