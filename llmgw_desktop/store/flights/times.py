"""How long answers took: read from what is kept by hours, at the edges from the flights.

Percentiles are exact up to EXACT_FLIGHTS flights, and within 3 % beyond.
"""

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.flights.spending import HourLatency, Latency, LatencyKey, SumBy, Timing
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.store.database.schema import FlightRow, SqlDialect
from llmgw_desktop.store.flights.counts import (
    BINS_PER_OCTAVE,
    LEAST_MS,
    bin_of,
    bins_counted,
    from_bytes,
    packed,
    percentile,
    percentiles_of_bins,
)
from llmgw_desktop.store.flights.kept_sums import HOUR_S, TIMED
from llmgw_desktop.store.flights.spending import (
    KEYS,
    OF_ACCOUNT,
    WhichFlights,
    pieces_of,
    rows_of,
    whole_of,
)

EXACT_FLIGHTS = 1000
MOST_KEYS = 1000
_SHARES = (0.5, 0.95, 0.99)
_TIMED_FLIGHTS = (FlightRow.state == FlightState.OK.value) & (
    FlightRow.operation == Operation.GENERATE.value
)
_TIMES_WORDS = {"account": ("account",), "provider": (OF_ACCOUNT,)}


class _Times:
    """First token, total and own times of some flights, as they are known: each or in bins."""

    def __init__(self) -> None:
        self.each: tuple[list[float], ...] = ([], [], [])
        self.bins = [0, 0, 0]

    def add(self, times: Sequence[float | None]) -> None:
        for values, value in zip(self.each, times, strict=True):
            if value is not None:
                values.append(value)

    def add_bins(self, stored: Sequence[bytes]) -> None:
        for at, cell in enumerate(stored):
            self.bins[at] += from_bytes(cell)

    def timing(self, at: int) -> Timing:
        values, bins = self.each[at], self.bins[at]
        if not bins:
            values.sort()
            counts = Counter(map(bin_of, values))
            told = [percentile(values, share) for share in _SHARES]
        else:
            counts = Counter(bins_counted(bins + packed(Counter(map(bin_of, values)))))
            told = percentiles_of_bins(packed(counts), _SHARES)
        halves: Counter[int] = Counter()
        for number, count in counts.items():
            halves[half_of(number)] += count
        return Timing(
            flights=sum(counts.values()),
            p50_ms=told[0],
            p95_ms=told[1],
            p99_ms=told[2],
            bins=dict(sorted(halves.items())),
        )

    @property
    def latency(self) -> Latency:
        return Latency(first_token=self.timing(0), total=self.timing(1), own=self.timing(2))


def half_of(number: int) -> int:
    """Half an octave, as Timing.bins counts them, of a bin of `counts`."""
    below = round(math.log2(LEAST_MS))
    return below * 2 + number * 2 // BINS_PER_OCTAVE


def read_latency(connection: sqlite3.Connection, which: WhichFlights) -> dict[LatencyKey, Latency]:
    """By provider and model, those with most flights first."""
    of_flights = f"{KEYS[SumBy.PROVIDER][0]}, {KEYS[SumBy.MODEL][0]}"
    of_kept = f"{KEYS[SumBy.PROVIDER][1]}, model"
    found = _times(connection, which, (of_flights, of_kept), lambda *key: key)
    told = {
        LatencyKey(provider=provider, model=model): times.latency
        for (provider, model), times in found.items()
    }
    return dict(sorted(told.items(), key=lambda item: -item[1].total.flights)[:MOST_KEYS])


def read_hours(connection: sqlite3.Connection, which: WhichFlights) -> list[HourLatency]:
    """Whole hours in which somebody was answered, in their order."""
    keys = (f"CAST(started_at_s / {HOUR_S} AS INTEGER)", f"start_s / {HOUR_S}")
    found = _times(connection, which, keys, lambda hour: hour)
    return [
        HourLatency(start_s=hour * HOUR_S, first_token=times.timing(0), total=times.timing(1))
        for hour, times in sorted(found.items())
    ]


def _times(
    connection: sqlite3.Connection,
    which: WhichFlights,
    keys: tuple[str, str],
    key_of: Callable[..., Any],
) -> dict[Any, _Times]:
    """Each by itself where there are few, so that few are told exactly."""
    of_flights, of_kept = keys
    parts = list(pieces_of(connection, which, HOUR_S, _TIMES_WORDS))
    if _is_few(connection, which):
        parts = [whole_of(which)]
    times: dict[Any, _Times] = defaultdict(_Times)
    for piece in parts:
        if piece.is_kept:
            where, values = which.kept(_TIMES_WORDS)
            rows = connection.execute(
                f"SELECT {', '.join(TIMED)}, {of_kept} FROM flight_times "  # noqa: S608 - our names
                f"WHERE start_s >= ? AND start_s < ? AND {where}",
                [piece.since_s, piece.until_s, *values],
            )
            for *cells, key in _with_key(rows, len(TIMED), key_of):
                times[key].add_bins(cells)
        else:
            select = rows_of(which, piece, f"ttft_ms, took_ms, own_ms, {of_flights}")
            sql, values = SqlDialect().compose(select.where(_TIMED_FLIGHTS))
            for *cells, key in _with_key(connection.execute(sql, values), len(TIMED), key_of):
                times[key].add(cells)
    return times


def _with_key(
    rows: Iterable[Sequence[Any]], width: int, key_of: Callable[..., Any]
) -> Iterator[tuple[Any, ...]]:
    return ((*row[:width], key_of(*row[width:])) for row in rows)


def _is_few(connection: sqlite3.Connection, which: WhichFlights) -> bool:
    whole = whole_of(which)
    sql, values = SqlDialect().compose(rows_of(which, whole, "1").limit(EXACT_FLIGHTS + 1))
    return len(connection.execute(sql, values).fetchall()) <= EXACT_FLIGHTS
