"""One connection to `gateway.db` for those who read and write rows of requests in it."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmgw_desktop.store.database import open_database, told
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.transaction import transaction


class GatewayFile:
    """May be used from any thread; opened when it is first needed, and again after `close`.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock, told(self._path):
            return self._opened().execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """For the statements of this block alone."""
        with self._lock, told(self._path):
            connection = self._opened()
            with transaction(connection):
                yield connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_database(self._path, GATEWAY_STEPS)
        return self._connection
