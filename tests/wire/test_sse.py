"""Frames are the same however the bytes of a stream are split."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmgw_desktop.wire.sse import SseSplitter, data_of, event_of

pytestmark = pytest.mark.daily

pieces = st.sampled_from(
    [b"data: x", b"data:y", b"event: e", b": c", b"\n", b"\r", b"\r\n", b"\n\n", b"id", b"\xff"]
)
streams = st.lists(pieces, max_size=30).map(b"".join)


def cuts(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    ends = [*places, len(stream)]
    starts = [0, *places]
    return [stream[start:end] for start, end in zip(starts, ends, strict=True)]


@st.composite
def split_streams(draw: st.DrawFn) -> list[bytes]:
    return cuts(draw, draw(streams))


def fed(chunks: list[bytes], limit: int) -> tuple[list[bytes], bytes, bool]:
    splitter = SseSplitter(limit)
    frames = [frame for chunk in chunks for frame in splitter.feed(chunk)]
    return frames, splitter.tail, splitter.has_overflowed


@given(chunks=split_streams(), limit=st.sampled_from([1, 2, 3, 7, 1000]))
@example(chunks=[b"data: a\n\n\n"], limit=1000)
@example(chunks=[b"data: a\r\n\n"], limit=1000)
@example(chunks=[b"data: a\n\r\n\r\n"], limit=1000)
def test_any_split_gives_the_same_frames_and_loses_nothing(chunks: list[bytes], limit: int) -> None:
    stream = b"".join(chunks)
    by_byte = [stream[at : at + 1] for at in range(len(stream))]
    frames, tail, overflowed = fed(chunks, limit)
    assert (frames, tail, overflowed) == fed(by_byte, limit) == fed([stream], limit)
    assert b"".join(frames) + tail == stream
    assert all(len(frame) <= limit for frame in frames)
    assert len(tail) <= limit


@given(chunks=split_streams(), chunk=streams)
def test_a_whole_chunk_leaves_nothing_behind(chunks: list[bytes], chunk: bytes) -> None:
    splitter = SseSplitter()
    for earlier in chunks:
        splitter.feed(earlier)
    if splitter.is_whole(chunk):
        assert splitter.tail == b""
        assert b"".join(splitter.feed(chunk)) == chunk
        assert splitter.tail == b""


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n"])
def test_all_line_ends_of_the_standard_end_a_frame(end: bytes) -> None:
    splitter = SseSplitter()
    assert splitter.feed(b"data: a" + end + b"data: b") == [b"data: a" + end]
    assert splitter.tail == b"data: b"


def test_the_end_of_a_line_is_not_yet_the_end_of_a_frame() -> None:
    splitter = SseSplitter()
    splitter.feed(b"data: a\n")
    assert not splitter.is_between(b"data: a\n")
    splitter.feed(b"\n")
    assert splitter.is_between(b"\n")
    splitter.feed(b"data: b\r\n\r")
    assert not splitter.is_between(b"data: b\r\n\r")


def test_a_carriage_return_at_the_very_end_is_not_decided() -> None:
    splitter = SseSplitter()
    assert splitter.feed(b"data: a\r\n\r") == []
    assert splitter.feed(b"\ndata: b") == [b"data: a\r\n\r\n"]


def test_a_long_frame_in_small_chunks_is_not_searched_again_and_again() -> None:
    splitter = SseSplitter()
    for _ in range(200_000):
        assert splitter.feed(b"abcde") == []
    assert splitter.feed(b"\n\n") == [b"abcde" * 200_000 + b"\n\n"]


@pytest.mark.parametrize(
    ("frame", "event", "data"),
    [
        (b"data: x\n\n", b"", b"x"),
        (b"data:x\n\n", b"", b"x"),
        (b"data:  x\n\n", b"", b" x"),
        (b"event: e\r\ndata: x\r\n\r\n", b"e", b"x"),
        (b"event:e\rdata: x\r\r", b"e", b"x"),
        (b"data: a\ndata: b\n\n", b"", b"a\nb"),
        (b"data\ndata: b\n\n", b"", b"\nb"),
        (b"event: a\nevent: b\n\n", b"b", b""),
        (b": comment data: x\n\n", b"", b""),
        (b"xdata: x\nid: 1\nretry: 2\n\n", b"", b""),
        (b"\xef\xbb\xbfdata: x\n\n", b"", b"x"),
    ],
)
def test_fields_are_read_as_the_standard_says(frame: bytes, event: bytes, data: bytes) -> None:
    assert event_of(frame) == event
    assert data_of(frame) == data


@pytest.mark.parametrize("line", [b": x\n", b"data: x\n", b"data: x\r"])
def test_a_frame_of_very_many_lines_is_too_long(line: bytes) -> None:
    """Each line costs by itself: a picture's worth of short ones held up everybody for seconds."""
    splitter = SseSplitter(1 << 26)
    (frame,) = splitter.feed(line * 100_000 + b"\n" * 2)[:1]
    assert splitter.has_overflowed
    assert data_of(frame) == b""


def test_a_long_frame_of_usual_lines_is_none_too_long() -> None:
    splitter = SseSplitter(1 << 26)
    splitter.feed(b"data: {}\n\n" * 100_000 + b"data: " + b"x" * 1_000_000 + b"\n\ndata")
    assert not splitter.has_overflowed
    assert splitter.tail == b"data"
