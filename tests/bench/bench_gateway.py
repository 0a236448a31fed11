"""The whole gateway against the floor: CPU, latency, streams, start, idle, memory.

    python tests/bench/bench_gateway.py [--secs N] [--rounds N] [--only a,b] [--json FILE]

The floor is floor_proxy.py: aiohttp on both sides with both bodies parsed, on uvloop. Ratios are
taken within a round. Only ratios mean something on another machine; times are of this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from gateway_child import RunningGateway, running_gateway
from harness import (
    CHAT_BODY,
    child,
    cpu_s,
    free_port,
    interleave,
    paired_ratio,
    percentile,
    rss_mb,
    run_parts,
    run_wrk,
    start_nginx_stub,
    start_stream_stub,
    wait_until_listening,
)

Row = Mapping[str, object]
STREAM_BODY = json.dumps({**json.loads(CHAT_BODY), "stream": True}).encode()
STREAM_GAP_MS = 20
STREAM_EVENTS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that proxies."""

    url: str
    pid: int
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def chat(self) -> str:
        return f"{self.url}/v1/chat/completions"


def start_floor(stack: ExitStack, upstream: str) -> Target:
    port = free_port()
    script = str(Path(__file__).with_name("floor_proxy.py"))
    process = stack.enter_context(child([sys.executable, script, str(port), upstream]))
    wait_until_listening(port)
    return Target(url=f"http://127.0.0.1:{port}", pid=process.pid)


def start_gateway(stack: ExitStack, upstream: str, *, window: bool) -> Target:
    gateway = stack.enter_context(running_gateway(upstream, window=window))
    return Target(url=gateway.url, pid=gateway.pid, headers=gateway.headers)


def measure_load(secs: float, rounds: int) -> list[Row]:
    """CPU per request at 16 connections, and latency at one."""
    with ExitStack() as stack:
        upstream = stack.enter_context(start_nginx_stub())
        targets = {
            "floor": start_floor(stack, upstream),
            "headless": start_gateway(stack, upstream, window=False),
            "window": start_gateway(stack, upstream, window=True),
        }
        direct: list[float] = []
        cpu_us: dict[str, list[float]] = {name: [] for name in targets}
        p50_ms: dict[str, list[float]] = {name: [] for name in targets}
        for target in targets.values():
            run_wrk(target.chat, connections=16, seconds=1, headers=target.headers)
        for name in interleave(list(targets), rounds):
            target = targets[name]
            before = cpu_s(target.pid)
            load = run_wrk(target.chat, connections=16, seconds=secs, headers=target.headers)
            time.sleep(0.3)  # what the recorder still has to write belongs to these requests
            assert load.is_clean, load
            cpu_us[name].append((cpu_s(target.pid) - before) / load.requests * 1e6)
            one = run_wrk(target.chat, connections=1, seconds=secs / 2, headers=target.headers)
            p50_ms[name].append(one.p50_ms)
            if name == "floor":
                direct.append(
                    run_wrk(
                        f"{upstream}/v1/chat/completions", connections=1, seconds=secs / 2
                    ).p50_ms
                )
        added = {
            name: [value - base for value, base in zip(values, direct, strict=True)]
            for name, values in p50_ms.items()
        }
        return [
            {
                "": name,
                "CPU per request, of the floor": paired_ratio(cpu_us[name], cpu_us["floor"]),
                "added p50 at 1 connection, of the floor": paired_ratio(
                    added[name], added["floor"]
                ),
                "CPU µs": statistics.median(cpu_us[name]),
                "added p50 ms": statistics.median(added[name]),
                "memory MB after load": rss_mb(target.pid),
            }
            for name, target in targets.items()
        ]


def measure_first_byte(rounds: int) -> list[Row]:
    """From request to first byte of a stream's body, one stream at a time."""
    with ExitStack() as stack:
        upstream = stack.enter_context(start_stream_stub(events=5, gap_ms=1))
        targets = {
            "floor": start_floor(stack, upstream),
            "headless": start_gateway(stack, upstream, window=False),
            "window": start_gateway(stack, upstream, window=True),
        }
        names = ["direct", *targets]
        times_ms: dict[str, list[float]] = {name: [] for name in names}
        for name in interleave(names, rounds):
            target = targets.get(name, Target(url=upstream, pid=0))
            times_ms[name].append(statistics.median(asyncio.run(_first_bytes(target, 40))))
        return [
            {
                "": name,
                "added ms to the first byte": statistics.median(
                    one - base for one, base in zip(times_ms[name], times_ms["direct"], strict=True)
                ),
            }
            for name in targets
        ]


