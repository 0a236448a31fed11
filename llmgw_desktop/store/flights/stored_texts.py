"""All that lies in a database of ours, cell by cell, unpacked and decrypted: for whoever looks
through it. Also of earlier versions, copies and files set aside; nothing is changed."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import WITHHELD, AtRest, place
from llmgw_desktop.store.at_rest.data_keys import is_encrypted
from llmgw_desktop.store.at_rest.gateway_conversion import TEXTS
from llmgw_desktop.store.database.database import connect_read_only, told
from llmgw_desktop.store.flights.rows import place_of

_FLIGHTS = "flight_bodies"
_KEYS = {texts.table: texts.key for texts in TEXTS}
_ENCRYPTED_COLUMNS = {texts.table: frozenset(texts.columns) for texts in TEXTS} | {
    _FLIGHTS: frozenset(("request_headers", "answer_headers", "request_body", "answer_body"))
}
_ZLIB = b"\x78"
_MOST_BYTES = 256 * 1024 * 1024
"""Of one cell, unpacked."""


@value(kw_only=False)
class StoredText:
    """What one cell says."""

    table: str
    column: str
    text: bytes | None
    """None where it cannot be read."""
    is_encrypted: bool
    why_not: str = ""
    """Why it cannot be read, in a sentence."""


def is_database(path: Path) -> bool:
    """Raises OSError."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def texts_in(path: Path, at_rest: AtRest) -> Iterator[StoredText]:
    """Raises StoreError."""
    with told(path), closing(connect_read_only(path)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in tables.fetchall():
            yield from _of_table(connection, name.decode(), at_rest)


def _of_table(connection: sqlite3.Connection, table: str, at_rest: AtRest) -> Iterator[StoredText]:
    quoted = table.replace('"', '""')
    query = f'SELECT * FROM "{quoted}"'  # noqa: S608 - a name that the file itself gives
    if table == _FLIGHTS:
        query = "SELECT flights.id AS id, b.* FROM flight_bodies b JOIN flights ON seq = b.flight"
    found = connection.execute(query)
    names = [each[0] for each in found.description]
    for row in found:
        cells = dict(zip(names, row, strict=True))
        for column, cell in cells.items():
            if isinstance(cell, bytes) and cell:
                yield _told(table, column, cell=cell, row=cells, at_rest=at_rest)


def _told(
    table: str, column: str, *, cell: bytes, row: dict[str, Any], at_rest: AtRest
) -> StoredText:
    may_be_encrypted = column in _ENCRYPTED_COLUMNS.get(table, ())
    if not may_be_encrypted or cell == WITHHELD or not is_encrypted(cell):
        return StoredText(table, column, _unpacked(cell), is_encrypted=False)
    try:
        said = at_rest.decrypt(cell, _place(table, column, row))
    except (VaultError, StoreError) as error:
        return StoredText(table, column, None, is_encrypted=True, why_not=str(error))
    return StoredText(table, column, _unpacked(said), is_encrypted=True)


def _place(table: str, column: str, row: dict[str, Any]) -> str:
    if table == _FLIGHTS:
        return place_of(_text(row["id"]), column)
    return place(table, column, *(_text(row[name]) for name in _KEYS[table]))


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _unpacked(cell: bytes) -> bytes | None:
    """What was packed begins as zlib's streams do; some words begin so, too."""
    if cell[:1] != _ZLIB:
        return cell
    unpacker = zlib.decompressobj()
    try:
        said = unpacker.decompress(cell, _MOST_BYTES)
    except zlib.error:
        return cell
    return said if unpacker.eof or unpacker.unconsumed_tail else cell
