"""Bars that were kept are the bars that a whole reading gives."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.app.flights.overview import WRITTEN_WITHIN_S, BucketMemory
from llmgw_desktop.domain.flights.flight import FlightBucket, FlightTotals

BEGIN_S = 1_000_000.0
SPAN_S = 15.0
BARS = 20


class Clock:
    def __init__(self) -> None:
        self.at_s = BEGIN_S

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s - BEGIN_S


class Disk:
    """Beginnings of the flights that have ended, and were written down."""

    def __init__(self) -> None:
        self.written: list[float] = []
        self.asked: list[tuple[float, float]] = []

    def read(self, since_s: float, until_s: float, span_s: float) -> list[FlightBucket]:
        self.asked.append((since_s, until_s))
        count = round((until_s - since_s) / span_s)
        starts = [since_s + number * span_s for number in range(count)]
        return [
            FlightBucket(
                start_s=start,
                span_s=span_s,
                totals=FlightTotals(
                    flights=sum(start <= each < start + span_s for each in self.written)
                ),
            )
            for start in starts
        ]


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.disk = Disk()
        self.memory = BucketMemory(self.disk.read, self.clock)

    @property
    def stretch(self) -> tuple[float, float]:
        until_s = (self.clock.at_s // SPAN_S + 1) * SPAN_S
        return until_s - BARS * SPAN_S, until_s

    def end(self, started_at_s: float, *, written: bool = True) -> None:
        self.memory.ends.note(started_at_s)
        if written:
            self.disk.written.append(started_at_s)

    def counts(self, *, anew: bool = False) -> list[int]:
        found = self.memory.buckets(*self.stretch, SPAN_S, anew=anew)
        assert [each.start_s for each in found] == [
            self.stretch[0] + number * SPAN_S for number in range(BARS)
        ]
        return [each.totals.flights for each in found]

    def asked_for_s(self) -> float:
        since_s, until_s = self.disk.asked[-1]
        return until_s - since_s

    def whole(self) -> list[int]:
        return [each.totals.flights for each in Disk.read(self.disk, *self.stretch, SPAN_S)]


def test_the_first_reading_is_a_whole_one() -> None:
    bench = Bench()
    bench.end(BEGIN_S - 100)
    assert sum(bench.counts()) == 1
    assert bench.asked_for_s() == BARS * SPAN_S


def test_later_ones_begin_with_the_bar_of_the_oldest_flight_that_ended() -> None:
    bench = Bench()
    bench.counts()
    bench.end(BEGIN_S - 40)
    bench.end(BEGIN_S - 2)
    assert sum(bench.counts()) == 2
    assert bench.asked_for_s() <= 60


def test_with_nothing_new_only_new_bars_are_read() -> None:
    bench = Bench()
    bench.counts()
    bench.clock.at_s += 2 * SPAN_S
    bench.counts()
    assert bench.asked_for_s() == 2 * SPAN_S
    before = len(bench.disk.asked)
    assert len(bench.counts()) == BARS
    assert len(bench.disk.asked) == before, "all of it is known"


def test_what_is_written_late_is_found() -> None:
    bench = Bench()
    bench.counts()
    bench.end(BEGIN_S - 200, written=False)
    assert sum(bench.counts()) == 0
    bench.clock.at_s += WRITTEN_WITHIN_S - 1
    bench.disk.written.append(BEGIN_S - 200)
    assert sum(bench.counts()) == 1
    bench.clock.at_s += 2 * WRITTEN_WITHIN_S
    bench.counts()
    bench.clock.at_s += SPAN_S
    bench.counts()
    assert bench.asked_for_s() == SPAN_S, "by now it counts as settled"


def test_hours_without_a_reading_are_remembered_in_little_room() -> None:
    bench = Bench()
    bench.counts()
    for _ in range(1000):
        bench.clock.at_s += 0.7
        bench.end(bench.clock.at_s - 100)
    assert len(bench.memory.ends._slots) < 200
    assert bench.counts() == bench.whole()


def test_all_anew_reads_all() -> None:
    bench = Bench()
    bench.counts()
    bench.disk.written.append(BEGIN_S - 200)  # nobody said so
    assert sum(bench.counts()) == 0
    assert sum(bench.counts(anew=True)) == 1


def test_another_width_of_bars_is_read_whole() -> None:
    bench = Bench()
    bench.end(BEGIN_S - 100)
    bench.counts()
    since_s, until_s = BEGIN_S - 3600, BEGIN_S
    found = bench.memory.buckets(since_s, until_s, 60.0, anew=False)
    assert [each.span_s for each in found] == [60.0] * 60
    assert sum(each.totals.flights for each in found) == 1
    assert sum(bench.counts()) == 1


def test_a_reading_that_fails_loses_nothing() -> None:
    bench = Bench()
    bench.counts()
    bench.end(BEGIN_S - 100)
    read = bench.memory._read

    def fail(*_: float) -> list[FlightBucket]:
        raise OSError("the disk is gone")

    bench.memory._read = fail
    try:
        bench.counts()
    except OSError:
        bench.memory._read = read
    assert sum(bench.counts()) == 1


@dataclass(frozen=True)
class Step:
    """So much time goes by, then these flights end, each having taken so long."""

    after_s: float
    took_s: list[float]
    reads: bool


steps = st.lists(
    st.builds(
        Step,
        after_s=st.floats(0.05, 40),
        took_s=st.lists(st.floats(0, 400), max_size=3),
        reads=st.booleans(),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(steps)
def test_kept_bars_are_the_true_ones(made: list[Step]) -> None:
    bench = Bench()
    for step in made:
        bench.clock.at_s += step.after_s
        for took_s in step.took_s:
            bench.end(bench.clock.at_s - took_s)
        if step.reads:
            assert bench.counts() == bench.whole()
