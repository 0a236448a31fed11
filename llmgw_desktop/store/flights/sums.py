"""Sums of flights by the hour, and of the newest flights by owner."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import Any

import orjson

from llmgw_desktop.domain.access.principal import ClientFigures
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.usage import Figure, Provenance
from llmgw_desktop.store.database.write_behind import Row
from llmgw_desktop.store.flights.alike import (
    ACCOUNT,
    IS_COUNTED,
    MARKS,
    OWN_COLUMNS,
    PROVIDER,
    STATE,
    UNKNOWN,
    Alike,
    Columns,
    by_span,
    is_answered,
    known,
    of_known_cache,
)
from llmgw_desktop.store.flights.counts import (
    added,
    bins_of,
    count_of,
    counts_added,
    counts_from_bytes,
    counts_to_bytes,
    from_bytes,
    to_bytes,
)
from llmgw_desktop.store.flights.rows import PARTIAL_BITS

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
        for at_s, columns in by_span(alike.own, SLOT_S):
            more = _summed(alike.common, columns)
            before = slots.get((at_s, account))
            slots[at_s, account] = more if before is None else _together(before, more)
    for (at_s, account), (figures, ttft, counts) in slots.items():
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


def _summed(common: Row, columns: Columns) -> _Summed:
    count = len(columns[_STARTED])
    head = (count, count if common[STATE] in ERROR_STATES else 0)
    bins = bins_of(known(columns[_TTFT]))
    if not common[IS_COUNTED]:
        return [*head, *[UNKNOWN] * (len(SUMMED) - len(head))], bins, 0
    told = columns[_TOKENS]
    summed = (*told, of_known_cache(told[0], told[2]), columns[_COST])
    sums = [sum(some) if (some := known(each)) else UNKNOWN for each in summed]
    unknown = [each.count(UNKNOWN) for each in (*told, columns[_COST])]
    counts = count_of(common[MARKS], unknown, count, is_answered=is_answered(common))
    return [*head, *sums], bins, counts


def _together(one: _Summed, other: _Summed) -> _Summed:
    figures = [
        more if known is UNKNOWN else known if more is UNKNOWN else known + more
        for known, more in zip(one[0], other[0], strict=True)
    ]
    return figures, added(one[1], other[1]), one[2] + other[2]


MOST_OWNERS = 2000
"""A gateway behind a proxy may have had more; those of the first names are enough to look at."""
_AGENT_CHARS = 300
_ERRORS = ", ".join(f"'{state}'" for state in sorted(ERROR_STATES))
_OWNERS = """
    WITH RECURSIVE own(owner, number) AS (
        SELECT min(owner), 1 FROM flights WHERE owner IS NOT NULL
        UNION ALL
        SELECT (SELECT min(owner) FROM flights WHERE owner > own.owner), number + 1
        FROM own WHERE own.owner IS NOT NULL AND number < ?
    )
    SELECT owner FROM own WHERE owner IS NOT NULL
"""
"""From one name to the next: never over the rows between them."""
_TOKEN_BITS, _COST_BIT = int(Figure.INPUT | Figure.OUTPUT), Figure.COST.value
_SILENT = "state IN ('ok', 'cut') AND input_tokens IS NULL AND output_tokens IS NULL"
_PRICELESS = "cost_usd IS NULL AND input_tokens IS NOT NULL AND output_tokens IS NOT NULL"
_SUMS = (
    f"SELECT count(*), coalesce(sum(state IN ({_ERRORS})), 0), "  # noqa: S608
    "sum(input_tokens) FILTER (WHERE is_counted), sum(output_tokens) FILTER (WHERE is_counted), "
    "sum(cost_usd) FILTER (WHERE is_counted), "
    f"max(is_counted AND (marks >> {PARTIAL_BITS} & {_TOKEN_BITS} OR ({_SILENT}))), "
    f"max(is_counted AND marks & {_TOKEN_BITS} > 0), "
    f"max(is_counted AND (marks >> {PARTIAL_BITS} & {_COST_BIT} OR ({_PRICELESS}))), "
    f"max(is_counted AND marks & {_COST_BIT} > 0) "
    "FROM flights WHERE owner = ? AND started_at_s >= ?"
)
_LAST = (
    "SELECT started_at_s, (SELECT request_headers FROM flight_bodies WHERE flight = seq) "
    "FROM flights WHERE owner = ? ORDER BY started_at_s DESC LIMIT 1"
)


def read_by_owner(connection: sqlite3.Connection, since_s: float) -> dict[str, ClientFigures]:
    """Sums over what began since then; whoever ever asked is there."""
    return {
        owner: _figures(connection, owner, since_s)
        for (owner,) in connection.execute(_OWNERS, (MOST_OWNERS,)).fetchall()
    }


def _figures(connection: sqlite3.Connection, owner: str, since_s: float) -> ClientFigures:
    sums = connection.execute(_SUMS, (owner, since_s)).fetchone()
    flights, errors, read, written, cost, *marks = sums
    last_at_s, headers = connection.execute(_LAST, (owner,)).fetchone()
    is_told = read is not None or written is not None
    return ClientFigures(
        flights=flights,
        errors=errors,
        tokens=(read or 0) + (written or 0) if is_told else None,
        cost_usd=cost,
        tokens_provenance=_provenance(*marks[:2], is_known=is_told),
        cost_provenance=_provenance(*marks[2:], is_known=cost is not None),
        last_at_s=last_at_s,
        agent=_agent_in(headers),
    )


def _provenance(is_bound: int | None, is_estimated: int | None, *, is_known: bool) -> Provenance:
    if not is_known:
        return Provenance.UNKNOWN
    if is_bound:
        return Provenance.PARTIAL
    return Provenance.ESTIMATED if is_estimated else Provenance.TOLD


def _agent_in(headers: str | None) -> str:
    """Records of another version may hold anything."""
    with suppress(ValueError, TypeError, AttributeError):
        for name, words in orjson.loads(headers or "[]"):
            if name.lower() == "user-agent" and isinstance(words, str):
                return words[:_AGENT_CHARS]
    return ""
