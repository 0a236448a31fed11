"""Whether a frame is read in full or by what the one before taught, the events are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, pairwise
from typing import Any
from unittest import mock

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerEvent, ItemGrew
from llmgw_desktop.domain.model.content import CallKind
from llmgw_desktop.domain.model.prompt import Tool
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.repeated_frame import Growing, RepeatedFrame
from llmgw_desktop.wire.translate.tools import ToolNames
from tests.wire.translate import repeating as made

CHAT, ANTHROPIC, GEMINI, RESPONSES = (
    ModelProtocol.OPENAI_CHAT,
    ModelProtocol.ANTHROPIC,
    ModelProtocol.GEMINI,
    ModelProtocol.OPENAI_RESPONSES,
)
NAMES = ToolNames([Tool(name="get_weather"), Tool(name="free", kind=CallKind.CUSTOM)])
STREAMS: Mapping[ModelProtocol, st.SearchStrategy[list[bytes]]] = {
    CHAT: made.streams(made.chat_usual, made.chat_payloads, made.chat_others),
    ANTHROPIC: made.streams(made.anthropic_usual, made.anthropic_payloads, made.anthropic_others),
    GEMINI: made.streams(made.gemini_usual, made.gemini_payloads, made.gemini_others),
    RESPONSES: made.streams(made.responses_usual, made.responses_payloads, made.responses_others),
}


def told(protocol: ModelProtocol, pieces: list[bytes]) -> list[list[AnswerEvent] | str]:
    """What each piece of the stream gave, its failure included; nothing is fed after one."""
    reader = codec_of(protocol).event_reader(NAMES)
    found: list[list[AnswerEvent] | str] = []

    def read(piece: bytes) -> list[AnswerEvent]:
        if more := reader.more(piece):
            return [ItemGrew(index=reader.grown, more=more)]
        return reader.feed(piece)

    try:
        found.extend(map(read, pieces))
        found.append(reader.finish())
    except UpstreamGarbage as garbage:
        found.append(str(garbage))
    return found


@contextmanager
def in_full() -> Iterator[None]:
    with mock.patch.object(RepeatedFrame, "learn", return_value=None):
        yield


@contextmanager
def quick_ones() -> Iterator[list[str]]:
    """The words of the frames that were not read in full."""
    words: list[str] = []
    ask = RepeatedFrame._words

    def noted(self: RepeatedFrame[Any], frame: bytes) -> str:
        found = ask(self, frame)
        if found:
            words.append(found)
        return found

    with mock.patch.object(RepeatedFrame, "_words", noted):
        yield words


def check(protocol: ModelProtocol, pieces: list[bytes]) -> int:
    """How many frames were read quickly."""
    with quick_ones() as words:
        quickly = told(protocol, pieces)
    with in_full():
        assert quickly == told(protocol, pieces)
    return len(words)


@pytest.mark.parametrize("protocol", STREAMS)
@given(st.data())
def test_any_stream(protocol: ModelProtocol, data: st.DataObject) -> None:
    frames = data.draw(STREAMS[protocol])
    begun: dict[ModelProtocol, list[bytes]] = {
        ANTHROPIC: [block("text"), block("tool_use", 1, id="t", name="free")],
        RESPONSES: [added(1, "function_call", name="free", call_id="c")],
    }
    check(protocol, [*begun.get(protocol, []), *frames])


@pytest.mark.parametrize("protocol", STREAMS)
@given(st.data())
def test_any_split(protocol: ModelProtocol, data: st.DataObject) -> None:
    stream = b"".join(data.draw(STREAMS[protocol]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    edges = [0, *cuts, len(stream)]
    check(protocol, [stream[a:b] for a, b in pairwise(edges)])


def frame(payload: Any) -> bytes:
    return b"data: %b\n\n" % orjson.dumps(payload)


def chat(delta: Any, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return frame({"id": "id-1", "model": "m", "choices": [choice], "usage": None, **more})


def block(kind: str, index: int = 0, **more: Any) -> bytes:
    inner = {"type": kind, **more}
    return frame({"type": "content_block_start", "index": index, "content_block": inner})


def delta(kind: str, name: str, words: str, index: int = 0) -> bytes:
    inner = {"type": kind, name: words}
    told = orjson.dumps({"type": "content_block_delta", "index": index, "delta": inner})
    return b"event: content_block_delta\ndata: %b\n\n" % told


def gemini(words: str, **more: Any) -> bytes:
    content = {"parts": [{"text": words, **more}], "role": "model"}
    usage = {"promptTokenCount": 3}
    return frame({"candidates": [{"content": content}], "usageMetadata": usage})


def added(at: int, kind: str, **more: Any) -> bytes:
    item = {"id": f"item-{at}", "type": kind, **more}
    told = {"type": "response.output_item.added", "output_index": at, "item": item}
    return frame(told)


def numbered(at: int, kind: str, words: str, *more: tuple[str, Any], first: bool = True) -> bytes:
    """With its number before the words, as OpenAI writes it, or behind them."""
    number = [("sequence_number", at)]
    told = [("type", kind), *(number if first else []), ("item_id", "i"), ("output_index", 0)]
    told += [("content_index", 0), ("delta", words), *more, *([] if first else number)]
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(dict(told)))


MANY = [*(f"tok{number} " for number in range(8)), 'a "b" \\ é\n', "id-1", "text"]
TEXT = "response.output_text"
CALL = {"index": 0, "id": "c", "function": {"name": "get_weather", "arguments": ""}}


@pytest.mark.parametrize(
    ("protocol", "frames", "read_in_full"),
    [
        pytest.param(CHAT, [chat({"content": one}) for one in MANY], 1, id="chat"),
        pytest.param(
            CHAT,
            [chat({"role": "assistant", "content": one, "tool_calls": None}) for one in MANY],
            1,
            id="chat with a role",
        ),
        pytest.param(
            CHAT, [chat({"content": None, "reasoning": one}) for one in MANY], 1, id="chat thinks"
        ),
        pytest.param(
            CHAT,
            [
                chat({"tool_calls": [CALL]}),
                *(
                    chat({"tool_calls": [{"index": 0, "function": {"arguments": one}}]})
                    for one in MANY
                ),
            ],
            1,
            id="chat calls",
        ),
        pytest.param(
            ANTHROPIC,
            [block("text"), *(delta("text_delta", "text", one) for one in MANY)],
            1,
            id="anthropic",
        ),
        pytest.param(
            ANTHROPIC,
            [block("thinking"), *(delta("thinking_delta", "thinking", one) for one in MANY)],
            1,
            id="anthropic thinks",
        ),
        pytest.param(
            ANTHROPIC,
            [
                block("tool_use", id="t", name="free"),
                *(delta("input_json_delta", "partial_json", one) for one in ['{"input":"', *MANY]),
            ],
            2,
            id="anthropic calls",
        ),
        pytest.param(GEMINI, [gemini(one) for one in MANY], 1, id="gemini"),
        pytest.param(
            CHAT,
            [chat({"content": one}, obfuscation="aB3x"[: len(one) % 5]) for one in MANY],
            1,
            id="chat with padding",
        ),
        pytest.param(GEMINI, [gemini(one, thought=True) for one in MANY], 1, id="gemini thinks"),
        pytest.param(
            RESPONSES,
            [numbered(at + 96, f"{TEXT}.delta", one) for at, one in enumerate(MANY)],
            1,
            id="responses",
        ),
        pytest.param(
            RESPONSES,
            [numbered(at + 7, f"{TEXT}.delta", one, first=False) for at, one in enumerate(MANY)],
            1,
            id="responses with the number behind",
        ),
        pytest.param(
            RESPONSES,
            [
                numbered(at, f"{TEXT}.delta", one, ("logprobs", []), ("obfuscation", "aB3x"[at:]))
                for at, one in enumerate(MANY)
            ],
            1,
            id="responses with padding",
        ),
        pytest.param(
            RESPONSES,
            [
                numbered(at, "response.reasoning_summary_text.delta", one)
                for at, one in enumerate(MANY)
            ],
            1,
            id="responses thinks",
        ),
        pytest.param(
            RESPONSES,
            [
                added(0, "function_call", name="get_weather", call_id="c"),
                *(
                    numbered(at, "response.function_call_arguments.delta", one)
                    for at, one in enumerate(MANY)
                ),
            ],
            1,
            id="responses calls",
        ),
    ],
)
def test_the_usual_streams_are_read_quickly(
    protocol: ModelProtocol, frames: list[bytes], read_in_full: int
) -> None:
    assert check(protocol, frames) == len(MANY) - 1 if read_in_full == 1 else len(MANY)
    assert check(protocol, [b"".join(frames)]) >= len(MANY) - 1


MORE = ["The ", "first ", *MANY]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r"])
@pytest.mark.parametrize("protocol", [CHAT, ANTHROPIC, GEMINI, RESPONSES])
def test_a_chunk_that_is_one_frame_becomes_no_event(protocol: ModelProtocol, end: bytes) -> None:
    frames = {
        CHAT: [chat({"content": one}) for one in MORE],
        ANTHROPIC: [block("text"), *(delta("text_delta", "text", one) for one in MORE)],
        GEMINI: [gemini(one) for one in MORE],
        RESPONSES: [numbered(at, f"{TEXT}.delta", one) for at, one in enumerate(MORE)],
    }[protocol]
    ended = [each[:-2] + end for each in frames]
    reader = codec_of(protocol).event_reader(NAMES)
    quick = [reader.more(each) or reader.feed(each) for each in ended]
    is_decided = end.endswith(b"\n")  # else another byte may still belong to the frame
    words = [each for each in quick if isinstance(each, str)]
    assert words[-len(MANY) :] == (MANY if is_decided else [])
    check(protocol, ended)


def test_what_is_told_in_other_words_becomes_events() -> None:
    calls = [added(0, "function_call", name="free", call_id="c")]
    kind = "response.function_call_arguments.delta"
    calls += [numbered(at, kind, one) for at, one in enumerate(['{"input":"', *MANY[:8], '"}'])]
    reader = codec_of(RESPONSES).event_reader(NAMES)
    for each in calls:
        assert not reader.more(each)
        reader.feed(each)
    check(RESPONSES, calls)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        pytest.param(b'{"sequence_number":10,"text":"two"}', "two", id="the next"),
        pytest.param(b'{"sequence_number":9,"text":"two"}', "", id="the same"),
        pytest.param(b'{"sequence_number":11,"text":"two"}', "", id="one left out"),
        pytest.param(b'{"sequence_number":010,"text":"two"}', "", id="no number"),
        pytest.param(b'{"sequence_number":10.0,"text":"two"}', "", id="a fraction"),
    ],
)
def test_numbers(other: bytes, words: str) -> None:
    assert learnt(b'{"sequence_number":9,"text":"one"}').words_in(other) == words


@pytest.mark.parametrize(
    ("frame", "then"),
    [
        pytest.param(
            b'{"a":{"sequence_number":1},"sequence_number":1,"text":"x"}',
            b'{"a":{"sequence_number":2},"sequence_number":1,"text":"x"}',
            id="another one's",
        ),
        pytest.param(b'{"sequence_number":1e0,"text":"x"}', b"", id="written strangely"),
        pytest.param(b'{"sequence_number":"1","text":"x"}', b"", id="no number"),
    ],
)
def test_numbers_that_are_not_expected(frame: bytes, then: bytes) -> None:
    repeated = learnt(frame)
    assert repeated.words_in(then) == ""
    assert repeated.words_in(frame.replace(b"1", b"2")) == ""


def grows(payload: dict[str, Any]) -> Growing[None] | None:
    return (payload, "text", None) if payload.get("text") else None


def learnt(*frames: bytes) -> RepeatedFrame[None]:
    repeated: RepeatedFrame[None] = RepeatedFrame()
    for each in frames:
        if not repeated.words_in(each):
            repeated.learn(each, orjson.loads(each), grows, bytes)
    return repeated


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(b'{"id":"a","text":""}', id="empty"),
        pytest.param(b'{"id":"a","text":"x","text":"y"}', id="a name twice"),
        pytest.param(b'{"id":"a","text":"x\\"}', id="no end"),
        pytest.param(b'{"id":"a","text":"\\ud800"}', id="half a character"),
        pytest.param(b'{"id":"a","text":"\n"}', id="a raw line end"),
        pytest.param(b'{"id":"a","text":"\xff"}', id="no UTF-8"),
        pytest.param(b'{"id":"a","text":"}', id="beginning and end overlap"),
        pytest.param(b'{"id":"a","text": "x"}', id="a blank more"),
        pytest.param(b'{"id":"b","text":"x"}', id="another id"),
        pytest.param(b'{"id":"a","text":"x","more":1}', id="a member more"),
        pytest.param(b'{"id":"a","text":"%b"}' % (b"x" * 70_000), id="very long"),
    ],
)
def test_not_like_the_one_before(other: bytes) -> None:
    repeated = learnt(b'{"id":"a","text":"one"}')
    assert repeated.words_in(b'{"id":"a","text":"two \\u00e9\\n"}') == "two é\n"
    assert repeated.words_in(other) == ""
    assert repeated.words_in(b'{"id":"a","text":"three"}') == "", "forgotten"


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(
            b'{"text":"one","inner":{"text":"one"}}', id="the last of the name is another"
        ),
        pytest.param(b'{"text":"one","a":"text"}', id="the name as a value"),
        pytest.param(b'{"te\\u0078t":"one"}', id="the name in escapes"),
        pytest.param(b'{"inner":{"text":"two"},"text":"learning where the words are"}', id="probe"),
    ],
)
def test_not_learnt(frame: bytes) -> None:
    assert learnt(frame).words_in(frame) == ""


def test_of_a_name_that_stands_twice_the_last_counts() -> None:
    repeated = learnt(b'{"text":"no","text":"one"}')
    assert repeated.words_in(b'{"text":"no","text":"two"}') == "two"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (b'{"text":"two","a":1,"obfuscation":"9zZ"}', "two"),
        (b'{"text":"two","a":1,"obfuscation":""}', "two"),
        (b'{"text":"\\",\\"a\\":1","a":1,"obfuscation":"x"}', '","a":1'),
        (b'{"text":"","a":1,"obfuscation":"x"}', ""),
        (b'{"text":"two","a":2,"obfuscation":"x"}', ""),
        (b'{"text":"two","a":1,"obfuscation":"x-"}', ""),
        (b'{"text":"two","a":1,"obfuscation":"\xc3\xa9"}', ""),
        (b'{"text":"two","a":1,"obfuscation":"x","text":"y"}', ""),
        (b'{"text":"two","a":1,"obfuscation":"x","a":1,"obfuscation":"y"}', ""),
        (b'{"text":"two"}', ""),
    ],
)
def test_padding(other: bytes, words: str) -> None:
    repeated = learnt(b'{"text":"one","a":1,"obfuscation":"xyz"}')
    assert repeated.words_in(other) == words


def test_gives_up_where_learning_does_not_pay() -> None:
    frames = [b'{"number":%d,"text":"x"}' % number for number in range(2000)]
    kept = RepeatedFrame._keep
    with mock.patch.object(RepeatedFrame, "_keep", autospec=True, side_effect=kept) as keep:
        repeated = learnt(*frames)
    assert keep.call_count < 20
    same = [b'{"text":"x"}'] * 300
    for each in same:
        if not repeated.words_in(each):
            repeated.learn(each, orjson.loads(each), grows, bytes)
    assert repeated.words_in(same[0]) == "x", "tries again after a while"


def test_learns_at_once_what_comes_after_a_long_run() -> None:
    run = [b'{"text":"x"}'] * 9
    repeated = learnt(*run, b'{"number":1,"text":"x"}')
    assert repeated.words_in(b'{"number":1,"text":"y"}') == "y"


def test_usage_that_was_told_is_not_told_again_and_new_usage_is() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    same = [chat({"content": one}, usage=usage) for one in MANY]
    new = chat({"content": "x"}, usage={**usage, "completion_tokens": 2})
    assert check(CHAT, [*same, new, *same]) >= len(MANY) - 1
    growing = [
        chat({"content": "x"}, usage={**usage, "completion_tokens": number}) for number in range(9)
    ]
    assert check(CHAT, growing) == 0


def test_what_is_counted_has_its_bound_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmgw_desktop.wire.translate.openai_chat.said_in._MOST_CHARS", 40)
    found = told(CHAT, [chat({"content": "0123456789"})] * 9)
    assert len(found) == 5
    assert "longer than any answer" in str(found[-1])


def test_citations_stand_where_they_did() -> None:
    cited = {"url_citation": {"url": "https://a.b/", "start_index": 4, "end_index": 9}}
    frames = [chat({"content": one}) for one in MANY]
    thought = chat({"reasoning": "hm"})
    assert check(CHAT, [*frames, thought, *frames, chat({"annotations": [cited]})]) > len(MANY)


def test_nothing_after_the_end() -> None:
    frames = [chat({"content": one}) for one in MANY]
    found = told(CHAT, [*frames, b"data: [DONE]\n\n", *frames])
    assert not any(found[len(frames) + 1 :])
    failed = frame({"error": {"message": "no"}, "candidates": [{"content": {"parts": []}}]})
    check(GEMINI, [*map(gemini, MANY), failed, *map(gemini, MANY)])


def test_each_growth_is_an_event_of_its_own() -> None:
    events = chain.from_iterable(told(CHAT, [chat({"content": one}) for one in MANY]))
    assert [each.more for each in events if isinstance(each, ItemGrew)] == MANY
