"""The floor of every gateway in Python, on the loop that is asked for: bytes passed through.

    python tests/bench/loop_proxy.py LOOP UPSTREAM STREAM_UPSTREAM

bench_qt_loop.py starts it, reads the port from its output and puts the load on. LOOP is asyncio,
uvloop, hosted or qasync; the latter two have a Qt application with windows around them.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import web

DROPPED = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}
EVENT_STREAM = {"Content-Type": "text/event-stream"}
TICK_S = 0.016
ROUND_TRIPS = 100_000


class Proxy:
    def __init__(self, upstream: str, stream_upstream: str) -> None:
        self._upstream, self._stream_upstream = upstream, stream_upstream
        self._lateness_ms: list[float] = []
        self._session: aiohttp.ClientSession

    async def run(self) -> None:
        app = web.Application()
        app.router.add_post("/stream", self._pass_stream)
        app.router.add_post("/paced", self._pace_stream)
        app.router.add_get("/round_trip", self._time_round_trips)
        app.router.add_get("/lateness", self._tell_lateness)
        app.router.add_post("/{path:.*}", self._pass)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=300),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            skip_auto_headers={"User-Agent"},
        ) as self._session:
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
            settle()
            print(runner.addresses[0][1], flush=True)
            await asyncio.Event().wait()

    async def _pass(self, request: web.Request) -> web.Response:
        async with await self._ask(request, self._upstream) as answer:
            return web.Response(
                status=answer.status,
                body=await answer.read(),
                headers={"Content-Type": answer.headers["Content-Type"]},
            )

    async def _pass_stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=EVENT_STREAM)
        async with await self._ask(request, self._stream_upstream) as answer:
            with suppress(ConnectionResetError):
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                await response.write_eof()
        return response

    async def _ask(self, request: web.Request, base: str) -> aiohttp.ClientResponse:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in DROPPED}
        body = await request.read()
        return await self._session.post(base + request.rel_url.raw_path, data=body, headers=headers)

    async def _pace_stream(self, request: web.Request) -> web.StreamResponse:
        """Events of our own, 50 ms apart: a timer of the loop for each."""
        await request.read()
        response = web.StreamResponse(headers=EVENT_STREAM)
        with suppress(ConnectionResetError):
            await response.prepare(request)
            for number in range(40):
                await response.write(b"data: %d\n\n" % number)
                await asyncio.sleep(0.05)
            await response.write_eof()
        return response

    async def _time_round_trips(self, _: web.Request) -> web.Response:
        """CPU time, in microseconds, of a call_soon that calls itself again."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        left = ROUND_TRIPS

        def again() -> None:
            nonlocal left
            left -= 1
            if left:
                loop.call_soon(again)
            else:
                done.set_result(None)

        started = time.process_time()
        loop.call_soon(again)
        await done
        return web.json_response((time.process_time() - started) / ROUND_TRIPS * 1e6)

    async def _tell_lateness(self, _: web.Request) -> web.Response:
        """How late the ticks of Qt came since the last question."""
        noted, self._lateness_ms = self._lateness_ms, []
        return web.json_response(noted)

    def tick_in_qt(self) -> Any:
        """A timer as an animation has it, which notes its own lateness."""
        from PySide6.QtCore import Qt, QTimer

        due = time.perf_counter() + TICK_S

        def tick() -> None:
            nonlocal due
            now = time.perf_counter()
            self._lateness_ms.append(max(0.0, now - due) * 1000)
            due = now + TICK_S

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start(round(TICK_S * 1000))
        return timer


def settle() -> None:
    """As the product does when it stands; for every loop alike."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def run_without_qt(proxy: Proxy, name: str) -> None:
    if name == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    else:
        factory = asyncio.SelectorEventLoop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(proxy.run())


def run_in_qt(proxy: Proxy, name: str) -> None:
    from PySide6.QtWidgets import QApplication

    app = QApplication([])
    timer = proxy.tick_in_qt()
    if name == "qasync":
        from qasync import QEventLoop

        loop = QEventLoop(app)
    else:
        from llmgw_desktop.ui.loop.qt_loop import new_event_loop

        loop = new_event_loop(app)
    loop.run_until_complete(proxy.run())
    timer.stop()


if __name__ == "__main__":
    loop_name, *upstreams = sys.argv[1:]
    run = run_without_qt if loop_name in ("asyncio", "uvloop") else run_in_qt
    run(Proxy(*upstreams), loop_name)
