"""`gateway.db` as its stores use it, and what is asked before one that tells of nothing."""

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.errors import StoreInQuestion, StoreUnavailable
from llmgw_desktop.store.database.database import (
    connect_read_only,
    is_disk_full,
    open_database,
    open_read_only,
    told,
    transaction,
)
from llmgw_desktop.store.database.schema import SqlDialect
from llmgw_desktop.store.database.steps import GATEWAY_STEPS


class LyingFile:
    """One file, from when it was opened. Not for several threads at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._path = path
        found = path.stat()
        self._is = found.st_dev, found.st_ino
        self._size = found.st_size
        self._wrong = ""

    def check(self) -> None:
        """Some microseconds, unless it has become shorter. What was found once stays so: pages that
        are written into a file that was cut off make it no whole one. Raises StoreInQuestion,
        OSError, sqlite3.Error."""
        self._wrong = self._wrong or self._look()
        if self._wrong:
            raise StoreInQuestion(self._wrong)

    def _look(self) -> str:
        name = self._path.name
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return f"{name} was taken away while the gateway used it."
        if (now.st_dev, now.st_ino) != self._is:
            return f"Another {name} was put in its place while the gateway used it."
        if now.st_size < self._size and not self._is_shorter_by_itself(now.st_size):
            return f"{name} was cut off while the gateway used it."
        self._size = now.st_size
        return ""

    def _is_shorter_by_itself(self, size: int) -> bool:
        """As after a VACUUM: then it holds."""
        if not size:
            return False
        try:
            with closing(connect_read_only(self._path)) as connection:
                page_bytes = int(connection.execute("PRAGMA page_size").fetchone()[0])
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:  # mostly it says itself that it ends too soon
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            ):
                raise
            return False
        return size % page_bytes == 0 and found == "ok"


class GatewayFile:
    """May be used from any thread; opened when it is first needed, and again after `close`. Before
    each use it is looked at whether the file that is open still lies in its place: what is written
    into one that nobody will find again is lost.

    Everything raises StoreUnavailable, StoreCorrupt, StoreInQuestion or SchemaTooNew.
    """

    def __init__(self, path: Path, *, reads_on: bool = False) -> None:
        """`reads_on`: what is there can be read on a disk that cannot be written; each change
        tries anew, and says what is in the way."""
        self._path = path
        self._reads_on = reads_on
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_read_only = self._was_full = False
        self._lying: LyingFile | None = None
        self._composed: dict[Hashable, str] = {}

    def check_place(self) -> None:
        """That the file that is open still lies in its place, as long as it was. Mostly some
        microseconds."""
        with self._lock, told(self._path):
            self._opened()

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock, told(self._path):
            return self._opened().execute(sql, parameters).fetchall()

    def ask(self, shape: Hashable, query: Callable[[], Any], values: Sequence[Any]) -> list[Any]:
        """The rows of a query of peewee's that has holes for its values. It is composed once for
        each shape: that takes several times as long as to read a few rows."""
        sql = self._composed.get(shape)
        if sql is None:
            sql, values_within = SqlDialect().compose(query())
            assert not values_within, "a value that stands in the query is a hole, too"
            self._composed[shape] = sql
        return self.run(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """For the statements of this block alone."""
        with self._lock, told(self._path):
            connection = self._opened(to_write=True)
            with transaction(connection):
                yield connection

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        self._is_read_only, self._lying = False, None
        if connection is not None:
            connection.close()

    def _opened(self, *, to_write: bool = False) -> sqlite3.Connection:
        if self._is_read_only and (to_write or self._has_room()):
            self._close()
        if self._connection is None:
            try:
                self._connection = open_database(self._path, GATEWAY_STEPS)
            except StoreUnavailable:
                if to_write or not self._reads_on or not self._path.exists():
                    raise
                self._connection = open_read_only(self._path, GATEWAY_STEPS)
                self._is_read_only = True
                self._was_full = is_disk_full(self._path.parent)
            self._lying = LyingFile(self._path)
        elif self._lying is not None:
            self._lying.check()
        return self._connection

    def _has_room(self) -> bool:
        """Again: who reads a file as it lies sees nothing that others write into it."""
        return self._was_full and not is_disk_full(self._path.parent)
