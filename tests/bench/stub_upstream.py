"""An upstream that costs little: one answer for every POST, or paced server-sent events.

    python tests/bench/stub_upstream.py PORT [EVENTS GAP_MS [whole]]

It answers in the protocol of the address. Streams are bare deltas of Chat Completions, or `whole`
ones of any protocol. harness.py starts it; with nginx at hand only for the streams.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from translation_samples import answer, stream_frames

CHAT_ANSWER = json.dumps(
    {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "stub-model",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "The capital of France is Paris."},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 200, "completion_tokens": 8, "total_tokens": 208},
    }
)

MESSAGES_ANSWER = json.dumps(
    {
        "id": "msg_stub",
        "type": "message",
        "role": "assistant",
        "model": "stub-model",
        "content": [{"type": "text", "text": "The capital of France is Paris."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 200, "output_tokens": 8},
    }
)


class StubUpstream(asyncio.Protocol):
    """Answers each POST the same; counts bodies by Content-Length, nothing more."""

    def __init__(self, events: int, gap_s: float, *, whole: bool) -> None:
        self._events, self._gap_s, self._whole = events, gap_s, whole
        self._held = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            found = re.search(rb"(?i)content-length: (\d+)", self._held[:end])
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self._held) < size:
                return
            path = self._held.split(b" ", 2)[1].partition(b"?")[0].decode()
            self._held = self._held[size:]
            self._answer(path)

    def _answer(self, path: str) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: "
        if not self._events:
            body = _ANSWERS[_protocol(path)]
            size = str(len(body)).encode()
            self._transport.write(
                head + b"application/json\r\nContent-Length: " + size + b"\r\n\r\n" + body
            )
            return
        self._transport.write(head + b"text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        frames = _whole(_protocol(path), self._events) if self._whole else _bare(self._events)
        self._send_event(iter(frames))

    def _send_event(self, frames: Iterator[bytes]) -> None:
        if self._transport.is_closing():
            return
        event = next(frames, None)
        if event is None:
            self._transport.write(b"0\r\n\r\n")
            return
        self._transport.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        asyncio.get_running_loop().call_later(self._gap_s, self._send_event, frames)


_ANSWERS = {
    "chat": CHAT_ANSWER.encode(),
    "anthropic": MESSAGES_ANSWER.encode(),
    "responses": answer("responses"),
    "gemini": answer("gemini"),
}


def _protocol(path: str) -> str:
    ends = {"/messages": "anthropic", "/responses": "responses", "Content": "gemini"}
    return next((name for end, name in ends.items() if path.endswith(end)), "chat")


@cache
def _bare(events: int) -> list[bytes]:
    deltas = (
        {"choices": [{"index": 0, "delta": {"content": f"tok{left} "}}]}
        for left in range(events, 0, -1)
    )
    return [b"data: " + json.dumps(delta).encode() + b"\n\n" for delta in deltas]


@cache
def _whole(protocol: str, events: int) -> list[bytes]:
    first, texts, last = stream_frames(protocol, events)
    return [*first, *texts, *last]


async def serve(port: int, events: int, gap_s: float, *, whole: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: StubUpstream(events, gap_s, whole=whole), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    port, *pace = sys.argv[1:]
    events, gap_ms, *how = pace or ("0", "0")
    asyncio.run(serve(int(port), int(events), float(gap_ms) / 1000, whole=bool(how)))
