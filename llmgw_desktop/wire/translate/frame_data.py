"""What a frame of a vendor's event stream says, quickly where it is written as all write it."""

from llmgw_desktop.wire.sse import CR, data_of

MOST_UNSEEN_BYTES = 1 << 20
"""Longer data is looked at before it is parsed: it may be a bomb."""


def quick_data_of(frame: bytes) -> bytes:
    """As `data_of`; quicker for a frame of one data line with or without an event's name before."""
    start = 6
    if frame[:6] != b"data: ":
        start = frame.find(b"\ndata: ") + 7
        if frame[:6] != b"event:" or start != frame.find(b"\n") + 7:
            return data_of(frame)
    if frame.find(b"\n", start) != len(frame) - 2 or CR in frame:
        return data_of(frame)
    return frame[start:-2]
