"""What flights hold lies encrypted: new ones, old ones, after a rotation, and while locked."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.conversion import read_converted
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.vault.vault import Vault
from tests.store.recorder_child import WAIT_S
from tests.store.set_clock import SetClock
from tests.store.test_flight_store_faults import wait_until
from tests.store.vault.places import Place
from tests.support.made_flights import flight_id, record, summary

WORDS = b"the-words-that-were-said"
SETTINGS = RecorderSettings(retention_days=36500)


def said_record(number: int, repeat: int = 1) -> FlightRecord:
    return record(
        summary=summary(number),
        request_headers=(("x-note", f"{WORDS.decode()} {number}"),),
        request_body=WORDS * repeat,
        answer_headers=(("x-note", WORDS.decode()),),
        answer_body=WORDS * repeat + b"!",
    )


class Desk:
    """A vault with a recorder that may be started again and again."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.path = folder / "flights.db"
        self.encrypts = True
        self.said: list[RecorderStatus] = []

    def at_rest(self, vault: Vault) -> AtRest:
        return AtRest(vault.data_keys, lambda: self.encrypts)

    def store(self, at_rest: AtRest) -> FlightStore:
        store = FlightStore(
            self.path,
            clock=SetClock(),
            seal=Seal(bytes),
            on_status=self.said.append,
            settings=SETTINGS,
            at_rest=at_rest,
        )
        store.start()
        return store

    def record(self, at_rest: AtRest, *numbers: int, repeat: int = 1) -> None:
        store = self.store(at_rest)
        for number in numbers:
            store.closed(said_record(number, repeat))
        assert store.flush(WAIT_S)
        store.stop(WAIT_S)

    def convert(self, at_rest: AtRest) -> None:
        store = self.store(at_rest)
        wait_until(lambda: self.converted() and store.converted_part == 1.0)
        store.stop(WAIT_S)

    def convert_to_plain(self, at_rest: AtRest) -> None:
        store = self.store(at_rest)
        wait_until(lambda: numbers(self.path) == {0})
        store.stop(WAIT_S)

    def converted(self) -> bool:
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            state = read_converted(connection)
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return state is not None and state.is_done

    def read(self, at_rest: AtRest, number: int) -> FlightRecord:
        reader = FlightReader(self.path, at_rest)
        try:
            found = reader.record(flight_id(number))
        finally:
            reader.close()
        assert found is not None
        return found

    def lies_open(self) -> list[str]:
        """The files of the folder in which the words stand."""
        files = (each for each in self.place.folder.rglob("*") if each.is_file())
        return [each.name for each in files if WORDS in each.read_bytes()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("repeat", [1, 400, 10_000])
def test_what_was_said_is_encrypted_and_read(desk: Desk, repeat: int) -> None:
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        desk.record(at_rest, 1, repeat=repeat)
        found = desk.read(at_rest, 1)
    expected = said_record(1, repeat)
    assert found.request_body == expected.request_body
    assert found.answer_body == expected.answer_body
    assert found.request_headers == expected.request_headers
    assert found.answer_headers == expected.answer_headers
    assert desk.lies_open() == []


def test_old_flights_are_converted_and_no_page_holds_them(desk: Desk) -> None:
    desk.record(PLAIN, *range(300), repeat=20)
    gone = sqlite3.connect(desk.path)
    gone.execute("PRAGMA secure_delete = OFF")
    gone.execute("DELETE FROM flight_bodies WHERE flight % 3 = 0")
    gone.commit()
    gone.close()
    assert desk.lies_open() == ["flights.db"]
    aside = desk.path.with_name("flights.db.corrupt-20260101T000000")
    aside.write_bytes(WORDS * 5)
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        desk.convert(at_rest)
        assert desk.lies_open() == []
        for number in (0, 150, 298):
            assert desk.read(at_rest, number).request_body == said_record(number, 20).request_body
    assert desk.read(PLAIN, 1).unreadable


def test_new_flights_come_in_while_old_ones_are_converted(desk: Desk) -> None:
    desk.record(PLAIN, *range(200), repeat=200)
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        store = desk.store(at_rest)
        for number in range(200, 400):
            store.closed(said_record(number, 200))
        assert store.flush(WAIT_S)
        wait_until(desk.converted)
        store.stop(WAIT_S)
        assert all(
            desk.read(at_rest, number).answer_body == said_record(number, 200).answer_body
            for number in range(0, 400, 7)
        )
    assert desk.lies_open() == []


def test_a_rotation_brings_all_to_a_new_key(desk: Desk) -> None:
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        desk.record(at_rest, *range(100))
        vault.rotate(by="test")
        number = vault.data_keys.current().number
        desk.record(at_rest, 100)
        store = desk.store(at_rest)
        wait_until(lambda: numbers(desk.path) == {number})
        store.stop(WAIT_S)
        assert desk.read(at_rest, 7).request_body == WORDS


def test_switched_off_all_is_plain_again(desk: Desk) -> None:
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        desk.record(at_rest, *range(50))
        desk.encrypts = False
        desk.record(at_rest, 50)
        store = desk.store(at_rest)
        wait_until(lambda: numbers(desk.path) == {0})
        store.stop(WAIT_S)
    assert desk.read(PLAIN, 7) == said_record(7)
    assert desk.read(PLAIN, 50) == said_record(50)


def test_switched_on_again_all_is_encrypted_though_nothing_comes(desk: Desk) -> None:
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        desk.record(at_rest, 1)
        desk.encrypts = False
        desk.record(at_rest, 2)
        store = desk.store(at_rest)
        wait_until(lambda: numbers(desk.path) == {0})
        desk.encrypts = True
        store.apply(SETTINGS)
        wait_until(lambda: 0 not in numbers(desk.path))
        store.stop(WAIT_S)
        desk.encrypts = False
        desk.convert_to_plain(at_rest)
        desk.encrypts = True
        store = desk.store(at_rest)  # a start finds it, too
        wait_until(lambda: desk.lies_open() == [])
        store.stop(WAIT_S)


def test_a_locked_vault_leaves_the_figures(desk: Desk) -> None:
    with desk.place.open() as vault:
        desk.record(desk.at_rest(vault), 1)
    desk.place.keyring.works = False
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        desk.record(at_rest, 2)
        reader = FlightReader(desk.path, at_rest)
        assert reader.count(FlightQuery()) == 2
        reader.close()
        for number in (1, 2):
            found = desk.read(at_rest, number)
            assert found.request_body is None
            assert found.request_headers == ()
            assert not found.request_body_whole or found.unreadable
        assert "keyring" in desk.read(at_rest, 1).unreadable
    assert any("only figures" in status.problem for status in desk.said)
    assert not any(status.left_out or status.fell_behind for status in desk.said), "not too many"
    assert all(status.recording for status in desk.said)
    assert desk.lies_open() == []
    desk.place.keyring.works = True
    with desk.place.open() as vault:
        assert desk.read(desk.at_rest(vault), 1).request_body == WORDS


def test_figures_alone_open_no_vault(desk: Desk) -> None:
    with desk.place.open() as vault:
        store = FlightStore(
            desk.path,
            clock=SetClock(),
            seal=Seal(bytes),
            on_status=desk.said.append,
            settings=replace(SETTINGS, level=RecorderLevel.FIGURES),
            at_rest=desk.at_rest(vault),
        )
        store.start()
        store.closed(said_record(1))
        assert store.flush(WAIT_S)
        store.stop(WAIT_S)
    assert desk.place.keyring.kept == {}
    assert desk.lies_open() == []


def test_figures_do_not_wait_for_the_keyring(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    put: Callable[[str, str], bool] = desk.place.keyring.put
    monkeypatch.setattr(
        desk.place.keyring, "put", lambda *what: (answered.wait(WAIT_S), put(*what))[1]
    )
    with desk.place.open() as vault:
        at_rest = desk.at_rest(vault)
        store = desk.store(at_rest)
        reader = FlightReader(desk.path, at_rest)
        store.closed(said_record(1))
        wait_until(lambda: reader.count(FlightQuery()) == 1)
        reader.close()
        answered.set()
        assert store.flush(WAIT_S)
        store.stop(WAIT_S)
        assert desk.read(at_rest, 1) == said_record(1)
    assert desk.lies_open() == []


def numbers(path: Path) -> set[int]:
    """Of the data keys that request bodies are under; 0 for plain ones."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT request_body, request_body_packed FROM flight_bodies"
        ).fetchall()
    finally:
        connection.close()
    return {int.from_bytes(body[1:5], "big") if how & 2 else 0 for body, how in rows}
