"""The whole gateway in one table: beside a bare pass-through, Envoy, HAProxy and nginx.

    python tests/bench/bench_gateway.py [FIGURE ...] [--secs N] [--rounds N] [--sides A,B]

FIGURE: request, headers, streams, paced, latency, first-byte, translated, rules, window, rest; all
where none is named, each about a minute. Every side has the same upstream and one thread for its
work; rounds go by turns, and medians are told. CPU is that of /proc, of all threads and children.
In brackets: of the bare pass-through's (raw_proxy.py), the median of the ratios within a round.
`aiohttp` is floor_proxy.py, which parses both bodies. Peers that are not installed are left out;
BENCH_ENVOY, BENCH_HAPROXY and BENCH_NGINX name programs that do not lie on PATH.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from gateway_child import provider_table, running_gateway
from harness import (
    CHAT_BODY,
    cpu_s,
    interleave,
    markdown_table,
    paired_ratio,
    read_streams,
    rss_mb,
    run_wrk,
    start_nginx_stub,
    start_stream_stub,
    tree_cpu_s,
)
from sides import SIDES, Side, start_gateway, start_sides
from streams import STREAM_BODY, first_bytes_ms, many_streams
from translation_samples import address, request

CONNECTIONS = 16
PACED_STREAMS = 200
STREAM_GAP_MS = 20
UNPACED_EVENTS = 40
"""And those around the text: 43, and the protocol's last word."""
PACED_EVENTS = 150
WRITTEN_S = 0.3
"""So long the recorder may still write what belongs to a round."""
SDK_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Accept-Language": "*",
    "User-Agent": "OpenAI/Python 3.52.0",
    "X-Stainless-Lang": "python",
    "X-Stainless-Package-Version": "3.52.0",
    "X-Stainless-OS": "Linux",
    "X-Stainless-Arch": "x64",
    "X-Stainless-Runtime": "CPython",
    "X-Stainless-Runtime-Version": "3.11.7",
    "X-Stainless-Async": "false",
    "X-Stainless-Retry-Count": "0",
    "X-Stainless-Read-Timeout": "600",
    "Authorization": "Bearer sk-nobodys",
}
"""With Content-Type and the one that differs: 16, besides Host and Content-Length."""
VARIED = "X-Request-Number"
Values = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how often, beside whom."""

    secs: float
    rounds: int
    sides: Sequence[str]

    def by_turns(self, names: Sequence[str], measure: Callable[[str], float]) -> Values:
        """Each once a round."""
        found: dict[str, list[float]] = {name: [] for name in names}
        for name in interleave(names, self.rounds):
            found[name].append(measure(name))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: per side its value in each round, and against which it is told."""

    title: str
    values: Values
    base: str = "bare"

    def cells(self) -> dict[str, object]:
        told: dict[str, object] = {"": self.title}
        for name, each in self.values.items():
            middle = statistics.median(each)
            told[name] = f"{middle:,.0f}" if abs(middle) >= 100 else f"{middle:.3g}"
            if self.base in self.values and name != self.base:
                told[name] = f"{told[name]} ({paired_ratio(each, self.values[self.base]):.2f})"
        return told


def load_us(side: Side, secs: float, **how: object) -> float:
    """CPU µs of a request."""
    how = {"connections": CONNECTIONS, "headers": side.headers, **how}
    before = side.cpu_s()
    load = run_wrk(str(how.pop("url", side.chat)), seconds=secs, **how)  # type: ignore[arg-type]
    time.sleep(WRITTEN_S)
    assert load.is_clean, load
    return (side.cpu_s() - before) / load.requests * 1e6


def _loaded(
    plan: Plan, upstream: str, title: str, how: Callable[[Side], Mapping[str, object]]
) -> Row:
    with ExitStack() as stack:
        sides = start_sides(stack, plan.sides, upstream)
        for side in sides.values():
            load_us(side, 1, **how(side))
        values = plan.by_turns(
            list(sides), lambda name: load_us(sides[name], plan.secs, **how(sides[name]))
        )
    return Row(title=title, values=values)


def requests(plan: Plan) -> list[Row]:
    with start_nginx_stub() as upstream:
        return [_loaded(plan, upstream, "request of 1 KB, 16 connections: CPU µs", lambda _: {})]


def headers(plan: Plan) -> list[Row]:
    title = "the same with an SDK's 16 headers, one of which differs each time: CPU µs"
    with start_nginx_stub() as upstream:

        def how(side: Side) -> Mapping[str, object]:
            return {"headers": {**SDK_HEADERS, **side.headers}, "varied": VARIED}

        return [_loaded(plan, upstream, title, how)]