async def _first_bytes(target: Target, streams: int) -> list[float]:
    times_ms = []
    for number in range(streams + 3):
        stream = await _Stream.open(target)
        await stream.first_byte()
        if number >= 3:
            times_ms.append(stream.first_byte_ms)
        await stream.finish()
    return times_ms


def measure_paced_streams(streams: int = 200) -> list[Row]:
    """Many paced streams at once: does each event arrive alone, and does Qt stay awake?"""
    with ExitStack() as stack:
        upstream = stack.enter_context(
            start_stream_stub(events=STREAM_EVENTS, gap_ms=STREAM_GAP_MS)
        )
        late_file = Path(stack.enter_context(TemporaryDirectory()), "lateness.json")
        gateway = stack.enter_context(
            running_gateway(upstream, window=True, lateness_file=late_file)
        )
        target = Target(url=gateway.url, pid=gateway.pid, headers=gateway.headers)
        found = asyncio.run(_many(target, streams))
        expected = streams * STREAM_EVENTS
        late_ms = json.loads(late_file.read_text())
        return [
            {
                "streams": streams,
                "events lost": expected - sum(each.events for each in found),
                "events merged, %": 100 * sum(each.merged for each in found) / expected,
                "Qt late p50 ms": percentile(late_ms, 50),
                "Qt late p99 ms": percentile(late_ms, 99),
                "Qt late max ms": max(late_ms),
            }
        ]


async def _many(target: Target, streams: int) -> list[_Stream]:
    async def one() -> _Stream:
        stream = await _Stream.open(target)
        await stream.finish()
        return stream

    return await asyncio.gather(*[one() for _ in range(streams)])


def measure_start_and_rest() -> list[Row]:
    """CPU until the first answered request, then idle, then memory."""
    rows: list[Row] = []
    for window in (False, True):
        with ExitStack() as stack:
            upstream = stack.enter_context(start_nginx_stub())
            gateway = stack.enter_context(running_gateway(upstream, window=window))
            _ask(gateway)
            first_answer_cpu_s = cpu_s(gateway.pid)
            time.sleep(3)  # what a start puts off is done by now
            before = cpu_s(gateway.pid)
            time.sleep(10)
            rows.append(
                {
                    "": "window" if window else "headless",
                    "CPU s to the first answer": first_answer_cpu_s,
                    "idle, % of a core": (cpu_s(gateway.pid) - before) * 10,
                    "memory MB": rss_mb(gateway.pid),
                }
            )
    return rows


def _ask(gateway: RunningGateway) -> None:
    request = Request(
        f"{gateway.url}/v1/chat/completions",
        data=CHAT_BODY,
        headers={"Content-Type": "application/json", **gateway.headers},
    )
    with urlopen(request, timeout=20) as answer:
        assert answer.status == 200


class _Stream:
    """One streamed request on a raw socket; counts events, and those that share an HTTP chunk.

    How many chunks one read of the socket brings is the kernel's business, not the gateway's.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._asked = time.perf_counter()
        self.first_byte_ms = 0.0
        self.events = self.merged = 0
        self._body = bytearray()

    @classmethod
    async def open(cls, target: Target) -> _Stream:
        host, port = target.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1 << 22)
        stream = cls(reader, writer)
        lines = [f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}"]
        lines += [f"{name}: {value}" for name, value in target.headers.items()]
        lines += ["Content-Type: application/json", f"Content-Length: {len(STREAM_BODY)}", "", ""]
        stream._asked = time.perf_counter()
        writer.write("\r\n".join(lines).encode() + STREAM_BODY)
        return stream

    async def first_byte(self) -> None:
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n")[0], head
        data = await self._reader.read(65536)
        self.first_byte_ms = (time.perf_counter() - self._asked) * 1000
        self._body += data

    async def finish(self) -> None:
        if not self.first_byte_ms:
            await self.first_byte()
        while data := await self._reader.read(65536):
            self._body += data
            if data.endswith(b"0\r\n\r\n"):
                break
        self._writer.close()
        self._count()

    def _count(self) -> None:
        at = 0
        while (line_end := self._body.find(b"\r\n", at)) >= 0:
            size = int(self._body[at:line_end], 16)
            events = self._body.count(b"tok", line_end, line_end + 2 + size)
            self.events += events
            self.merged += max(events - 1, 0)
            at = line_end + 2 + size + 2


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "load": lambda given: measure_load(given.secs, given.rounds),
    "first byte": lambda given: measure_first_byte(given.rounds),
    "paced streams": lambda given: measure_paced_streams(),
    "start and rest": lambda given: measure_start_and_rest(),
}


if __name__ == "__main__":
    try:
        run_parts(__doc__, PARTS)
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}: {error.stderr}")
