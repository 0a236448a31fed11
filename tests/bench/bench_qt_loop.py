"""What it costs to let Qt host the asyncio loop, against plain asyncio, uvloop and qasync.

    python tests/bench/bench_qt_loop.py [--secs N] [--rounds N] [--loops a,b] [--json FILE]

Each loop runs the same small aiohttp proxy in a child, a new one each round: what a process owes to
the luck of its memory layout is averaged, too. Ratios are taken within a round and are what counts;
microseconds and milliseconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from harness import (
    child,
    cpu_s,
    interleave,
    markdown_table,
    paired_ratio,
    percentile,
    read_streams,
    run_wrk,
    start_nginx_stub,
    start_stream_stub,
)

LOOPS = ("asyncio", "uvloop", "hosted", "qasync")
STREAMS = 200
GOALS = (("asyncio", 1.25), ("qasync", 0.65))
CPU_FIGURES = {
    "request": "request, 16 connections",
    "lone_request": "request, 1 connection",
    "stream_event": "event of 200 streams, passed on",
    "paced_event": "event of 200 streams, own timers",
    "round_trip": "call_soon round trip",
}
LATE_UNDER = {"late_requests": "64 busy connections", "late_streams": "200 streams"}

Figures = Mapping[str, Any]
Rounds = Mapping[str, Sequence[Figures]]


class Target:
    """A proxy that runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        self._pid = process.pid
        self._url = f"http://127.0.0.1:{int(process.stdout.readline())}"

    def ask(self, path: str) -> Any:
        with urlopen(self._url + path) as answer:
            return json.load(answer)

    def request_us(self, connections: int, seconds: float) -> float:
        before = cpu_s(self._pid)
        load = run_wrk(self._url + "/v1/chat/completions", connections=connections, seconds=seconds)
        if not load.is_clean:
            raise RuntimeError(f"the proxy failed under load: {load}")
        return (cpu_s(self._pid) - before) / load.requests * 1e6

    def event_us(self, path: str, seconds: float) -> float:
        events, cpu = read_streams(
            self._url + path, streams=STREAMS, seconds=seconds, pid=self._pid
        )
        return cpu / events * 1e6


def measure(target: Target, seconds: float) -> Figures:
    target.request_us(16, 1)  # warm
    figures: dict[str, Any] = {
        "request": target.request_us(16, seconds),
        "lone_request": target.request_us(1, seconds),
        "round_trip": target.ask("/round_trip"),
    }
    target.ask("/lateness")
    target.request_us(64, seconds)
    figures["late_requests"] = target.ask("/lateness")
    figures["stream_event"] = target.event_us("/stream", seconds)
    figures["late_streams"] = target.ask("/lateness")
    figures["paced_event"] = target.event_us("/paced", seconds)
    return figures


def run_rounds(names: Sequence[str], rounds: int, seconds: float) -> Rounds:
    results: dict[str, list[Figures]] = {name: [] for name in names}
    script = str(Path(__file__).with_name("loop_proxy.py"))
    with ExitStack() as stack:
        upstreams = [
            stack.enter_context(start_nginx_stub()),
            stack.enter_context(start_stream_stub(events=40, gap_ms=50)),
        ]
        for name in interleave(names, rounds):
            with child(
                [sys.executable, script, name, *upstreams],
                stdout=subprocess.PIPE,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            ) as process:
                results[name].append(measure(Target(process), seconds))
            print(f"{name} measured", file=sys.stderr)
    return results


def cpu_rows(results: Rounds) -> list[Figures]:
    """CPU in microseconds, and its ratio to each loop that a goal speaks of."""
    rows = []
    for key, title in CPU_FIGURES.items():
        for name in results:
            mine = [figures[key] for figures in results[name]]
            row: dict[str, Any] = {"CPU per": title, "loop": name, "us": statistics.median(mine)}
            for other, _ in GOALS:
                theirs = [figures[key] for figures in results.get(other, ())]
                row[f"/ {other}"] = paired_ratio(mine, theirs) if theirs else None
            rows.append(row)
    return rows


def late_rows(results: Rounds) -> list[Figures]:
    """Lateness of a 16 ms timer in Qt, all rounds together."""
    rows = []
    for key, title in LATE_UNDER.items():
        for name, rounds in results.items():
            if late := [ms for figures in rounds for ms in figures[key]]:
                marks = {f"p{mark}": percentile(late, mark) for mark in (50, 90, 99)}
                rows.append({"ms late under": title, "loop": name, **marks, "max": max(late)})
    return rows


def goal_lines(rows: Sequence[Figures]) -> list[str]:
    hosted = [row for row in rows if row["loop"] == "hosted"]
    if not hosted:
        return []
    found = [(other, hosted[0][f"/ {other}"], goal) for other, goal in GOALS]
    return [
        f"hosted / {other}: {ratio:.2f}, goal {goal}: {'met' if ratio <= goal else 'MISSED'}"
        for other, ratio, goal in found
        if ratio is not None
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secs", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--loops", default=",".join(LOOPS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results = run_rounds(options.loops.split(","), options.rounds, options.secs)
    tables: list[tuple[str, Callable[[Rounds], list[Figures]]]] = [
        ("cpu", cpu_rows),
        ("lateness", late_rows),
    ]
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "rounds": options.rounds,
        "secs": options.secs,
    }
    for name, rows_of in tables:
        report[name] = rows_of(results)
        if report[name]:
            print(markdown_table(report[name]), end="\n\n")
    print("\n".join(goal_lines(report["cpu"])))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
