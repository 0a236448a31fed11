"""Kept answers: each its owner's alone, conversations whole or not at all."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import RequestTooLarge
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


def _large(number: int, previous: int | None = None) -> KeptResponse:
    """Hardly anything in the file."""
    small = _kept(number, previous)
    return KeptResponse(
        id=small.id,
        owner=small.owner,
        previous=small.previous,
        input=json.dumps(["x" * 1_000_000]).encode(),
        output=small.output,
        answer=small.answer,
    )


def test_a_conversation_larger_than_any_model_takes(
    store: ResponseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_store, "LONGEST_BYTES", 3_500_000)
    for number in range(4):
        store.put(_large(number, previous=number - 1 if number else None))
    assert store.conversation("resp_2", "me") is not None
    with pytest.raises(RequestTooLarge, match="previous_response_id"):
        store.conversation("resp_3", "me")


def test_the_oldest_give_way_when_all_are_too_large(
    store: ResponseStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_store, "_TIDY_EVERY", 2)
    each = sum(
        len(zlib.compress(part, 1)) for part in (_kept(1).input, _kept(1).output, _kept(1).answer)
    )
    monkeypatch.setattr(response_store, "MOST_BYTES", 3 * each + 1)
    for number in range(1, 6):
        clock.forward(1)
        store.put(_kept(number))
    there = [number for number in range(1, 6) if store.answer(f"resp_{number}", "me")]
    assert there == [3, 4, 5]
