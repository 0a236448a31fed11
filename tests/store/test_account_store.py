"""How accounts stand is kept; a disk that does not take it costs nobody anything."""

import sqlite3
import threading
from pathlib import Path

import pytest

from llmgw_desktop.store.routing.accounts import LONGEST_TEXT, AccountStore
from tests.support.turned_clock import TurnedClock


def store_in(folder: Path) -> AccountStore:
    return AccountStore(folder / "gateway.db", TurnedClock())


def test_the_last_word_is_kept(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.load() == {}
    for number in range(100):
        store.put("work", f"{number}")
    store.put("home", "fine")
    store.close()
    assert store_in(tmp_path).load() == {"work": "99", "home": "fine"}


def test_what_is_dropped_is_gone(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.put("work", "x")
    store.close()
    store.drop("work")
    store.close()
    assert store_in(tmp_path).load() == {}


def test_many_changes_are_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_in(tmp_path)
    written: list[int] = []
    write = store._write
    monkeypatch.setattr(store, "_write", lambda waiting: (written.append(1), write(waiting)))
    for number in range(1000):
        store.put(f"account{number % 10}", "x")
    store.close()
    assert len(written) <= 2
    assert len(store_in(tmp_path).load()) == 10


def test_the_thread_ends_with_its_work(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.put("work", "x")
    store.close()
    assert not [each for each in threading.enumerate() if each.name == "account-writer"]


def test_a_file_that_is_none_costs_only_the_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "gateway.db").write_bytes(b"this is no database, whatever its name may say" * 99)
    store = store_in(tmp_path)
    assert store.load() == {}
    store.put("work", "x")
    store.close()
    assert "could not be written" in caplog.text


def test_a_locked_file_is_waited_for_elsewhere(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.load()
    holder = sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    store.put("work", "x")  # returns at once: a test that hangs here would time out
    holder.execute("COMMIT")
    holder.close()
    store.close()
    assert store.load() == {"work": "x"}


def test_absurd_texts_are_not_kept(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.put("work", "x" * (LONGEST_TEXT + 1))
    store.close()
    assert store.load() == {}
