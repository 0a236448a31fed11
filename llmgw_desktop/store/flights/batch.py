"""A batch of flights on its way to the disk: made into rows first, then written in one transaction.

When batches are made, and what happens if the disk refuses, is left to `flight_store.py`.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from llmgw_desktop.domain.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.settings import RecorderSettings
from llmgw_desktop.store.flights.rows import BodyRows, Row, flight_row, scrubbed
from llmgw_desktop.store.flights.seal import Seal
from llmgw_desktop.store.flights.sums import add_sums
from llmgw_desktop.store.schema import BodyRow, FlightRow, columns
from llmgw_desktop.store.transaction import transaction

Snapshot = Callable[[], FlightSummary]

ROWS_A_STATEMENT = (100, 20, 4, 1)
"""SQLite is called once for so many rows: the interpreter's lock changes hands that much less."""
FLIGHTS_A_GLANCE = 50
"""Bodies of so many flights are looked at together for secrets."""
LOST_AT_ONCE = 500
_ROW_REFUSED = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ValueError,
    OverflowError,
)
"""What SQLite raises when not the disk but a value is at fault."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Batch:
    """Rows ready to be written."""

    running: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    bodies: list[Row] = field(default_factory=list)
    """Of the ended ones, in their order."""
    unended: list[str] = field(default_factory=list)
    """Flights whose end could not be kept: their rows must not look as if they still ran."""
    refused: int = 0
    """Ended flights that can never be written."""


def make_batch(
    opened: Mapping[str, Snapshot],
    closed: Sequence[FlightRecord],
    settings: RecorderSettings,
    seal: Seal,
) -> Batch:
    """Asks the snapshots, seals and packs the bodies."""
    batch = Batch()
    for snapshot in opened.values():
        try:
            summary = snapshot()
            if summary.is_running:
                batch.running.append(flight_row(summary))
        except Exception:  # noqa: BLE001 - one odd flight must not cost the others
            _log.exception("an open flight could not be noted")
    for start in range(0, len(closed), FLIGHTS_A_GLANCE):
        _add_ended(batch, closed[start : start + FLIGHTS_A_GLANCE], settings, seal)
    return batch


def _add_ended(
    batch: Batch, closed: Sequence[FlightRecord], settings: RecorderSettings, seal: Seal
) -> None:
    bodies = BodyRows(settings, seal.over(closed))
    for record in closed:
        try:
            rows = flight_row(record.summary), bodies.row(record)
        except Exception:  # noqa: BLE001 - nor may a body be written that could not be sealed
            _log.exception("flight %s could not be made into a record", record.summary.id)
            batch.refused += 1
            batch.unended.append(record.summary.id)
        else:
            batch.ended.append(rows[0])
            batch.bodies.append(rows[1])


class BatchWriter:
    """Writes to one connection. Raises sqlite3.Error when the disk or the file is at fault."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        names = columns(FlightRow)[1:]
        keep = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
        into_flights = f"INSERT INTO flights ({', '.join(names)}) VALUES "  # noqa: S608 - our names
        marks = ["?"] * len(names)
        self._running = _Insert(into_flights, marks, " ON CONFLICT (id) DO NOTHING")
        self._ended = _Insert(into_flights, marks, f" ON CONFLICT (id) DO UPDATE SET {keep}")
        self._bodies = _Insert(
            "INSERT OR REPLACE INTO flight_bodies VALUES ",
            ["(SELECT seq FROM flights WHERE id = ?)"] + ["?"] * (len(columns(BodyRow)) - 1),
            "",
        )
        self._select = f"SELECT {', '.join(names)} FROM flights WHERE state = 'running'"  # noqa: S608

    def write(self, batch: Batch) -> None:
        """All of it or nothing; rows that can never be written are counted in the batch."""
        try:
            with transaction(self._connection):
                self._write(batch)
        except _ROW_REFUSED:
            with transaction(self._connection):
                self._write_one_by_one(batch)

    def mark_lost(self) -> int:
        """Flights that an earlier process left running: how they ended is unknown."""
        count = 0
        while True:
            with transaction(self._connection):
                rows = self._connection.execute(f"{self._select} LIMIT {LOST_AT_ONCE}").fetchall()
                self._write_lost(rows)
            count += len(rows)
            if len(rows) < LOST_AT_ONCE:
                return count

    def _write(self, batch: Batch) -> None:
        self._running.run(self._connection, batch.running)
        self._ended.run(self._connection, batch.ended)
        self._bodies.run(self._connection, batch.bodies)
        add_sums(self._connection, batch.ended)
        for flight_id in batch.unended:
            self._write_lost(
                self._connection.execute(f"{self._select} AND id = ?", (flight_id,)).fetchall()
            )

    def _write_one_by_one(self, batch: Batch) -> None:
        self._write(Batch(unended=batch.unended))
        for row in batch.running:
            self._try(Batch(running=[scrubbed(row)]))
        for row, body in zip(batch.ended, batch.bodies, strict=True):
            if not self._try(Batch(ended=[scrubbed(row)], bodies=[scrubbed(body)])):
                batch.refused += 1
                self._try(Batch(unended=[row[0]]))

    def _try(self, batch: Batch) -> bool:
        self._connection.execute("SAVEPOINT one")
        try:
            self._write(batch)
        except _ROW_REFUSED:
            _log.exception("a flight could not be written")
            self._connection.execute("ROLLBACK TO one")
            return False
        finally:
            self._connection.execute("RELEASE one")
        return True

    def _write_lost(self, rows: list[Row]) -> None:
        if not rows:
            return
        place = columns(FlightRow).index("state") - 1
        lost = [(*row[:place], FlightState.LOST.value, *row[place + 1 :]) for row in rows]
        self._ended.run(self._connection, lost)
        add_sums(self._connection, lost)


class _Insert:
    """One statement for many rows, and the same for what is left over."""

    def __init__(self, head: str, marks: Sequence[str], tail: str) -> None:
        row = f"({', '.join(marks)})"
        self._by_size = [(n, f"{head}{', '.join([row] * n)}{tail}") for n in ROWS_A_STATEMENT]

    def run(self, connection: sqlite3.Connection, rows: list[Row]) -> None:
        start = 0
        for size, statement in self._by_size:
            while len(rows) - start >= size:
                some = rows[start : start + size]
                connection.execute(statement, list(chain.from_iterable(some)))
                start += size
