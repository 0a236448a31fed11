"""Sums over flights by minute and hour, kept beside the rows so that overviews stay quick.

They change in the transaction that changes the rows, so they always agree with them. Reading them
is left to `totals.py`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.store.flights.alike import OWN_COLUMNS, PROVIDER, STATE, UNKNOWN, Alike
from llmgw_desktop.store.flights.rows import Row
from llmgw_desktop.store.flights.ttft_bins import bins_of, from_bytes, to_bytes

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

_STARTED = OWN_COLUMNS.index("started_at_s")
_TTFT = OWN_COLUMNS.index("ttft_ms")
_TOKENS = slice(OWN_COLUMNS.index(SUMMED[2]), OWN_COLUMNS.index(SUMMED[5]) + 1)
_COLUMNS = ("span_s", "start_s", "provider", *SUMMED, "ttft")
# Names in these are ours.
_SELECT = f"SELECT span_s, {', '.join(SUMMED)}, ttft FROM flight_sums WHERE "  # noqa: S608
_ONE = "span_s = ? AND start_s = ? AND provider = ?"
_SELECT_BOTH = f"{_SELECT}{_ONE} UNION ALL {_SELECT}{_ONE}"
_ROW = f"({', '.join('?' * len(_COLUMNS))})"
_PUT = f"INSERT OR REPLACE INTO flight_sums ({', '.join(_COLUMNS)}) VALUES {_ROW}"  # noqa: S608
_PUT_BOTH = f"{_PUT}, {_ROW}"


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
            own[place] = _plus(own[place], value)
        self.bins += bins


def add_sums(connection: sqlite3.Connection, ended: Iterable[Alike]) -> None:
    """Count these ended flights."""
    minutes: dict[tuple[int, str], Sum] = {}
    for alike in ended:
        is_error = alike.common[STATE] in ERROR_STATES
        provider = alike.common[PROVIDER] or ""
        for minute, rows in _by_minute(alike.own):
            figures, bins = _summed(rows, is_error=is_error)
            total = minutes.get((minute, provider))
            if total is None:
                total = minutes[minute, provider] = Sum()
                total.figures, total.bins = figures, bins
            else:
                total.add(figures, bins)
    for (minute, provider), total in minutes.items():
        _add(connection, minute * MINUTE_S, provider, total)


def _add(connection: sqlite3.Connection, start_s: int, provider: str, more: Sum) -> None:
    """To the sums of this minute and of its hour."""
    hour_s = start_s // HOUR_S * HOUR_S
    keys = (MINUTE_S, start_s, provider, HOUR_S, hour_s, provider)
    stored = {row[0]: row for row in connection.execute(_SELECT_BOTH, keys)}
    put: list[Any] = []
    for span_s, at_s in ((MINUTE_S, start_s), (HOUR_S, hour_s)):
        row = stored.get(span_s)
        if row is None:
            figures, bins = more.figures, more.bins
        else:
            figures = list(map(_plus, row[1:-1], more.figures))
            bins = from_bytes(row[-1]) + more.bins
        put += (span_s, at_s, provider, *figures, to_bytes(bins))
    connection.execute(_PUT_BOTH, put)


def forget_before(connection: sqlite3.Connection, edge_s: int) -> None:
    """Drop the sums of minutes before this whole minute; their flights are gone."""
    hour_s = edge_s // HOUR_S * HOUR_S
    for span_s, before_s in ((MINUTE_S, edge_s), (HOUR_S, hour_s + HOUR_S)):
        connection.execute(
            "DELETE FROM flight_sums WHERE span_s = ? AND start_s < ?", (span_s, before_s)
        )
    # Of the hour that is cut in two, the minutes that are left make the sums anew.
    sums: dict[str, Sum] = defaultdict(Sum)
    left = connection.execute(
        f"SELECT provider, {', '.join(SUMMED)}, ttft FROM flight_sums "  # noqa: S608 - our names
        "WHERE span_s = ? AND start_s >= ? AND start_s < ?",
        (MINUTE_S, hour_s, hour_s + HOUR_S),
    )
    for provider, *figures, ttft in left:
        sums[provider].add(figures, from_bytes(ttft))
    for provider, each in sums.items():
        connection.execute(_PUT, (HOUR_S, hour_s, provider, *each.figures, to_bytes(each.bins)))


def _plus(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


def _by_minute(rows: list[Row]) -> Iterable[tuple[int, list[Row]]]:
    began = [row[_STARTED] for row in rows]
    first = int(min(began) // MINUTE_S)
    if first == int(max(began) // MINUTE_S):
        return ((first, rows),)
    minutes: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        minutes[int(row[_STARTED] // MINUTE_S)].append(row)
    return minutes.items()


def _summed(rows: list[Row], *, is_error: bool) -> tuple[list[int | None], int]:
    """Figures in the order of SUMMED, and bins. Column by column, which is what is quick."""
    columns = tuple(zip(*rows, strict=True))
    told = columns[_TOKENS]
    read, cache_read = told[0], told[2]
    known = read
    if UNKNOWN in cache_read:
        both = zip(read, cache_read, strict=True)
        known = tuple([tokens for tokens, cached in both if cached is not UNKNOWN])
    figures: list[int | None] = [len(rows), len(rows) if is_error else 0]
    for tokens in (*told, known):
        some = tokens
        if UNKNOWN in tokens:
            some = tuple([each for each in tokens if each is not UNKNOWN])
        figures.append(sum(some) if some else None)
    ttft = columns[_TTFT]
    if UNKNOWN in ttft:
        ttft = tuple([each for each in ttft if each is not UNKNOWN])
    return figures, bins_of(ttft)
