"""Streamed requests as a client sees them: the first byte, and which events share a chunk."""

from __future__ import annotations

import asyncio
import json
import time

from harness import CHAT_BODY
from sides import Side

STREAM_BODY = json.dumps({**json.loads(CHAT_BODY), "stream": True}).encode()


async def first_bytes_ms(side: Side, streams: int) -> list[float]:
    """From request to first byte of a stream's body, one stream at a time."""
    times_ms = []
    for number in range(streams + 3):
        stream = await Stream.open(side)
        await stream.first_byte()
        if number >= 3:
            times_ms.append(stream.first_byte_ms)
        await stream.finish()
    return times_ms


async def many_streams(side: Side, streams: int) -> list[Stream]:
    """So many at once, to their ends."""

    async def one() -> Stream:
        stream = await Stream.open(side)
        await stream.finish()
        return stream

    return await asyncio.gather(*[one() for _ in range(streams)])


class Stream:
    """One streamed request on a raw socket; counts events, and those that share an HTTP chunk.

    How many chunks one read of the socket brings is the kernel's business, not the gateway's.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._asked = time.perf_counter()
        self.first_byte_ms = 0.0
        self.events = self.merged = 0
        self._body = bytearray()

    @classmethod
    async def open(cls, side: Side) -> Stream:
        host, port = side.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 22)
        stream = cls(reader, writer)
        lines = [f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}"]
        lines += [f"{name}: {value}" for name, value in side.headers.items()]
        lines += ["Content-Type: application/json", f"Content-Length: {len(STREAM_BODY)}", "", ""]
        stream._asked = time.perf_counter()
        writer.write("\r\n".join(lines).encode() + STREAM_BODY)
        return stream

    async def first_byte(self) -> None:
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n")[0], head
        data = await self._reader.read(65536)
        self.first_byte_ms = (time.perf_counter() - self._asked) * 1000
        self._body += data

    async def finish(self) -> None:
        if not self.first_byte_ms:
            await self.first_byte()
        while not self._body.endswith(b"\r\n0\r\n\r\n"):
            data = await self._reader.read(65536)
            if not data:
                break
            self._body += data
        self._writer.close()
        self._count()

    def _count(self) -> None:
        at = 0
        while (line_end := self._body.find(b"\r\n", at)) >= 0:
            size = int(self._body[at:line_end], 16)
            events = self._body.count(b"tok", line_end, line_end + 2 + size)
            self.events += events
            self.merged += max(events - 1, 0)
            at = line_end + 2 + size + 2
