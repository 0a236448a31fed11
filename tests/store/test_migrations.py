"""Steps from nothing and from every older version; each whole or not at all."""

import sqlite3
from pathlib import Path

import pytest

from llmgw_desktop.store.database.database import Steps, migrate, open_database
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS

ALL = {"gateway": GATEWAY_STEPS, "flights": FLIGHTS_STEPS}


def _schema(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
    ).fetchall()


@pytest.mark.parametrize("steps", ALL.values(), ids=ALL)
def test_from_every_version(tmp_path: Path, steps: Steps) -> None:
    fresh = open_database(tmp_path / "fresh.db", steps)
    expected = _schema(fresh)
    fresh.close()
    for version in range(len(steps)):
        path = tmp_path / f"{version}.db"
        open_database(path, steps[:version]).close()
        connection = open_database(path, steps)
        assert _schema(connection) == expected
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)
        connection.close()


def test_data_is_carried_along(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    steps: Steps = (
        ("CREATE TABLE a (x)",),
        ("ALTER TABLE a ADD COLUMN y", "UPDATE a SET y = x * 2"),
        ("CREATE TABLE b AS SELECT y FROM a",),
    )
    connection = open_database(path, steps[:1])
    connection.execute("INSERT INTO a VALUES (21)")
    connection.close()
    connection = open_database(path, steps)
    assert connection.execute("SELECT y FROM b").fetchall() == [(42,)]
    connection.close()


def test_failing_step_leaves_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    steps: Steps = (("CREATE TABLE a (x)",), ("CREATE TABLE b (x)", "CREATE TABLE a (x)"))
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, steps)
    assert not connection.in_transaction
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert [row[1] for row in _schema(connection)] == ["a"]
    migrate(connection, (steps[0], ("CREATE TABLE b (x)",)))
    assert [row[1] for row in _schema(connection)] == ["a", "b"]
    connection.close()
