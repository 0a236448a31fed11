"""Reads what was recorded. Every call may wait for the disk: never on a thread that must not.

Each thread has a connection of its own that cannot write. Sums are left to `flights/totals.py`.
"""

import sqlite3
import threading
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import peewee

from llmgw_desktop.domain.access.principal import ClientFigures
from llmgw_desktop.domain.errors import StoreCorrupt
from llmgw_desktop.domain.flights.flight import (
    FlightBucket,
    FlightDensity,
    FlightQuery,
    FlightRecord,
    FlightSummary,
    FlightTotals,
    SeenLabel,
)
from llmgw_desktop.domain.flights.spending import (
    AgentSpending,
    FlightSpending,
    HourLatency,
    Latency,
    LatencyKey,
    SumBy,
)
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.database.database import open_read_only, schema_version, told
from llmgw_desktop.store.database.schema import BodyRow, FlightRow, SqlDialect, columns
from llmgw_desktop.store.flights.body_search import (
    Key,
    SearchRow,
    SearchStanding,
    bodies_sql,
    one_turn,
    search,
)
from llmgw_desktop.store.flights.conditions import conditions
from llmgw_desktop.store.flights.listing import (
    NEWEST_FIRST,
    SUMMARY,
    ListPart,
    count_rows,
    density,
    page_rows,
)
from llmgw_desktop.store.flights.prints import (
    NearPrints,
    StoredPrint,
    read_conversation,
    read_near,
)
from llmgw_desktop.store.flights.rows import (
    record_of,
    scrubbed,
    summary_of,
    without_texts,
)
from llmgw_desktop.store.flights.spending import (
    WhichFlights,
    read_agents,
    read_by_price,
    read_spending,
)
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.flights.sums import read_by_owner
from llmgw_desktop.store.flights.times import read_hours, read_latency
from llmgw_desktop.store.flights.totals import (
    bucket_starts,
    read_buckets,
    read_by_account,
    read_by_provider,
    read_totals,
)

QUERIES_REMEMBERED = 8
MOST_OF_JOB = 20_000
"""Requests of one run: some ask for days."""
MOST_LABELS = 50
"""Of one client: each is its caller's own word, and there may be any number."""
_BODY = ", ".join(columns(BodyRow))
_BODILESS = ", ".join(
    f"NULL AS {name}" if name in ("request_body", "answer_body") else name
    for name in columns(BodyRow)
)


