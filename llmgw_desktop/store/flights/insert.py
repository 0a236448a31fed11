"""Many rows in few statements; what the rows have in common stands in a statement once."""

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from itertools import chain

from llmgw_desktop.store.flights.rows import Row

ROWS_A_STATEMENT = (128, 64, 32, *range(16, 0, -1))
"""SQLite is called once for so many rows: the interpreter's lock changes hands that much less."""
NUMBERS_ARE_FREE = not 0x030C0000 <= sys.hexversion < 0x030C0400
"""Python 3.12.0 to 3.12.3 take `?1` for a name and warn of each one; there what rows have in common
is told with each."""


class Insert:
    """Into one table. A row is its common part and its own."""

    def __init__(
        self,
        into: str,
        common: Sequence[str],
        own: Sequence[str],
        tail: str = "",
        *,
        marks: Mapping[str, str] | None = None,
    ) -> None:
        """`marks` says what stands for values that are not simply put in."""
        own_marks = [(marks or {}).get(name, "?") for name in own]
        common_marks = [f"?{n + 1}" if NUMBERS_ARE_FREE else "?" for n in range(len(common))]
        row = ", ".join([*common_marks, *own_marks])
        head = f"INSERT {into} ({', '.join([*common, *own])}) VALUES "  # noqa: S608 - our names
        self._by_size = [
            (n, f"{head}{', '.join([f'({row})'] * n)} {tail}") for n in ROWS_A_STATEMENT
        ]

    def run(self, connection: sqlite3.Connection, common: Row, own: Sequence[Row]) -> None:
        start, left = 0, len(own)
        for size, statement in self._by_size:
            while left >= size:
                rows = own[start : start + size]
                if NUMBERS_ARE_FREE:
                    values = [*common, *chain.from_iterable(rows)]
                else:
                    values = [value for row in rows for value in (*common, *row)]
                connection.execute(statement, values)
                start += size
                left -= size
