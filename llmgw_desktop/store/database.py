"""Opens SQLite files as this program needs them, and says in words what is wrong with one.

Which tables are in them is left to `migrations.py`; peewee composes queries and these connections
run them.
"""

import errno
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from llmgw_desktop.domain.errors import SchemaTooNew, StoreCorrupt, StoreError, StoreUnavailable
from llmgw_desktop.store.migrations import Steps, migrate, schema_version
from llmgw_desktop.store.private_files import keep_file, make_empty
from llmgw_desktop.store.store_mark import check_come_so_far, check_there

BUSY_S = 2.0
"""How long to wait for another process before saying that the file is locked."""
SIDE_FILES = ("-wal", "-shm")
PAGE_BYTES = 8192
"""Two flights with short bodies to a page; 4096 would leave a quarter of each page empty."""
JOURNAL_KEPT_BYTES = 64 * 1024 * 1024

_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
}
_CANNOT_PREPARE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LACKS = ("no such table", "no such column")
"""Whoever asks for these has the tables of today: somebody took a part of the file away."""
_OS_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "access is denied",
}


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What SQLite and the system raise inside becomes a StoreError with one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    except OSError as error:
        reason = _OS_REASONS.get(error.errno or 0, error.strerror or "unknown")
        raise StoreUnavailable(f"{path.name} cannot be used: {reason}.") from error


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The sentence for what SQLite said."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGED or any(words in str(error) for words in _LACKS):
        return StoreCorrupt(f"{path.name} is damaged: {error}.")
    return StoreUnavailable(f"{path.name} cannot be used: {_REASONS.get(code, str(error))}.")


def _bind_plainly() -> None:
    """Python's module asks of every NULL and every blob whether it knows a protocol of adapters,
    and makes and drops two errors to learn that it does not: a seventh of the work of a batch. An
    adapter that gives back what it got is found in a table."""
    sqlite3.register_adapter(type(None), {None: None}.get)
    sqlite3.register_adapter(bytes, bytes)


_bind_plainly()


def open_database(path: Path, steps: Steps) -> sqlite3.Connection:
    """For reading and writing; makes the file if it is missing and brings its tables up to date.

    May be used by one thread at a time, any. Raises StoreUnavailable, StoreCorrupt, and
    SchemaTooNew and StoreInQuestion before anything is touched.
    """
    with told(path):
        check_there(path)
        make_empty(path)
        for side in SIDE_FILES:
            keep_file(path.with_name(path.name + side))
        if path.stat().st_size:
            # A look with a connection that cannot write, so that a later version's file stays
            # as it is to the last byte.
            open_read_only(path, steps).close()
        connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            _set_up(connection)
            _migrate(path, connection, steps)
        except BaseException:
            connection.close()
            raise
        return connection


def _migrate(path: Path, connection: sqlite3.Connection, steps: Steps) -> None:
    """The steps are tried with each release: one that cannot be taken finds another file than the
    steps before it have left."""
    try:
        migrate(connection, steps)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise StoreCorrupt(f"{path.name} is damaged: {error}.") from error


def open_read_only(path: Path, steps: Steps) -> sqlite3.Connection:
    """For reading an existing file, whatever its age; raises as `open_database`."""
    with told(path):
        check_there(path)
        connection = connect_read_only(path)
        try:
            version = schema_version(connection)
            if version <= len(steps):
                check_come_so_far(path, connection)
        except BaseException:
            connection.close()
            raise
    if version > len(steps):
        connection.close()
        raise SchemaTooNew(
            f"{path.name} was written by a later version of this program "
            f"(schema {version}, this one knows {len(steps)}); it is left untouched."
        )
    return connection


def is_of_today(path: Path, steps: Steps) -> bool:
    """Whether an existing file's tables are those of this version; False: of an earlier one.

    Nothing is changed. Raises as `open_database`.
    """
    connection = open_read_only(path, steps)
    with told(path), closing(connection):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return schema_version(connection) == len(steps)


def connect_read_only(path: Path) -> sqlite3.Connection:
    """As the file lies, for whoever looks whether it can be used. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        schema_version(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        has_side_files = any(path.with_name(path.name + side).exists() for side in SIDE_FILES)
        if has_side_files or error.sqlite_errorcode & 0xFF not in _CANNOT_PREPARE:
            raise
        # On a disk that cannot be written SQLite cannot make its side files; since there are
        # none, nobody writes and the file can be read as it lies.
        connection = sqlite3.connect(
            f"{uri}&immutable=1", uri=True, isolation_level=None, check_same_thread=False
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    # Both only take effect in a file that has no tables yet.
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _use_journal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_KEPT_BYTES}")


def _use_journal(connection: sqlite3.Connection) -> None:
    """WAL. Two starts at once: SQLite does not wait for a lock here, so we do."""
    give_up_s = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_s:
                raise
            time.sleep(0.02)
        else:
            return
