"""How many answers are kept or known of, how large, and how old; the oldest give way."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import peewee

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.store.schema import Dialect, ElsewhereRow, KeptResponseRow

KEPT_DAYS = 30
MOST_KEPT = 5000
MOST_BYTES = 1 << 30
"""Of all answers together, packed as they are."""
_TIDY_EVERY = 500
"""So many more there may be for a while."""
_dialect = Dialect()
Rows = type[KeptResponseRow] | type[ElsewhereRow]
_TEXTS = (KeptResponseRow.input, KeptResponseRow.output, KeptResponseRow.answer)


class ResponseBounds:
    """Looks at the table seldom; in between it counts what is added."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
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
        drop_before(connection, KeptResponseRow, self._clock.now_s() - KEPT_DAYS * 86400)
        if (newest := first_of_the_newest(connection, KeptResponseRow, MOST_KEPT)) is not None:
            drop_before(connection, KeptResponseRow, newest)
        if self._bytes is None or self._is_large:
            drop_before(connection, KeptResponseRow, self._first_within(connection))

    @property
    def _is_large(self) -> bool:
        return self._bytes is not None and self._bytes > MOST_BYTES

    def _first_within(self, connection: sqlite3.Connection) -> float:
        """When the oldest of the newest was kept that have room together; the newest has always."""
        sizes = KeptResponseRow.select(
            KeptResponseRow.kept_at_s, *(peewee.fn.LENGTH(text) for text in _TEXTS)
        ).order_by(KeptResponseRow.kept_at_s.desc())
        self._bytes = 0
        oldest = 0.0
        for kept_at_s, *lengths in _run(connection, sizes.tuples()):
            if self._bytes and self._bytes + sum(lengths) > MOST_BYTES:
                return oldest
            self._bytes += sum(lengths)
            oldest = float(kept_at_s)
        return 0.0


def drop_before(connection: sqlite3.Connection, rows: Rows, edge_s: float) -> None:
    _run(connection, rows.delete().where(rows.kept_at_s < edge_s))


def first_of_the_newest(connection: sqlite3.Connection, rows: Rows, count: int) -> float | None:
    """When the oldest of the `count` newest was kept; None where there are fewer."""
    ages = rows.select(rows.kept_at_s).order_by(rows.kept_at_s.desc())
    found = _run(connection, ages.limit(1).offset(count - 1).tuples())
    return float(found[0][0]) if found else None


def _run(connection: sqlite3.Connection, query: Any) -> list[Any]:
    sql, parameters = _dialect.compose(query)
    return connection.execute(sql, parameters).fetchall()
