"""Figures over a stretch of time, read from the sums of whole hours, of minutes and, for the last
hour, of quarters of a minute where they fit, and from the flights themselves at the edges, so that
they are exact however the stretch is cut.

Percentiles are exact up to EXACT_FLIGHTS flights and come from bins beyond.
"""

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightBucket, FlightTotals
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.flights.counts import (
    WANTED,
    bin_of,
    counted_in,
    counts_from_bytes,
    from_bytes,
    of_rows,
    packed,
    percentile,
    percentiles_of_bins,
)
from llmgw_desktop.store.flights.sums import (
    ERROR_STATES,
    HOUR_S,
    MINUTE_S,
    SLOT_S,
    SLOTS_KEPT_S,
    SUMMED,
    Sum,
)

EXACT_FLIGHTS = 1000
_LATEST_S = 1e12
_TOLD = SUMMED[2:6]

# {key} is always one of the expressions of a _Grouping, {others} as many holes as there are names,
# never anything from outside.
_OF_ACCOUNT = "substr(account, 1, instr(account || '/', '/') - 1)"
"""The provider's name, of which accounts' names begin."""
_ENDED = (
    "FROM flights WHERE started_at_s >= ? AND started_at_s < ? AND state != 'running'"
    " AND coalesce(provider, '') NOT IN ({others})"
)
_OF_FLIGHTS = (
    "SELECT {key}, count(*), coalesce(sum(state IN ("
    + ", ".join(f"'{state}'" for state in sorted(ERROR_STATES))
    + ")), 0), "
    + ", ".join(f"sum({name}) FILTER (WHERE is_counted)" for name in _TOLD)
    + ", sum(input_tokens) FILTER (WHERE is_counted AND cache_read_tokens IS NOT NULL)"
    + f", sum(cost_usd) FILTER (WHERE is_counted) {_ENDED} GROUP BY 1"
)
_COUNTS = (
    f"SELECT {{key}}, {WANTED}, count(*) {_ENDED} AND is_counted GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
)
_OF_SPANS = (
    f"SELECT {{key}}, {', '.join(SUMMED)}, ttft, counted FROM flight_sums "  # noqa: S608
    "WHERE span_s = ? AND start_s >= ? AND start_s < ?"
    f" AND {_OF_ACCOUNT} NOT IN ({{others}})"
)
_TTFT = f"SELECT {{key}}, ttft_ms {_ENDED} AND ttft_ms IS NOT NULL"


@value
class _Grouping:
    """By what figures are kept apart: an expression over flights, one over sums, parameters."""

    of_flights: str
    of_spans: str
    parameters: tuple[float, ...] = ()
    without: tuple[str, ...] = ()
    """Providers whose flights are left out."""

    def sql(self, text: str, *, of_spans: bool = False) -> str:
        key = self.of_spans if of_spans else self.of_flights
        return text.format(key=key, others=", ".join("?" * len(self.without)))


_TOGETHER = _Grouping(of_flights="0", of_spans="0")
_BY_PROVIDER = _Grouping(
    of_flights="coalesce(provider, '')",
    of_spans=_OF_ACCOUNT,
)
_BY_ACCOUNT = _Grouping(of_flights="coalesce(account, provider, '')", of_spans="account")


@value(kw_only=False)
class _Piece:
    """A stretch to be read from the sums of `span_s` seconds, or from flights where that is 0."""

    span_s: int
    since_s: float
    until_s: float


@value(kw_only=False)
class _Width:
    """There are sums of `span_s` seconds, without a gap from `since_s` on."""

    span_s: int
    since_s: float


def read_totals(
    connection: sqlite3.Connection, since_s: float, until_s: float, without: tuple[str, ...] = ()
) -> FlightTotals:
    """Over [since_s, until_s), but for the flights of these providers."""
    pieces = list(_pieces(since_s, until_s, _widths(connection)))
    return _read(connection, pieces, replace(_TOGETHER, without=without)).get(0, FlightTotals())


def read_by_provider(
    connection: sqlite3.Connection, since_s: float, until_s: float
) -> dict[str, FlightTotals]:
    """Provider '' is of flights that reached none."""
    pieces = list(_pieces(since_s, until_s, _widths(connection)))
    return dict(sorted(_read(connection, pieces, _BY_PROVIDER).items()))


def read_by_account(
    connection: sqlite3.Connection, since_s: float, until_s: float
) -> dict[str, FlightTotals]:
    """Account '' is of flights that reached none; what was recorded before accounts were stands
    under its provider's name."""
    pieces = list(_pieces(since_s, until_s, _widths(connection)))
    return dict(sorted(_read(connection, pieces, _BY_ACCOUNT).items()))


def bucket_starts(since_s: float, until_s: float, span_s: float) -> list[float]:
    """Where the buckets of [since_s, until_s) begin; the last may reach beyond the end."""
    count = max(math.ceil((until_s - since_s) / span_s), 0)
    return [since_s + number * span_s for number in range(count)]


