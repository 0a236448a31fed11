"""A page of a list of flights, by the shorter of two ways.

The newest are walked through by the list's index, flight by flight: quick where many fit, for the
page is soon full. Where few do, all rows are looked through in the order in which they lie on the
disk, which is several times as quick as to go to each by itself. Flights that failed and those that
are marked have an index of their own, for they are few, and often looked for.
"""

import math
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import peewee

from llmgw_desktop.domain.flights.flight import FilterTerm, FlightDensity, FlightQuery, FlightState
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.schema import FlightRow, columns
from llmgw_desktop.store.flights.conditions import reads_rows, wants_failed, wants_marked

WALKED = 50_000
"""Flights that are walked through before all are looked through: some 50 ms of them."""
NEWEST_FIRST = "ORDER BY started_at_s DESC, seq DESC"
SUMMARY = ", ".join(columns(FlightRow)[1:])
_COUNT = peewee.SQL("count(*)")
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
    if by := _few(query):
        return _walked(connection, compose, asked, by=by)
    floor_s = _far_back(connection, asked) if reads_rows(query) else None
    if floor_s is None:
        return _walked(connection, compose, asked)
    newest = _walked(connection, compose, replace(asked, query=replace(query, since_s=floor_s)))
    if len(newest) == asked.limit:
        return newest
    return _walked(connection, compose, asked, by="NOT INDEXED")


def count_rows(connection: sqlite3.Connection, compose: Compose, query: FlightQuery) -> int:
    sql, parameters = compose(query, _COUNT, None)
    return int(connection.execute(_by(_few(query), sql), parameters).fetchone()[0])


def _few(query: FlightQuery) -> str:
    """The index of the few that alone can fit; empty where there is none."""
    if wants_marked(query):
        return "INDEXED BY flights_marked"
    return "INDEXED BY flights_failed" if wants_failed(query) else ""


def _by(index: str, sql: str) -> str:
    return sql.replace(_TABLE, f"{_TABLE} {index}", 1) if index else sql


def _walked(
    connection: sqlite3.Connection, compose: Compose, asked: ListPart, *, by: str = ""
) -> list[Any]:
    sql, parameters = compose(asked.query, FlightRow.seq, asked.start)
    sql = _by(by, sql)
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
_FAILED_STATES = (FlightState.FAILED.value, FlightState.CUT.value)
_ERRORS = "coalesce(sum(state IN ('failed', 'cut')), 0)"


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
    reading = _Parts(
        connection=connection, compose=compose, since_s=since_s, until_s=until_s, parts=parts
    )
    whole = ListPart(query=query, start=None, limit=0, passed_over=0)
    if reads_rows(query) and not _few(query) and _far_back(connection, whole) is not None:
        flights, errors = reading.in_one_go(query)
    else:
        flights = reading.by_part(query)
        errors = reading.by_part(_failed_of(query))
    return FlightDensity(
        since_s=since_s, until_s=until_s, flights=tuple(flights), errors=tuple(errors)
    )


def _failed_of(query: FlightQuery) -> FlightQuery:
    """Of those that a list shows, the failed ones."""
    return replace(
        query, terms=(*query.terms, FilterTerm(name="state", relation=":", values=_FAILED_STATES))
    )


@value
class _Parts:
    """Of one span, equally long."""

    connection: sqlite3.Connection
    compose: Compose
    since_s: float
    until_s: float
    parts: int

    def by_part(self, query: FlightQuery) -> list[int]:
        """Each a stretch of an index."""
        span_s = (self.until_s - self.since_s) / self.parts
        edges = [*(self.since_s + number * span_s for number in range(self.parts)), self.until_s]
        sql, parameters = self.compose(replace(query, since_s=_FROM, until_s=_TO), _COUNT, None)
        sql = _by(_few(query), sql)
        found = []
        for begins_s, ends_s in pairwise(edges):
            places = {_FROM: begins_s, _TO: ends_s}
            asked = [places.get(each, each) for each in parameters]
            found.append(self.connection.execute(sql, asked).fetchone()[0])
        return found

    def in_one_go(self, query: FlightQuery) -> tuple[list[int], list[int]]:
        """All rows in the order in which they lie; those that fit are sorted."""
        span_s = (self.until_s - self.since_s) / self.parts
        part = f"CAST((started_at_s - {self.since_s!r}) / {span_s!r} AS INTEGER)"
        wanted = peewee.SQL(f"{part} AS part, count(*), {_ERRORS}")
        whole = replace(query, since_s=self.since_s, until_s=self.until_s)
        sql, parameters = self.compose(whole, wanted, None)
        flights, errors = [0] * self.parts, [0] * self.parts
        rows = self.connection.execute(f"{_by('NOT INDEXED', sql)} GROUP BY part", parameters)
        for number, count, failed in rows:
            at = min(number, self.parts - 1)  # a last moment may fall behind the last edge
            flights[at] += count
            errors[at] += failed
        return flights, errors