def streams(plan: Plan) -> list[Row]:
    with start_stream_stub(events=UNPACED_EVENTS, gap_ms=0, whole=True) as upstream:
        title = "stream of 43 events at once, 16 connections: CPU µs"
        return [_loaded(plan, upstream, title, lambda _: {"body": STREAM_BODY})]


def paced(plan: Plan) -> list[Row]:
    with ExitStack() as stack:
        upstream = stack.enter_context(
            start_stream_stub(events=PACED_EVENTS, gap_ms=STREAM_GAP_MS, whole=True)
        )
        sides = start_sides(stack, plan.sides, upstream)

        def measure(name: str) -> float:
            side = sides[name]
            events, used_s = read_streams(
                side.chat,
                streams=PACED_STREAMS,
                seconds=plan.secs,
                pid=side.pid,
                headers=side.headers,
                body=STREAM_BODY,
                used_s=tree_cpu_s,
            )
            if not events:
                sys.exit(f"No event came through {name} in {plan.secs:g} s: is the machine busy?")
            return used_s / events * 1e6

        title = f"event of {PACED_STREAMS} streams, one each {STREAM_GAP_MS} ms: CPU µs"
        return [Row(title=title, values=plan.by_turns(list(sides), measure))]


def latency(plan: Plan) -> list[Row]:
    def measure(side: Side) -> float:
        load = run_wrk(side.chat, connections=1, seconds=plan.secs, headers=side.headers)
        assert load.is_clean, load
        return load.p50_ms

    with start_nginx_stub() as upstream:
        return _added(plan, upstream, "one connection: added p50, ms", measure)


def first_byte(plan: Plan) -> list[Row]:
    def measure(side: Side) -> float:
        return statistics.median(asyncio.run(first_bytes_ms(side, 40)))

    with start_stream_stub(events=5, gap_ms=1) as upstream:
        return _added(plan, upstream, "a stream's first byte: added, ms", measure)


def _added(plan: Plan, upstream: str, title: str, measure: Callable[[Side], float]) -> list[Row]:
    """To what it takes without anybody between."""
    with ExitStack() as stack:
        sides = start_sides(stack, plan.sides, upstream)
        direct = Side(url=upstream, pid=0)
        for side in sides.values():
            measure(side)
        values = plan.by_turns(["direct", *sides], lambda name: measure(sides.get(name, direct)))
    added = {
        name: [one - base for one, base in zip(values[name], values["direct"], strict=True)]
        for name in sides
    }
    return [Row(title=title, values=added)]


def translated(plan: Plan) -> list[Row]:
    """Anthropic's protocol to an upstream of Chat Completions, and to one of its own."""
    with ExitStack() as stack:
        upstream = stack.enter_context(start_nginx_stub())
        kinds = {"chat": ("openai-compatible", "/v1"), "anthropic": ("anthropic", "")}
        tables = [
            provider_table(name, kind, f"{upstream}{version}", model=f"{name}-model")
            for name, (kind, version) in kinds.items()
        ]
        side = start_gateway(stack, upstream, settings="".join(tables))

        def measure(name: str) -> float:
            model = f"{name}-model"
            url = f"{side.url}{address('anthropic', model)}"
            return load_us(side, plan.secs, url=url, body=request("anthropic", model))

        for name in kinds:
            measure(name)
        values = plan.by_turns(list(kinds), measure)
    told = {"same protocol": values["anthropic"], "headless": values["chat"]}
    title = "translated request (Messages to Chat Completions; of Messages to Messages): CPU µs"
    return [Row(title=title, values=told, base="same protocol")]


_RULES = """
[clients.bench]
models = ["stub-*", "other-*"]
budgets = [{ tokens = 1000000000000000, per = "day" }]
rate_limits = [{ requests = 1000000000, per = "minute" }]
parallel = 64

[[guards]]
name = "fifty"
action = "block"
"""


def _with_rules(upstream: str) -> str:
    words = [rf"(?i)project\s+nightingale{number}" for number in range(25)]
    words += [rf"\b[A-Z]{{3}}-{number}\d{{4}}\b" for number in range(25)]
    denied = f"deny = {json.dumps(words)}\n"
    routes = "".join(
        f'[[routes]]\nname = "r{number}"\nto = ["stub"]\n'
        f'match = {{ model = "never-{number}-*", client = "b*" }}\n'
        for number in range(200)
    )
    provider = provider_table("stub", "openai-compatible", f"{upstream}/v1", model="stub-model")
    return _RULES + denied + routes + provider


