"""Which account made an answer that its provider keeps itself (Responses), to ask it again.

In `gateway.db`, written behind. Each is its owner's alone; vendors keep theirs for KEPT_DAYS, too.
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.store.flights.insert import Insert
from llmgw_desktop.store.gateway_file import GatewayFile
from llmgw_desktop.store.response_bounds import KEPT_DAYS, drop_before, first_of_the_newest
from llmgw_desktop.store.schema import Dialect, ElsewhereRow, columns
from llmgw_desktop.store.write_behind import WriteBehind

MOST_KNOWN = 50_000
LONGEST_ID = 256
_TIDY_EVERY = 1000
"""So many more there may be for a while."""
_INSERT = Insert("OR REPLACE INTO responses_elsewhere", (), columns(ElsewhereRow))


class Maker(NamedTuple):
    """Who answered, and with whose credentials."""

    account: str
    """As `account_id` names it."""
    project: str


_Known = tuple[str, str, str, str, float]


class ElsewhereStore:
    """May be used from any thread.

    `find` and `forget` raise StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = GatewayFile(path)
        self._clock = clock
        self._dialect = Dialect()
        self._since = _TIDY_EVERY
        self._behind: WriteBehind[_Known] = WriteBehind(
            "who keeps which answers", "elsewhere-writer", self._write
        )

    def note(self, response_id: str, owner: str, maker: Maker) -> None:
        """Quick. What is longer than any vendor's id is not noted."""
        if len(response_id) <= LONGEST_ID:
            row = (owner, response_id, *maker, self._clock.now_s())
            self._behind.put(_name(response_id, owner), row, LONGEST_ID)

    def find(self, response_id: str, owner: str) -> Maker | None:
        known = self._behind.get(_name(response_id, owner))
        if known is not None:
            return Maker(known[2], known[3])
        own = (ElsewhereRow.owner == owner) & (ElsewhereRow.id == response_id)
        query = ElsewhereRow.select(ElsewhereRow.account, ElsewhereRow.project).where(own)
        rows = self._file.run(*self._dialect.compose(query.tuples()))
        return Maker(*rows[0]) if rows else None

    def forget(self, response_id: str, owner: str) -> None:
        with self._behind.at_rest():
            self._behind.drop(_name(response_id, owner))
            own = (ElsewhereRow.owner == owner) & (ElsewhereRow.id == response_id)
            self._file.run(*self._dialect.compose(ElsewhereRow.delete().where(own)))

    def close(self) -> None:
        """What waits is written."""
        self._behind.close()
        self._file.close()

    def _write(self, batch: dict[str, _Known]) -> None:
        """On the writer thread."""
        with self._file.transaction() as connection:
            _INSERT.run(connection, (), list(batch.values()))
            self._since += len(batch)
            if self._since > _TIDY_EVERY:
                self._since = 0
                self._tidy(connection)

    def _tidy(self, connection: sqlite3.Connection) -> None:
        drop_before(connection, ElsewhereRow, self._clock.now_s() - KEPT_DAYS * 86400)
        if (newest := first_of_the_newest(connection, ElsewhereRow, MOST_KNOWN)) is not None:
            drop_before(connection, ElsewhereRow, newest)


def _name(response_id: str, owner: str) -> str:
    """Two vendors may give two clients the same id."""
    return f"{owner}\x1f{response_id}"
