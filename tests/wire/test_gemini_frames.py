"""Gemini's streams cut into objects, in both framings."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.wire.gemini_frames import GeminiFrames
from tests.wire.streams import split

OBJECTS = [
    {"candidates": [{"content": {"parts": [{"text": 'a}"]\\ {'}]}}], "n": 1},
    {"text": '"', "list": [[], {}, [{"a": "\\"}]]},
    {"usageMetadata": {"promptTokenCount": 3}, "é": "😀"},
]
ARRAY = b"[" + b"\n,\r\n".join(json.dumps(each, indent=2).encode() for each in OBJECTS) + b"\n]\n"
EVENTS = b"".join(b"data: %b\r\n\r\n" % orjson.dumps(each) for each in OBJECTS)
EVENTS_LF = EVENTS.replace(b"\r\n", b"\n")
STREAMS = {"array": ARRAY, "crlf": EVENTS, "lf": EVENTS_LF, "bom": b"\xef\xbb\xbf" + EVENTS}


def cut(*chunks: bytes) -> tuple[list[object], GeminiFrames]:
    frames = GeminiFrames()
    found = [frame for chunk in chunks for frame in frames.feed(chunk)]
    found += frames.finish()
    return [orjson.loads(each) for each in found], frames


@pytest.mark.parametrize("name", STREAMS)
@given(data=st.data())
def test_any_split_gives_the_same_objects(name: str, data: st.DataObject) -> None:
    found, frames = cut(*data.draw(split(STREAMS[name])))
    assert found == OBJECTS
    assert not frames.is_cut
    assert frames.tail == b""


def test_a_bare_object_is_one() -> None:
    found, frames = cut(json.dumps(OBJECTS[0], indent=1).encode())
    assert found == OBJECTS[:1]
    assert not frames.is_cut


def test_comments_and_data_in_several_lines_are_read() -> None:
    found, _ = cut(b': hello\r\n\r\ndata: {"a":\ndata: 1}\n\n', b"event: x\ndata:{}\n\n")
    assert found == [{"a": 1}, {}]


def test_the_last_event_needs_no_blank_line() -> None:
    assert cut(b'data: {"a":1}')[0] == [{"a": 1}]


@pytest.mark.parametrize(
    ("piece", "tail"),
    [
        (b"[", b"["),
        (b'[{"a":', b'{"a":'),
        (b'[{"a":1}', b"}"),
        (b'[{"a":1}\n', b"}"),
        (b'[{"a":1}\n,\r\n', b","),
        (b'[{"a":1},{"b":"]', b'{"b":"]'),
    ],
)
def test_an_open_array_is_cut_and_tells_where(piece: bytes, tail: bytes) -> None:
    for chunks in ((piece,), tuple(piece[n : n + 1] for n in range(len(piece)))):
        _, frames = cut(*chunks)
        assert frames.is_cut
        assert frames.tail == tail


def test_an_object_without_end_is_bounded() -> None:
    frames = GeminiFrames(max_frame_bytes=100)
    assert frames.feed(b'[{"a":"' + b"x" * 200) == []
    assert frames.has_overflowed
    assert len(frames.tail) <= 100


@pytest.mark.parametrize("behind", [ARRAY, EVENTS])
def test_blanks_before_the_answer_are_not_kept(behind: bytes) -> None:
    """Kept and looked at again with every chunk, 64 MB of them took minutes."""
    frames = GeminiFrames()
    for _ in range(5):
        assert frames.feed(b"\r\n \t" * 100) == []
        assert frames.tail == b""
    assert [orjson.loads(each) for each in frames.feed(behind)] == OBJECTS


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_arbitrary_bytes_never_raise(chunks: list[bytes]) -> None:
    frames, whole = GeminiFrames(), GeminiFrames()
    pieces = [piece for chunk in chunks for piece in frames.feed(chunk)] + frames.finish()
    assert pieces == whole.feed(b"".join(chunks)) + whole.finish()


@given(st.text(alphabet='[]{}",\\a: \n', max_size=80), st.integers(0, 80))
def test_broken_json_is_cut_the_same_however_it_comes(text: str, place: int) -> None:
    stream = b"[" + text.encode()
    whole, split_up = GeminiFrames(), GeminiFrames()
    assert whole.feed(stream) == split_up.feed(stream[:place]) + split_up.feed(stream[place:])
    assert whole.tail == split_up.tail
