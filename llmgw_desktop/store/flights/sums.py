"""Sums over flights by minute and hour, kept beside the rows so that overviews stay quick.

They change in the transaction that changes the rows, so they always agree with them. Reading them
is left to `totals.py`.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from operator import itemgetter

from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.store.flights.rows import Row
from llmgw_desktop.store.flights.ttft_bins import bin_of, from_bytes, packed, to_bytes
from llmgw_desktop.store.schema import FlightRow, columns

MINUTE_S, HOUR_S = 60, 3600
ERROR_STATES = frozenset({FlightState.FAILED.value, FlightState.CUT.value})
"""A client that left is not an error of ours; of a lost flight nobody knows."""
SUMMED = (
    "flights",
    "errors",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_known_input_tokens",
)

_PLACES = {name: place for place, name in enumerate(columns(FlightRow)[1:])}
_STARTED = _PLACES["started_at_s"]
_PROVIDER = _PLACES["provider"]
_WANTED = itemgetter(*(_PLACES[name] for name in ("state", "ttft_ms", *SUMMED[2:6])))

_Key = tuple[int, int, str]
_SELECT = f"SELECT {', '.join(SUMMED)}, ttft FROM flight_sums "  # noqa: S608 - our names
_PUT = "INSERT OR REPLACE INTO flight_sums VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Sum:
    """What is summed of one stretch; the figures are in the order of SUMMED. Of a figure that
    no flight has told the sum is None."""

    __slots__ = ("bins", "figures")

    def __init__(self) -> None:
        self.figures: list[int | None] = [0, 0, None, None, None, None, None]
        self.bins = 0

    def add(self, figures: Iterable[int | None], bins: int) -> None:
        own = self.figures
        for place, value in enumerate(figures):
            if value is not None:
                own[place] = (own[place] or 0) + value
        self.bins += bins


def add_sums(connection: sqlite3.Connection, ended: Iterable[Row]) -> None:
    """Count these ended flights, rows as `rows.flight_row` makes them."""
    minutes: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in ended:
        minutes[int(row[_STARTED] // MINUTE_S), row[_PROVIDER] or ""].append(row)
    sums: dict[_Key, Sum] = defaultdict(Sum)
    for (minute, provider), rows in minutes.items():
        figures, bins = _summed(rows)
        start_s = minute * MINUTE_S
        sums[MINUTE_S, start_s, provider].add(figures, bins)
        sums[HOUR_S, start_s // HOUR_S * HOUR_S, provider].add(figures, bins)
    for key, more in sums.items():
        stored = connection.execute(
            f"{_SELECT} WHERE span_s = ? AND start_s = ? AND provider = ?", key
        ).fetchone()
        if stored is not None:
            more.add(stored[:-1], from_bytes(stored[-1]))
        _put(connection, key, more)


def forget_before(connection: sqlite3.Connection, edge_s: int) -> None:
    """Drop the sums of minutes before this whole minute; their flights are gone."""
    hour_s = edge_s // HOUR_S * HOUR_S
    for span_s, before_s in ((MINUTE_S, edge_s), (HOUR_S, hour_s + HOUR_S)):
        connection.execute(
            "DELETE FROM flight_sums WHERE span_s = ? AND start_s < ?", (span_s, before_s)
        )
    # Of the hour that is cut in two, the minutes that are left make the sums anew.
    sums: dict[_Key, Sum] = defaultdict(Sum)
    left = connection.execute(
        f"SELECT provider, {', '.join(SUMMED)}, ttft FROM flight_sums "  # noqa: S608 - our names
        "WHERE span_s = ? AND start_s >= ? AND start_s < ?",
        (MINUTE_S, hour_s, hour_s + HOUR_S),
    )
    for provider, *figures, ttft in left:
        sums[HOUR_S, hour_s, provider].add(figures, from_bytes(ttft))
    for key, each in sums.items():
        _put(connection, key, each)


def _put(connection: sqlite3.Connection, key: _Key, value: Sum) -> None:
    connection.execute(_PUT, (*key, *value.figures, to_bytes(value.bins)))


def _summed(rows: list[Row]) -> tuple[list[int | None], int]:
    """Figures in the order of SUMMED, and bins. Column by column, which is what is quick."""
    states, ttft, *told = zip(*map(_WANTED, rows), strict=True)
    read, _, cache_read, _ = told
    cache_known = [
        tokens for tokens, cached in zip(read, cache_read, strict=True) if cached is not None
    ]
    figures: list[int | None] = [len(rows), sum(map(ERROR_STATES.__contains__, states))]
    for tokens in (*told, cache_known):
        known = [each for each in tokens if each is not None]
        figures.append(sum(known) if known else None)
    return figures, packed(Counter([bin_of(each) for each in ttft if each is not None]))
