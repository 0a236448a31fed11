"""Brings what `flights.db` holds to the key that is in force, or to none, in steps so short that
nobody waits.

Rows are walked in their order, and how far it came stands in the file: a start goes on from there.
What was plain is written over as it is encrypted; in the end the file is written anew and its
journal emptied, so that no freed page holds any of it.
"""

import logging
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.data_keys import (
    PLAIN_NUMBER,
    DataKey,
    is_encrypted,
    number_for,
    number_of,
)
from llmgw_desktop.store.database.database import is_of_today, open_read_only, told, transaction
from llmgw_desktop.store.database.write_behind import Row
from llmgw_desktop.store.flights.rows import ENCRYPTED, place_of
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

ROWS_A_STEP = 64
BYTES_A_STEP = 1024 * 1024
_SIZES = """
SELECT flight, coalesce(length(request_body), 0) + coalesce(length(answer_body), 0)
FROM flight_bodies WHERE flight > ? AND flight <= ? ORDER BY flight LIMIT ?
"""
_ANY_TEXT = """
SELECT 1 FROM flight_bodies WHERE request_body IS NOT NULL OR answer_body IS NOT NULL
       OR request_headers != '[]' OR answer_headers != '[]' LIMIT 1
"""
_ROWS = """
SELECT flight, flights.id, request_headers, answer_headers,
       request_body, request_body_packed, answer_body, answer_body_packed
FROM flight_bodies JOIN flights ON flights.seq = flight
WHERE flight > ? AND flight <= ? ORDER BY flight
"""
_UPDATE = """
UPDATE flight_bodies SET request_headers = ?, answer_headers = ?, request_body = ?,
       request_body_packed = ?, answer_body = ?, answer_body_packed = ? WHERE flight = ?
"""
_log = logging.getLogger(__name__)


@value(kw_only=False)
class Converted:
    """How far it came."""

    number: int
    """Of the data key that rows are brought to; PLAIN_NUMBER for none."""
    up_to: int
    """The last row that was looked at."""
    until: int
    """The last row that there was when it began."""
    was_plain: bool
    """Some of them may have lain in plain."""
    is_done: bool

    @property
    def part(self) -> float:
        """From 0 to 1."""
        return 1.0 if self.is_done or not self.until else min(self.up_to / self.until, 1.0)


def read_converted(connection: sqlite3.Connection) -> Converted | None:
    """None in a file in which nothing was ever encrypted."""
    row = connection.execute(
        "SELECT number, up_to, until, was_plain, is_done FROM encryption"
    ).fetchone()
    if row is None:
        return None
    number, up_to, until, was_plain, is_done = row
    return Converted(
        number=number,
        up_to=up_to,
        until=until,
        was_plain=bool(was_plain),
        is_done=bool(is_done),
    )


