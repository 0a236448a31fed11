"""Words in bodies: found however they were sent and kept, within bounds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.store.at_rest.data_keys import DataKey
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights import body_search
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.body_search import SearchStanding
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import flight_id, summary

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = DataKey(1, bytes(32))


class Opened:
    """As an open vault has it, or a locked one."""

    def __init__(self, *, is_locked: bool = False) -> None:
        self.is_locked = is_locked
        self.asked: list[str] = []

    def decrypt(self, cell: bytes, place: str) -> bytes:
        self.asked.append(place)
        if self.is_locked:
            raise VaultLocked("The vault is locked.")
        return KEY.decrypt(cell, place)


def _said(
    number: int, asked: Any = None, answered: bytes | None = None, **more: Any
) -> FlightRecord:
    body = asked if isinstance(asked, bytes | None) else json.dumps(asked).encode()
    return FlightRecord(summary=summary(number, **more), request_body=body, answer_body=answered)


def _kept(path: Path, records: Iterable[FlightRecord], *, encrypted: bool = True) -> None:
    connection = open_database(path, FLIGHTS_STEPS)
    batch = make_batch(
        {},
        list(records),
        RecorderSettings(),
        Seal(bytes),
        encrypt=KEY.encrypt if encrypted else None,
    )
    BatchWriter(connection).write(batch)
    connection.close()


def _found(path: Path, *words: str, keys: Any = None, **query: Any) -> list[int]:
    reader = FlightReader(path, keys or Opened())
    try:
        told = reader.search(FlightQuery(said=words, **query), lambda _: True)
        assert told.is_whole
        listed = reader.page(told.settled(FlightQuery(said=words, **query)), offset=0, limit=99)
        assert tuple(each.id for each in listed) == told.found
        return [int(each.removeprefix("flt_"), 16) for each in told.found]
    finally:
        reader.close()


def _stream(*pieces: str) -> bytes:
    return "".join(
        "event: content_block_delta\ndata: "
        + json.dumps(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": each},
            }
        )
        + "\n\n"
        for each in pieces
    ).encode()


@pytest.mark.parametrize("encrypted", [True, False])
def test_words_are_found_in_what_was_asked_and_answered(tmp_path: Path, encrypted: bool) -> None:
    path = tmp_path / "flights.db"
    records = [
        _said(1, {"content": "a Needle here"}),
        _said(2, {"content": "nothing"}, b'{"text":"the needle"}'),
        _said(3, {"content": "x" * 9000 + " needle"}, b"compressed"),
        _said(4, {"content": "nothing"}, _stream("the nee", "dle", " is")),
        _said(5, None, None),
        _said(6, b"\xff\xfe needle"),
        _said(7, {"content": "no need"}),
    ]
    _kept(path, records, encrypted=encrypted)
    assert _found(path, "needle") == [6, 4, 3, 2, 1]
    assert _found(path, "NEEDLE", "nothing") == [4, 2]
    assert _found(path, "needles") == []


def test_words_of_a_long_stream_are_found_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_search, "_SLICE", 2000)
    monkeypatch.setattr(body_search, "_OVERLAP", 1500)
    path = tmp_path / "flights.db"
    letters = "the quick brown fox jumps over the lazy dog"
    records = []
    for number in range(40):
        filling = ["-"] * number
        records.append(_said(number, None, _stream(*filling, *letters, *filling)))
    _kept(path, records)
    assert _found(path, "brown") == list(range(39, -1, -1))
    assert _found(path, "brown wolf") == []


def test_words_are_found_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "flights.db"
    words = 'Größe "in" C:\\temp\nÜber 日本 😀'
    records = [
        _said(1, json.dumps({"text": words}).encode()),
        _said(2, json.dumps({"text": words}, ensure_ascii=False).encode()),
        _said(3, json.dumps({"text": words}).replace("\\u", "\\u").upper().encode()),
        _said(4, words.encode()),
    ]
    _kept(path, records)
    assert _found(path, 'größe "IN" c:\\Temp\nüber 日本 😀')[-2:] == [2, 1]
    assert _found(path, "größe") == [4, 3, 2, 1]
    assert _found(path, "😀") == [4, 3, 2, 1]
    assert _found(path, "(a|b)*[") == []


def test_the_rest_of_the_filter_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(n, {"t": "needle"}, owner="me" if n % 2 else "you") for n in range(1, 9)])
    keys = Opened()
    assert _found(path, "needle", keys=keys, owner="me") == [7, 5, 3, 1]
    assert len(keys.asked) == 4
    reader = FlightReader(path, Opened())
    unsearched = FlightQuery(said=("needle",))
    assert (reader.count(unsearched), reader.page(unsearched, offset=0, limit=9)) == (0, [])
    nobody = replace(unsearched, said=(), among=())
    assert reader.count(nobody) == 0
    reader.close()


def test_it_goes_on_turn_by_turn_until_somebody_has_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(n, {"t": "needle"}) for n in range(10)])
    monkeypatch.setattr(body_search, "A_TURN", 3)
    reader = FlightReader(path, Opened())
    seen: list[SearchStanding] = []

    def goes_on(standing: SearchStanding) -> bool:
        seen.append(standing)
        return standing.searched < 6

    told = reader.search(FlightQuery(said=("needle",)), goes_on)
    assert [each.searched for each in seen] == [0, 3, 6]
    assert (told.searched, told.total, told.is_whole) == (6, 10, False)
    assert told.found == tuple(flight_id(n) for n in range(9, 3, -1))
    assert told.reached_at_s == summary(4).started_at_s
    monkeypatch.setattr(body_search, "MOST_FOUND", 2)
    told = reader.search(FlightQuery(said=("needle",)), lambda _: True)
    assert (len(told.found), told.is_whole) == (3, False)
    reader.close()


def test_large_bodies_end_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(n, {"t": f"needle {n}" * 30}) for n in range(6)])
    monkeypatch.setattr(body_search, "A_TURN_BYTES", 500)
    reader = FlightReader(path, Opened())
    turns: list[int] = []
    told = reader.search(
        FlightQuery(said=("needle",)), lambda it: bool(turns.append(it.searched)) or True
    )
    assert (len(told.found), told.is_whole) == (6, True)
    assert len(turns) > 3
    reader.close()


def test_bodies_that_take_long_end_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(n, {"t": "needle"}) for n in range(5)])
    monkeypatch.setattr(body_search, "A_TURN_S", -1.0)
    reader = FlightReader(path, Opened())
    turns: list[int] = []
    told = reader.search(
        FlightQuery(said=("needle",)), lambda it: bool(turns.append(it.searched)) or True
    )
    assert (len(told.found), told.searched, told.is_whole) == (5, 5, True)
    assert turns == [0, 1, 2, 3, 4, 5]
    reader.close()


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(n, {"t": "needle"}) for n in range(3)])
    reader = FlightReader(path, Opened(is_locked=True))
    told = reader.search(FlightQuery(said=("needle",)), lambda _: True)
    assert (told.found, told.unreadable, told.searched) == ((), 3, 3)
    reader.close()
    connection = open_database(path, FLIGHTS_STEPS)
    connection.execute("UPDATE flight_bodies SET request_body = x'0102' WHERE flight = 1")
    connection.close()
    assert len(_found(path, "needle")) == 2


def test_an_empty_record_is_searched_at_once(tmp_path: Path) -> None:
    reader = FlightReader(tmp_path / "none.db", Opened())
    told = reader.search(FlightQuery(said=("a",)), lambda _: True)
    assert (told.found, told.total, told.is_whole) == ((), 0, True)


def test_one_flight_that_takes_long_is_given_up_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(1, "the needle"), _said(2, "hay", _stream(*["hay "] * 4_000))])
    monkeypatch.setattr(body_search, "said_in_pieces", lambda part: _aged(monkeypatch))
    reader = FlightReader(path, Opened())
    told = reader.search(FlightQuery(said=("needle",)), lambda _: True)
    reader.close()
    assert (told.found, told.unreadable, told.is_whole) == ((flight_id(1),), 1, True)


def _aged(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """As if a piece had taken that long."""
    later = body_search.time.monotonic() + 10
    monkeypatch.setattr(body_search.time, "monotonic", lambda: later)
    return b""


def test_a_search_ends_in_the_middle_of_a_flight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flights.db"
    _kept(path, [_said(1, "hay", _stream(*["hay "] * 4_000))])
    monkeypatch.setattr(body_search, "_LOOKS_EACH_S", -1.0)
    asked: list[SearchStanding] = []

    def goes_on(standing: SearchStanding) -> bool:
        asked.append(standing)
        return len(asked) < 3

    reader = FlightReader(path, Opened())
    told = reader.search(FlightQuery(said=("needle",)), goes_on)
    reader.close()
    assert len(asked) == 3
    assert (told.searched, told.is_whole) == (0, False)
