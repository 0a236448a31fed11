"""Recorders for the tests of the store; a module may have a `path` or `store` of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database import database
from llmgw_desktop.store.flights import flight_store
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from tests.store.recorder_child import WAIT_S
from tests.store.set_clock import SetClock
from tests.support import ready_tables


@pytest.fixture(autouse=True)
def steps_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_migrate", ready_tables.by_steps)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def said() -> list[RecorderStatus]:
    return []


@pytest.fixture
def make(
    path: Path, said: list[RecorderStatus], short_pauses: None
) -> Iterator[Callable[..., FlightStore]]:
    """Makes started stores, and stops them."""
    made = []

    def make(**changes: Any) -> FlightStore:
        keep_long = {"retention_days": 36500}
        store = FlightStore(
            path,
            clock=changes.pop("clock", None) or SetClock(),
            seal=changes.pop("seal", Seal(bytes)),
            on_status=changes.pop("on_status", said.append),
            settings=RecorderSettings(**{**keep_long, **changes}),
        )
        made.append(store)
        store.start()
        return store

    yield make
    for store in made:
        store.stop(WAIT_S)


@pytest.fixture
def store(make: Callable[..., FlightStore]) -> FlightStore:
    return make()


@pytest.fixture
def reader(path: Path) -> Iterator[FlightReader]:
    reader = FlightReader(path)
    yield reader
    reader.close()


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight_store, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(flight_store, "LONGEST_PAUSE_S", 0.1)
