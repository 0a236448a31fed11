"""An upstream that says exactly what a test wants said, and the client's side of asking it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.http_body import UpstreamHttpAnswer
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.wire.json_edits import Body

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@asynccontextmanager
async def server(script: Script) -> AsyncIterator[str]:
    """Reads requests; for each, `script` does with the socket what it likes."""
    connections: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                await script(reader, writer, head + await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        host, port = listening.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}/v1"
    finally:
        for writer in connections:
            writer.transport.abort()
        listening.close()


def says(*parts: bytes, pause_s: float = 0.0, close: bool = False) -> Script:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            if pause_s:
                await asyncio.sleep(pause_s)
        if close:
            writer.close()

    return script


def whole(body: bytes, *lines: bytes) -> bytes:
    head = b"".join(line + b"\r\n" for line in lines)
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%s\r\n%s" % (len(body), head, body)


def call(url: str, body: Body = b"{}", **headers: str) -> UpstreamCall:
    upstream = Upstream(
        provider="stub",
        kind=ProviderKind.OPENAI_COMPATIBLE,
        protocol=ModelProtocol.OPENAI_CHAT,
        base_url=url,
        api_key="sk-provider",
    )
    return UpstreamCall(
        candidate=Candidate(upstream=upstream, model="m"),
        operation=Operation.GENERATE,
        streaming=False,
        body=body,
        headers=headers,
    )


async def read(client: HttpClient, url: str, body: Body = b"{}") -> list[bytes]:
    answer = await client.send(call(url, body))
    try:
        return [chunk async for chunk in chunks_of(answer)]
    finally:
        await answer.close()


async def chunks_of(answer: UpstreamHttpAnswer) -> AsyncIterator[bytes]:
    while chunk := await answer.read():
        yield chunk
