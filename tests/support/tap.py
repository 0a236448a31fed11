"""A wire tap between a client and the gateway: passes everything on and keeps the bodies.

With it a test knows what a real program sent, byte for byte, and can compare it with what reached
the upstream, and the same for the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from tests.support.loop_thread import in_thread

_DROPPED = frozenset({"host", "connection", "transfer-encoding", "content-length", "keep-alive"})
_MAX_BODY = 1 << 26


@dataclass(slots=True, kw_only=True)
class Tapped:
    path: str
    request: bytes
    status: int = 0
    answer: bytearray = field(default_factory=bytearray)


class Tap:
    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.exchanges: list[Tapped] = []
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=False)
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None
        tapped = Tapped(path=request.path_qs, request=await request.read())
        self.exchanges.append(tapped)
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _DROPPED]
        async with self._session.request(
            request.method,
            self.target + request.path_qs,
            headers=headers,
            data=tapped.request,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as answer:
            tapped.status = answer.status
            kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in _DROPPED]
            response = web.StreamResponse(status=answer.status)
            response.headers.extend(kept)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                tapped.answer += chunk
                await response.write(chunk)
            await response.write_eof()
            return response


@contextmanager
def tap_thread(target: str) -> Iterator[Tap]:
    tap = Tap(target)
    with in_thread(tap):
        yield tap
