"""Sums over flights by minute and hour, kept beside the rows so that overviews stay quick; of the
last hour by the quarter of a minute too, in which its bars are drawn.

They change in the transaction that changes the rows, so they always agree with them. Reading them
is left to `totals.py`.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.store.flights.alike import (
    ACCOUNT,
    ATTEMPTS,
    IS_COUNTED,
    MARKS,
    OPERATION,
    OWN_COLUMNS,
    PROVIDER,
    STATE,
    UNKNOWN,
    Alike,
)
from llmgw_desktop.store.flights.counts import (
    ANSWERED_STATES,
    count_of,
    counts_added,
    counts_from_bytes,
    counts_to_bytes,
)
from llmgw_desktop.store.flights.rows import Row
from llmgw_desktop.store.flights.ttft_bins import added, bins_of, from_bytes, to_bytes

SLOT_S, MINUTE_S, HOUR_S = 15, 60, 3600
SLOTS_KEPT_S = HOUR_S
"""Before the latest slot; from there on all are there, and older ones may be or not."""
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
    "cost_usd",
)

_STARTED = OWN_COLUMNS.index("started_at_s")
_TTFT = OWN_COLUMNS.index("ttft_ms")
_COST = OWN_COLUMNS.index("cost_usd")
_TOKENS = slice(OWN_COLUMNS.index(SUMMED[2]), OWN_COLUMNS.index(SUMMED[5]) + 1)
# Names in these are ours.
_NAMES = ("account", *SUMMED, "span_s", "start_s", "ttft", "counted")
_ROW = f"({', '.join('?' * len(_NAMES))})"
_INTO = f"INTO flight_sums ({', '.join(_NAMES)}) VALUES {_ROW}"
_PUT = f"INSERT OR REPLACE {_INTO}"
_ADD = (
    f"INSERT {_INTO}, {_ROW}, {_ROW} ON CONFLICT DO UPDATE SET "
    # A sum with something unknown is what is known of it.
    + ", ".join(
        f"{name} = coalesce({name} + excluded.{name}, {name}, excluded.{name})" for name in SUMMED
    )
    + ", ttft = ttft_added(ttft, excluded.ttft)"
    ", counted = counts_added(counted, excluded.counted)"
)


_Columns = tuple[tuple[Any, ...], ...]
_Summed = tuple[list[float], bytes, int]
"""Figures in the order of SUMMED with UNKNOWN where nobody told one, bins as stored, and of how
many flights each figure is what."""


class Sum:
    """What is summed of one stretch; the figures are in the order of SUMMED. Of a figure that
    no flight has told the sum is None."""

    __slots__ = ("bins", "counts", "figures")

    def __init__(self) -> None:
        self.figures: list[Any] = [0, 0, *[None] * (len(SUMMED) - 2)]
        self.bins = 0
        self.counts = 0

    def add(self, figures: Iterable[float | None], bins: int, counts: int) -> None:
        own = self.figures
        for place, value in enumerate(figures):
            if value is not None:
                own[place] = (own[place] or 0) + value
        self.bins += bins
        self.counts += counts


def teach(connection: sqlite3.Connection) -> None:
    """What a connection must know before it can add sums."""
    connection.create_function("ttft_added", 2, added, deterministic=True)
    connection.create_function("counts_added", 2, counts_added, deterministic=True)


def add_sums(connection: sqlite3.Connection, ended: Iterable[Alike]) -> None:
    """Count these ended flights, in the sums of their slots, their minutes and their hours."""
    slots: dict[tuple[int, str], _Summed] = {}
    for alike in ended:
        account = alike.common[ACCOUNT] or alike.common[PROVIDER] or ""
        for slot, columns in _by_slot(alike.own):
            more = _summed(alike.common, columns)
            known = slots.get((slot, account))
            slots[slot, account] = more if known is None else _together(known, more)
    for (slot, account), (figures, ttft, counts) in slots.items():
        at_s = slot * SLOT_S
        counted = counts_to_bytes(counts)
        rows = [
            (account, *figures, span_s, at_s // span_s * span_s, ttft, counted)
            for span_s in (SLOT_S, MINUTE_S, HOUR_S)
        ]
        connection.execute(_ADD, list(chain.from_iterable(rows)))


def forget_slots(connection: sqlite3.Connection) -> None:
    """Drop those that nobody reads; not the latest of them, for somebody may be about to."""
    connection.execute(
        "DELETE FROM flight_sums WHERE span_s = ? AND start_s < "
        "(SELECT max(start_s) FROM flight_sums WHERE span_s = ?) - ?",
        (SLOT_S, SLOT_S, 2 * SLOTS_KEPT_S),
    )


def forget_before(connection: sqlite3.Connection, edge_s: int) -> None:
    """Drop the sums before this whole minute; their flights are gone."""
    hour_s = edge_s // HOUR_S * HOUR_S
    for span_s, before_s in ((SLOT_S, edge_s), (MINUTE_S, edge_s), (HOUR_S, hour_s + HOUR_S)):
        connection.execute(
            "DELETE FROM flight_sums WHERE span_s = ? AND start_s < ?", (span_s, before_s)
        )
    # Of the hour that is cut in two, the minutes that are left make the sums anew.
    sums: dict[str, Sum] = defaultdict(Sum)
    left = connection.execute(
        f"SELECT account, {', '.join(SUMMED)}, ttft, counted FROM flight_sums "  # noqa: S608 - our names
        "WHERE span_s = ? AND start_s >= ? AND start_s < ?",
        (MINUTE_S, hour_s, hour_s + HOUR_S),
    )
    for account, *figures, ttft, counted in left:
        sums[account].add(figures, from_bytes(ttft), counts_from_bytes(counted))
    for account, each in sums.items():
        packed = (to_bytes(each.bins), counts_to_bytes(each.counts))
        connection.execute(_PUT, (account, *each.figures, HOUR_S, hour_s, *packed))


def _by_slot(rows: list[Row]) -> Iterable[tuple[int, _Columns]]:
    """Column by column, which is what is quick."""
    together: _Columns = tuple(zip(*rows, strict=True))
    began = together[_STARTED]
    first = min(began) // SLOT_S
    if first == max(began) // SLOT_S:
        return ((int(first), together),)
    slots: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        slots[int(row[_STARTED] // SLOT_S)].append(row)
    return [(slot, tuple(zip(*some, strict=True))) for slot, some in slots.items()]


def _summed(common: Row, columns: _Columns) -> _Summed:
    count = len(columns[_STARTED])
    head = (count, count if common[STATE] in ERROR_STATES else 0)
    bins = bins_of(_known(columns[_TTFT]))
    if not common[IS_COUNTED]:
        return [*head, *[UNKNOWN] * (len(SUMMED) - len(head))], bins, 0
    told = columns[_TOKENS]
    read, cache_read = told[0], told[2]
    if UNKNOWN in cache_read:
        both = zip(read, cache_read, strict=True)
        read = tuple([tokens for tokens, cached in both if cached is not UNKNOWN])
    summed = (*told, read, columns[_COST])
    sums = [sum(some) if (some := _known(each)) else UNKNOWN for each in summed]
    unknown = [each.count(UNKNOWN) for each in (*told, columns[_COST])]
    counts = count_of(common[MARKS], unknown, count, is_answered=_is_answered(common))
    return [*head, *sums], bins, counts


def _is_answered(common: Row) -> bool:
    """Whoever was asked may have generated something."""
    if common[OPERATION] != Operation.GENERATE or not common[ATTEMPTS]:
        return False
    return common[STATE] in ANSWERED_STATES


def _known(column: tuple[float, ...]) -> tuple[float, ...]:
    if UNKNOWN in column:
        return tuple([each for each in column if each is not UNKNOWN])
    return column


def _together(one: _Summed, other: _Summed) -> _Summed:
    figures = [
        more if known is UNKNOWN else known if more is UNKNOWN else known + more
        for known, more in zip(one[0], other[0], strict=True)
    ]
    return figures, added(one[1], other[1]), one[2] + other[2]