class Conversion:
    """One connection's. Raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, at_rest: AtRest) -> None:
        self._connection = connection
        self._at_rest = at_rest
        self._state = read_converted(connection)
        self._is_written_anew = self._is_changed = False
        self._has_old = self._is_plain() and connection.execute(_ANY_TEXT).fetchone() is not None
        """Something was said that lies in plain."""
        if not self.is_done:
            self._write_over_what_goes()

    @property
    def part(self) -> float:
        """How much of it is done, from 0 to 1. Any thread may ask."""
        state = self._state
        if self._at_rest.is_on and self._is_plain():
            return 0.0 if self._has_old else 1.0
        return 1.0 if state is None else state.part

    @property
    def is_done(self) -> bool:
        return self._state is not None and self._state.is_done

    def wants_key(self) -> bool:
        """Whether a key would be asked for although nothing is written now."""
        if not self._at_rest.is_on:
            return self._state is not None and not self._is_of(None)
        return self._has_old if self._is_plain() else not self.is_done

    def step(self, key: DataKey | None) -> bool:
        """A short one towards this key, or towards none; whether there may be more to do."""
        if not self._is_of(key):
            self._begin(number_for(key))
        state = self._state
        if state is None or state.is_done:
            return False
        if some := self._some(state):
            self._convert(state, some, key)
        else:
            self._finish(state)
        return True

    def _is_of(self, key: DataKey | None) -> bool:
        number = number_for(key)
        return self._state is not None and self._state.number == number

    def _is_plain(self) -> bool:
        return self._state is None or self._state.number == PLAIN_NUMBER

    def _begin(self, number: int) -> None:
        before = self._state
        if before is None and number == PLAIN_NUMBER:
            return  # it has always been so
        is_half_done = before is not None and before.was_plain and not before.is_done
        was_plain = self._is_plain() or is_half_done
        until = self._last()
        self._write_over_what_goes()
        self._note(
            Converted(
                number=number,
                up_to=0,
                until=until,
                was_plain=was_plain and until > 0,
                is_done=not until,
            )
        )

    def _some(self, state: Converted) -> list[int]:
        found = self._connection.execute(_SIZES, (state.up_to, state.until, ROWS_A_STEP)).fetchall()
        size = 0
        some: list[int] = []
        for flight, length in found:
            size += length
            if some and size > BYTES_A_STEP:
                break
            some.append(flight)
        return some

    def _convert(self, state: Converted, some: list[int], key: DataKey | None) -> None:
        with transaction(self._connection):
            rows = self._connection.execute(_ROWS, (state.up_to, some[-1])).fetchall()
            changed = [made for row in rows if (made := self._converted(row, key)) is not None]
            self._connection.executemany(_UPDATE, changed)
            self._is_changed |= bool(changed)
            self._note(replace(state, up_to=some[-1]))

    def _converted(self, row: Row, key: DataKey | None) -> Row | None:
        """For _UPDATE; None for one that is as it should be, or that nothing opens any more."""
        flight, flight_id, asked_with, answered_with, asked, how_asked, answered, how_answered = row
        number = number_for(key)

        def moved(cell: bytes | str | None, column: str, *, encrypted: bool) -> bytes | str | None:
            if cell is None or cell == "[]":
                return cell
            place = place_of(flight_id, column)
            text = cell.encode() if isinstance(cell, str) else cell
            if (number_of(text) if encrypted else PLAIN_NUMBER) == number:
                return cell
            if encrypted:
                text = self._at_rest.decrypt(text, place)
            return text if key is None else key.encrypt(text, place)

        try:
            made = (
                moved(asked_with, "request_headers", encrypted=is_encrypted(asked_with)),
                moved(answered_with, "answer_headers", encrypted=is_encrypted(answered_with)),
                moved(asked, "request_body", encrypted=bool(how_asked & ENCRYPTED)),
                _how(how_asked, asked, key),
                moved(answered, "answer_body", encrypted=bool(how_answered & ENCRYPTED)),
                _how(how_answered, answered, key),
            )
        except VaultError as error:
            _log.warning("what was said in flight %s stays as it is: %s", flight_id, error)
            return None
        if made == (asked_with, answered_with, asked, how_asked, answered, how_answered):
            return None
        return (*(_as_text(cell) if key is None else cell for cell in made[:2]), *made[2:], flight)

    def _finish(self, state: Converted) -> None:
        if state.was_plain and state.number != PLAIN_NUMBER and not self._is_written_anew:
            self._connection.execute("VACUUM")
            self._is_written_anew = True
        busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy and state.was_plain:
            return  # somebody reads; the next step tries again
        self._note(replace(state, up_to=state.until, is_done=True))
        self._connection.execute("PRAGMA secure_delete = OFF")
        if self._is_changed:
            self._has_old = state.number == PLAIN_NUMBER
            _log.info("what was said in %d flights is %s", state.until, _said(state.number))

    def _write_over_what_goes(self) -> None:
        self._connection.execute("PRAGMA secure_delete = ON")

    def _last(self) -> int:
        found = self._connection.execute("SELECT max(flight) FROM flight_bodies").fetchone()[0]
        return int(found or 0)

    def _note(self, state: Converted) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO encryption VALUES (1, ?, ?, ?, ?, ?)",
            (state.number, state.up_to, state.until, int(state.was_plain), int(state.is_done)),
        )
        self._state = state


def _how(how: int, body: bytes | None, key: DataKey | None) -> int:
    if body is None:
        return how
    return how & ~ENCRYPTED if key is None else how | ENCRYPTED


def _as_text(cell: object) -> object:
    return cell.decode() if isinstance(cell, bytes) else cell


def _said(number: int) -> str:
    return "encrypted" if number != PLAIN_NUMBER else "stored in plain"


# All cells of a flight are under one key; where there are headers, CASE reads no body.
_BY_KEY = """
SELECT head, count(*) FROM (
    SELECT CASE
        WHEN substr(request_headers, 1, 1) = x'01' THEN substr(request_headers, 1, 5)
        WHEN substr(answer_headers, 1, 1) = x'01' THEN substr(answer_headers, 1, 5)
        WHEN request_body_packed & 2 THEN substr(request_body, 1, 5)
        WHEN answer_body_packed & 2 THEN substr(answer_body, 1, 5)
    END AS head FROM flight_bodies
) WHERE head IS NOT NULL GROUP BY head
"""


def flights_lost(path: Path, known: Collection[int]) -> int | None:
    """Of how many flights what was said is under none of these data keys. None for a file of
    another version. Walks through the whole file; raises StoreError."""
    if not path.exists():
        return 0
    if not is_of_today(path, FLIGHTS_STEPS):
        return None
    with told(path), closing(open_read_only(path, FLIGHTS_STEPS)) as connection:
        found = connection.execute(_BY_KEY).fetchall()
    return sum(int(count) for head, count in found if number_of(head) not in known)
