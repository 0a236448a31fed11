"""A batch of flights on its way to the disk: made into rows first, then written in one transaction.

When batches are made, and what happens if the disk refuses, is left to `flight_store.py`.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.store.database.database import ROW_REFUSED, transaction
from llmgw_desktop.store.database.schema import FlightRow, columns
from llmgw_desktop.store.database.write_behind import Insert, Row
from llmgw_desktop.store.flights.alike import (
    COMMON_COLUMNS,
    OWN_COLUMNS,
    Alike,
    flight_parts,
    of_stored,
)
from llmgw_desktop.store.flights.bodies import (
    NOTE_HITS,
    BodyRows,
    Seal,
    body_bytes,
    figures_of,
    own_time_ms,
    without_bodies,
)
from llmgw_desktop.store.flights.kept_sums import add_kept
from llmgw_desktop.store.flights.prints import INSERT_PRINT, NO_PRINTS, Prints
from llmgw_desktop.store.flights.rows import (
    BODY_COLUMNS,
    LATE_COLUMNS,
    TEXT_CHARS,
    WAY_COLUMNS,
    Encrypt,
)
from llmgw_desktop.store.flights.sums import add_sums, teach

Snapshot = Callable[[], FlightSummary]
_Groups = dict[tuple[Row, str, str], Alike]

LOST_AT_ONCE = 500
LIGHT_BYTES = 64 * 1024
LIGHT_BYTES_A_BATCH = 1024 * 1024
"""Bodies beyond these are sealed and packed after the figures of all flights are on the disk."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Batch:
    """Rows ready to be written."""

    running: list[Alike] = field(default_factory=list)
    ended: list[Alike] = field(default_factory=list)
    unended: list[str] = field(default_factory=list)
    """Flights whose end could not be kept: their rows must not look as if they still ran."""
    late: list[Row] = field(default_factory=list)
    """Large bodies of flights that have been written: LATE_COLUMNS and the flight's id."""
    prints: list[Row] = field(default_factory=list)
    """What prompts of these consist of: PRINT_COLUMNS."""
    noted: list[Row] = field(default_factory=list)
    """What was found in requests while they were made into rows: for NOTE_HITS."""
    refused: int = 0
    """Ended flights that can never be written."""

    @property
    def ended_count(self) -> int:
        return sum(len(alike.own) for alike in self.ended)


def make_batch(
    opened: Mapping[str, Snapshot],
    closed: Sequence[FlightRecord],
    settings: RecorderSettings,
    seal: Seal,
    *,
    encrypt: Encrypt | None = None,
    prints: Prints = NO_PRINTS,
) -> Batch:
    """Asks the snapshots, seals, packs and encrypts the bodies."""
    batch = Batch()
    running: _Groups = {}
    for snapshot in opened.values():
        try:
            summary = snapshot()
            if summary.is_running:
                common, own = flight_parts(summary)
                _group(running, common).own.append(own)
        except Exception:  # noqa: BLE001 - one odd flight must not cost the others
            _log.exception("an open flight could not be noted")
    ended: _Groups = {}
    for some, clean in seal.parts(closed):
        bodies = BodyRows(settings, clean, encrypt=encrypt)
        for record in some:
            _add_ended(batch, ended, record, bodies)
            batch.prints += prints.rows(record, settings)
            batch.noted += seal.noted(record, clean)
    batch.running += running.values()
    batch.ended += ended.values()
    return batch


def lightened(
    closed: Sequence[FlightRecord], settings: RecorderSettings, *, has_key: bool = True
) -> tuple[list[FlightRecord], list[FlightRecord]]:
    """As they are to be written at once, and those of them whose bodies are to follow: all, as long
    as there is no key to encrypt them with."""
    if settings.level is not RecorderLevel.FULL:
        return list(closed), []
    if not has_key:
        return list(map(figures_of, closed)), list(closed)
    now: list[FlightRecord] = []
    later: list[FlightRecord] = []
    light = 0
    for record in closed:
        size = body_bytes(record)
        if size > LIGHT_BYTES or light + size > LIGHT_BYTES_A_BATCH:
            later.append(record)
            now.append(without_bodies(record))
        else:
            light += size
            now.append(record)
    return now, later


def late_batch(
    record: FlightRecord,
    settings: RecorderSettings,
    seal: Seal,
    *,
    between: Callable[[], None],
    encrypt: Encrypt | None = None,
    prints: Prints = NO_PRINTS,
) -> Batch:
    """The bodies that follow; `between` is called between the steps of the work, and may write
    other batches. Empty, with the flight refused, if they cannot be sealed or encrypted."""
    batch = Batch()
    try:
        clean = seal.over(record)
        between()
        batch.late.append(BodyRows(settings, clean, between, encrypt).late(record))
        batch.prints += prints.rows(record, settings, between)
        batch.noted += seal.noted(record, clean, between)
    except Exception:  # noqa: BLE001 - no body may be written that could not be sealed
        _log.exception("the bodies of flight %s could not be sealed", record.summary.id)
        batch.refused += 1
    return batch


