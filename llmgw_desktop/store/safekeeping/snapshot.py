"""A copy of a database as it was at one moment, made while others write into it, and looked at
before anybody relies on it."""

import hashlib
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from llmgw_desktop.domain.errors import StoreCorrupt
from llmgw_desktop.store.at_rest.data_keys import PLAIN_NUMBER
from llmgw_desktop.store.at_rest.gateway_conversion import TEXTS, read_number
from llmgw_desktop.store.database import connect_read_only, told
from llmgw_desktop.store.migrations import schema_version
from llmgw_desktop.store.private_files import make_empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a copy holds, by which it is known again."""

    size: int
    sha256: str
    steps: int
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows of each table."""
    has_plain: bool = False
    """Texts in it are not encrypted, or were not when it was made: freed pages may hold them."""


def take_snapshot(path: Path, target: Path) -> Snapshot:
    """Of a database that others use, into a file of its own that is there when this returns.
    Waits for the disk; nobody waits for it. Raises StoreUnavailable, StoreCorrupt; then there is
    no such file."""
    make_empty(target)
    try:
        with told(path), closing(connect_read_only(path)) as source:
            source.execute("BEGIN")  # counted and copied as of one moment
            counts = _counts(source)
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever comes
        return _looked_at(target, counts)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _looked_at(target: Path, counts: Mapping[str, int]) -> Snapshot:
    with told(target), closing(connect_read_only(target)) as copy:
        check_whole(target, copy)
        found, steps = _counts(copy), schema_version(copy)
        has_plain = _has_plain(copy, counts)
        if found != counts:
            raise StoreCorrupt(f"{target.name} does not hold what was copied.")
    with told(target):
        return Snapshot(
            size=target.stat().st_size,
            sha256=synced_digest(target),
            steps=steps,
            counts=counts,
            has_plain=has_plain,
        )


def check_whole(path: Path, connection: sqlite3.Connection) -> None:
    """Raises StoreCorrupt, sqlite3.Error."""
    answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if answer != "ok":
        raise StoreCorrupt(f"{path.name} is damaged: {answer.splitlines()[-1]}.")


def synced_digest(path: Path) -> str:
    """SHA-256 of a file that nobody else has open, which is safely on the disk afterwards. Raises
    OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_plain(connection: sqlite3.Connection, counts: Mapping[str, int]) -> bool:
    if not any(counts.get(texts.table, 0) for texts in TEXTS):
        return False
    return "encryption" not in counts or read_number(connection) in (None, PLAIN_NUMBER)


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{_quoted(name)}"').fetchone()[0]  # noqa: S608
        for (name,) in sorted(names)
    }


def _quoted(name: str) -> str:
    return name.replace('"', '""')
