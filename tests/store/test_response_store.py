"""Kept answers: each its owner's alone, conversations whole or not at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.store import response_store
from llmgw_desktop.store.response_store import KEPT_DAYS, KeptResponse, ResponseStore
from tests.store.set_clock import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[ResponseStore]:
    store = ResponseStore(tmp_path / "gateway.db", clock)
    yield store
    store.close()


def _kept(number: int, previous: int | None = None, owner: str = "me") -> KeptResponse:
    return KeptResponse(
        id=f"resp_{number}",
        owner=owner,
        previous=None if previous is None else f"resp_{previous}",
        input=json.dumps([f"in {number}"]).encode(),
        output=json.dumps([f"out {number}"]).encode(),
        answer=json.dumps({"id": f"resp_{number}"}).encode(),
    )


def test_a_conversation_is_its_chain_oldest_first(store: ResponseStore) -> None:
    store.put(_kept(1))
    store.put(_kept(2, previous=1))
    parts = store.conversation("resp_2", "me")
    assert parts is not None
    assert [json.loads(part)[0] for part in parts] == ["in 1", "out 1", "in 2", "out 2"]
    assert store.answer("resp_2", "me") == b'{"id": "resp_2"}'


def test_somebody_elses_is_not_there(store: ResponseStore) -> None:
    store.put(_kept(1))
    store.put(_kept(2, previous=1, owner="other"))
    assert store.conversation("resp_1", "other") is None
    assert store.conversation("resp_2", "other") is None
    assert store.answer("resp_1", "other") is None
    assert not store.delete("resp_1", "other")
    assert store.answer("resp_1", "me") is not None


def test_what_was_deleted_is_missed_by_those_after(store: ResponseStore) -> None:
    store.put(_kept(1))
    store.put(_kept(2, previous=1))
    assert store.delete("resp_1", "me")
    assert store.conversation("resp_2", "me") is None
    assert not store.delete("resp_1", "me")


def test_a_circle_ends(store: ResponseStore) -> None:
    store.put(_kept(1, previous=1))
    assert store.conversation("resp_1", "me") is None


def test_the_old_and_the_many_go(
    store: ResponseStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_store, "MOST_KEPT", 2)
    monkeypatch.setattr(response_store, "_TIDY_EVERY", 2)
    store.put(_kept(1))
    clock.forward(KEPT_DAYS * 86400 + 1)
    for number in (2, 3, 4, 5):
        clock.forward(1)
        store.put(_kept(number))
    assert [store.answer(f"resp_{n}", "me") is not None for n in range(1, 6)] == [
        False,
        False,
        False,
        True,
        True,
    ]
