"""Translated pairs against the same-protocol path of their callers: requests, chunks, large bodies.

    python tests/bench/bench_translation.py [--secs N] [--rounds N] [--only a,b] [--json FILE]

The real program without windows, with an upstream of each kind. Ratios and differences are taken
within a round. What the codecs cost by themselves is measured by bench_codecs.py.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from gateway_child import RunningGateway, provider_table, running_gateway
from harness import (
    interleave,
    paired_ratio,
    percentile,
    read_streams,
    run_parts,
    run_wrk,
    start_nginx_stub,
    start_stream_stub,
    threads_cpu_s,
)
from large_requests import large_request
from translation_samples import PAIRS, address, request

Row = Mapping[str, object]
Way = tuple[str, str]
"""(Caller, upstream), of one protocol or of two."""
STREAMS = 8
STREAM_EVENTS = 1000
STREAM_GAP_MS = 2
_KINDS = {
    "chat": ("openai-compatible", "/v1"),
    "anthropic": ("anthropic", ""),
    "responses": ("openai", "/v1"),
    "gemini": ("google", ""),
}


def ways() -> list[Way]:
    """All pairs, and each caller's own protocol."""
    callers = dict.fromkeys(caller for caller, _ in PAIRS)
    return [*((caller, caller) for caller in callers), *PAIRS]


def start_gateway(
    stack: ExitStack, upstream: str, *, lateness_file: Path | None = None
) -> RunningGateway:
    providers = "".join(
        provider_table(name, kind, f"{upstream}{version}", model=f"{name}-model")
        for name, (kind, version) in _KINDS.items()
    )
    return stack.enter_context(
        running_gateway(upstream, providers=providers, lateness_file=lateness_file)
    )


def measure_requests(secs: float, rounds: int) -> list[Row]:
    """CPU per request of 1 KB and a short answer, at 16 connections."""
    with ExitStack() as stack:
        gateway = start_gateway(stack, stack.enter_context(start_nginx_stub()))
        cpu_us: dict[str, list[float]] = {_name(way): [] for way in ways()}
        for way in ways():
            _load(gateway, way, 1)
        by_name = {_name(way): way for way in ways()}
        for name in interleave(list(by_name), rounds):
            cpu_us[name].append(_load(gateway, by_name[name], secs))
    rows: list[Row] = []
    for caller, upstream in ways():
        name, own = _name((caller, upstream)), _name((caller, caller))
        rows.append(
            {
                "caller → upstream": name,
                "CPU per request, of the caller's own protocol": (
                    None if name == own else paired_ratio(cpu_us[name], cpu_us[own])
                ),
                "CPU µs": statistics.median(cpu_us[name]),
                "least CPU µs": min(cpu_us[name]),
            }
        )
    return rows


def _load(gateway: RunningGateway, way: Way, secs: float) -> float:
    """CPU µs of one request."""
    caller, upstream = way
    model = f"{upstream}-model"
    before = threads_cpu_s(gateway.pid)
    load = run_wrk(
        f"{gateway.url}{address(caller, model)}",
        connections=16,
        seconds=secs,
        headers=gateway.headers,
        body=request(caller, model),
    )
    time.sleep(0.3)  # what the recorder still has to write belongs to these requests
    assert load.is_clean, (way, load)
    return (threads_cpu_s(gateway.pid) - before) / load.requests * 1e6


def measure_chunks(secs: float, rounds: int) -> list[Row]:
    """CPU per streamed chunk, a few long streams at once."""
    with ExitStack() as stack:
        stub = stack.enter_context(
            start_stream_stub(events=STREAM_EVENTS, gap_ms=STREAM_GAP_MS, whole=True)
        )
        gateway = start_gateway(stack, stub)
        chunk_us: dict[str, list[float]] = {_name(way): [] for way in ways()}
        by_name = {_name(way): way for way in ways()}
        for name in interleave(list(by_name), rounds):
            chunk_us[name].append(_stream(gateway, by_name[name], secs))
    rows: list[Row] = []
    for caller, upstream in ways():
        name, own = _name((caller, upstream)), _name((caller, caller))
        more = [a - b for a, b in zip(chunk_us[name], chunk_us[own], strict=True)]
        rows.append(
            {
                "caller → upstream": name,
                "CPU per chunk over pass-through, µs": (
                    None if name == own else statistics.median(more)
                ),
                "CPU µs": statistics.median(chunk_us[name]),
                "least CPU µs": min(chunk_us[name]),
            }
        )
    return rows


