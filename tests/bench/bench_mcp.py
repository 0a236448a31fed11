"""What the MCP door costs: CPU of a cheap call, calls a second, bytes of an idle session.

    python -m tests.bench.bench_mcp

Against the real program as a child. CPU is the child's own, of /proc, as the least of several
rounds: the machine may be busy. `via SDK` is the same call by the long way, which a client that
sends a header of the protocol's later extensions takes.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.gateway import Gateway, GatewaySetup, running_gateway

ROUNDS = 5
CALLS = 500
CONNECTIONS = 16
SESSIONS = 200
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PEER = "peer: 180 to 350 a second, 2.9 MB a session"
_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
_MODERN = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call"}


class Pipe:
    """A connection that asks and reads whole answers, with as little of its own as can be."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._head = (
            f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n"
            f"Authorization: Bearer {gateway.access_key()}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json, text/event-stream\r\n"
        )

    async def open(self) -> Pipe:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._gateway.port)
        return self

    def close(self) -> None:
        self._writer.close()

    async def ask(self, message: Any, headers: dict[str, str]) -> tuple[bytes, bytes]:
        body = json.dumps(message).encode()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{self._head}{lines}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        told = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if b"chunked" not in told:
            length = int(told.partition(b"content-length: ")[2].split(b"\r")[0])
            return told, await self._reader.readexactly(length)
        answer = b""
        while size := int(await self._reader.readline(), 16):
            answer += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return told, answer

    async def session(self) -> dict[str, str]:
        who = {"name": "bench", "version": "1"}
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": who}
        greeting = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
        told, _ = await self.ask(greeting, {})
        session = told.partition(b"mcp-session-id: ")[2].split(b"\r")[0].decode()
        headers = {"Mcp-Session-Id": session}
        await self.ask({"jsonrpc": "2.0", "method": "notifications/initialized"}, headers)
        return headers


def a_call(number: int, meta: dict[str, Any] | None = None) -> dict[str, Any]:
    params: dict[str, Any] = {"name": "workspace_list", "arguments": {}}
    if meta is not None:
        params["_meta"] = meta
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def cpu_s(gateway: Gateway) -> float:
    fields = Path(f"/proc/{gateway.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def resident(gateway: Gateway) -> int:
    for line in Path(f"/proc/{gateway.process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the system does not say")


async def calls(pipe: Pipe, count: int, headers: dict[str, str], meta: Any = None) -> None:
    for number in range(1, count + 1):
        _, answer = await pipe.ask(a_call(number, meta), headers)
        assert b'"success":true' in answer, answer


async def cost(gateway: Gateway, name: str, headers: dict[str, str], meta: Any = None) -> None:
    pipe = await Pipe(gateway).open()
    if not meta:
        headers = {**await pipe.session(), **headers}
    await calls(pipe, 50, headers, meta)
    least = 1e9
    for _ in range(ROUNDS):
        before = cpu_s(gateway)
        await calls(pipe, CALLS, headers, meta)
        least = min(least, (cpu_s(gateway) - before) / CALLS)
    pipe.close()
    print(f"CPU of a cheap call, {name}: {least * 1000:.2f} ms (bar: 2 ms)")


async def rate(gateway: Gateway) -> None:
    """Both sides share the computer."""
    pipes = [await Pipe(gateway).open() for _ in range(CONNECTIONS)]
    heads = [await pipe.session() for pipe in pipes]
    best = 0.0
    for _ in range(ROUNDS):
        began, before = time.perf_counter(), cpu_s(gateway)
        each = CALLS // CONNECTIONS
        await asyncio.gather(
            *(calls(pipe, each, head) for pipe, head in zip(pipes, heads, strict=True))
        )
        count = each * CONNECTIONS
        best = max(best, count / (time.perf_counter() - began))
        by_cpu = count / max(cpu_s(gateway) - before, _TICK_S)
    print(f"calls a second, {CONNECTIONS} connections: {best:.0f}; by server CPU {by_cpu:.0f}")
    for pipe in pipes:
        pipe.close()


async def sessions(gateway: Gateway) -> None:
    pipe = await Pipe(gateway).open()
    for _ in range(50):
        await pipe.session()
    before = resident(gateway)
    for _ in range(SESSIONS):
        await pipe.session()
    print(f"an idle session: {(resident(gateway) - before) / SESSIONS / 1024:.0f} KB (bar: 50 KB)")
    pipe.close()


async def measure(gateway: Gateway) -> None:
    modern = {**_MODERN, "Mcp-Name": "workspace_list"}
    await cost(gateway, "session", {})
    await cost(gateway, "alone", modern, _META)
    await cost(gateway, "alone, via SDK", {**modern, "Mcp-Param-X": "1"}, _META)
    await rate(gateway)
    await sessions(gateway)
    print(_PEER)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_gateway(GatewaySetup(home=Path(folder) / "home", is_fresh=True)) as gateway,
    ):
        asyncio.run(measure(gateway))


if __name__ == "__main__":
    main()
