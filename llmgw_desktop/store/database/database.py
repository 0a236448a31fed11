"""Opening SQLite files: how they are set up, brought up to date step by step, and checked."""

import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from llmgw_desktop.domain.audit import are_acts_heard
from llmgw_desktop.domain.errors import SchemaTooNew, StoreCorrupt, StoreError, StoreUnavailable
from llmgw_desktop.store.database.store_mark import check_come_so_far, check_there, keep_mark
from llmgw_desktop.store.private_files import keep_file, make_empty, os_reason

_log = logging.getLogger(__name__)


class MarkedConnection(sqlite3.Connection):
    """As `open_database` makes it."""

    path: Path
    has_acted = False
    """In the transaction that is open, or was committed last."""

    def follow_with_mark(self) -> None:
        """After an act was committed, before whoever acted goes on: an older copy that is put back
        shows, whichever program of ours acted. A gateway does it behind, for all acts since the
        last time (`app/audit/keeping`): it must not wait for the disk."""
        self.has_acted = False
        if are_acts_heard():
            return
        try:
            self.execute("BEGIN IMMEDIATE")  # nobody else's later mark is overwritten
            keep_mark(self.path, self)
            self.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            with suppress(sqlite3.Error):
                self.rollback()
            _log.warning("how far %s has come cannot be kept: %s", self.path.name, error)


ROW_REFUSED = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ValueError,
    OverflowError,
)
"""What SQLite raises when not the disk but a value is at fault."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Takes the write lock at once, so that what is read inside stays true until the end."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself rolls back after some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if isinstance(connection, MarkedConnection):
            connection.has_acted = False
        raise
    if isinstance(connection, MarkedConnection) and connection.has_acted:
        connection.follow_with_mark()


Steps = Sequence[Sequence[str]]
"""Each step is some statements that happen together or not at all."""


def schema_version(connection: sqlite3.Connection) -> int:
    """How many steps this file has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Steps) -> None:
    """Take the steps that are missing."""
    for number in range(schema_version(connection) + 1, len(steps) + 1):
        with transaction(connection):
            # Another process may have taken the step while this one waited for the lock.
            if schema_version(connection) < number:
                for statement in steps[number - 1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


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


def into_one_file(connection: sqlite3.Connection) -> None:
    """What it holds, so that the file can be moved as a whole."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def told(path: Path, *, in_full: bool = False) -> Iterator[None]:
    """What SQLite and the system raise inside becomes a StoreError with one sentence. `in_full`: it
    is no file of the home, whose name would do, but one that a person named."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    except OSError as error:
        name = path if in_full else path.name
        raise StoreUnavailable(f"{name} cannot be used: {os_reason(error)}.") from error


_ROOM_BYTES = 64 * 1024
"""SQLite's side files take half of it before anything can be read."""


def is_disk_full(folder: Path) -> bool:
    """Some microseconds. False where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free < _ROOM_BYTES
    except OSError:
        return False


def _is_read_only(folder: Path) -> bool:
    """As a disk that was mounted so, or came back so after a fault."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The sentence for what SQLite said, which takes a full disk for a broken one where it cannot
    make its side files."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_IOERR and is_disk_full(path.parent):
        code = sqlite3.SQLITE_FULL
    if code == sqlite3.SQLITE_CANTOPEN and _is_read_only(path.parent):
        code = sqlite3.SQLITE_READONLY
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
            path,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
            factory=MarkedConnection,
        )
        connection.path = path
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
        raise SchemaTooNew.of(path.name, version, len(steps))
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
    uri = uri_of(str(path.absolute()), mode="ro")
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        schema_version(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if not _lies_still(path, error.sqlite_errorcode & 0xFF):
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


def uri_of(path: str, *, mode: str) -> str:
    """All of the path is escaped, its strokes too: SQLite would take the server of a Windows path
    for an authority, which it refuses."""
    return f"file:{quote(os.fsencode(path), safe='')}?mode={mode}"


def _lies_still(path: Path, code: int) -> bool:
    """Whether all of the file is in the file, and nobody can write into it now."""
    if code == sqlite3.SQLITE_IOERR and is_disk_full(path.parent):
        log = path.with_name(f"{path.name}-wal")  # an empty one is left by a try that failed
        return not log.exists() or not log.stat().st_size
    has_side_files = any(path.with_name(path.name + side).exists() for side in SIDE_FILES)
    return code in _CANNOT_PREPARE and not has_side_files


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


def missing_parts(connection: sqlite3.Connection, steps: Steps) -> list[str]:
    """Tables, columns, indexes and triggers that the steps taken have made and that are not
    there, as `table clients`. Raises sqlite3.Error."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as whole:
        for step in steps[: schema_version(connection)]:
            for statement in step:
                whole.execute(statement)
        return sorted(_parts(whole) - _parts(connection))


def is_cut(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether its last page is not whole, which SQLite fills with zeros. Raises sqlite3.Error,
    OSError."""
    page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
    return path.stat().st_size % int(page_bytes) != 0


def _parts(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall()
    parts = {f"{kind} {name}" for kind, name in rows}
    for kind, name in rows:
        if kind == "table":
            columns = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (name,))
            parts |= {f"column {name}.{column}" for (column,) in columns}
    return parts
