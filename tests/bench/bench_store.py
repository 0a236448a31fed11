"""What recording and reading flights costs. `python tests/bench/bench_store.py [--flights N]`.

Three parts: the loop's share of a flight, the writer thread's share, and reading from a recorder
of a million flights, which is made once and kept in the folder given by --folder.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flights.flight import (
    FlightQuery,
    FlightRecord,
    FlightState,
    FlightSummary,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.at_rest.data_keys import DataKey
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.flights.queue import FlightQueue
from llmgw_desktop.store.flights.rows import Encrypt
from llmgw_desktop.store.flights.spending import WhichFlights
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

DAYS = 30
BATCH = 500
SETTINGS = RecorderSettings()
MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5", "gpt-5-mini", "gemini-2.5-pro")
PROVIDERS = ("anthropic", "anthropic", "openai", "google")
CLIENTS = ("claude-code", "codex", "zed", "a script")
HEADERS = (
    ("Host", "127.0.0.1:3333"),
    ("X-Api-Key", "•••• (49 chars)"),
    ("anthropic-version", "2023-06-01"),
    ("content-type", "application/json"),
    ("user-agent", "claude-cli/2.1.8 (external, cli)"),
    ("accept", "application/json"),
    ("x-stainless-lang", "js"),
    ("content-length", "1024"),
)
ANSWER_HEADERS = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("request-id", "req_011CVabcdefghijklmnopqr"),
    ("anthropic-ratelimit-requests-remaining", "999"),
    ("date", "Fri, 21 Nov 2026 08:00:00 GMT"),
)
PHASES = (
    Phase(name=PhaseName.READ, start_ms=0.0, end_ms=0.6),
    Phase(name=PhaseName.ROUTE, start_ms=0.6, end_ms=0.9),
    Phase(name=PhaseName.CONNECT, start_ms=0.9, end_ms=31.0, note="reused"),
    Phase(name=PhaseName.WAIT, start_ms=31.0, end_ms=800.0),
    Phase(name=PhaseName.STREAM, start_ms=800.0, end_ms=4000.0),
)


def summaries(
    count: int, end_s: float, dice: random.Random, step_s: float
) -> Iterator[FlightSummary]:
    """One every `step_s` until `end_s`; one in fifty fails."""
    for number in range(count):
        at_s = end_s - (count - number) * step_s
        kind = number & 3
        is_ok = number % 50 != 0
        yield FlightSummary(
            id=f"flt_{int(at_s * 1000):012x}{os.urandom(8).hex()}",
            started_at_s=at_s,
            state=FlightState.OK if is_ok else FlightState.FAILED,
            client=CLIENTS[number % 7 & 3],
            protocol=ModelProtocol.ANTHROPIC,
            operation=Operation.GENERATE,
            model_asked=MODELS[kind],
            model_served=f"{MODELS[kind]}-20250929",
            provider=PROVIDERS[kind],
            streaming=True,
            status=200 if is_ok else 529,
            ttft_ms=dice.lognormvariate(6.5, 0.7),
            took_ms=5000.5,
            usage=Usage(
                input_tokens=12000,
                output_tokens=300,
                cache_read_tokens=11000,
                cache_write_tokens=100,
            ),
            stop_reason="end_turn" if is_ok else None,
            error_kind=None if is_ok else "upstream_529",
            error_text=None if is_ok else "Overloaded",
            attempts=1,
            cost_usd=dice.uniform(0.001, 0.2) if is_ok else None,
            request_bytes=50_000,
            answer_bytes=3_000,
            replied_chunks=40,
        )


def records(count: int, body: bytes) -> list[FlightRecord]:
    return [
        FlightRecord(
            summary=summary,
            path="/v1/messages",
            route_reason="model name begins with claude: anthropic",
            request_headers=HEADERS,
            request_body=body,
            answer_headers=ANSWER_HEADERS,
            answer_body=body,
            phases=PHASES,
        )
        for summary in summaries(count, time.time(), random.Random(1), 0.002)
    ]


def bench_loop() -> None:
    """`opened` and `closed` without anyone who writes: only the loop's own work."""
    made = records(10_000, b"x" * 1024)
    times = []
    for _ in range(5):
        queue = FlightQueue()
        begun = time.perf_counter()
        for record in made:
            queue.opened(record.summary.id, bench_loop)  # type: ignore[arg-type]
            queue.closed(record)
        times.append((time.perf_counter() - begun) / len(made) * 1e6)
    print(f"queue, opened + closed                 {statistics.median(times):7.2f} µs a flight")
    with tempfile.TemporaryDirectory() as folder:
        store = FlightStore(
            Path(folder) / "flights.db",
            clock=SystemClock(),
            seal=Seal(bytes),
            on_status=lambda status: None,
            settings=SETTINGS,
        )
        store.start()
        store.flush(10)
        begun = time.thread_time()
        for record in made:
            store.opened(record.summary.id, lambda record=record: record.summary)  # type: ignore[misc]
            store.closed(record)
        spent = (time.thread_time() - begun) / len(made) * 1e6
        store.flush(60)
        store.stop(10)
    print(f"store, the same with the writer at work {spent:6.2f} µs of the loop's CPU a flight")