def rules(plan: Plan) -> list[Row]:
    """A budget, a rate and a list of models; 50 patterns that never fit; 200 routes that do not."""
    with ExitStack() as stack:
        upstream = stack.enter_context(start_nginx_stub())
        sides = {
            "plain": start_gateway(stack, upstream),
            "headless": start_gateway(stack, upstream, settings=_with_rules(upstream)),
        }
        for side in sides.values():
            load_us(side, 1)
        values = plan.by_turns(list(sides), lambda name: load_us(sides[name], plan.secs))
    pairs = zip(values["headless"], values["plain"], strict=True)
    added = {"headless": [one - other for one, other in pairs]}
    return [
        Row(title="policy, 50 guard patterns, 200 routes: added CPU µs", values=added),
        Row(title="the same beside a gateway without them: CPU µs", values=values, base="plain"),
    ]


def window(plan: Plan) -> list[Row]:
    """Each round all streams at once: how late a timer of 16 ms in Qt's thread came at most."""
    with ExitStack() as stack:
        upstream = stack.enter_context(start_stream_stub(events=PACED_EVENTS, gap_ms=STREAM_GAP_MS))
        late_file = Path(stack.enter_context(TemporaryDirectory()), "lateness.json")
        gateway = stack.enter_context(
            running_gateway(upstream, window=True, lateness_file=late_file)
        )
        side = Side(url=gateway.url, pid=gateway.pid, headers=gateway.headers)
        time.sleep(3)  # the start, which the probe leaves out
        late_ms: list[float] = []
        lost: list[float] = []
        merged: list[float] = []
        seen = 0
        for _ in range(plan.rounds):
            found = asyncio.run(many_streams(side, PACED_STREAMS))
            events = PACED_STREAMS * PACED_EVENTS
            lost.append(events - sum(each.events for each in found))
            merged.append(100 * sum(each.merged for each in found) / events)
            time.sleep(1.2)  # the probe writes once a second
            noted = json.loads(late_file.read_text())
            late_ms.append(max(noted[seen:]))
            seen = len(noted)
    title = f"{PACED_STREAMS} paced streams, window open: longest wait of Qt's loop in a round, ms"
    return [
        Row(title=title, values={"window": late_ms}),
        Row(title="the same: events lost", values={"window": lost}),
        Row(title="the same: events that share a chunk with another, %", values={"window": merged}),
    ]


def rest(plan: Plan) -> list[Row]:
    """CPU until the first answered request, then idle, then memory; one start each."""
    found: dict[str, tuple[float, float, float]] = {}
    for name in ("headless", "window"):
        with ExitStack() as stack:
            upstream = stack.enter_context(start_nginx_stub())
            side = start_gateway(stack, upstream, window=name == "window")
            _ask(side)
            first_answer_s = cpu_s(side.pid)
            time.sleep(3)  # what a start puts off is done by now
            before = cpu_s(side.pid)
            time.sleep(10)
            found[name] = first_answer_s, (cpu_s(side.pid) - before) * 10, rss_mb(side.pid)
    titles = (
        "start to the first answer: CPU s",
        "idle, % of a core",
        "memory after the start, MB",
    )
    return [
        Row(title=title, values={name: [told[at]] for name, told in found.items()})
        for at, title in enumerate(titles)
    ]


def _ask(side: Side) -> None:
    told = {"Content-Type": "application/json", **side.headers}
    with urlopen(Request(side.chat, data=CHAT_BODY, headers=told), timeout=20) as answer:
        assert answer.status == 200


FIGURES: Mapping[str, Callable[[Plan], list[Row]]] = {
    "request": requests,
    "headers": headers,
    "streams": streams,
    "paced": paced,
    "latency": latency,
    "first-byte": first_byte,
    "translated": translated,
    "rules": rules,
    "window": window,
    "rest": rest,
}


def table(rows: Sequence[Row]) -> str:
    """In columns by side; the sides that no row has are left out."""
    told = [row.cells() for row in rows]
    columns = [
        name for name in ("", "same protocol", "plain", *SIDES) if any(name in row for row in told)
    ]
    return markdown_table([{name: row.get(name) for name in columns} for row in told])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join(FIGURES))
    parser.add_argument("--secs", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sides", default=",".join(SIDES), help="of those beside each other")
    parser.add_argument("--json", type=Path, help="each value of each round")
    given = parser.parse_args()
    if unknown := set(given.figures) - set(FIGURES):
        parser.error(
            f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}"
        )
    plan = Plan(secs=given.secs, rounds=given.rounds, sides=given.sides.split(","))
    print(f"load {os.getloadavg()[0]:.1f} at the start, {plan.rounds} rounds of {plan.secs:g} s")
    rows: list[Row] = []
    try:
        for name in given.figures or FIGURES:
            began_s = time.monotonic()
            rows += FIGURES[name](plan)
            print(f"{name}: {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    finally:  # what was measured before one failed took minutes
        print(table(rows) if rows else "nothing was measured")
    if given.json:
        given.json.write_text(json.dumps({row.title: row.values for row in rows}, indent=1))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}: {error.stderr}")
