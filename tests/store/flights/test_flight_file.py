"""flights.db as the writer holds it: damaged, deleted, replaced, full of leftovers."""

import logging
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import SchemaTooNew, StoreCorrupt
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import Batch, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import RETENTION_EVERY_S, FlightFile
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.store.set_clock import SetClock
from tests.support.made_flights import flight_id, record, running, summary

ALL = FlightQuery()
SETTINGS = RecorderSettings(retention_days=36500)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def file(path: Path) -> Iterator[FlightFile]:
    file = FlightFile(path, SetClock())
    yield file
    file.close()


def _batch(*numbers: int, body: bytes = b"x") -> Batch:
    made = [record(summary=summary(number), request_body=body) for number in numbers]
    return make_batch({}, made, SETTINGS, Seal(bytes))


def _count(path: Path) -> int:
    reader = FlightReader(path)
    try:
        return reader.count(ALL)
    finally:
        reader.close()


def _damage(path: Path, share: float = 0.3) -> None:
    """Overwrite pages in the middle; the header stays."""
    with path.open("r+b") as opened:
        size = path.stat().st_size
        opened.seek(int(size * share) // 8192 * 8192)
        opened.write(os.urandom(size // 2))


def test_made_when_missing(file: FlightFile, path: Path) -> None:
    file.open()
    assert file.note == ""
    file.write(_batch(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _count(path) == 1


@pytest.mark.parametrize("damage", ["garbage", "middle", "mark"])
def test_damaged_at_start_is_set_aside(
    file: FlightFile, path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    first = FlightFile(path, SetClock())
    first.write(_batch(*range(400), body=b"x" * 900))
    first.close()
    if damage == "garbage":
        path.write_bytes(b"garbage" * 5000)
        path.with_name("flights.db-wal").write_bytes(b"side")
    elif damage == "middle":
        _damage(path)
    else:
        first.damage_mark.touch()
    before = path.read_bytes()
    with caplog.at_level(logging.WARNING):
        file.open()
    aside = "flights.db.corrupt-20261121T150000"
    assert file.note == f"flights.db was damaged; it is kept as {aside}, and a new one was begun."
    # Looking at a file that may be sound changes the counters of its header.
    assert path.with_name(aside).read_bytes()[100:] == before[100:]
    if damage == "garbage":
        assert path.with_name(f"{aside}-wal").read_bytes() == b"side"
    file.write(_batch(1))
    assert _count(path) == 1
    assert not file.damage_mark.exists()
    assert aside in caplog.text


def test_set_aside_never_overwrites(path: Path) -> None:
    for _ in range(3):
        path.write_bytes(b"garbage" * 5000)
        file = FlightFile(path, SetClock())
        file.open()
        assert "is kept as" in file.note
        file.close()
    assert len(list(path.parent.glob("flights.db.corrupt-*"))) == 3


def test_damage_met_while_running_stays_in_place_until_the_next_start(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = FlightFile(path, SetClock())
    file.write(_batch(*range(400), body=b"x" * 900))
    file.close()
    file.open()
    path.with_name("flights.db-wal").unlink(missing_ok=True)
    _damage(path, 0.0)
    file.close()
    with pytest.raises(StoreCorrupt):
        file.write(_batch(1000))
    with pytest.raises(StoreCorrupt):
        file.write(_batch(1000))
    file.close()
    assert path.exists()
    assert list(path.parent.glob("flights.db.corrupt-*")) == []
    assert file.damage_mark.exists()
    following = FlightFile(path, SetClock())
    with caplog.at_level(logging.WARNING):
        following.open()
    assert "is kept as" in following.note
    following.close()
    assert _count(path) == 0


def test_damage_that_went_away_is_forgotten(path: Path, tmp_path: Path) -> None:
    """A disk that was away for a moment must not cost the file at the next start."""
    file = FlightFile(path, SetClock())
    file.write(_batch(1))
    file.close()
    sound = path.read_bytes()
    path.write_bytes(b"garbage" * 3000)
    with pytest.raises(StoreCorrupt):
        file.write(_batch(2))
    file.close()
    path.write_bytes(sound)
    file.write(_batch(2))
    file.close()
    assert not file.damage_mark.exists()
    assert _count(path) == 2


def _deleted(path: Path) -> None:
    for each in path.parent.iterdir():
        each.unlink()


def _taken(path: Path) -> None:
    path.rename(path.with_name("taken.db"))


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _moved(path: Path) -> None:
    shutil.move(path.parent, path.parent.with_name("moved"))
    path.parent.mkdir()


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (_deleted, "taken away"),
        (_taken, "taken away"),
        (_moved, "taken away"),
        (_emptied, "emptied"),
    ],
    ids=["deleted", "taken", "moved", "emptied"],
)
def test_file_that_went_away_is_begun_anew_and_that_is_told(
    file: FlightFile,
    path: Path,
    act: Callable[[Path], None],
    what: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in range(1, 300):
        file.write(_batch(number))
    assert file.displaced() == ""
    act(path)
    said = f"flights.db was {what} while the gateway used it."
    assert file.displaced() == said
    file.write(_batch(1001, 1002))
    assert file.displaced() == ""
    assert _count(path) == 2
    assert file.note.startswith(f"{said} A new one was begun.")
    assert said in caplog.text


def test_what_was_taken_is_whole(file: FlightFile, path: Path) -> None:
    for number in range(1, 300):
        file.write(_batch(number))
    _taken(path)
    file.write(_batch(1001))
    assert _count(path.with_name("taken.db")) == 299


def test_another_file_in_its_place_is_not_spoilt_by_the_log_of_the_first(
    file: FlightFile, path: Path
) -> None:
    other = FlightFile(path.with_name("other.db"), SetClock())
    other.write(_batch(900))
    other.close()
    for number in range(1, 300):
        file.write(_batch(number))
    path.with_name("other.db").replace(path)
    file.write(_batch(1001, 1002))
    file.close()
    assert _count(path) == 3
    assert file.note == (
        "Another flights.db was put in its place while the gateway used it. It is used as it is."
    )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"


def test_a_log_that_somebody_reads_is_kept_aside(file: FlightFile, path: Path) -> None:
    for number in range(1, 50):
        file.write(_batch(number))
    with closing(sqlite3.connect(path, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        assert reading.execute("SELECT count(*) FROM flights").fetchone() == (49,)
        file.write(_batch(50))
        other = FlightFile(path.with_name("other.db"), SetClock())
        other.write(_batch(900))
        other.close()
        path.with_name("other.db").replace(path)
        file.write(_batch(1001))
        assert _count(path) == 2
    assert len(list(path.parent.glob("flights.db.corrupt-*-wal"))) == 1


def test_newer_schema_is_refused_and_left(file: FlightFile, path: Path) -> None:
    open_database(path, (*FLIGHTS_STEPS, ())).close()
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(SchemaTooNew):
            file.write(_batch(1))
    assert path.read_bytes() == before
    assert list(path.parent.glob("*corrupt*")) == []


def test_running_flights_of_an_earlier_life_are_lost(file: FlightFile, path: Path) -> None:
    first = FlightFile(path, SetClock())
    first.open()
    first.write(make_batch({"1": lambda: running(1)}, [], SETTINGS, Seal(bytes)))
    first.close()
    file.open()
    file.write(make_batch({"2": lambda: running(2)}, [], SETTINGS, Seal(bytes)))
    file.close()
    file.write(_batch(3))
    reader = FlightReader(path)
    states = {each.id: each.state for each in reader.page(ALL, offset=0, limit=9)}
    reader.close()
    assert states == {
        flight_id(1): FlightState.LOST,
        flight_id(2): FlightState.RUNNING,
        flight_id(3): FlightState.OK,
    }, "only at start: opening again while the program runs loses nothing"


def test_tidies_at_start_and_then_now_and_then(path: Path) -> None:
    clock = SetClock()
    file = FlightFile(path, clock)
    settings = RecorderSettings(retention_days=1)
    assert not file.tidy(settings), "nothing is open yet"
    file.write(_batch(1, 2))
    clock.forward(3 * 86_400)
    assert file.tidy(settings)
    assert not file.tidy(settings)
    assert _count(path) == 0
    file.write(_batch(1, 2))
    assert not file.tidy(settings), "not again so soon"
    clock.forward(RETENTION_EVERY_S)
    while file.tidy(settings):
        pass
    assert _count(path) == 0
    file.close()


def test_a_database_of_somebody_else_is_not_ours(path: Path, file: FlightFile) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE flights (number INTEGER)")
    other.execute("PRAGMA user_version = 1")
    other.close()
    file.write(_batch(1))
    (aside,) = path.parent.glob("flights.db.corrupt-*")
    assert aside.name in file.note
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT name FROM sqlite_master").fetchall() == [("flights",)]


@pytest.mark.parametrize("table", ["flight_sums", "flight_bodies", "known_time"])
def test_a_table_that_is_gone_is_found_at_start_and_the_file_set_aside(
    path: Path, file: FlightFile, table: str
) -> None:
    file.write(_batch(1))
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"DROP TABLE {table}")
    file.close()
    later = FlightFile(path, SetClock())
    later.write(_batch(2))
    later.close()
    assert "is kept as flights.db.corrupt-" in later.note


def test_a_table_that_goes_while_it_runs_is_damage_that_the_next_start_sets_aside(
    path: Path, file: FlightFile
) -> None:
    file.write(_batch(1))
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE flight_bodies")
    with pytest.raises(StoreCorrupt, match="no such table"):
        file.write(_batch(2))
    file.close()
    later = FlightFile(path, SetClock())
    later.open()
    later.close()
    assert "is kept as flights.db.corrupt-" in later.note
