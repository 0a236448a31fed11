"""Shared pieces of the benchmarks: a stub to talk to, a load, figures to read, a table to print.

It knows nothing of what is measured; each bench_*.py script brings its own targets.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stub_upstream import CHAT_ANSWER, MESSAGES_ANSWER
from translation_samples import answer

CHAT_BODY = json.dumps(
    {
        "model": "stub-model",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "lorem ipsum dolor sit amet " * 38}],
    }
).encode()
"""About 1 KB, the size of a short question."""

_STUB = str(Path(__file__).with_name("stub_upstream.py"))

_NGINX = """daemon off; worker_processes 1;
pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 3600s;
  client_max_body_size 64m; client_body_buffer_size 1m; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=1024; default_type application/json;
    location ~ /chat/completions$ {{ return 200 '{chat}'; }}
    location ~ /messages$ {{ return 200 '{messages}'; }}
    location ~ /responses$ {{ return 200 '{responses}'; }}
    location ~ :generateContent$ {{ return 200 '{gemini}'; }}
    location / {{ return 200 '{{"status":"ok"}}'; }}
  }}
}}
"""

_WRK_VARIED = """
local sent = 0
function request()
  sent = sent + 1
  wrk.headers["%s"] = string.format("%%032d", sent)
  return wrk.format()
end
"""

_WRK_DONE = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    "FIGURES %d %.6f %.4f %.4f %.4f %.4f %d %d\\n", summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, e.status, e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFigures:
    """What a load generator saw."""

    requests: int
    seconds: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    bad_status: int
    socket_errors: int

    @property
    def requests_per_s(self) -> float:
        return self.requests / self.seconds

    @property
    def is_clean(self) -> bool:
        return not self.bad_status and not self.socket_errors


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_listening(port: int, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def child(command: Sequence[str], **popen: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that lives as long as the block."""
    process = subprocess.Popen(command, **popen)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def start_nginx_stub() -> Iterator[str]:
    """A static upstream that costs far less than what is measured; a Python one without nginx."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if nginx := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"):
            configuration = Path(folder, "nginx.conf")
            told = {name: answer(name).decode() for name in ("responses", "gemini")}
            told |= {"chat": CHAT_ANSWER, "messages": MESSAGES_ANSWER}
            configuration.write_text(_NGINX.format(folder=folder, port=port, **told))
            command = [nginx, "-c", str(configuration), "-e", f"{folder}/error.log"]
        else:
            command = [sys.executable, _STUB, str(port)]
        with child(command):
            wait_until_listening(port)
            yield f"http://127.0.0.1:{port}"


@contextmanager
def start_stream_stub(*, events: int, gap_ms: float, whole: bool = False) -> Iterator[str]:
    """An upstream that answers every request with paced server-sent events, one per chunk.

    `whole`: with all that the protocol of the address has around the text.
    """
    port = free_port()
    more = ["whole"] if whole else []
    with child([sys.executable, _STUB, str(port), str(events), str(gap_ms), *more]):
        wait_until_listening(port)
        yield f"http://127.0.0.1:{port}"


def run_wrk(
    url: str,
    *,
    connections: int,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    body: bytes = CHAT_BODY,
    varied: str = "",
) -> LoadFigures:
    """POST the body for so long; with wrk where it is installed, else from Python, where the
    header that `varied` names stays the same in all requests."""
    all_headers = {"Content-Type": "application/json", **(headers or {})}
    wrk = shutil.which("wrk")
    if wrk is None:
        return asyncio.run(_python_load(connections, seconds, _request(url, all_headers, body)))
    lines = ['wrk.method = "POST"', f"wrk.body = {_lua_text(body.decode())}"]
    lines += [f"wrk.headers[{_lua_text(k)}] = {_lua_text(v)}" for k, v in all_headers.items()]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "load.lua")
        requests = _WRK_VARIED % varied if varied else ""
        script.write_text("\n".join(lines) + requests + _WRK_DONE)
        for_s = max(1, round(seconds))  # it takes no fractions
        command = [wrk, "-t1", f"-c{connections}", f"-d{for_s}s", "--timeout", "20s"]
        done = subprocess.run(
            [*command, "-s", str(script), url], capture_output=True, text=True, check=False
        )
    found = re.search(r"^FIGURES (.+)$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk gave no figures: {done.stdout} {done.stderr}")
    return _figures([float(word) for word in found[1].split()])


def read_streams(
    url: str,
    *,
    streams: int,
    seconds: float,
    pid: int,
    headers: Mapping[str, str] | None = None,
    body: bytes = CHAT_BODY,
    used_s: Callable[[int], float] | None = None,
) -> tuple[int, float]:
    """Keep so many streams open; the events of so many seconds, and the CPU seconds of the process,
    by `threads_cpu_s` if not by `used_s`.

    A stream that ends is replaced. The first half second and the end are left out.
    """
    request = _request(url, {"Content-Type": "application/json", **(headers or {})}, body)
    cpu = partial(used_s or threads_cpu_s, pid)
    return asyncio.run(_count_events(streams, seconds, cpu, request))


def cpu_s(pid: int) -> float:
    """CPU seconds of the process so far, user and system, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads_cpu_s(pid: int) -> float:
    """As `cpu_s`, to the nanosecond, of the threads that are alive."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def tree_cpu_s(pid: int) -> float:
    """As `cpu_s`, with its children: those that live, theirs, and those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return own + sum(tree_cpu_s(int(each)) for task in tasks for each in task.read_text().split())


