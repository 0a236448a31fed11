"""All or nothing."""

import sqlite3

import pytest

from llmgw_desktop.store.database.database import transaction


@pytest.fixture
def connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE a (x INTEGER UNIQUE)")
    return connection


def test_commits(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO a VALUES (1)")
        assert connection.in_transaction
    assert not connection.in_transaction
    assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]
    connection.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_takes_back(connection: sqlite3.Connection, error: type[BaseException]) -> None:
    def write_half() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO a VALUES (1)")
            raise error

    with pytest.raises(error):
        write_half()
    assert not connection.in_transaction
    assert connection.execute("SELECT x FROM a").fetchall() == []
    connection.close()


def test_error_that_sqlite_rolled_back_itself_is_the_one_seen(
    connection: sqlite3.Connection,
) -> None:
    def insert_twice() -> None:
        with transaction(connection):
            connection.execute("INSERT OR ROLLBACK INTO a VALUES (1)")
            connection.execute("INSERT OR ROLLBACK INTO a VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        insert_twice()
    assert not connection.in_transaction
    connection.close()
