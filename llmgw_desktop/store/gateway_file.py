"""One connection to `gateway.db` for those who read and write rows of requests in it."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.database import open_database, open_read_only, told
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.transaction import transaction


class GatewayFile:
    """May be used from any thread; opened when it is first needed, and again after `close`.

    Everything raises StoreUnavailable, StoreCorrupt, StoreInQuestion or SchemaTooNew.
    """

    def __init__(self, path: Path, *, reads_on: bool = False) -> None:
        """`reads_on`: what is there can be read on a disk that cannot be written; each change
        tries anew, and says what is in the way."""
        self._path = path
        self._reads_on = reads_on
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_read_only = False

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock, told(self._path):
            return self._opened().execute(sql, parameters).fetchall()

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
        self._is_read_only = False
        if connection is not None:
            connection.close()

    def _opened(self, *, to_write: bool = False) -> sqlite3.Connection:
        if to_write and self._is_read_only:
            self._close()
        if self._connection is None:
            try:
                self._connection = open_database(self._path, GATEWAY_STEPS)
            except StoreUnavailable:
                if to_write or not self._reads_on or not self._path.exists():
                    raise
                self._connection = open_read_only(self._path, GATEWAY_STEPS)
                self._is_read_only = True
        return self._connection
