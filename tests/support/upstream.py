"""A model vendor on loopback, honest by default and scripted to misbehave where a test says so.

It speaks Anthropic Messages and OpenAI Chat Completions and records what it sees. One upstream has
any number of lanes (base URLs), each with its own script and its own record, so that many tests or
providers share one without seeing each other. `async with Upstream()` runs it in the test's own
loop, `with upstream_thread()` in a thread of its own for tests that drive child processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import socket
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.support.delivery import Cut
from tests.support.lane import Lane
from tests.support.loop_thread import in_thread
from tests.support.seen import Seen
from tests.support.turn import Turn

_LANE = re.compile(r"^/lane/([^/]+)(/.*)$")
_MAX_BODY = 1 << 30


class Upstream:
    """The server. Lanes appear when first asked for, by a test or by a request."""

    def __init__(self) -> None:
        self.origin = ""
        self._lanes: dict[str, Lane] = {}
        self._numbers = itertools.count(1)
        self._runner: web.ServerRunner | None = None

    def lane(self, name: str = "main") -> Lane:
        assert self.origin, "start the upstream first: the lane's URL needs its port"
        return self._lanes.setdefault(name, Lane(name, self.origin))

    async def __aenter__(self) -> Upstream:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        server = web.Server(
            self._handle,
            request_factory=_make_request,
            handler_cancellation=True,
            access_log=None,
            auto_decompress=False,
            max_field_size=65536,
            max_line_size=65536,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        match = _LANE.match(request.path)
        lane = self.lane(match.group(1) if match else "main")
        seen = Seen(
            method=request.method,
            path=match.group(2) if match else request.path,
            query=request.query_string,
            raw_headers=tuple(request.raw_headers),
        )
        try:
            seen.body = await request.read()
            lane.requests.append(seen)
            response = await Turn(request, seen, lane, next(self._numbers)).play()
        except (asyncio.CancelledError, ConnectionError):
            seen.close(by_peer=True)
            raise
        except Cut:
            seen.close(by_peer=False)
            return web.Response()
        seen.close(by_peer=False)
        return response


def _make_request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: Any
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=_MAX_BODY
    )


@contextlib.contextmanager
def upstream_thread() -> Iterator[Upstream]:
    """The upstream in a thread and loop of its own."""
    upstream = Upstream()
    with in_thread(upstream):
        yield upstream


@contextlib.contextmanager
def refusing_origin() -> Iterator[str]:
    """An address that refuses every connection, and that nobody else can take meanwhile."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{plug.getsockname()[1]}"
