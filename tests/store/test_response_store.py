"""Kept answers: each its owner's alone, conversations whole or not at all, written or not yet."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import MalformedRequest, RequestTooLarge, StoreError
from llmgw_desktop.store.database import write_behind
from llmgw_desktop.store.routing import responses
from llmgw_desktop.store.routing.responses import KEPT_DAYS, KeptResponse, KeptTexts, ResponseStore
from tests.store.set_clock import SetClock

Settle = Callable[[ResponseStore], None]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[ResponseStore]:
    store = ResponseStore(tmp_path / "gateway.db", clock)
    yield store
    store.close()


@pytest.fixture(params=["waiting", "written"])
def settle(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """What was put is on the disk, or nothing of it until the end."""
    if request.param == "written":
        return ResponseStore.close
    monkeypatch.setattr(write_behind, "GATHER_S", 3600.0)
    return lambda _: None


def _kept(number: int, previous: int | None = None, owner: str = "me") -> KeptResponse:
    texts = KeptTexts(
        input=json.dumps([f"in {number}"]).encode(),
        answer=json.dumps({"id": f"resp_{number}", "output": [f"out {number}"]}).encode(),
    )
    return KeptResponse(
        id=f"resp_{number}",
        owner=owner,
        previous=None if previous is None else f"resp_{previous}",
        size=sum(map(len, texts)),
        texts=lambda: texts,
    )


def test_a_conversation_is_its_chain_oldest_first(store: ResponseStore, settle: Settle) -> None:
    store.put(_kept(1))
    settle(store)
    store.put(_kept(2, previous=1))
    parts = store.conversation("resp_2", "me")
    assert parts is not None
    assert [json.loads(part)[0] for part in parts] == ["in 1", "out 1", "in 2", "out 2"]
    assert store.answer("resp_2", "me") == b'{"id": "resp_2", "output": ["out 2"]}'
    assert store.asked("resp_2", "me") == b'["in 2"]'
    assert store.asked("resp_2", "other") is None


def test_rows_of_earlier_versions_hold_the_items_beside_the_answer(
    tmp_path: Path, store: ResponseStore
) -> None:
    store.put(_kept(1))
    store.close()
    with sqlite3.connect(tmp_path / "gateway.db") as connection:
        connection.execute("UPDATE kept_responses SET output = ?, answer = ?", (b'["old"]', b"{}"))
    connection.close()
    assert store.conversation("resp_1", "me") == [b'["in 1"]', b'["old"]']


def test_somebody_elses_is_not_there(store: ResponseStore, settle: Settle) -> None:
    store.put(_kept(1))
    settle(store)
    store.put(_kept(2, previous=1, owner="other"))
    assert store.conversation("resp_1", "other") is None
    assert store.conversation("resp_2", "other") is None
    assert store.answer("resp_1", "other") is None
    assert not store.delete("resp_1", "other")
    assert store.answer("resp_1", "me") is not None


def test_what_was_deleted_is_missed_by_those_after(store: ResponseStore, settle: Settle) -> None:
    store.put(_kept(1))
    settle(store)
    store.put(_kept(2, previous=1))
    assert store.delete("resp_1", "me")
    assert store.conversation("resp_2", "me") is None
    assert not store.delete("resp_1", "me")


def test_what_was_deleted_while_it_waited_is_never_written(
    tmp_path: Path, store: ResponseStore, settle: Settle
) -> None:
    store.put(_kept(1))
    store.put(_kept(2))
    settle(store)
    assert store.delete("resp_1", "me")
    store.close()
    with sqlite3.connect(tmp_path / "gateway.db") as connection:
        assert connection.execute("SELECT id FROM kept_responses").fetchall() == [("resp_2",)]
    connection.close()


def test_nothing_is_asked_for_its_texts_while_the_caller_waits(
    store: ResponseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_behind, "GATHER_S", 3600.0)
    made: list[int] = []
    kept = _kept(1)
    texts = kept.texts()
    store.put(replace(kept, texts=lambda: made.append(1) or texts))  # type: ignore[func-returns-value]
    assert made == []
    assert store.answer("resp_1", "me") == store.answer("resp_1", "me") == texts.answer
    store.close()
    assert made == [1]


def test_one_that_has_no_texts_costs_no_other(
    store: ResponseStore, settle: Settle, caplog: pytest.LogCaptureFixture
) -> None:
    def too_deep() -> KeptTexts:
        raise MalformedRequest("is nested too deeply")

    def faulty() -> KeptTexts:
        raise ZeroDivisionError

    store.put(replace(_kept(1), texts=too_deep))
    store.put(replace(_kept(2), texts=faulty))
    store.put(_kept(3))
    settle(store)
    there = [store.answer(f"resp_{number}", "me") is not None for number in (1, 2, 3)]
    assert there == [False, False, True]
    assert caplog.text.count("could not be kept to go on from") >= 2


def test_a_disk_that_takes_nothing_costs_nobody_the_next_turn(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    path.write_bytes(b"this is no database, whatever its name may say" * 99)
    store = ResponseStore(path, SetClock())
    store.put(_kept(1))
    store.put(_kept(2, previous=1))
    assert len(store.conversation("resp_2", "me") or ()) == 4
    with pytest.raises(StoreError):
        store.answer("resp_3", "me")
    store.close()
    with pytest.raises(StoreError):
        store.answer("resp_2", "me")


def test_long_texts_are_packed_and_come_back(
    tmp_path: Path, store: ResponseStore, settle: Settle
) -> None:
    store.put(_large(1))
    settle(store)
    parts = store.conversation("resp_1", "me")
    assert parts is not None
    assert json.loads(parts[0]) == ["x" * 1_000_000]
    store.close()
    assert (tmp_path / "gateway.db").stat().st_size < 900_000, "the text alone has a million"


def test_a_circle_ends(store: ResponseStore) -> None:
    store.put(_kept(1, previous=1))
    assert store.conversation("resp_1", "me") is None


def test_the_old_and_the_many_go(
    store: ResponseStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "MOST_KEPT", 2)
    monkeypatch.setattr(responses, "_TIDY_EVERY", 2)
    store.put(_kept(1))
    store.close()
    clock.forward(KEPT_DAYS * 86400 + 1)
    for number in (2, 3, 4, 5):
        clock.forward(1)
        store.put(_kept(number))
        store.close()
    assert [store.answer(f"resp_{n}", "me") is not None for n in range(1, 6)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def _large(number: int, previous: int | None = None) -> KeptResponse:
    """Hardly anything in the file."""
    small = _kept(number, previous)
    texts = small.texts()._replace(input=json.dumps(["x" * 1_000_000]).encode())
    return replace(small, size=sum(map(len, texts)), texts=lambda: texts)


def test_a_conversation_larger_than_any_model_takes(
    store: ResponseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "LONGEST_BYTES", 3_500_000)
    for number in range(4):
        store.put(_large(number, previous=number - 1 if number else None))
    assert store.conversation("resp_2", "me") is not None
    with pytest.raises(RequestTooLarge, match="previous_response_id"):
        store.conversation("resp_3", "me")


def test_the_oldest_give_way_when_all_are_too_large(
    store: ResponseStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "MOST_BYTES", 3 * _kept(1).size + 1)
    for number in range(1, 6):
        clock.forward(1)
        store.put(_kept(number))
        store.close()
    there = [number for number in range(1, 6) if store.answer(f"resp_{number}", "me")]
    assert there == [3, 4, 5]
