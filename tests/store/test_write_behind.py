"""Rows written behind: found at once, written in batches, bounded; who puts them never waits."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.database import write_behind
from llmgw_desktop.store.database.write_behind import WriteBehind

WAIT_S = 30.0
Write = Callable[[dict[str, int]], None]


def _behind(write: Write) -> "WriteBehind[int]":
    return WriteBehind("numbers", "number-writer", write)


class Disk:
    """Takes what it gets, or nothing."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.batches: list[dict[str, int]] = []
        self.is_full = False

    def write(self, batch: dict[str, int]) -> None:
        if self.is_full:
            raise StoreUnavailable("the disk is full")
        self.batches.append(batch)
        self.rows |= batch


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written before the end."""
    monkeypatch.setattr(write_behind, "GATHER_S", 3600.0)


@pytest.mark.usefixtures("slow")
def test_what_waits_is_found_and_written_at_the_end() -> None:
    disk = Disk()
    behind = _behind(disk.write)
    for number in range(100):
        behind.put(f"{number % 10}", number)
    assert behind.get("3") == 93
    assert disk.rows == {}
    behind.close()
    assert disk.batches == [{f"{number % 10}": number for number in range(90, 100)}]
    assert behind.get("3") is None
    assert [each for each in threading.enumerate() if each.name == "number-writer"] == []


def test_what_is_being_written_is_found() -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def write(_: dict[str, int]) -> None:
        begun.set()
        assert goes_on.wait(WAIT_S)

    behind = _behind(write)
    behind.put("a", 1)
    assert begun.wait(WAIT_S)
    assert behind.get("a") == 1
    behind.put("a", 2)
    assert behind.get("a") == 2
    goes_on.set()
    behind.close()
    assert behind.get("a") is None


@pytest.mark.usefixtures("slow")
def test_the_oldest_give_way(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(write_behind, "MOST_BYTES", 100)
    disk = Disk()
    behind = _behind(disk.write)
    for number in range(5):
        behind.put(f"{number}", number, 30)
    assert [behind.get(f"{number}") for number in range(5)] == [None, None, 2, 3, 4]
    assert "1 are lost, for no more is kept until the file takes it" in caplog.text
    assert "disk" not in caplog.text
    behind.put("large", 9, 1000)
    assert behind.get("4") is None
    behind.close()
    assert disk.rows == {"large": 9}
    assert behind.dropped == 5


@pytest.mark.usefixtures("slow")
def test_so_do_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_behind, "MOST_NAMES", 3)
    disk = Disk()
    behind = _behind(disk.write)
    for number in range(5):
        behind.put(f"{number}", number)
    behind.close()
    assert disk.rows == {"2": 2, "3": 3, "4": 4}


def test_a_full_disk_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_behind, "GATHER_S", 0.01)
    disk = Disk()
    disk.is_full = True
    tries, written = threading.Semaphore(0), threading.Event()

    def write(batch: dict[str, int]) -> None:
        tries.release()
        disk.write(batch)
        written.set()

    behind = _behind(write)
    behind.put("a", 1)
    behind.put("b", 1)
    for _ in range(2):
        assert tries.acquire(timeout=WAIT_S)
    behind.put("a", 2)
    assert (behind.get("a"), behind.get("b")) == (2, 1)
    disk.is_full = False
    assert written.wait(WAIT_S)
    behind.close()
    assert disk.rows == {"a": 2, "b": 1}
    assert behind.dropped == 0


def test_at_the_end_a_full_disk_is_waited_for_no_more(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    disk.is_full = True
    behind = _behind(disk.write)
    behind.put("a", 1)
    behind.close()
    assert "1 are lost, for they could not be written: " in caplog.text
    assert caplog.text.rstrip().endswith("the disk is full")
    assert behind.dropped == 1
    disk.is_full = False
    behind.put("b", 2)
    behind.close()
    assert disk.rows == {"b": 2}


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("raised", [ZeroDivisionError(), "no text \udcff", "of the database"])
def test_a_row_that_can_never_be_written_is_lost_alone(
    raised: Exception | str, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk()

    def write(batch: dict[str, int]) -> None:
        if "bad" in batch and isinstance(raised, Exception):
            raise raised
        if "bad" in batch and raised.isascii():
            raise StoreUnavailable("cannot be used") from sqlite3.IntegrityError("NOT NULL")
        if "bad" in batch:
            raised.encode()
        disk.write(batch)

    behind = _behind(write)
    for number, name in enumerate(("first", "bad", "last")):
        behind.put(name, number, 10)
    behind.close()
    assert disk.rows == {"first": 0, "last": 2}
    assert behind.dropped == 1
    assert "1 are lost, for they can never be written" in caplog.text
    assert behind._held_bytes == 0


@pytest.mark.usefixtures("slow")
def test_what_was_written_for_good_is_not_written_again() -> None:
    """Of those who cannot write all or nothing."""
    noted: list[str] = []
    is_full = True

    def write(batch: dict[str, int]) -> None:
        for name in list(batch):
            if name == "bad":
                raise ZeroDivisionError
            if name == "late" and is_full:
                raise StoreUnavailable("the disk is full")
            noted.append(name)
            del batch[name]

    behind = _behind(write)
    for name in ("first", "bad", "middle", "late"):
        behind.put(name, 1)
    with behind.at_rest():
        assert behind._take()
        _, left = behind._tried()
        assert list(left) == ["late"]
        behind._settle(left)
    is_full = False
    behind.close()
    assert noted == ["first", "middle", "late"]


class Memory(RuleBasedStateMachine):
    """Whoever looks here and then on the disk always finds what was put last."""

    names = st.sampled_from("abcd")

    @initialize()
    def begin(self) -> None:
        self.disk = Disk()
        self.known: dict[str, int] = {}
        self.count = 0
        self.behind = _behind(self.disk.write)

    @rule(name=names)
    def put(self, name: str) -> None:
        self.count += 1
        self.known[name] = self.count
        self.behind.put(name, self.count, 10)

    @rule(name=names)
    def drop(self, name: str) -> None:
        with self.behind.at_rest():
            self.behind.drop(name)
            self.disk.rows.pop(name, None)
        self.known.pop(name, None)

    @rule()
    def written(self) -> None:
        self.disk.is_full = False
        self.behind.close()
        assert self.disk.rows == self.known

    @rule(full=st.booleans())
    def disk_fills(self, full: bool) -> None:
        self.disk.is_full = full

    @invariant()
    def is_found(self) -> None:
        for name in "abcd":
            here = self.behind.get(name)
            found = self.disk.rows.get(name) if here is None else here
            assert found == self.known.get(name)

    def teardown(self) -> None:
        self.disk.is_full = False
        self.behind.close()
        assert self.behind._held_bytes == 0


def _machine() -> Any:
    from hypothesis import settings

    Memory.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
    return Memory.TestCase


TestMemory = _machine()
