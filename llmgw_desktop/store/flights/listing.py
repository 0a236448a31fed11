"""A page of a list of flights, by the shorter of two ways.

The newest are walked through by the list's index, flight by flight: quick where many fit, for the
page is soon full. Where few do, all rows are looked through in the order in which they lie on the
disk, which is several times as quick as to go to each by itself.
"""

import math
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.store.database.schema import FlightRow, columns
from llmgw_desktop.store.flights.conditions import reads_rows

WALKED = 50_000
"""Flights that are walked through before all are looked through: some 50 ms of them."""
NEWEST_FIRST = "ORDER BY started_at_s DESC, seq DESC"
SUMMARY = ", ".join(columns(FlightRow)[1:])
_TABLE = '"flights" AS "t1"'
Compose = Callable[[FlightQuery, Any, tuple[float, int] | None], tuple[str, list[Any]]]


@dataclass(frozen=True, slots=True)
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
