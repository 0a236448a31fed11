"""A page of a list of flights, by the shorter of two ways.

The newest are walked through by the list's index, flight by flight: quick where many fit, for the
page is soon full. Where few do, all rows are looked through in the order in which they lie on the
disk, which is several times as quick as to go to each by itself.
"""

import math
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import peewee

from llmgw_desktop.domain.flights.flight import FlightDensity, FlightQuery
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.schema import FlightRow, columns
from llmgw_desktop.store.flights.conditions import reads_rows

WALKED = 50_000
"""Flights that are walked through before all are looked through: some 50 ms of them."""
NEWEST_FIRST = "ORDER BY started_at_s DESC, seq DESC"
SUMMARY = ", ".join(columns(FlightRow)[1:])
_TABLE = '"flights" AS "t1"'
Compose = Callable[[FlightQuery, Any, tuple[float, int] | None], tuple[str, list[Any]]]


@value(kw_only=False)
class ListPart:
    """A part of a list: from the flight with the key `start` on, or from the newest."""

    query: FlightQuery
    start: tuple[float, int] | None
    limit: int
    passed_over: int


def page_rows(connection: sqlite3.Connection, compose: Compose, asked: ListPart) -> list[Any]:
    """SUMMARY and `seq` of each."""
    query = asked.query
    floor_s = _far_back(connection, asked) if reads_rows(query) else None
    if floor_s is None:
        return _walked(connection, compose, asked)
    newest = _walked(connection, compose, replace(asked, query=replace(query, since_s=floor_s)))
    if len(newest) == asked.limit:
        return newest
    return _walked(connection, compose, asked, is_rare=True)


def _walked(
    connection: sqlite3.Connection, compose: Compose, asked: ListPart, *, is_rare: bool = False
) -> list[Any]:
    sql, parameters = compose(asked.query, FlightRow.seq, asked.start)
    if is_rare:
        sql = sql.replace(_TABLE, f"{_TABLE} NOT INDEXED", 1)
    # The inner query reads an index alone, however far it has to count; CROSS keeps SQLite from
    # walking the whole table instead.
    return connection.execute(
        f"SELECT {SUMMARY}, seq FROM ({sql} {NEWEST_FIRST} LIMIT ? OFFSET ?) "  # noqa: S608
        f"CROSS JOIN flights USING (seq) {NEWEST_FIRST}",
        [*parameters, asked.limit, asked.passed_over],
    ).fetchall()


def _far_back(connection: sqlite3.Connection, asked: ListPart) -> float | None:
    """When the WALKED-th flight of this span began; None where there are fewer."""
    query, start = asked.query, asked.start
    ends = [at_s for at_s in (query.until_s, start and start[0]) if at_s is not None]
    row = connection.execute(
        "SELECT started_at_s FROM flights WHERE started_at_s <= ? AND started_at_s >= ? "
        "ORDER BY started_at_s DESC LIMIT 1 OFFSET ?",
        (min(ends, default=math.inf), query.since_s or -math.inf, WALKED),
    ).fetchone()
    return None if row is None else float(row[0])


_FROM, _TO = -1.25e300, 1.25e300
"""In the place of a part's edges."""
_ERRORS = "('failed', 'cut')"


def density(
    connection: sqlite3.Connection, compose: Compose, query: FlightQuery, parts: int
) -> FlightDensity | None:
    """Over the span that is asked for, or else over all that is kept. None where there is none."""
    first_s, last_s = connection.execute(
        "SELECT (SELECT min(started_at_s) FROM flights), (SELECT max(started_at_s) FROM flights)"
    ).fetchone()
    if first_s is None:
        return None
    since_s = first_s if query.since_s is None else query.since_s
    until_s = last_s + 0.001 if query.until_s is None else query.until_s
    if not since_s < until_s or parts < 1:
        return None
    # Part by part, each a stretch of the index: to group them, SQLite would sort all.
    span_s = (until_s - since_s) / parts
    edges = [*(since_s + number * span_s for number in range(parts)), until_s]
    wanted = peewee.SQL(f"count(*), coalesce(sum(state IN {_ERRORS}), 0)")
    sql, parameters = compose(replace(query, since_s=_FROM, until_s=_TO), wanted, None)
    flights, errors = [], []
    for begins_s, ends_s in pairwise(edges):
        places = {_FROM: begins_s, _TO: ends_s}
        asked = [places.get(each, each) for each in parameters]
        count, failed = connection.execute(sql, asked).fetchone()
        flights.append(count)
        errors.append(failed)
    return FlightDensity(
        since_s=since_s, until_s=until_s, flights=tuple(flights), errors=tuple(errors)
    )
