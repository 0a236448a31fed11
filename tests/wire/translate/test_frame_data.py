"""The quick way reads every frame as the standard's own does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.wire import sse
from llmgw_desktop.wire.sse import data_of, quick_data_of

_LINES = st.sampled_from(
    [
        b"data: {}",
        b"data:{}",
        b"data:  two",
        b"data",
        b"data: ",
        b"event: data: x",
        b"event: message_stop",
        b"event:",
        b": data: x",
        b"id: 1",
        b"",
        b"\xef\xbb\xbfdata: 1",
    ]
)
_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(_LINES, _ENDS), max_size=5), st.sampled_from([b"\n", b"\r\n", b""]))
def test_any_frame(lines: list[tuple[bytes, bytes]], last: bytes) -> None:
    frame = b"".join(line + end for line, end in lines) + last
    assert quick_data_of(frame) == data_of(frame)


@given(st.binary(max_size=40))
def test_any_bytes(noise: bytes) -> None:
    for frame in (noise, b"data: %b\n\n" % noise, b"event: x\ndata: %b\n\n" % noise):
        assert quick_data_of(frame) == data_of(frame)


@pytest.mark.parametrize("frame", [b'data: {"a":1}\n\n', b'event: x\ndata: {"a":1}\n\n'])
def test_the_usual_ones_need_no_second_look(frame: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sse, "data_of")
    assert quick_data_of(frame) == b'{"a":1}'
