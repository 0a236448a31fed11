"""Opening SQLite files: how they are set up, and what is said of those that cannot be used."""

import errno
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import SchemaTooNew, StoreCorrupt, StoreUnavailable
from llmgw_desktop.store.database import database
from llmgw_desktop.store.database.database import (
    is_of_today,
    open_database,
    open_read_only,
    store_error,
    told,
    uri_of,
)
from tests.support.rights import without_roots_rights

pytestmark = pytest.mark.daily

STEPS = (("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)",),)


def _pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_set_up(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    connection = open_database(path, STEPS)
    expected = {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 2000,
        "auto_vacuum": 2,
        "page_size": 8192,
        "user_version": 1,
    }
    assert {name: _pragma(connection, name) for name in expected} == expected
    connection.execute("INSERT INTO things VALUES (1, 'a')")
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    connection.close()
    assert modes == {"x.db": 0o600, "x.db-wal": 0o600, "x.db-shm": 0o600}


def test_existing_files_are_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(open_database(path, STEPS)) as connection:
        connection.execute("INSERT INTO things (id) VALUES (7)")
        files = [path.with_name(f"x.db{side}") for side in ("", "-wal", "-shm")]
        for each in files:
            each.chmod(0o644)
        open_database(path, STEPS).close()
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_names_with_odd_characters(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=rw#%41é.db"
    open_database(path, STEPS).close()
    connection = open_read_only(path, STEPS)
    assert connection.execute("SELECT count(*) FROM things").fetchone() == (0,)
    connection.close()
    assert all(each.name.startswith(path.name) for each in tmp_path.iterdir())


def test_reader_cannot_write_and_sees_commits(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    writer = open_database(path, STEPS)
    reader = open_read_only(path, STEPS)
    writer.execute("INSERT INTO things VALUES (1, 'a')")
    assert reader.execute("SELECT name FROM things").fetchall() == [("a",)]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM things")
    reader.close()
    writer.close()


def test_newer_schema_is_refused_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    open_database(path, (*STEPS, ("CREATE TABLE more (id)",), ())).close()
    before = path.read_bytes()
    for opener in (open_database, open_read_only):
        with pytest.raises(SchemaTooNew, match=r"x\.db was written by a later .*schema 3.* 1\)"):
            opener(path, STEPS)
    assert path.read_bytes() == before


def test_newer_schema_that_is_still_in_the_journal_is_seen(tmp_path: Path) -> None:
    """A later version died before its journal was folded in: the file itself looks old."""
    path, copy = tmp_path / "x.db", tmp_path / "copy.db"
    open_database(path, STEPS).close()
    later = open_database(path, (*STEPS, ("CREATE TABLE more (id)",)))
    for side in ("", "-wal"):
        copy.with_name(copy.name + side).write_bytes(path.with_name(path.name + side).read_bytes())
    later.close()
    with pytest.raises(SchemaTooNew):
        open_database(copy, STEPS)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough" * 100, b"x" * 600])
def test_not_a_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"x\.db is damaged"):
        open_database(path, STEPS)
    with pytest.raises(StoreCorrupt):
        open_read_only(path, STEPS)
    assert path.read_bytes() == content


def test_empty_file_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    connection = open_database(tmp_path / "x.db", STEPS)
    assert _pragma(connection, "user_version") == 1
    connection.close()


def test_missing_folder_and_folder_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        open_database(tmp_path / "none" / "x.db", STEPS)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        open_database(tmp_path, STEPS)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        open_read_only(tmp_path / "none.db", STEPS)


def test_locked_by_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    path = tmp_path / "x.db"
    connection = open_database(path, STEPS)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(StoreUnavailable, match="another program keeps it locked"),
        told(path),
    ):
        connection.execute("BEGIN IMMEDIATE")
    other.close()
    connection.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "access is denied"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_system_says(tmp_path: Path, code: int, words: str) -> None:
    with (
        pytest.raises(StoreUnavailable, match=rf"x\.db cannot be used: {words}\."),
        told(tmp_path / "x.db"),
    ):
        raise OSError(code, os.strerror(code))


def test_full_disk_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    connection = open_database(path, STEPS)
    connection.execute("PRAGMA max_page_count = 3")
    with pytest.raises(StoreUnavailable, match="the disk is full"), told(path):
        connection.execute("INSERT INTO things (name) VALUES (?)", ("x" * 400_000,))
    connection.close()


READ_ONLY_FOLDER = """
import sys
from contextlib import closing
from pathlib import Path
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.database.database import open_database, open_read_only
folder, steps = Path(sys.argv[1]), (("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)",),)
try:
    (folder / "probe").touch()
    sys.exit("the folder can be written: this test proves nothing")
except PermissionError:
    pass
reader = open_read_only(folder / "old.db", steps)
print(reader.execute("SELECT name FROM things").fetchall())
for name in ("old.db", "new.db"):
    try:
        connection = open_database(folder / name, steps)
        connection.execute("INSERT INTO things (name) VALUES ('c')")
    except StoreUnavailable as error:
        print(error)
"""


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    connection = open_database(folder / "old.db", STEPS)
    connection.execute("INSERT INTO things VALUES (1, 'a')")
    connection.close()
    (folder / "old.db").chmod(0o444)
    folder.chmod(0o555)
    try:
        child = subprocess.run(
            [*without_roots_rights(), sys.executable, "-c", READ_ONLY_FOLDER, str(folder)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        folder.chmod(0o755)
    assert child.returncode == 0, child.stderr
    assert child.stdout.splitlines() == [
        "[('a',)]",
        "old.db cannot be used: the file or its folder is read-only.",
        "new.db cannot be used: access is denied.",
    ]


def test_starts_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from llmgw_desktop.store.database.database import open_database\n"
        "steps = (('CREATE TABLE a (x)',), ('CREATE TABLE b (x)', 'INSERT INTO b VALUES (1)'))\n"
        "sys.stdin.readline()\n"
        "connection = open_database(Path(sys.argv[1]), steps)\n"
        "print(connection.execute('SELECT count(*) FROM b').fetchone()[0])\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "x.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate(timeout=60) for child in children]
    assert answers == [("1\n", "")] * 4


def test_a_file_is_of_today_or_of_an_earlier_version_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    open_database(path, STEPS).close()
    before = path.read_bytes()
    assert is_of_today(path, STEPS)
    assert not is_of_today(path, (*STEPS, ("CREATE TABLE more (id INTEGER)",)))
    with pytest.raises(SchemaTooNew):
        is_of_today(path, ())
    assert path.read_bytes() == before
    path.write_bytes(b"no database, but as long as one has to be to be looked at " * 20)
    with pytest.raises(StoreCorrupt):
        is_of_today(path, STEPS)


@pytest.mark.parametrize(("free", "said"), [(0, "the disk is full"), (10**9, "reports an error")])
def test_a_full_disk_is_no_broken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, said: str
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert said in str(store_error(error, tmp_path / "x.db"))


@pytest.mark.parametrize(
    "name",
    [
        "\\\\server\\share\\gw.db",
        "\\\\?\\C:\\größe\\gw.db",
        "C:\\größe\\日本 & 100%41 #1?.db",
        "odd ?mode=rwc&x#%41\udcff.db",
    ],
)
def test_a_file_is_named_whatever_its_path_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A server's folder and one of the longer form on Windows, too: here these are names."""
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect(tmp_path / "made.db")) as made:
        made.execute("CREATE TABLE sheep (name)")
    (tmp_path / "made.db").rename(tmp_path / name)
    for path in (name, str(tmp_path / name)):
        with closing(sqlite3.connect(uri_of(path, mode="ro"), uri=True)) as opened:
            assert opened.execute("SELECT name FROM sqlite_master").fetchall() == [("sheep",)]
    assert [each.name for each in tmp_path.iterdir()] == [name]
