"""How accounts stand, in `gateway.db`, across restarts.

Read once at the start; written by a thread of its own that only lives while there is something to
write. Of what is put in quick succession only the last is written. A disk that takes nothing costs
the memory of a restart and no request.
"""

import logging
import sqlite3
import threading
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.store.database import open_database, told
from llmgw_desktop.store.migrations import GATEWAY_STEPS
from llmgw_desktop.store.schema import AccountStateRow, Dialect
from llmgw_desktop.store.transaction import transaction

GATHER_S = 0.2
"""So long more is waited for before a write."""
LONGEST_TEXT = 64 * 1024
_log = logging.getLogger(__name__)


class AccountStore:
    """`put` and `drop` are quick and may come from any thread."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._dialect = Dialect()
        self._waiting: dict[str, str | None] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def load(self) -> dict[str, str]:
        """What was put last for each account; nothing where the file cannot be read."""
        query = AccountStateRow.select(AccountStateRow.account, AccountStateRow.standing)
        try:
            with told(self._path):
                connection = open_database(self._path, GATEWAY_STEPS)
                try:
                    return dict(self._run(connection, query.tuples()))
                finally:
                    connection.close()
        except StoreError as error:
            _log.warning("how accounts stood is not known: %s", error)
            return {}

    def put(self, account: str, standing: str) -> None:
        if len(standing) <= LONGEST_TEXT:
            self._queue(account, standing)

    def drop(self, account: str) -> None:
        """It is no longer there, or all is well with it."""
        self._queue(account, None)

    def close(self) -> None:
        """What waits is written; a later `put` starts anew."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(5.0)
        self._closing.clear()

    def _queue(self, account: str, standing: str | None) -> None:
        with self._lock:
            self._waiting[account] = standing
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._write_on, name="account-writer", daemon=True
                )
                self._thread.start()

    def _write_on(self) -> None:
        while True:
            self._closing.wait(GATHER_S)
            with self._lock:
                waiting, self._waiting = self._waiting, {}
                if not waiting:
                    self._thread = None
                    return
            try:
                with told(self._path):
                    self._write(waiting)
            except StoreError as error:
                _log.warning("how accounts stand could not be written: %s", error)
            except Exception:  # noqa: BLE001 - a fault of ours must not end the thread
                _log.exception("how accounts stand could not be written")

    def _write(self, waiting: dict[str, str | None]) -> None:
        connection = open_database(self._path, GATEWAY_STEPS)
        try:
            with transaction(connection):
                for account, standing in waiting.items():
                    self._run(connection, self._query(account, standing))
        finally:
            connection.close()

    def _query(self, account: str, standing: str | None) -> Any:
        if standing is None:
            return AccountStateRow.delete().where(AccountStateRow.account == account)
        return AccountStateRow.insert(
            account=account, kept_at_s=self._clock.now_s(), standing=standing
        ).on_conflict_replace()

    def _run(self, connection: sqlite3.Connection, query: Any) -> list[Any]:
        sql, parameters = self._dialect.compose(query)
        return connection.execute(sql, parameters).fetchall()
