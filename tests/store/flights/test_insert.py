"""Rows arrive whole, whichever way this Python lets what they have in common be told."""

import sqlite3
from contextlib import closing

import pytest

from llmgw_desktop.store.database import write_behind
from llmgw_desktop.store.database.write_behind import ROWS_A_STATEMENT, Insert


@pytest.mark.parametrize("numbers_are_free", [True, False])
@pytest.mark.parametrize("rows", [1, 3, ROWS_A_STATEMENT[0] + 5])
def test_each_row_has_the_common_part_and_its_own(
    monkeypatch: pytest.MonkeyPatch, numbers_are_free: bool, rows: int
) -> None:
    if write_behind.NUMBERS_ARE_FREE:  # elsewhere the numbers themselves are warned of
        monkeypatch.setattr(write_behind, "NUMBERS_ARE_FREE", numbers_are_free)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE kept (a, b, c, d)")
        made = Insert("INTO kept", ("a", "b"), ("c", "d"), marks={"d": "? || '!'"})
        made.run(connection, ("both", None), [(number, f"row {number}") for number in range(rows)])
        found = connection.execute("SELECT * FROM kept ORDER BY c").fetchall()
    assert found == [("both", None, number, f"row {number}!") for number in range(rows)]
