"""Brings the texts in `gateway.db` to the key that is in force, or to none, in short steps.

Which texts these are stands in TEXTS. What was plain is written over; in the end the file is
written anew and its journal emptied, so that no freed page holds any of it. A row in the file says
when all is done; until then each start looks through all tables again, and finds what is left.
"""

import logging
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import WITHHELD, AtRest, place
from llmgw_desktop.store.at_rest.data_keys import (
    PLAIN_NUMBER,
    DataKey,
    is_encrypted,
    number_for,
    number_of,
)
from llmgw_desktop.store.database.database import open_database, told, transaction
from llmgw_desktop.store.database.steps import GATEWAY_STEPS

ROWS_A_STEP = 50
BYTES_A_STEP = 1024 * 1024
_TRIES = 500
_log = logging.getLogger(__name__)


@value(kw_only=False)
class TextColumns:
    """Columns of a table that are encrypted, and what a row is known by."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    are_bytes: bool = False
    """Of columns of bytes; in the others text is plain and bytes are encrypted."""


TEXTS = (
    TextColumns("kept_responses", ("id",), ("input", "output", "answer"), are_bytes=True),
    TextColumns("validations", ("id",), ("request",)),
    TextColumns("validation_answers", ("validation_id", "role", "seat"), ("text", "record")),
    TextColumns("receipts", ("seq",), ("body",), are_bytes=True),
    TextColumns("approvals", ("id",), ("prompt_preview", "metadata")),
    TextColumns("permission_decisions", ("id",), ("ask", "job_title", "note")),
    TextColumns("permission_rules", ("job_id", "digest"), ("words",)),
    TextColumns("jobs", ("id",), ("title",)),
    TextColumns("sessions", ("id",), ("description",)),
)


def read_number(connection: sqlite3.Connection) -> int | None:
    """Of the data key that all texts are under; None while that is not known."""
    row = connection.execute("SELECT number FROM encryption WHERE is_done = 1").fetchone()
    return None if row is None else int(row[0])


class GatewayConversion:
    """For one thread. Raises StoreUnavailable, StoreCorrupt, SchemaTooNew, VaultError."""

    def __init__(self, path: Path, at_rest: AtRest) -> None:
        self._path = path
        self._at_rest = at_rest

    def wants_key(self) -> bool:
        """Whether there is a text that is not under the key in force, as far as can be told
        without it."""
        with self._opened() as connection:
            if self._at_rest.is_on:
                done = read_number(connection)
                return done in (None, PLAIN_NUMBER) and any(
                    _has_rows(connection, texts) for texts in TEXTS
                )
            return read_number(connection) not in (None, PLAIN_NUMBER)

    def steps(self) -> Generator[float]:
        """Each does a little and tells how much is done, from 0 to 1. No step if all is well."""
        key = self._at_rest.key()
        number = number_for(key)
        with self._opened() as connection:
            done = read_number(connection)
            if done == number or (done is None and key is None):
                return
            connection.execute("PRAGMA secure_delete = ON")
            connection.text_factory = _text
            unreadable = 0
            for at, texts in enumerate(TEXTS):
                for part, left in self._convert(connection, texts, key):
                    unreadable += left
                    yield (at + part) / len(TEXTS)
            if key is not None and done in (None, PLAIN_NUMBER):
                connection.execute("VACUUM")
            for _ in range(_TRIES):
                if _is_journal_empty(connection):
                    _note(connection, number)
                    break
                yield 1.0
            if unreadable:
                _log.warning("%d texts in %s cannot be opened", unreadable, self._path.name)

    def _convert(
        self, connection: sqlite3.Connection, texts: TextColumns, key: DataKey | None
    ) -> Iterator[tuple[float, int]]:
        """How much of the table is done, and how many of its texts nothing opens."""
        rows = connection.execute(f"SELECT {', '.join(texts.key)} FROM {texts.table}").fetchall()  # noqa: S608 - our names
        at = 0
        while at < len(rows):
            size = unreadable = 0
            with transaction(connection):
                for row in rows[at : at + ROWS_A_STEP]:
                    changed, left = self._convert_row(connection, texts, row, key)
                    size, unreadable, at = size + changed, unreadable + left, at + 1
                    if size > BYTES_A_STEP:
                        break
            yield at / len(rows), unreadable

    def _convert_row(
        self,
        connection: sqlite3.Connection,
        texts: TextColumns,
        row: tuple[object, ...],
        key: DataKey | None,
    ) -> tuple[int, int]:
        where = " AND ".join(f"{name} = ?" for name in texts.key)
        names = ", ".join(texts.columns)
        found = connection.execute(
            f"SELECT {names} FROM {texts.table} WHERE {where}",  # noqa: S608 - our names
            row,
        ).fetchone()
        if found is None:
            return 0, 0
        size = unreadable = 0
        for column, cell in zip(texts.columns, found, strict=True):
            at = place(texts.table, column, *map(str, row))
            try:
                made = self._moved(cell, at, key, are_bytes=texts.are_bytes)
            except VaultError:
                unreadable += 1
                continue
            if made is not cell:
                size += len(made)
                update = f"UPDATE {texts.table} SET {column} = ? WHERE {where}"  # noqa: S608 - our names
                connection.execute(update, (made, *row))
        return size, unreadable

    def _moved(
        self, cell: str | bytes, at: str, key: DataKey | None, *, are_bytes: bool
    ) -> str | bytes:
        """The cell itself where it is as it should be."""
        if not cell or cell == WITHHELD:
            return cell
        is_sealed = not isinstance(cell, str) and is_encrypted(cell)
        number = number_of(cell) if is_sealed and isinstance(cell, bytes) else PLAIN_NUMBER
        if number == number_for(key):
            return cell
        text = cell.encode(errors="surrogateescape") if isinstance(cell, str) else cell
        if is_sealed:
            text = self._at_rest.decrypt(text, at)
        if key is not None:
            return key.encrypt(text, at)
        return text if are_bytes else _text(text)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with told(self._path), closing(open_database(self._path, GATEWAY_STEPS)) as connection:
            yield connection


def _text(text: bytes) -> str:
    """Bytes that are no text, in a damaged row, stay what they are."""
    return text.decode(errors="surrogateescape")


def _note(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("INSERT OR REPLACE INTO encryption VALUES (1, ?, 1)", (number,))


def _is_journal_empty(connection: sqlite3.Connection) -> bool:
    """After an attempt; somebody who reads keeps it."""
    return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def _has_rows(connection: sqlite3.Connection, texts: TextColumns) -> bool:
    found = connection.execute(f"SELECT 1 FROM {texts.table} LIMIT 1")  # noqa: S608 - our names
    return found.fetchone() is not None
