"""How many kept answers there may be, how large, and how old; the oldest give way."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import peewee

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.store.schema import Dialect, KeptResponseRow

KEPT_DAYS = 30
MOST_KEPT = 5000
MOST_BYTES = 1 << 30
"""Of all answers together, packed as they are."""
_TIDY_EVERY = 500
"""So many more there may be for a while."""
_TEXTS = (KeptResponseRow.input, KeptResponseRow.output, KeptResponseRow.answer)


class ResponseBounds:
    """Looks at the table seldom; in between it counts what is added."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._dialect = Dialect()
        self._since = _TIDY_EVERY
        """Rows since the last look; at the first of a start it is time for one."""
        self._bytes: int | None = None
        """Not less than there are; None before the first look."""

    def keep(self, connection: sqlite3.Connection, added: Sequence[tuple[Any, ...]]) -> None:
        """These rows were written."""
        self._since += len(added)
        if self._bytes is not None:
            self._bytes += sum(len(text) for row in added for text in row[4:])
        if self._since < _TIDY_EVERY and not self._is_large:
            return
        self._since = 0
        self._drop_before(connection, self._clock.now_s() - KEPT_DAYS * 86400)
        if (newest := self._first_of_the_newest(connection)) is not None:
            self._drop_before(connection, newest)
        if self._bytes is None or self._is_large:
            self._drop_before(connection, self._first_within(connection))

    @property
    def _is_large(self) -> bool:
        return self._bytes is not None and self._bytes > MOST_BYTES

    def _drop_before(self, connection: sqlite3.Connection, edge_s: float) -> None:
        self._run(connection, KeptResponseRow.delete().where(KeptResponseRow.kept_at_s < edge_s))

    def _first_of_the_newest(self, connection: sqlite3.Connection) -> float | None:
        """When the oldest of MOST_KEPT was kept; None where there are fewer."""
        ages = KeptResponseRow.select(KeptResponseRow.kept_at_s)
        oldest = ages.order_by(KeptResponseRow.kept_at_s.desc()).limit(1).offset(MOST_KEPT - 1)
        rows = self._run(connection, oldest.tuples())
        return float(rows[0][0]) if rows else None

    def _first_within(self, connection: sqlite3.Connection) -> float:
        """When the oldest of the newest was kept that have room together; the newest has always."""
        sizes = KeptResponseRow.select(
            KeptResponseRow.kept_at_s, *(peewee.fn.LENGTH(text) for text in _TEXTS)
        ).order_by(KeptResponseRow.kept_at_s.desc())
        self._bytes = 0
        oldest = 0.0
        for kept_at_s, *lengths in self._run(connection, sizes.tuples()):
            if self._bytes and self._bytes + sum(lengths) > MOST_BYTES:
                return oldest
            self._bytes += sum(lengths)
            oldest = float(kept_at_s)
        return 0.0

    def _run(self, connection: sqlite3.Connection, query: Any) -> list[Any]:
        sql, parameters = self._dialect.compose(query)
        return connection.execute(sql, parameters).fetchall()
