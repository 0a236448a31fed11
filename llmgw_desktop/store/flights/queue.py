"""Flights between the loop, which never waits, and the writer thread, which sleeps until there is
something to write. Bounded: what does not fit is dropped and counted.
"""

import threading
from collections import deque
from dataclasses import dataclass, field

from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.store.flights.batch import Snapshot

MOST_FLIGHTS = 20_000
MOST_BODY_BYTES = 64 * 1024 * 1024
BATCH_ROWS = 500
BATCH_S = 0.1
_NEVER = 1 << 60


@dataclass(slots=True)
class Hand:
    """What the writer took at once. It counts against the bounds until it is let go."""

    opened: dict[str, Snapshot] = field(default_factory=dict)
    closed: list[FlightRecord] = field(default_factory=list)
    unended: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_FLIGHTS))
    """Flights of which the end was dropped although their beginning may stand on the disk."""


class FlightQueue:
    """`opened`, `closed` and `flush` are for other threads, the rest is for the writer's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writer = threading.Condition(self._lock)
        self._flushers = threading.Condition(self._lock)
        self._next = Hand()
        self._queued = 0
        self._wake_at = _NEVER
        self._held_flights = 0
        self._held_bytes = 0
        self._taken = 0
        self._settled = 0
        self._is_urgent = False
        self.is_closed = False
        self.dropped = 0

    @property
    def is_empty(self) -> bool:
        return not self._queued

    def opened(self, flight_id: str, snapshot: Snapshot) -> None:
        """Reaches the disk only if the flight is still open when the writer comes."""
        with self._lock:
            if self._held_flights < MOST_FLIGHTS and not self.is_closed:
                self._next.opened[flight_id] = snapshot
                self._grow()

    def closed(self, record: FlightRecord) -> None:
        size = body_bytes(record)
        flight_id = record.summary.id
        with self._lock:
            was_queued = self._next.opened.pop(flight_id, None) is not None
            if was_queued:
                self._queued -= 1
                self._held_flights -= 1
            if self._is_full(size):
                self.dropped += 1
                if not was_queued:
                    self._next.unended.append(flight_id)
                return
            self._held_bytes += size
            self._next.closed.append(record)
            self._grow()

    def flush(self, timeout_s: float) -> bool:
        """Whether all that was queued until now has been dealt with in this time."""
        with self._lock:
            wanted = self._taken + (1 if self._queued else 0)
            if self._settled < wanted:
                self._is_urgent = True
                self._writer.notify()
            return self._flushers.wait_for(lambda: self._settled >= wanted, timeout_s)

    def close(self) -> None:
        """From now on nothing is accepted; the writer gets what is left without delay."""
        with self._lock:
            self.is_closed = True
            self._writer.notify()

    def take(self, idle_s: float) -> Hand | None:
        """All that is queued, a moment after the first; None after so long without anything."""
        with self._lock:
            if not self._queued:
                self._sleep(1, idle_s)
            if not self._queued:
                self._is_urgent = False
                return None
            if self._queued < BATCH_ROWS:
                self._sleep(BATCH_ROWS, BATCH_S)
            hand, self._next = self._next, Hand()
            self._queued = 0
            self._taken += 1
            self._is_urgent = False
            return hand

    def pause(self, seconds: float) -> None:
        """Sleep, but not through a flush or the end; a flush is good for one try."""
        with self._lock:
            self._sleep(_NEVER, seconds)
            self._is_urgent = False

    def let_go(self, flights: int, size: int, dropped: int) -> None:
        """So much of what was taken is done with."""
        with self._lock:
            self._held_flights -= flights
            self._held_bytes -= size
            self.dropped += dropped

    def settle(self) -> None:
        """All that was taken is done with."""
        with self._lock:
            self._settled = self._taken
            self._flushers.notify_all()

    def _grow(self) -> None:
        self._held_flights += 1
        self._queued += 1
        if self._queued >= self._wake_at:
            self._wake_at = _NEVER
            self._writer.notify()

    def _is_full(self, size: int) -> bool:
        if self.is_closed or self._held_flights >= MOST_FLIGHTS:
            return True
        # One record larger than the bound is taken when it is alone.
        return self._held_bytes > 0 and self._held_bytes + size > MOST_BODY_BYTES

    def _sleep(self, wake_at: int, seconds: float) -> None:
        if self._is_urgent or self.is_closed:
            return
        self._wake_at = wake_at
        self._writer.wait(seconds)
        self._wake_at = _NEVER


def body_bytes(record: FlightRecord) -> int:
    return len(record.request_body or b"") + len(record.answer_body or b"")
