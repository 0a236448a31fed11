"""The floor the gateway is measured against: aiohttp on both sides, both bodies parsed as JSON.

    python tests/bench/floor_proxy.py PORT UPSTREAM_URL

It checks nothing, records nothing and routes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import aiohttp
import orjson
import uvloop
from aiohttp import web

DROPPED = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "authorization",
    "accept-encoding",
}
SESSION = web.AppKey("session", aiohttp.ClientSession)


def make_app(upstream: str) -> web.Application:
    async def session_of(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=300),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            skip_auto_headers={"User-Agent"},
        ) as session:
            app[SESSION] = session
            yield

    async def handle(request: web.Request) -> web.StreamResponse:
        fields = orjson.loads(await request.read())
        fields["model"] = "stub-model"
        headers = {k: v for k, v in request.headers.items() if k.lower() not in DROPPED}
        headers["Authorization"] = "Bearer sk-upstream"
        async with request.app[SESSION].post(
            upstream + request.rel_url.raw_path, data=orjson.dumps(fields), headers=headers
        ) as answer:
            kind = answer.headers.get("Content-Type", "")
            if kind.startswith("text/event-stream"):
                stream = web.StreamResponse(status=answer.status, headers={"Content-Type": kind})
                await stream.prepare(request)
                async for chunk in answer.content.iter_any():
                    await stream.write(chunk)
                await stream.write_eof()
                return stream
            body = await answer.read()
            orjson.loads(body).get("usage")
            return web.Response(status=answer.status, body=body, headers={"Content-Type": kind})

    app = web.Application(client_max_size=64 << 20)
    app.cleanup_ctx.append(session_of)
    app.router.add_post("/{path:.*}", handle)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(
        make_app(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=None,
        print=None,
        backlog=1024,
    )