def bench_writer(folder: Path) -> None:
    print("\nwriter thread, batches of 500, bodies not compressed below 4 KB:")
    redactor = Redactor()
    seal = Seal(redactor.clean, redactor.may_hold_any)
    key = DataKey(1, os.urandom(32))
    bench_batches(folder, "plain", Seal(bytes), None)
    bench_batches(folder, "encrypted", Seal(bytes), key.encrypt)
    bench_batches(folder, "redacted and encrypted", seal, key.encrypt)


def bench_batches(folder: Path, name: str, seal: Seal, encrypt: Encrypt | None) -> None:
    print(f" {name}:")
    for size in (0, 1024, 3000, 16_384):
        made = records(10_000, b"{" + os.urandom(size // 2).hex().encode() + b"}")
        connection = open_database(folder / f"writer-{name}-{size}.db", FLIGHTS_STEPS)
        writer = BatchWriter(connection)
        parts: list[tuple[float, float]] = []
        for start in range(0, len(made), BATCH):
            begun = time.thread_time()
            batch = make_batch({}, made[start : start + BATCH], SETTINGS, seal, encrypt=encrypt)
            made_at = time.thread_time()
            writer.write(batch)
            parts.append((made_at - begun, time.thread_time() - made_at))
        connection.close()
        print(
            f"  2 bodies of {size:6} bytes: "
            + ", ".join(
                f"{which} {pick(sum(part) for part in parts) / BATCH * 1e6:5.1f} "
                f"({pick(part[0] for part in parts) / BATCH * 1e6:.1f} making rows)"
                for which, pick in (("median", statistics.median), ("best", min))
            )
            + " µs CPU a flight"
        )


def make_recorder(path: Path, count: int) -> None:
    if path.exists():
        return
    begun = time.perf_counter()
    connection = open_database(path, FLIGHTS_STEPS)
    writer = BatchWriter(connection)
    some: list[FlightRecord] = []
    for summary in summaries(count, time.time(), random.Random(2), DAYS * 86400 / count):
        some.append(FlightRecord(summary=summary, path="/v1/messages", phases=PHASES))
        if len(some) == BATCH:
            writer.write(make_batch({}, some, SETTINGS, Seal(bytes)))
            some = []
    writer.write(make_batch({}, some, SETTINGS, Seal(bytes)))
    connection.close()
    print(f"  made in {time.perf_counter() - begun:.0f} s")


def bench_reader(path: Path, count: int) -> None:
    print(f"\nreading, {count:,} flights over {DAYS} days:")
    make_recorder(path, count)
    print(f"  file of {path.stat().st_size / 1e6:.0f} MB")
    reader = FlightReader(path)
    newest = reader.page(FlightQuery(), offset=0, limit=1)[0].started_at_s
    end_s = (newest // 3600 + 1) * 3600
    deep = count * 9 // 10
    everything, failed = FlightQuery(), FlightQuery(states=frozenset({FlightState.FAILED}))
    text, nothing = FlightQuery(text="haiku"), FlightQuery(text="no such words")
    fresh = lambda: FlightReader(path)  # noqa: E731 - knows no places yet
    day, month = 86400.0, 30 * 86400.0
    pages = [0]

    def since(ago_s: float, span_s: float = month) -> WhichFlights:
        began_s = end_s - ago_s
        return WhichFlights(query=FlightQuery(since_s=began_s, until_s=began_s + span_s))

    def near() -> object:
        """The page after the one that was read last."""
        pages[0] += 1
        return reader.page(everything, offset=deep + pages[0] * 256, limit=256)

    for name, work in (
        ("count, all", lambda: reader.count(everything)),
        ("count, failed", lambda: reader.count(failed)),
        ("count, text of a quarter", lambda: reader.count(text)),
        ("count, text of none", lambda: reader.count(nothing)),
        ("page, newest 256", lambda: reader.page(everything, offset=0, limit=256)),
        (
            "page, at 90 %, never been near",
            lambda: fresh().page(everything, offset=deep, limit=256),
        ),
        ("page, at 90 %, near the last one", near),
        ("page, text of none", lambda: reader.page(nothing, offset=0, limit=256)),
        ("page, failed, at half", lambda: fresh().page(failed, offset=count // 100, limit=256)),
        ("record", lambda: reader.record("flt_none")),
        ("totals, 15 minutes", lambda: reader.totals(end_s - 900, end_s)),
        ("totals, a day", lambda: reader.totals(end_s - day, end_s)),
        ("totals, 30 days", lambda: reader.totals(end_s - month, end_s)),
        ("totals, 30 days, odd seconds", lambda: reader.totals(end_s - month + 7.3, end_s - 11.1)),
        ("by provider, a day", lambda: reader.by_provider(end_s - day, end_s)),
        ("by provider, 30 days", lambda: reader.by_provider(end_s - month, end_s)),
        ("buckets, 15 minutes of 15 s", lambda: reader.buckets(end_s - 900, end_s, 15)),
        ("buckets, a day of minutes", lambda: reader.buckets(end_s - day, end_s, 60)),
        ("buckets, a day of 20 minutes", lambda: reader.buckets(end_s - day, end_s, 1200)),
        ("buckets, 7 days of 2 hours", lambda: reader.buckets(end_s - 7 * day, end_s, 7200)),
        ("buckets, 30 days of hours", lambda: reader.buckets(end_s - month, end_s, 3600)),
        ("spending, 30 days, by model", lambda: reader.spending(since(month), SumBy.MODEL)),
        (
            "spending, 30 days, odd seconds, by client",
            lambda: reader.spending(since(month - 123.4), SumBy.CLIENT),
        ),
        (
            "spending, 30 days day by day, by model",
            lambda: [
                reader.spending(since(month - number * day, day), SumBy.MODEL)
                for number in range(DAYS)
            ],
        ),
        (
            "spending, 30 days, of one client's name",
            lambda: reader.spending(WhichFlights(query=FlightQuery(client="zed")), SumBy.MODEL),
        ),
        ("latency, 30 days", lambda: reader.latency(since(month))),
        ("latency by hour, 30 days", lambda: reader.latency_by_hour(since(month))),
        (
            "buckets, a day of minutes, odd start",
            lambda: reader.buckets(end_s - day + 7, end_s, 60),
        ),
    ):
        print(f"  {name:38} {_best_ms(work):8.1f} ms")
    reader.close()


def _best_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the large recorder is kept")
    arguments = parser.parse_args()
    bench_loop()
    with tempfile.TemporaryDirectory() as folder:
        bench_writer(Path(folder))
        kept = arguments.folder or Path(folder)
        bench_reader(kept / f"flights-{arguments.flights}.db", arguments.flights)


if __name__ == "__main__":
    main()
