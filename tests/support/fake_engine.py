"""A stand-in for an engine's MCP door, found on a home as a real one is: it says what it was asked.

Its tools: `echo`, `look` (only reads), `slow` (tells progress until it is let go), `cut` (breaks
off). It knows both eras, and forgets, refuses or vanishes when told to.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from llmgw_desktop.platform.processes import started_ticks
from llmgw_desktop.store.run_file import RunFile, write_run_file
from tests.support.loop_thread import in_thread

KEY = "llmgw-" + "k" * 43
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
TOOLS = [
    {"name": "echo", "inputSchema": {"type": "object"}},
    {"name": "look", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}},
    {"name": "slow", "inputSchema": {"type": "object"}},
    {"name": "cut", "inputSchema": {"type": "object"}},
]


class FakeEngine:
    """`Service` of loop_thread."""

    def __init__(self, home: Path, key: str = KEY) -> None:
        self.home = home
        self.key = key
        self.asked: list[dict[str, Any]] = []
        """Each message as it came, with its headers as `http`."""
        self.sessions: list[str] = []
        self.streams: list[web.StreamResponse] = []
        self.left: list[object] = []
        """Ids of calls whose caller closed the connection."""
        self.cuts = 0
        """How often tools `cut` and `look` still break off."""
        self.paused = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: web.AppRunner | None = None
        self._go_on = asyncio.Event()

    def methods(self) -> list[str]:
        return [each.get("method", "answer") for each in self.asked]

    def let_go(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._go_on.set)

    def tell(self, message: dict[str, Any]) -> None:
        """To each stream that listens."""
        assert self._loop is not None
        for stream in self.streams:
            work = stream.write(_event(message))
            asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    def forget_sessions(self) -> None:
        self.sessions.clear()

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_route("*", "/mcp", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        run = self.home / "run"
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        (run / "access.key").write_text(self.key + "\n")
        url = f"http://127.0.0.1:{port}"
        pid = os.getpid()
        write_run_file(
            run / "gateway.json",
            RunFile(
                url=url,
                pid=pid,
                started_at_s=1.0,
                started_ticks=started_ticks(pid),
                mcp=f"{url}/mcp",
            ),
        )

    async def stop(self) -> None:
        assert self._runner is not None
        for stream in self.streams:
            stream.force_close()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "This key opens nothing."}}, status=401)
        if self.paused:
            words = "The gateway is paused; resume it in its window."
            return web.json_response({"error": {"message": words}}, status=503)
        session = request.headers.get("Mcp-Session-Id")
        if session is not None and session not in self.sessions:
            wrong = {"code": -32600, "message": "Session not found"}
            told = {"jsonrpc": "2.0", "id": None, "error": wrong}
            return web.json_response(told, status=404)
        if request.method == "GET":
            return await self._listen(request)
        if request.method == "DELETE":
            self.sessions.remove(session or "")
            return web.Response()
        message = json.loads(await request.read())
        self.asked.append({**message, "http": dict(request.headers), "query": request.query_string})
        if "id" not in message or "method" not in message:
            return web.Response(status=202)
        return await self._result(request, message)

    async def _result(self, request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        method, params = message["method"], message.get("params", {})
        if method == "initialize":
            self.sessions.append(f"session-{len(self.asked)}")
            result = {"protocolVersion": params["protocolVersion"], "capabilities": {}}
            headers = {"Mcp-Session-Id": self.sessions[-1]}
            return web.json_response(_answer(message, result), headers=headers)
        if method == "tools/list":
            return web.json_response(_answer(message, {"tools": TOOLS}))
        if method in ("prompts/list", "resources/list"):
            kind = method.partition("/")[0]
            return web.json_response(_answer(message, {kind: []}))
        if method == "subscriptions/listen":
            return await self._listen(request)
        name = params.get("name")
        if name == "slow":
            return await self._slow(request, message)
        if name in ("cut", "look") and self.cuts:
            self.cuts -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.json_response(_answer(message, {"content": [], "echo": params}))

    async def _slow(self, request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        stream = await _stream(request)
        token = message["params"].get("_meta", {}).get("progressToken")
        try:
            for done in (1, 2):
                told = {"progressToken": token, "progress": done}
                note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": told}
                await stream.write(_event(note))
            await self._go_on.wait()
        except asyncio.CancelledError:
            self.left.append(message["id"])
            raise
        await stream.write(_event(_answer(message, {"content": []})))
        return stream

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        stream = await _stream(request)
        self.streams.append(stream)
        try:
            await asyncio.Event().wait()
        finally:
            self.streams.remove(stream)
        return stream


@contextmanager
def fake_engine(home: Path, key: str = KEY) -> Iterator[FakeEngine]:
    engine = FakeEngine(home, key)
    with in_thread(engine):
        yield engine
    (home / "run" / "gateway.json").unlink(missing_ok=True)


async def _stream(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    return stream


def _event(message: dict[str, Any]) -> bytes:
    return b"event: message\r\ndata: " + json.dumps(message).encode() + b"\r\n\r\n"


def _answer(message: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    is_new = VERSION_KEY in message.get("params", {}).get("_meta", {})
    era = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"} if is_new else {}
    return {"jsonrpc": "2.0", "id": message["id"], "result": result | era}
