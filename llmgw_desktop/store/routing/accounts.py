"""How accounts stand, in `gateway.db`, across restarts.

Read once at the start, written behind (`write_behind.py`): of what is put in quick succession only
the last. A disk that takes nothing costs the memory of a restart and no request.
"""

import logging
import sqlite3
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.store.database.database import open_database, told, transaction
from llmgw_desktop.store.database.schema import AccountStateRow, SqlDialect
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.database.write_behind import WriteBehind

LONGEST_TEXT = 64 * 1024
_log = logging.getLogger(__name__)


class AccountStore:
    """`put` and `drop` are quick and may come from any thread."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._dialect = SqlDialect()
        self._behind: WriteBehind[str | None] = WriteBehind(
            "how accounts stand", "account-writer", lambda waiting: self._write(waiting)
        )

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
            self._behind.put(account, standing)

    def drop(self, account: str) -> None:
        """It is no longer there, or all is well with it."""
        self._behind.put(account, None)

    def close(self) -> None:
        """What waits is written; a later `put` starts anew."""
        self._behind.close()

    def _write(self, waiting: dict[str, str | None]) -> None:
        with told(self._path):
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
