"""Puts the frames of a stand-in's answer on the socket: paced, dripping, packed, cut or stalled.

Knows nothing of models.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from collections.abc import Mapping

from aiohttp import web

from tests.support.answers import Delivery
from tests.support.seen import Seen

_GZIP_WINDOW = 31


class Cut(Exception):
    """The connection was broken off on purpose."""


class Courier:
    """Delivers one answer."""

    def __init__(self, request: web.BaseRequest, seen: Seen, delivery: Delivery) -> None:
        self._request = request
        self._seen = seen
        self._delivery = delivery
        self._packer = zlib.compressobj(wbits=_GZIP_WINDOW) if delivery.gzip else None

    async def send(
        self, status: int, headers: Mapping[str, str], frames: list[bytes], *, streaming: bool
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={**headers, **self._delivery.headers})
        if self._packer is not None:
            response.headers["Content-Encoding"] = "gzip"
        elif not streaming:
            response.content_length = sum(map(len, frames))
        self._seen.status = status
        if self._delivery.begin_s:
            await asyncio.sleep(self._delivery.begin_s)
        await response.prepare(self._request)
        for number, frame in enumerate(frames):
            await self._break_off(number)
            await self._write(response, frame)
            if self._delivery.pace_s:
                await asyncio.sleep(self._delivery.pace_s)
        await self._break_off(len(frames))
        await self._end(response)
        return response

    async def _write(self, response: web.StreamResponse, frame: bytes) -> None:
        self._seen.sent += frame
        if self._packer is not None:
            frame = self._packer.compress(frame) + self._packer.flush(zlib.Z_SYNC_FLUSH)
        if not self._delivery.drip:
            await response.write(frame)
            return
        for at in range(len(frame)):
            await response.write(frame[at : at + 1])
            await asyncio.sleep(0)

    async def _break_off(self, frames_sent: int) -> None:
        if self._delivery.stall_after == frames_sent:
            await forever()
        if self._delivery.cut_after == frames_sent:
            # What was written must reach the other side first: the cut comes after frame N.
            await asyncio.sleep(0.05)
            cut(self._request, self._delivery.cut_by == "reset")
            raise Cut

    async def _end(self, response: web.StreamResponse) -> None:
        if self._delivery.linger:
            await forever()
        await response.write_eof(self._packer.flush() if self._packer else b"")
        self._seen.whole = True


async def forever() -> None:
    """Until the caller goes away or the upstream stops; both cancel the one who waits."""
    await asyncio.Event().wait()


def cut(request: web.BaseRequest, reset: bool) -> None:
    transport = request.transport
    if transport is None:
        return
    if reset:
        plug: socket.socket = transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
