"""Prints of prompts in `flights.db`: written with what was said, found again by conversation and by
owner. They go with their flight, and stay where its bodies are not kept."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Protocol

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.flights.prompt_print import LEAST_BYTES, PromptPrint, unpacked
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.at_rest.data_keys import PLAIN_NUMBER
from llmgw_desktop.store.database.schema import FlightRow, columns
from llmgw_desktop.store.database.write_behind import Row
from llmgw_desktop.store.flights.bodies import MakePrint
from llmgw_desktop.store.flights.rows import scrubbed, summary_of

PLAIN_KEY = b"llmgw prompt prints in plain"
"""Where what is said lies in plain, its hashes need no secret."""
INSERT_PRINT = (
    "INSERT OR REPLACE INTO flight_prints (flight, owner, opening, key, parts) "
    "SELECT seq, ?2, ?3, ?4, ?5 FROM flights WHERE id = ?1"
)
MOST_NEAR = 24
"""So many earlier flights of one conversation are looked at, and as many of one owner."""
MOST_TURNS = 200
"""Of one conversation, for a strip."""
_AT_ONCE = 64
"""Flights that began earlier may have been noted so much later."""
_SUMMARY = ", ".join(f"f.{name}" for name in columns(FlightRow)[1:])
_WIDTH = len(columns(FlightRow)) - 1
_SELECT = f"SELECT {_SUMMARY}, p.flight, p.opening, p.key, p.parts"


def _nothing() -> None:
    pass


class WrittenWatch(Protocol):
    """Who hears on the writer thread of flights that are on the disk. It must be quick."""

    def note(self, flights: Sequence[FlightRecord]) -> None: ...

    def look(self) -> None:
        """All that belongs to them is there as well."""


class Prints:
    """On the writer's thread."""

    def __init__(self, make: MakePrint | None, at_rest: AtRest) -> None:
        self._make = make
        self._at_rest = at_rest

    def rows(
        self,
        record: FlightRecord,
        settings: RecorderSettings,
        between: Callable[[], None] = _nothing,
    ) -> list[Row]:
        """For INSERT_PRINT: one, or none where there is nothing to tell or no key for it."""
        if self._make is None or settings.level is not RecorderLevel.FULL:
            return []
        if len(record.request_body or b"") < LEAST_BYTES:
            return []
        try:
            key = self._at_rest.key()
        except (VaultError, StoreError):
            return []
        number, secret = (PLAIN_NUMBER, PLAIN_KEY) if key is None else (key.number, key.print_key)
        made = self._make(record, secret, between)
        if made is None:
            return []
        return [(record.summary.id, record.summary.owner, made[0], number, made[1])]


NO_PRINTS = Prints(None, PLAIN)


@value
class StoredPrint:
    """A flight, and what its prompt consists of. `key`: prints under another cannot be compared."""

    flight: FlightSummary
    seq: int
    opening: int
    key: int
    made: PromptPrint


@value
class NearPrints:
    """One flight's print with those that may have warmed its cache, the newest first."""

    flight: FlightSummary
    own: StoredPrint | None = None
    """None where none was made."""
    earlier: Sequence[StoredPrint] = field(default_factory=tuple)
    others: int = 0
    """Earlier ones whose prints are under another key, and cannot be compared."""


def read_near(
    connection: sqlite3.Connection, flight_id: str, owner: str | None
) -> NearPrints | None:
    """`owner`: only flights of this client are looked at; None: of all. None where there is no such
    flight. Raises ValueError for what we did not write."""
    row = connection.execute(
        f"{_SELECT} FROM flights f LEFT JOIN flight_prints p ON p.flight = f.seq WHERE f.id = ?",
        scrubbed((flight_id,)),
    ).fetchone()
    if row is None:
        return None
    flight = summary_of(row[:_WIDTH])
    own = _print_of(row) if row[_WIDTH] is not None else None
    if own is None:
        return NearPrints(flight=flight)
    found: dict[int, Row] = {}
    for which, wanted in (("p.opening = ?", own.opening), (_of_owner(owner), owner)):
        for near in _some(connection, (which, wanted), own.seq + _AT_ONCE, owner):
            found.setdefault(near[_WIDTH], near)
    found.pop(own.seq, None)
    stored = [each for seq in sorted(found, reverse=True) if (each := _print_of(found[seq]))]
    earlier = [each for each in stored if each.key == own.key]
    return NearPrints(flight=flight, own=own, earlier=earlier, others=len(stored) - len(earlier))


def read_conversation(
    connection: sqlite3.Connection, flight_id: str, owner: str | None
) -> list[StoredPrint]:
    """All requests of this flight's conversation, the latest MOST_TURNS, oldest first."""
    row = connection.execute(
        "SELECT opening, key FROM flight_prints p JOIN flights f ON f.seq = p.flight "
        "WHERE f.id = ?",
        scrubbed((flight_id,)),
    ).fetchone()
    if row is None:
        return []
    rows = connection.execute(
        f"{_SELECT} FROM flight_prints p INDEXED BY prints_opening "
        "JOIN flights f ON f.seq = p.flight WHERE p.opening = ? AND p.key = ? "
        "AND (?3 IS NULL OR p.owner = ?3) ORDER BY p.flight DESC LIMIT ?4",
        (*row, owner, MOST_TURNS),
    ).fetchall()
    made = map(_print_of, reversed(rows))
    return [each for each in made if each is not None]


def _of_owner(owner: str | None) -> str:
    return "p.owner = ?" if owner is not None else "? IS NULL"


def _some(
    connection: sqlite3.Connection, which: tuple[str, object], below: int, owner: str | None
) -> list[Row]:
    return connection.execute(
        f"{_SELECT} FROM flight_prints p CROSS JOIN flights f ON f.seq = p.flight "
        f"WHERE {which[0]} AND p.flight < ? AND (? IS NULL OR p.owner = ?) "
        "ORDER BY p.flight DESC LIMIT ?",
        (which[1], below, owner, owner, MOST_NEAR),
    ).fetchall()


def _print_of(row: Row) -> StoredPrint | None:
    """None for one of another version."""
    seq, opening, key, parts = row[_WIDTH:]
    made = unpacked(parts)
    if made is None:
        return None
    return StoredPrint(
        flight=summary_of(row[:_WIDTH]), seq=seq, opening=opening, key=key, made=made
    )
