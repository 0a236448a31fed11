"""Rows that are written soon, on a thread of their own, many in one statement."""

import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Generic, TypeVar

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.database import ROW_REFUSED

GATHER_S = 0.2
"""So long more is waited for before a write."""
LONGEST_PAUSE_S = 10.0
"""Between two tries where the disk takes nothing."""
MOST_BYTES = 64 * 1024 * 1024
MOST_NAMES = 20_000
_CLOSING_S = 5.0
_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")


@value(kw_only=False)
class _Held(Generic[_Value]):
    value: _Value
    size: int


class WriteBehind(Generic[_Value]):
    """Everything is quick and may be called from any thread, but for `close` and `at_rest`."""

    def __init__(self, what: str, thread: str, write: Callable[[dict[str, _Value]], None]) -> None:
        """`what` could not be written, as the log says it. `write` is called on the thread, with
        the oldest first, and raises StoreError where it is worth trying again. It writes all or
        nothing, or takes out of what it was given whatever it has written already."""
        self._what = what
        self._thread_name = thread
        self._write = write
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        """Held from the taking of a batch until it is done with."""
        self._waiting: dict[str, _Held[_Value]] = {}
        self._writing: dict[str, _Held[_Value]] = {}
        self._held_bytes = 0
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.dropped = 0

    def put(self, name: str, value: _Value, size: int = 0) -> None:
        """In the place of what was put under this name before. `size` counts against MOST_BYTES."""
        with self._lock:
            self._forget(name)
            self._waiting[name] = _Held(value, size)
            self._held_bytes += size
            self._keep_bounds()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._write_on, name=self._thread_name, daemon=True
                )
                self._thread.start()

    def get(self, name: str) -> _Value | None:
        """None for what was written, too: whoever misses it here finds it in the file."""
        with self._lock:
            held = self._waiting.get(name) or self._writing.get(name)
        return None if held is None else held.value

    def waiting(self) -> list[_Value]:
        """What is not in the file. Only while all is `at_rest`."""
        with self._lock:
            return [held.value for held in self._waiting.values()]

    def drop(self, name: str) -> None:
        """It is not written any more, if it was not. Only while all is `at_rest`."""
        with self._lock:
            self._forget(name)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Inside nothing is being written: it waits, or it is in the file."""
        with self._turn:
            yield

    def close(self) -> None:
        """What waits is tried once more, and dropped if it fails; a later `put` starts anew."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(_CLOSING_S)
        self._closing.clear()

    def _write_on(self) -> None:
        pause_s = GATHER_S
        while True:
            self._closing.wait(pause_s)
            is_last = self._closing.is_set()
            with self._turn:
                if not self._take():
                    return
                error, left = self._tried()
                self._settle(left)
            if error is None:
                pause_s = GATHER_S
                continue
            if is_last:
                self._give_up(error)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _take(self) -> bool:
        with self._lock:
            self._writing, self._waiting = self._waiting, {}
            if not self._writing:
                self._thread = None
            return bool(self._writing)

    def _tried(self) -> tuple[StoreError | None, Iterable[str]]:
        """What the disk said, and what is to be tried again."""
        batch = {name: held.value for name, held in self._writing.items()}
        fault = self._fault_of(batch)
        if isinstance(fault, StoreError):
            return fault, batch
        return self._one_by_one(batch) if fault is not None else (None, ())

    def _one_by_one(self, batch: dict[str, _Value]) -> tuple[StoreError | None, Iterable[str]]:
        """One of them is at fault: those beside it are not to be lost with it."""
        lost = 0
        for name in list(batch):
            one = {name: batch[name]}
            fault = self._fault_of(one)
            if isinstance(fault, StoreError):
                return fault, batch
            if fault is not None:
                lost += 1
                if lost == 1:
                    _log.error("%s could not be written", self._what, exc_info=fault)
            del batch[name]
        if lost:
            self.dropped += lost
            _log.error("%s: %d are lost, for they can never be written", self._what, lost)
        return None, ()

    def _fault_of(self, batch: dict[str, _Value]) -> Exception | None:
        """None once it is written; StoreError where the disk or the file is at fault, and else
        what a row has raised."""
        try:
            self._write(batch)
        except StoreError as error:
            if isinstance(error.__cause__, ROW_REFUSED):
                return error.__cause__
            _log.warning("%s could not be written: %s", self._what, error)
            return error
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the thread
            return error
        return None

    def _settle(self, left: Iterable[str]) -> None:
        """What is `left` goes back to the others, as the oldest."""
        with self._lock:
            done, self._writing = self._writing, {}
            newer = self._waiting
            again = {name: done.pop(name) for name in left if name not in newer}
            self._waiting = {**again, **newer}
            self._held_bytes -= sum(held.size for held in done.values())
            self._keep_bounds()

    def _give_up(self, error: StoreError) -> None:
        with self._lock:
            self._drop_oldest(len(self._waiting), f"they could not be written: {error}")

    def _keep_bounds(self) -> None:
        """One that is larger than the bound is kept while it is alone."""
        count = 0
        size = self._held_bytes
        for at, held in enumerate(self._waiting.values()):
            left = len(self._waiting) - at
            if left == 1 or (size <= MOST_BYTES and left <= MOST_NAMES):
                break
            size -= held.size
            count += 1
        if count:
            self._drop_oldest(count, "no more is kept until the file takes it")

    def _drop_oldest(self, count: int, why: str) -> None:
        for name in list(self._waiting)[:count]:
            self._forget(name)
        if count:
            self.dropped += count
            _log.warning("%s: %d are lost, for %s", self._what, count, why)

    def _forget(self, name: str) -> None:
        held = self._waiting.pop(name, None)
        if held is not None:
            self._held_bytes -= held.size


Row = tuple[Any, ...]

ROWS_A_STATEMENT = (128, 64, 32, *range(16, 0, -1))
"""SQLite is called once for so many rows: the interpreter's lock changes hands that much less."""
NUMBERS_ARE_FREE = not 0x030C0000 <= sys.hexversion < 0x030C0400
"""Python 3.12.0 to 3.12.3 take `?1` for a name and warn of each one; there what rows have in common
is told with each."""


class Insert:
    """Into one table. A row is its common part and its own."""

    def __init__(
        self,
        into: str,
        common: Sequence[str],
        own: Sequence[str],
        tail: str = "",
        *,
        marks: Mapping[str, str] | None = None,
    ) -> None:
        """`marks` says what stands for values that are not simply put in."""
        own_marks = [(marks or {}).get(name, "?") for name in own]
        common_marks = [f"?{n + 1}" if NUMBERS_ARE_FREE else "?" for n in range(len(common))]
        row = ", ".join([*common_marks, *own_marks])
        head = f"INSERT {into} ({', '.join([*common, *own])}) VALUES "  # noqa: S608 - our names
        self._by_size = [
            (n, f"{head}{', '.join([f'({row})'] * n)} {tail}") for n in ROWS_A_STATEMENT
        ]

    def run(self, connection: sqlite3.Connection, common: Row, own: Sequence[Row]) -> None:
        start, left = 0, len(own)
        for size, statement in self._by_size:
            while left >= size:
                rows = own[start : start + size]
                if NUMBERS_ARE_FREE:
                    values = [*common, *chain.from_iterable(rows)]
                else:
                    values = [value for row in rows for value in (*common, *row)]
                connection.execute(statement, values)
                start += size
                left -= size