class FlightReader:
    """Raises StoreUnavailable, StoreCorrupt, SchemaTooNew. A file that is not there is empty."""

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._path = path
        self._at_rest = at_rest
        self._lines: dict[int, _Line] = {}
        self._lock = threading.Lock()
        self._dialect = SqlDialect()

    def count(self, query: FlightQuery) -> int:
        with self._reading() as line:
            return count_rows(line.connection, self._compose, query) if line else 0

    def page(self, query: FlightQuery, *, offset: int, limit: int) -> list[FlightSummary]:
        """Newest first. Where a page near this one was read before, it is found by key."""
        with self._reading() as line:
            if line is None:
                return []
            passed, key = line.nearest(query, offset)
            rows = page_rows(
                line.connection, self._compose, ListPart(query, key, limit, offset - passed)
            )
            if rows:
                for place in (0, len(rows) - 1):
                    line.remember(query, offset + place, (rows[place][1], rows[place][-1]))
            with self._understood():
                return [summary_of(row) for row in rows]

    def record(self, flight_id: str, *, with_bodies: bool = True) -> FlightRecord | None:
        """`with_bodies`: reading and unpacking them takes long where they are large. What is
        encrypted while the vault is locked is left out, and `unreadable` says why."""
        rest = _BODY if with_bodies else _BODILESS
        with self._reading() as line:
            if line is None:
                return None
            row = line.connection.execute(
                f"SELECT {SUMMARY}, {rest} FROM flights "  # noqa: S608 - our names
                "LEFT JOIN flight_bodies ON flight = seq WHERE id = ?",
                scrubbed((flight_id,)),
            ).fetchone()
        if row is None:
            return None
        width = len(columns(FlightRow)) - 1
        with self._understood():
            body = row[width:] if row[width] is not None else None
            summary = summary_of(row)
            try:
                return record_of(summary, body, self._at_rest.decrypt)
            except VaultError as error:
                bare = None if body is None else without_texts(body)
                return replace(record_of(summary, bare), unreadable=str(error))

    def prints_near(self, flight_id: str, owner: str | None) -> NearPrints | None:
        """What its prompt consists of, with earlier ones that may have warmed its cache: of this
        client alone, or of all. None where there is no such flight."""
        with self._reading() as line, self._understood():
            return read_near(line.connection, flight_id, owner) if line else None

    def conversation(self, flight_id: str, owner: str | None) -> list[StoredPrint]:
        """The requests of its conversation, oldest first."""
        with self._reading() as line, self._understood():
            return read_conversation(line.connection, flight_id, owner) if line else []

    def density(self, query: FlightQuery, parts: int) -> FlightDensity | None:
        """When the flights of a list began. None where nothing is recorded."""
        with self._reading() as line:
            return density(line.connection, self._compose, query, parts) if line else None

    def search(
        self, query: FlightQuery, goes_on: Callable[[SearchStanding], bool]
    ) -> SearchStanding:
        """Flights whose bodies hold what `query` says; `goes_on` is asked after each short turn."""
        total = self.count(replace(query, said=()))
        return search(self._kept_bodies, total, query, self._at_rest.decrypt, goes_on=goes_on)

    def _kept_bodies(self, query: FlightQuery, after: Key | None, limit: int) -> list[SearchRow]:
        """The next ones behind `after`, as many as make a turn."""
        with self._reading() as line:
            if line is None:
                return []
            sql, parameters = self._compose(query, FlightRow.seq, after)
            asked = [*parameters, limit + (after is not None)]
            rows = line.connection.execute(bodies_sql(f"{sql} {NEWEST_FIRST} LIMIT ?"), asked)
            return one_turn(rows, after)

    def of_job(self, job_id: str, limit: int = MOST_OF_JOB) -> list[FlightSummary]:
        """The latest of those that a run asked, and its own, oldest first."""
        with self._reading() as line:
            if line is None:
                return []
            rows = line.connection.execute(
                f"SELECT {SUMMARY} FROM flights INDEXED BY flights_jobs "  # noqa: S608 - our names
                f"WHERE job = ? {NEWEST_FIRST} LIMIT ?",
                scrubbed((job_id, limit)),
            ).fetchall()
            with self._understood():
                return [summary_of(row) for row in reversed(rows)]

    def labels(self, owner: str) -> list[SeenLabel]:
        """What callers with this client's key called themselves, the latest first."""
        with self._reading() as line:
            if line is None:
                return []
            rows = line.connection.execute(
                "SELECT label, COUNT(*), MAX(started_at_s) AS last_at_s "
                "FROM flights INDEXED BY flights_labels "
                "WHERE label IS NOT NULL AND owner = ? "
                "GROUP BY label ORDER BY last_at_s DESC LIMIT ?",
                (owner, MOST_LABELS),
            ).fetchall()
        return [SeenLabel(label=row[0], flights=row[1], last_at_s=row[2]) for row in rows]

    def totals(
        self, since_s: float, until_s: float, *, without: tuple[str, ...] = ()
    ) -> FlightTotals:
        """Of flights that began in [since_s, until_s) and have ended, but for those of the
        providers `without`."""
        with self._reading() as line:
            if line is None:
                return FlightTotals()
            return read_totals(line.connection, since_s, until_s, without)

    def buckets(
        self, since_s: float, until_s: float, span_s: float, *, without: tuple[str, ...] = ()
    ) -> list[FlightBucket]:
        """Every bucket, empty ones included. Whole minutes from a whole minute on are quick."""
        with self._reading() as line:
            if line:
                return read_buckets(line.connection, since_s, until_s, span_s, without=without)
        empty = FlightTotals()
        return [
            FlightBucket(start_s=start_s, span_s=span_s, totals=empty)
            for start_s in bucket_starts(since_s, until_s, span_s)
        ]

    def spending(self, which: WhichFlights, by: SumBy | None = None) -> dict[str, FlightSpending]:
        """Sums of these flights; `read_spending` says of what."""
        with self._reading() as line:
            return read_spending(line.connection, which, by) if line else {}

    def agents(self, query: FlightQuery) -> list[AgentSpending]:
        """Of these flights, by who asked, in the order in which they began."""
        with self._reading() as line:
            return read_agents(line.connection, WhichFlights(query=query)) if line else []

    def spending_by_price(self, which: WhichFlights) -> dict[tuple[str, str], FlightSpending]:
        """By provider and model."""
        with self._reading() as line:
            return read_by_price(line.connection, which) if line else {}

    def latency(self, which: WhichFlights) -> dict[LatencyKey, Latency]:
        """By provider and model, those with most flights first."""
        with self._reading() as line:
            return read_latency(line.connection, which) if line else {}

    def latency_by_hour(self, which: WhichFlights) -> list[HourLatency]:
        with self._reading() as line:
            return read_hours(line.connection, which) if line else []

    def by_account(self, since_s: float, until_s: float) -> dict[str, FlightTotals]:
        """As `by_provider`, each account by itself."""
        with self._reading() as line:
            return read_by_account(line.connection, since_s, until_s) if line else {}

    def by_provider(self, since_s: float, until_s: float) -> dict[str, FlightTotals]:
        """Flights that reached no provider stand under an empty name."""
        with self._reading() as line:
            return read_by_provider(line.connection, since_s, until_s) if line else {}

    def by_client(self, since_s: float) -> dict[str, ClientFigures]:
        """Of each client that ever asked, by its id."""
        with self._reading() as line:
            return read_by_owner(line.connection, since_s) if line else {}

    def close(self) -> None:
        """Waits for calls that are under way. A later call opens the file again."""
        with self._lock:
            lines, self._lines = self._lines, {}
        for line in lines.values():
            line.close()

    def _compose(
        self, query: FlightQuery, wanted: Any, start: Key | None = None
    ) -> tuple[str, list[Any]]:
        select = FlightRow.select(wanted)
        for condition in conditions(query):
            select = select.where(condition)
        if start is not None:
            place = peewee.Tuple(FlightRow.started_at_s, FlightRow.seq)
            select = select.where(place <= peewee.Tuple(*start))
        return self._dialect.compose(select)

    @contextmanager
    def _reading(self) -> Iterator["_Line | None"]:
        """This thread's connection in one view of the data; None if nothing was ever recorded."""
        with told(self._path):
            line = self._line()
            if line is None:
                yield None
                return
            with line.lock:
                line.connection.execute("BEGIN")
                try:
                    yield line
                finally:
                    line.connection.execute("ROLLBACK")

    def _line(self) -> "_Line | None":
        thread = threading.get_ident()
        line = self._lines.get(thread)
        identity = self._identity()
        if line is not None and line.identity != identity:
            self._lines.pop(thread, None)
            line.close()
            line = None
        if line is None and identity is not None:
            connection = open_read_only(self._path, FLIGHTS_STEPS)
            try:
                is_ready = schema_version(connection) == len(FLIGHTS_STEPS)
            except BaseException:
                connection.close()
                raise
            if not is_ready:
                connection.close()  # the writer is still making its tables
                return None
            # Opening may have made the side files that the identity looks at.
            line = _Line(connection, self._identity() or identity)
            with self._lock:
                self._lines[thread] = line
        return line

    def _identity(self) -> tuple[int, int, bool] | None:
        """Another one when the file was replaced, or when a writer came or went."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        has_writer = self._path.with_name(f"{self._path.name}-wal").exists()
        return found.st_dev, found.st_ino, has_writer

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError, zlib.error) as error:
            raise StoreCorrupt(
                f"{self._path.name} holds a flight that cannot be understood: {error}."
            ) from error


class _Line:
    """A connection with the places in lists that it has been to."""

    def __init__(self, connection: sqlite3.Connection, identity: tuple[int, int, bool]) -> None:
        self.connection = connection
        self.identity = identity
        self.lock = threading.Lock()
        self._version = 0
        self._places: OrderedDict[FlightQuery, dict[int, Key]] = OrderedDict()

    def nearest(self, query: FlightQuery, offset: int) -> tuple[int, Key | None]:
        """The nearest known flight at or before this offset: how many lie before it, and its
        key. Places are forgotten when anything was written since."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._places.clear()
        places = self._places.get(query, {})
        known = sorted(places)
        found = bisect_right(known, offset)
        return (known[found - 1], places[known[found - 1]]) if found else (0, None)

    def remember(self, query: FlightQuery, offset: int, key: Key) -> None:
        """The flight at this offset."""
        self._places.setdefault(query, {})[offset] = key
        self._places.move_to_end(query)
        if len(self._places) > QUERIES_REMEMBERED:
            self._places.popitem(last=False)

    def close(self) -> None:
        with self.lock:
            self.connection.close()
