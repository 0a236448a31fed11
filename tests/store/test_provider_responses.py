"""Who made answers that their providers keep: known at once, later too, to their owner alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.store.routing import responses
from llmgw_desktop.store.routing.responses import (
    KEPT_DAYS,
    LONGEST_ID,
    Maker,
    ProviderResponseStore,
)
from tests.store.set_clock import SetClock

WORK = Maker("openai/work", "")
HOME = Maker("openai/home", "garden")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[ProviderResponseStore]:
    store = ProviderResponseStore(tmp_path / "gateway.db", clock)
    yield store
    store.close()


@pytest.mark.parametrize("is_written", [False, True])
def test_each_owner_has_his_own(store: ProviderResponseStore, is_written: bool) -> None:
    store.note("resp_1", "me", WORK)
    store.note("resp_1", "other", HOME)
    if is_written:
        store.close()
    assert store.find("resp_1", "me") == WORK
    assert store.find("resp_1", "other") == HOME
    assert store.find("resp_1", "nobody") is None
    store.forget("resp_1", "me")
    assert store.find("resp_1", "me") is None
    store.close()
    assert store.find("resp_1", "me") is None
    assert store.find("resp_1", "other") == HOME


def test_absurd_ids_are_not_noted(store: ProviderResponseStore) -> None:
    store.note("x" * (LONGEST_ID + 1), "me", WORK)
    assert store.find("x" * (LONGEST_ID + 1), "me") is None


def test_the_old_and_the_many_go(
    store: ProviderResponseStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "MOST_KNOWN", 2)
    monkeypatch.setattr(responses, "_TIDY_MAKERS_EVERY", 0)
    for number in range(4):
        clock.forward(1)
        store.note(f"resp_{number}", "me", WORK)
        store.close()
    assert [store.find(f"resp_{number}", "me") for number in range(4)] == [None, None, WORK, WORK]
    clock.forward(KEPT_DAYS * 86400 + 1)
    store.note("resp_9", "me", HOME)
    store.close()
    assert [store.find(f"resp_{number}", "me") for number in (3, 9)] == [None, HOME]
