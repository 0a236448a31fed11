"""What the MCP door costs: CPU of cheap calls by tool, calls a second, bytes of an idle session.

    python -m tests.bench.bench_mcp [tools] [calls] [rate] [sessions] [behind]

Against the real program as a child; parts that are not named are left out, all where none is. CPU
is that of the child and its own children, of /proc. `tools`: by turns at 8 connections, medians of
9 rounds; all CLIs are installed, as stand-ins that tell their version alone. The rest: as the least
of several rounds, for the machine may be busy. `via SDK` is the same call by the long way, which a
client that sends a header of the protocol's later extensions takes. `behind`: a call of a server
behind the gateway beside the same call of the same server by itself, over its own pipes, by turns.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from tests.support import mcp_servers
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

ROUNDS = 5
CALLS = 500
CONNECTIONS = 16
SESSIONS = 200
TOOL_ROUNDS = 9
TOOL_CONNECTIONS = 8
TOOL_CALLS = 400
"""Of one tool in one round."""
CHEAP: Mapping[str, Mapping[str, Any]] = {
    "list_models": {},
    "list_available_models": {},
    "llm_models": {},
    "approval_list": {},
    "session_list": {},
    "session_create": {"cli": "claude", "setAsActive": True},
    "workspace_list": {},
    "vault_list": {},
    "llm_process_health": {},
    "cli_versions": {},
    "provider_version_guard": {},
    "provider_subcommands_list": {},
    "provider_tool_capabilities": {},
    "upstream_contracts": {},
}
"""Tools that ask no model and start nothing that was started before, each with its arguments."""
_IDLE_S = 20.0
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
    """Of its threads, and of its children that have ended."""
    fields = Path(f"/proc/{gateway.process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * _TICK_S


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
    print(f"an idle session: {(resident(gateway) - before) / SESSIONS / 1024:.0f} KB (bar: 30 KB)")
    pipe.close()


async def tools(gateway: Gateway) -> None:
    """By turns: each round asks each tool."""
    pipes = [await Pipe(gateway).open() for _ in range(TOOL_CONNECTIONS)]
    heads = [await pipe.session() for pipe in pipes]

    async def ask(name: str, count: int) -> bytes:
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        message["params"] = {"name": name, "arguments": CHEAP.get(name, {})}
        share = range(count // TOOL_CONNECTIONS)

        async def one(pipe: Pipe, head: dict[str, str]) -> bytes:
            answers = [(await pipe.ask(message, head))[1] for _ in share]
            assert b'"success":true' in answers[-1], answers[-1]
            return answers[-1]

        found = await asyncio.gather(*(one(*each) for each in zip(pipes, heads, strict=True)))
        return found[0]

    sizes = {name: len(await ask(name, 40)) for name in CHEAP}
    cpu_ms: dict[str, list[float]] = {name: [] for name in CHEAP}
    rates: dict[str, list[float]] = {name: [] for name in CHEAP}
    for _ in range(TOOL_ROUNDS):
        for name in CHEAP:
            began, before = time.perf_counter(), cpu_s(gateway)
            await ask(name, TOOL_CALLS)
            cpu_ms[name].append((cpu_s(gateway) - before) / TOOL_CALLS * 1000)
            rates[name].append(TOOL_CALLS / (time.perf_counter() - began))
            if name == "session_create":  # or each round would list more of them
                await ask("session_clear_all", TOOL_CONNECTIONS)
    print(f"| tool, {TOOL_CONNECTIONS} connections | CPU ms a call | calls/s | answer |")
    print("|---|---:|---:|---:|")
    for name in CHEAP:
        cpu, rate = statistics.median(cpu_ms[name]), statistics.median(rates[name])
        print(f"| {name} | {cpu:.2f} | {rate:.0f} | {sizes[name]:,} B |")
    for pipe in pipes:
        pipe.close()


async def some_calls(gateway: Gateway) -> None:
    modern = {**_MODERN, "Mcp-Name": "workspace_list"}
    await cost(gateway, "session", {})
    await cost(gateway, "alone", modern, _META)
    await cost(gateway, "alone, via SDK", {**modern, "Mcp-Param-X": "1"}, _META)


class Direct:
    """A server by itself, as a program that starts it would speak with it."""

    def __init__(self, notes: Path) -> None:
        self._command = mcp_servers.odd(str(notes))
        self._number = 0

    async def open(self) -> Direct:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe
        )
        who = {"name": "bench", "version": "1"}
        await self.ask(
            "initialize",
            {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": who},
        )
        return self

    async def ask(self, method: str, params: Mapping[str, Any]) -> bytes:
        self._number += 1
        told = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(told).encode() + b"\n")
        return await stdout.readline()

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


async def behind(gateway: Gateway) -> None:
    """One connection each, a call by turns: what lies between is the gateway's."""
    pipe = await Pipe(gateway).open()
    head = await pipe.session()
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    message["params"] = {"name": "odd__echo", "arguments": {"words": "x"}}
    await pipe.ask({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, head)
    with tempfile.TemporaryDirectory() as folder:
        direct = await Direct(Path(folder) / "notes").open()
        asked = {"name": "echo", "arguments": {"words": "x"}}
        own_s: list[float] = []
        through_s: list[float] = []
        cpu_before = cpu_s(gateway)
        for _ in range(ROUNDS * CALLS):
            began = time.perf_counter()
            answer = await direct.ask("tools/call", asked)
            between = time.perf_counter()
            _, told = await pipe.ask(message, head)
            through_s.append(time.perf_counter() - between)
            own_s.append(between - began)
            assert b"echo: x" in answer
            assert b"echo: x" in told, told
        cpu_ms = (cpu_s(gateway) - cpu_before) / len(own_s) * 1000
        await direct.close()
    own, through = (statistics.median(each) * 1000 for each in (own_s, through_s))
    print(
        f"a call of a server: by itself {own:.2f} ms, through the gateway {through:.2f} ms"
        f" (p50); added {through - own:.2f} ms (bar: 1.5 ms), of the gateway's CPU {cpu_ms:.2f} ms"
    )
    before = cpu_s(gateway)
    await asyncio.sleep(_IDLE_S)
    print(f"an idle server: {(cpu_s(gateway) - before) / _IDLE_S * 100:.2f} % of a core")
    pipe.close()


PARTS = {
    "tools": tools,
    "calls": some_calls,
    "rate": rate,
    "sessions": sessions,
    "behind": behind,
}


async def measure(gateway: Gateway, names: list[str]) -> None:
    for name in names:
        await PARTS[name](gateway)
    print(_PEER)


_STAND_IN = """#!/bin/sh
case "$*" in
*version*) echo 1.2.3 ;;
*) exit 1 ;;
esac
"""


def install_clis(folder: Path) -> str:
    """All of them, as programs that tell their version and nothing else; the PATH to them."""
    folder.mkdir()
    for name in CliName:
        program = folder / cli_of(name).commands[0]
        program.write_text(_STAND_IN)
        program.chmod(0o755)
    os.utime(folder, (1, 1))  # as long there as a person's are
    return f"{folder}:/usr/bin:/bin"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": install_clis(Path(folder) / "programs")}
        odd = mcp_servers.table("odd", mcp_servers.odd(str(Path(folder) / "notes")))
        setup = GatewaySetup(home=Path(folder) / "home", environment=environment, toml=odd)
        with running_gateway(setup) as gateway:
            asyncio.run(measure(gateway, sys.argv[1:] or list(PARTS)))


if __name__ == "__main__":
    main()