def rss_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise ProcessLookupError(pid)
    return int(found[1]) / 1024


def interleave(targets: Sequence[str], rounds: int) -> Iterator[str]:
    """Every target once a round; the order turns, so that none always follows the same one."""
    for number in range(rounds):
        turn = number % len(targets)
        yield from (*targets[turn:], *targets[:turn])


def paired_ratio(values: Sequence[float], against: Sequence[float]) -> float:
    """Median over rounds of the ratio within one round: slow spells of the machine cancel out."""
    return statistics.median(one / other for one, other in zip(values, against, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def markdown_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The keys of the first row are the columns; an absent or None value is a dash."""
    columns = list(rows[0])
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _figures(numbers: Sequence[float]) -> LoadFigures:
    requests, seconds, p50, p90, p99, most, bad_status, socket_errors = numbers
    return LoadFigures(
        requests=int(requests),
        seconds=seconds,
        p50_ms=p50,
        p90_ms=p90,
        p99_ms=p99,
        max_ms=most,
        bad_status=int(bad_status),
        socket_errors=int(socket_errors),
    )


def _lua_text(text: str) -> str:
    level = "=" * 8
    return f" [{level}[{text}]{level}] "


def _request(url: str, headers: Mapping[str, str], body: bytes) -> tuple[str, int, bytes]:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    lines = [f"POST {parts.path or '/'}{query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return parts.hostname or "127.0.0.1", parts.port or 80, "\r\n".join(lines).encode() + body


async def _python_load(
    connections: int, seconds: float, target: tuple[str, int, bytes]
) -> LoadFigures:
    host, port, request = target
    times_ms: list[float] = []
    bad_status = socket_errors = 0
    started = time.perf_counter()

    async def connection() -> None:
        nonlocal bad_status, socket_errors
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while time.perf_counter() - started < seconds:
                sent = time.perf_counter()
                writer.write(request)
                bad_status += await _read_answer(reader) != 200
                times_ms.append((time.perf_counter() - sent) * 1000)
        except (OSError, asyncio.IncompleteReadError):
            socket_errors += 1
        finally:
            writer.close()

    await asyncio.gather(*[connection() for _ in range(connections)])
    elapsed = time.perf_counter() - started
    marks = [percentile(times_ms, mark) for mark in (50, 90, 99, 100)]
    return _figures([len(times_ms), elapsed, *marks, bad_status, socket_errors])


async def _read_answer(reader: asyncio.StreamReader) -> int:
    """One answer with a Content-Length, as the proxies under test give for a JSON body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    found = re.search(rb"content-length: (\d+)", head)
    await reader.readexactly(int(found[1]) if found else 0)
    return int(head.split(b" ", 2)[1])


async def _count_events(
    streams: int, seconds: float, cpu: Callable[[], float], target: tuple[str, int, bytes]
) -> tuple[int, float]:
    host, port, request = target
    events = 0

    async def stream() -> None:
        nonlocal events
        while True:
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                tail = b""
                while data := await reader.read(65536):
                    events += data.count(b"data:")
                    tail = (tail + data)[-7:]
                    if tail == b"\r\n0\r\n\r\n":
                        break
            finally:
                writer.close()

    tasks = [asyncio.create_task(stream()) for _ in range(streams)]
    await asyncio.sleep(0.5)
    events_before, cpu_before = events, cpu()
    broken, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    found = events - events_before, cpu() - cpu_before
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if broken:
        raise RuntimeError(f"{len(broken)} streams broke") from broken.pop().exception()
    return found


def run_parts(
    words: str | None,
    parts: Mapping[str, Callable[[argparse.Namespace], Sequence[Mapping[str, object]]]],
) -> None:
    """The command line of a benchmark in parts, each of which makes one table."""
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--secs", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default=",".join(parts), help=", ".join(parts))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = {name: parts[name](given) for name in given.only.split(",")}
    for name, rows in found.items():
        print(f"\n### {name.capitalize()}\n\n{markdown_table(rows)}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))
