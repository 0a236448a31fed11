"""kill -9 at any moment of a conversion or a rotation: nothing is unreadable, nothing is lost."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.at_rest.cells import AtRest, place
from llmgw_desktop.store.at_rest.data_keys import is_encrypted
from llmgw_desktop.store.at_rest.gateway_conversion import TEXTS
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from tests.store.at_rest.converting_child import home
from tests.store.at_rest.test_flights import said_record
from tests.store.at_rest.test_gateway import fill, texts_in
from tests.store.recorder_child import WAIT_S
from tests.store.set_clock import SetClock
from tests.store.vault.places import SECRET, key
from tests.support.killed_child import begin_and_kill
from tests.support.made_flights import flight_id

FLIGHTS = 150


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A home from before anything was encrypted."""
    store = FlightStore(
        tmp_path / "flights.db",
        clock=SetClock(),
        seal=Seal(bytes),
        on_status=lambda status: None,
        settings=RecorderSettings(retention_days=36500),
    )
    store.start()
    for number in range(FLIGHTS):
        store.closed(said_record(number, 100))
    assert store.flush(WAIT_S)
    store.stop(WAIT_S)
    fill(tmp_path / "gateway.db")
    vault, _ = home(tmp_path)
    vault.put(key(), SECRET, by="test")
    vault.close()
    return tmp_path


@pytest.mark.daily
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random_moments(folder: Path, seed: int, whole: bool) -> None:
    kills = 100 if whole else 5
    expected = dict(texts_in(folder / "gateway.db"))
    rand = random.Random(seed)
    for _ in range(kills):
        begin_and_kill("tests.store.at_rest.converting_child", folder, rand.uniform(0.0, 0.35))
        _look(folder, expected)


def _look(folder: Path, expected: dict[str, object]) -> None:
    vault, at_rest = home(folder)
    with closing(vault), closing(FlightReader(folder / "flights.db", at_rest)) as reader:
        assert vault.secret(key(), by="test") == SECRET
        for number in range(FLIGHTS):
            assert reader.record(flight_id(number)) == said_record(number, 100)
        assert _opened(folder, at_rest) == expected


def _opened(folder: Path, at_rest: AtRest) -> dict[str, object]:
    found: dict[str, object] = {}
    with closing(open_database(folder / "gateway.db", GATEWAY_STEPS)) as connection:
        for texts in TEXTS:
            names = ", ".join((*texts.key, *texts.columns))
            for row in connection.execute(f"SELECT {names} FROM {texts.table}"):
                known_by, cells = row[: len(texts.key)], row[len(texts.key) :]
                for column, cell in zip(texts.columns, cells, strict=True):
                    at = place(texts.table, column, *map(str, known_by))
                    opened = at_rest.decrypt(cell, at) if is_encrypted(cell) else cell
                    is_text = is_encrypted(cell) and not texts.are_bytes
                    found[f"{texts.table}.{column}"] = opened.decode() if is_text else opened
    return found
