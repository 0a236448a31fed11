"""The frames of one block after the other: how it begins, what comes of it, how it ends."""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.wire.translate.anthropic.message_frames import event_frame

_DELTA = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
    b'"delta":{"type":"%b","%b":'
)
DELTA_END = b"}}\n\n"
_STOP = b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n'


class BlockFrames:
    """Gives each block its index."""

    __slots__ = ("index",)

    def __init__(self) -> None:
        self.index = 0
        """Of the block that is open, or comes next."""

    def start(self, block: Mapping[str, Any]) -> bytes:
        told = {"type": "content_block_start", "index": self.index, "content_block": block}
        return event_frame(b"content_block_start", orjson.dumps(told))

    def growing(self, delta: bytes, name: bytes) -> bytes:
        """How each delta of the open block begins; its piece and DELTA_END come behind."""
        return _DELTA % (self.index, delta, name)

    def delta(self, delta: bytes, name: bytes, piece: object) -> bytes:
        return self.growing(delta, name) + orjson.dumps(piece) + DELTA_END

    def stop(self) -> bytes:
        stop = _STOP % self.index
        self.index += 1
        return stop

    def whole(self, block: dict[str, Any]) -> bytes:
        """A block that is told at once. Text, signatures and a tool's input come in a delta all the
        same, for callers that build blocks from deltas alone."""
        told = b""
        if block["type"] == "text":
            told = self.delta(b"text_delta", b"text", block["text"])
            block = {"type": "text", "text": ""}
        elif block["type"] == "thinking":
            told = self.delta(b"signature_delta", b"signature", block["signature"])
            block = {**block, "signature": ""}
        elif block["type"] == "server_tool_use":
            asked = orjson.dumps(block["input"]).decode()
            told = self.delta(b"input_json_delta", b"partial_json", asked)
            block = {**block, "input": {}}
        return self.start(block) + told + self.stop()
