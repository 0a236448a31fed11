"""Proxies on loopback: honest ones that pass on and remember what they were told, and one that says
exactly what a test wants said."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field


@dataclass
class ProxyTold:
    """What a proxy was told, and by whom."""

    port: int = 0
    places: list[str] = field(default_factory=list)
    """`host:port` of each tunnel, in their order."""
    sign_ins: list[str] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)
    """All that came from its clients, tunnels included."""
    answers: bytearray = field(default_factory=bytearray)
    """Before a tunnel is open."""


@contextlib.asynccontextmanager
async def http_proxy(
    *, sign_in: str = "", tls: ssl.SSLContext | None = None, target: tuple[str, int] | None = None
) -> AsyncIterator[ProxyTold]:
    """`target`: where all tunnels lead, whatever is asked for."""
    told = ProxyTold()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        told.heard += head
        method, place, _ = head.split(b" ", 2)
        found = head.partition(b"Proxy-Authorization: Basic ")[2].partition(b"\r\n")[0]
        told.sign_ins.append(b64decode(found).decode())
        if method != b"CONNECT" or told.sign_ins[-1] != sign_in:
            writer.write(b"HTTP/1.1 407 Who is there\r\ncontent-length: 2\r\n\r\nno")
            return
        told.places.append(place.decode())
        host, _, port = place.decode().rpartition(":")
        await _relay(
            told,
            reader,
            writer,
            to=target or (host.strip("[]"), int(port)),
            opened=b"HTTP/1.0 200 Connection established\r\nVia: stub\r\n\r\n",
        )

    async with _listening(serve, tls) as told.port:
        yield told


@contextlib.asynccontextmanager
async def socks_proxy(
    *, sign_in: str = "", target: tuple[str, int] | None = None
) -> AsyncIterator[ProxyTold]:
    told = ProxyTold()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        way = 2 if sign_in else 0
        if way not in offered:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes((5, way)))
        if sign_in:
            name = await reader.readexactly((await reader.readexactly(2))[1])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            told.sign_ins.append(f"{name.decode()}:{password.decode()}")
            writer.write(bytes((1, told.sign_ins[-1] != sign_in)))
            if told.sign_ins[-1] != sign_in:
                return
        sort = (await reader.readexactly(4))[3]
        host = await _socks_host(reader, sort)
        port = int.from_bytes(await reader.readexactly(2), "big")
        told.places.append(f"{host}:{port}")
        opened = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
        await _relay(told, reader, writer, to=target or (host, port), opened=opened)

    async with _listening(serve, None) as told.port:
        yield told


@contextlib.asynccontextmanager
async def saying_proxy(*parts: bytes, then: str = "close") -> AsyncIterator[ProxyTold]:
    """Says `parts`, each after it has heard something or has waited a little; then it closes, or is
    silent (`then`)."""
    told = ProxyTold()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            with contextlib.suppress(TimeoutError):
                told.heard += await asyncio.wait_for(reader.read(65536), 0.05)
            writer.write(part)
            await writer.drain()
        if then == "silence":
            told.heard += await reader.read(65536)
            await reader.read()

    async with _listening(serve, None) as told.port:
        yield told


async def _socks_host(reader: asyncio.StreamReader, sort: int) -> str:
    import ipaddress

    if sort == 3:
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    return str(ipaddress.ip_address(await reader.readexactly(4 if sort == 1 else 16)))


async def _relay(
    told: ProxyTold,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    *,
    to: tuple[str, int],
    opened: bytes,
) -> None:
    far_reader, far_writer = await asyncio.open_connection(*to)
    writer.write(opened)

    async def pass_on(
        source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_heard: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if is_heard:
                    told.heard += data
                sink.write(data)
                await sink.drain()
        sink.close()

    try:
        await asyncio.gather(
            pass_on(reader, far_writer, is_heard=True), pass_on(far_reader, writer, is_heard=False)
        )
    finally:
        far_writer.transport.abort()


@contextlib.asynccontextmanager
async def _listening(serve: object, tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    tasks: set[asyncio.Task[object]] = set()
    writers: set[asyncio.StreamWriter] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        writers.add(writer)
        try:
            await serve(reader, writer)  # type: ignore[operator]
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for writer in writers:
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


def split(said: bytes) -> Sequence[bytes]:
    """One byte at a time."""
    return [said[at : at + 1] for at in range(len(said))]
