"""What finding flights costs among a million. `python tests/bench/bench_search.py [--flights N]`.

Each filter as the Flights page asks it: how many there are, and the newest 256 of them; then words
in bodies, and a flight of 2 MB opened. The record is made once and kept in the folder of --folder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.app.flights.conversation.transcript import transcript_of
from llmgw_desktop.app.flights.texts import FlightSide
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.domain.flights.flight_filter import parse_filter
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.at_rest.data_keys import DataKey
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.body_search import SearchStanding
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.bench.bench_store import ANSWER_HEADERS, BATCH, DAYS, HEADERS, PHASES, summaries

SETTINGS = RecorderSettings()
KEY = DataKey(1, bytes(range(32)))
WORDS = tuple(f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("ran", "lik", "mos"))
FILTERS = (
    "",
    "haiku",
    "no-such-word",
    "model:claude*",
    "model:gpt-5-mini cost>0.1",
    "cost>0.19",
    "cost>5",
    "took>10s",
    "cache<50%",
    "error:529",
    "error:429",
    "status>=400",
    "client:codex since:2d",
    "-client:codex",
    "is:error",
    "label:tests",
    "input>100k",
    'stop:max_tokens,end_turn "upstream"',
    "since:1h",
    "model:claude* cost>0.05 took>1s -client:zed is:streamed",
)
SEARCHES = ("body:needle since:1d", "body:needle model:gpt-5-mini since:7d", "body:needle")
TWO_MB = 2_000_000


def flights(count: int, body_bytes: int = 0) -> Iterator[FlightRecord]:
    """`body_bytes`: how much longer each request is made by words that are said before."""
    dice = random.Random(7)
    before = " ".join(dice.choices(WORDS, k=max(100_000, body_bytes)))
    for number, summary in enumerate(
        summaries(count, time.time(), dice, DAYS * 86400 / count), start=1
    ):
        said = " ".join(dice.choices(WORDS, k=60))
        if number % 100_000 == 0:
            said += " needle"
        begins = dice.randrange(len(before) - body_bytes)
        said = before[begins : begins + body_bytes] + said
        asked = {"model": summary.model_asked, "messages": [{"role": "user", "content": said}]}
        told = " ".join(dice.choices(WORDS, k=40))
        answered = {"type": "message", "content": [{"type": "text", "text": told}]}
        tokens = dice.randrange(100, 120_000)
        usage = Usage(
            input_tokens=tokens,
            output_tokens=dice.randrange(1, 4000),
            cache_read_tokens=int(tokens * dice.random()),
        )
        yield FlightRecord(
            summary=replace(
                summary,
                took_ms=dice.lognormvariate(8, 1),
                usage=usage,
                label="tests" if number % 97 == 0 else "",
            ),
            path="/v1/messages",
            request_headers=HEADERS,
            request_body=json.dumps(asked).encode(),
            answer_headers=ANSWER_HEADERS,
            answer_body=json.dumps(answered).encode(),
            phases=PHASES,
        )


def make(path: Path, count: int, body_bytes: int) -> None:
    if path.exists():
        return
    begun = time.perf_counter()
    partial = path.with_suffix(".partial")
    connection = open_database(partial, FLIGHTS_STEPS)
    writer = BatchWriter(connection)
    some: list[FlightRecord] = []
    for record in flights(count, body_bytes):
        some.append(record)
        if len(some) == BATCH:
            writer.write(make_batch({}, some, SETTINGS, Seal(bytes), encrypt=KEY.encrypt))
            some = []
    words = json.dumps({"model": "m", "messages": [{"role": "user", "content": "word " * 400_000}]})
    large = replace(
        next(flights(1)), request_body=words.encode()[:TWO_MB] + b'"}]}', request_body_whole=True
    )
    some.append(large)
    writer.write(make_batch({}, some, SETTINGS, Seal(bytes), encrypt=KEY.encrypt))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    partial.rename(path)
    print(f"made in {time.perf_counter() - begun:.0f} s")


class _Keys:
    """As an open vault has it."""

    is_on = True

    def decrypt(self, cell: bytes, place: str) -> bytes:
        return KEY.decrypt(cell, place)


def taken_ms(work: Callable[[], object], times: int = 5) -> float:
    """Of the processor, the middle of some: a busy machine tells nothing by its clock."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append((time.process_time() - begun) * 1000)
    return statistics.median(taken)


def bench(path: Path) -> None:
    reader = FlightReader(path, _Keys())  # type: ignore[arg-type]
    print(f"{path.stat().st_size / 1e6:,.0f} MB; milliseconds of the processor, medians of five")
    print(f"{'filter':58} {'found':>9} {'count':>7} {'page':>7}")
    for text in FILTERS:
        query = parse_filter(text, time.time())
        found = reader.count(query)

        def page(query: FlightQuery = query) -> object:
            return FlightReader(path).page(query, offset=0, limit=256)

        counted = taken_ms(lambda query=query: reader.count(query))  # type: ignore[misc]
        print(f"{text or '(all)':58} {found:9,} {counted:7.1f} {taken_ms(page):7.1f}")
    biggest = _largest(path)
    took = taken_ms(lambda: reader.record(biggest))
    print(f"record of 2 MB read: {took:.1f} ms")

    def shown() -> object:
        record = reader.record(biggest)
        assert record is not None
        return transcript_of(FlightSide(record, True))

    print(f"record of 2 MB read and laid out: {taken_ms(shown):.1f} ms")
    for text in SEARCHES:
        told, took_s, first_s = _searched(reader, text)
        print(
            f"{text}: {len(told.found)} of {told.searched:,} in {took_s:.2f} s,"
            f" the first after {first_s:.2f} s"
        )
    reader.close()


def _searched(reader: FlightReader, text: str) -> tuple[SearchStanding, float, float]:
    begun, first = time.perf_counter(), [0.0]

    def goes_on(standing: SearchStanding) -> bool:
        if standing.found and not first[0]:
            first[0] = time.perf_counter() - begun
        return True

    told = reader.search(parse_filter(text, time.time()), goes_on)
    return told, time.perf_counter() - begun, first[0]


def _largest(path: Path) -> str:
    connection = open_database(path, FLIGHTS_STEPS)
    row = connection.execute("SELECT id FROM flights ORDER BY seq DESC LIMIT 1").fetchone()
    connection.close()
    return str(row[0])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--flights", type=int, default=1_000_000)
    words.add_argument("--body-bytes", type=int, default=0, help="5000: a million hold 5 GB")
    words.add_argument("--folder", type=Path, default=None)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (chosen.folder or Path(folder)) / f"search-{chosen.flights}-{chosen.body_bytes}.db"
        make(path, chosen.flights, chosen.body_bytes)
        bench(path)


if __name__ == "__main__":
    os.nice(5)
    main()