def _add_ended(batch: Batch, ended: _Groups, record: FlightRecord, bodies: BodyRows) -> None:
    try:
        common, own = flight_parts(record.summary, own_ms=own_time_ms(record))
        body = bodies.row(record)
    except Exception:  # noqa: BLE001 - nor may a body be written that could not be sealed
        _log.exception("flight %s could not be made into a record", record.summary.id)
        batch.refused += 1
        batch.unended.append(record.summary.id)
    else:
        group = _group(ended, common, record.path, record.route_reason)
        group.own.append(own)
        group.bodies.append(body)


def _group(groups: _Groups, common: Row, path: str = "", reason: str = "") -> Alike:
    key = (common, path, reason)
    group = groups.get(key)
    if group is None:
        group = groups[key] = Alike(common, (path[:TEXT_CHARS], reason[:TEXT_CHARS]))
    return group


class BatchWriter:
    """Writes to one connection. Raises sqlite3.Error when the disk or the file is at fault."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        teach(connection)
        keep = ", ".join(
            f"{name} = excluded.{name}" for name in (*COMMON_COLUMNS, *OWN_COLUMNS) if name != "id"
        )
        parts = (COMMON_COLUMNS, OWN_COLUMNS)
        self._running = Insert("INTO flights", *parts, "ON CONFLICT (id) DO NOTHING")
        self._ended = Insert("INTO flights", *parts, f"ON CONFLICT (id) DO UPDATE SET {keep}")
        self._bodies = Insert(
            "OR REPLACE INTO flight_bodies",
            WAY_COLUMNS,
            BODY_COLUMNS,
            marks={"flight": "(SELECT seq FROM flights WHERE id = ?)"},
        )
        late = ", ".join(f"{name} = ?" for name in LATE_COLUMNS)
        self._late = (
            f"UPDATE flight_bodies SET {late} "  # noqa: S608 - our names
            "WHERE flight = (SELECT seq FROM flights WHERE id = ?)"
        )
        names = ", ".join(columns(FlightRow)[1:])
        self._select = f"SELECT {names} FROM flights WHERE state = 'running'"  # noqa: S608

    def write(self, batch: Batch) -> None:
        """All of it or nothing; rows that can never be written are counted in the batch."""
        try:
            with transaction(self._connection):
                self._write(batch)
        except ROW_REFUSED:
            with transaction(self._connection):
                self._write_one_by_one(batch)

    def mark_lost(self) -> int:
        """Flights that an earlier process left running: how they ended is unknown. But for those
        of jobs, which outlive a process: whoever takes these over tells their end."""
        count = 0
        others = f"{self._select} AND protocol <> '{ModelProtocol.CLI}' LIMIT {LOST_AT_ONCE}"
        while True:
            with transaction(self._connection):
                rows = self._connection.execute(others).fetchall()
                self._write_lost(rows)
            count += len(rows)
            if len(rows) < LOST_AT_ONCE:
                return count

    def _write(self, batch: Batch) -> None:
        for alike in batch.running:
            self._running.run(self._connection, alike.common, alike.own)
        for alike in batch.ended:
            self._ended.run(self._connection, alike.common, alike.own)
            self._bodies.run(self._connection, alike.way, alike.bodies)
        add_sums(self._connection, batch.ended)
        add_kept(self._connection, batch.ended)
        for row in batch.late:
            self._connection.execute(self._late, row)
        self._connection.executemany(INSERT_PRINT, batch.prints)
        if batch.noted:
            self._connection.executemany(NOTE_HITS, batch.noted)
        for flight_id in batch.unended:
            self._write_lost(
                self._connection.execute(f"{self._select} AND id = ?", (flight_id,)).fetchall()
            )

    def _write_one_by_one(self, batch: Batch) -> None:
        self._write(Batch(unended=batch.unended))
        for alike in batch.running:
            for one in alike.one_by_one():
                self._try(Batch(running=[one]))
        batch.refused += len(batch.late)
        for alike in batch.ended:
            for one in alike.one_by_one():
                if not self._try(Batch(ended=[one])):
                    batch.refused += 1
                    self._try(Batch(unended=[one.own[0][0]]))

    def _try(self, batch: Batch) -> bool:
        self._connection.execute("SAVEPOINT one")
        try:
            self._write(batch)
        except ROW_REFUSED:
            _log.exception("a flight could not be written")
            self._connection.execute("ROLLBACK TO one")
            return False
        finally:
            self._connection.execute("RELEASE one")
        return True

    def _write_lost(self, rows: list[Row]) -> None:
        if not rows:
            return
        lost = of_stored(rows, FlightState.LOST.value)
        for alike in lost:
            self._ended.run(self._connection, alike.common, alike.own)
        add_sums(self._connection, lost)
        add_kept(self._connection, lost)
