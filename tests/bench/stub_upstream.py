"""An upstream that costs little: one answer for every POST, or paced server-sent events.

    python tests/bench/stub_upstream.py PORT [EVENTS GAP_MS]

harness.py starts it; with nginx at hand only for the streams.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Any

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

    def __init__(self, events: int, gap_s: float) -> None:
        self._events, self._gap_s = events, gap_s
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
            self._held = self._held[size:]
            self._answer()

    def _answer(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: "
        if not self._events:
            body = CHAT_ANSWER.encode()
            size = str(len(body)).encode()
            self._transport.write(
                head + b"application/json\r\nContent-Length: " + size + b"\r\n\r\n" + body
            )
            return
        self._transport.write(head + b"text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        self._send_event(self._events)

    def _send_event(self, left: int) -> None:
        if self._transport.is_closing():
            return
        if not left:
            self._transport.write(b"0\r\n\r\n")
            return
        delta = {"choices": [{"index": 0, "delta": {"content": f"tok{left} "}}]}
        event = b"data: " + json.dumps(delta).encode() + b"\n\n"
        self._transport.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        asyncio.get_running_loop().call_later(self._gap_s, self._send_event, left - 1)


async def serve(port: int, events: int, gap_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: StubUpstream(events, gap_s), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    port, *pace = sys.argv[1:]
    asyncio.run(serve(int(port), int(pace[0]) if pace else 0, float(pace[1]) / 1000 if pace else 0))