def read_buckets(
    connection: sqlite3.Connection,
    since_s: float,
    until_s: float,
    span_s: float,
    *,
    without: tuple[str, ...] = (),
) -> list[FlightBucket]:
    """Quick where buckets are whole minutes and begin with one, in the last hour quarters of one;
    else every flight is read."""
    widths = [
        each
        for each in _widths(connection)
        if span_s % each.span_s == 0 and since_s % each.span_s == 0
    ]
    number = "CAST(({at} - ?) / ? AS INTEGER)"
    grouping = _Grouping(
        of_flights=number.format(at="started_at_s"),
        of_spans=number.format(at="start_s"),
        parameters=(float(since_s), float(span_s)),
        without=without,
    )
    totals = _read(connection, list(_pieces(since_s, until_s, widths)), grouping)
    empty = FlightTotals()
    return [
        FlightBucket(start_s=start_s, span_s=span_s, totals=totals.get(place, empty))
        for place, start_s in enumerate(bucket_starts(since_s, until_s, span_s))
    ]


def _widths(connection: sqlite3.Connection) -> list[_Width]:
    """The widest first."""
    latest = connection.execute(
        "SELECT max(start_s) FROM flight_sums WHERE span_s = ?", (SLOT_S,)
    ).fetchone()[0]
    slots = [] if latest is None else [_Width(SLOT_S, latest - SLOTS_KEPT_S)]
    return [_Width(HOUR_S, 0), _Width(MINUTE_S, 0), *slots]


def _pieces(since_s: float, until_s: float, widths: Sequence[_Width]) -> Iterator[_Piece]:
    since_s, until_s = max(since_s, 0.0), min(until_s, _LATEST_S)
    if since_s >= until_s:
        return
    if not widths:
        yield _Piece(0, since_s, until_s)
        return
    width, *smaller = widths
    span_s = width.span_s
    first = math.ceil(max(since_s, width.since_s) / span_s) * span_s
    last = math.floor(until_s / span_s) * span_s
    if first >= last:
        yield from _pieces(since_s, until_s, smaller)
        return
    yield from _pieces(since_s, first, smaller)
    yield _Piece(span_s, first, last)
    yield from _pieces(last, until_s, smaller)


def _read(
    connection: sqlite3.Connection, pieces: Sequence[_Piece], grouping: _Grouping
) -> dict[Any, FlightTotals]:
    sums: dict[Any, Sum] = defaultdict(Sum)
    for piece in pieces:
        if piece.span_s:
            stretch = (piece.span_s, piece.since_s, piece.until_s)
            place = (*grouping.parameters, *stretch, *grouping.without)
            sql = grouping.sql(_OF_SPANS, of_spans=True)
            for key, *figures, ttft, counted in connection.execute(sql, place):
                sums[key].add(figures, from_bytes(ttft), counts_from_bytes(counted))
        else:
            place = (*grouping.parameters, piece.since_s, piece.until_s, *grouping.without)
            sql = grouping.sql(_OF_FLIGHTS)
            for key, *figures in connection.execute(sql, place):
                sums[key].add(figures, 0, 0)
            sql = grouping.sql(_COUNTS)
            for key, counts in of_rows(connection.execute(sql, place)):
                sums[key].add((), 0, counts)
    if sum(each.figures[0] or 0 for each in sums.values()) <= EXACT_FLIGHTS:
        ttft_ms = _ttft(connection, pieces, grouping)
        return {key: _totals(each, ttft_ms[key]) for key, each in sums.items()}
    edges = [piece for piece in pieces if not piece.span_s]
    for key, values in _ttft(connection, edges, grouping).items():
        sums[key].add((), packed(Counter(map(bin_of, values))), 0)
    return {key: _totals(each, None) for key, each in sums.items()}


def _ttft(
    connection: sqlite3.Connection, pieces: Sequence[_Piece], grouping: _Grouping
) -> dict[Any, list[float]]:
    """Each flight's own time to first byte."""
    found: dict[Any, list[float]] = defaultdict(list)
    sql = grouping.sql(_TTFT)
    for piece in pieces:
        place = (*grouping.parameters, piece.since_s, piece.until_s, *grouping.without)
        for key, ttft_ms in connection.execute(sql, place):
            found[key].append(ttft_ms)
    return found


def _totals(each: Sum, ttft_ms: list[float] | None) -> FlightTotals:
    """Percentiles of the times, or where they are not given, of the bins."""
    flights, errors, read, written, cache_read, cache_written, known, cost_usd = each.figures
    if ttft_ms is not None:
        ttft_ms.sort()
        p50, p95 = percentile(ttft_ms, 0.5), percentile(ttft_ms, 0.95)
    else:
        p50, p95 = percentiles_of_bins(each.bins, (0.5, 0.95))
    return FlightTotals(
        flights=flights or 0,
        errors=errors or 0,
        input_tokens=read,
        output_tokens=written,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_written,
        cache_known_input_tokens=known,
        cost_usd=cost_usd,
        ttft_p50_ms=p50,
        ttft_p95_ms=p95,
        counted=counted_in(each.counts),
    )