def _stream(gateway: RunningGateway, way: Way, secs: float) -> float:
    """CPU µs of one event."""
    caller, upstream = way
    model = f"{upstream}-model"
    events, cpu = read_streams(
        f"{gateway.url}{address(caller, model, streaming=True)}",
        streams=STREAMS,
        seconds=secs,
        pid=gateway.pid,
        headers=gateway.headers,
        body=request(caller, model, streaming=True),
    )
    assert events > 100, (way, events)
    return cpu / events * 1e6


def measure_lateness(rounds: int) -> list[Row]:
    """How late a timer in the loop comes while a request of 2 MB is under way."""
    with ExitStack() as stack:
        late_file = Path(stack.enter_context(TemporaryDirectory()), "lateness")
        stub = stack.enter_context(start_stream_stub(events=0, gap_ms=0))
        gateway = start_gateway(stack, stub, lateness_file=late_file)
        spans: dict[str, list[tuple[float, float]]] = {_name(way): [] for way in ways()}
        spans["nothing"] = []
        by_name = {_name(way): way for way in ways()}
        bodies = {_name(way): large_request(way[0], f"{way[1]}-model") for way in ways()}
        for name, way in by_name.items():
            _send_large(gateway, way, bodies[name])
        for name in interleave([*by_name, "nothing"], rounds):
            begin = time.monotonic()
            if name == "nothing":
                time.sleep(0.15)
            else:
                _send_large(gateway, by_name[name], bodies[name])
            spans[name].append((begin, time.monotonic()))
            time.sleep(0.05)
        noted = _noted(late_file)
    return [
        {
            "caller → upstream": name,
            "loop late at most, median ms": statistics.median(late for late, _ in worst),
            "p90 ms": percentile([late for late, _ in worst], 90),
            "CPU of the program meanwhile, median ms": statistics.median(cpu for _, cpu in worst),
            "answer after ms": statistics.median((end - begin) * 1000 for begin, end in times),
        }
        for name, times in spans.items()
        for worst in [[_most_late(noted, span) for span in times]]
    ]


def _send_large(gateway: RunningGateway, way: Way, body: bytes) -> None:
    caller, upstream = way
    model = f"{upstream}-model"
    connection = http.client.HTTPConnection(urlsplit(gateway.url).netloc, timeout=60)
    headers = {"Content-Type": "application/json", **gateway.headers}
    connection.request("POST", address(caller, model), body, headers)
    answer = connection.getresponse()
    told = answer.read()
    assert answer.status == 200, (way, told[:500])
    connection.close()


def _noted(late_file: Path) -> list[tuple[float, float, float]]:
    """(When, how many ms late, ms of CPU that the program used in them)."""
    lines = (line.split() for line in late_file.read_text().splitlines())
    return [(float(when), float(late), min(float(late), float(cpu))) for when, late, cpu in lines]


def _most_late(
    noted: Sequence[tuple[float, float, float]], span: tuple[float, float]
) -> tuple[float, float]:
    """The most of both. The timer itself comes after what made it late."""
    begin, end = span
    inside = [(late, cpu) for when, late, cpu in noted if begin <= when <= end + 0.03]
    return max((late for late, _ in inside), default=0.0), max(
        (cpu for _, cpu in inside), default=0.0
    )


def _name(way: Way) -> str:
    caller, upstream = way
    return caller if caller == upstream else f"{caller} → {upstream}"


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "requests": lambda given: measure_requests(given.secs, given.rounds),
    "chunks": lambda given: measure_chunks(given.secs, given.rounds),
    "large bodies": lambda given: measure_lateness(given.rounds),
}


if __name__ == "__main__":
    run_parts(__doc__, PARTS)
