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

from llmgw_desktop.domain.answer import AnswerEvent, ItemGrew
from llmgw_desktop.domain.content import CallKind
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.prompt import Tool
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.translation.codecs import codec_of
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.repeated_frame import Growing, RepeatedFrame
from tests.wire.translate import repeating as made

CHAT, ANTHROPIC, GEMINI = (
    ModelProtocol.OPENAI_CHAT,
    ModelProtocol.ANTHROPIC,
    ModelProtocol.GEMINI,
)
NAMES = ToolNames([Tool(name="get_weather"), Tool(name="free", kind=CallKind.CUSTOM)])
STREAMS: Mapping[ModelProtocol, st.SearchStrategy[list[bytes]]] = {
    CHAT: made.streams(made.chat_usual, made.chat_payloads, made.chat_others),
    ANTHROPIC: made.streams(made.anthropic_usual, made.anthropic_payloads, made.anthropic_others),
    GEMINI: made.streams(made.gemini_usual, made.gemini_payloads, made.gemini_others),
}


def told(protocol: ModelProtocol, pieces: list[bytes]) -> list[list[AnswerEvent] | str]:
    """What each piece of the stream gave, its failure included; nothing is fed after one."""
    reader = codec_of(protocol).event_reader(NAMES)
    found: list[list[AnswerEvent] | str] = []
    try:
        found.extend(map(reader.feed, pieces))
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
    ask = RepeatedFrame.words_in

    def noted(self: RepeatedFrame[Any], frame: bytes) -> str:
        found = ask(self, frame)
        if found:
            words.append(found)
        return found

    with mock.patch.object(RepeatedFrame, "words_in", noted):
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


MANY = [*(f"tok{number} " for number in range(8)), 'a "b" \\ é\n', "id-1", "text"]
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
    ],
)
def test_the_usual_streams_are_read_quickly(
    protocol: ModelProtocol, frames: list[bytes], read_in_full: int
) -> None:
    assert check(protocol, frames) == len(MANY) - 1 if read_in_full == 1 else len(MANY)
    assert check(protocol, [b"".join(frames)]) >= len(MANY) - 1


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
