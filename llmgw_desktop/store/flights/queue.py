"""Flights between the loop, which never waits, and the writer thread, which sleeps until there is
something to write. Bounded: bodies that do not fit are left out, and of too many flights some are
dropped; both are counted.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.store.flights.batch import Snapshot
from llmgw_desktop.store.flights.bodies import body_bytes, fitting

MOST_FLIGHTS = 20_000
"""A few KB each without bodies. A bound for the memory's sake: a disk that takes nothing for
minutes fills it, not a storm of large bodies."""
MOST_BODY_BYTES = 64 * 1024 * 1024
BATCH_ROWS = 500
BATCH_S = 0.1
"""How long after its end a flight is to be on the disk. It is gathered for until then, less what
the writing takes."""
_SPARE_S = 0.02
"""What a busy computer takes before the writer has its turn."""
_LONGEST_WRITE_S = 0.05
"""Where writing takes longer than this, batches are not made smaller for it: each costs as well."""
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

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._writer = threading.Condition(self._lock)
        self._flushers = threading.Condition(self._lock)
        self._next = Hand()
        self._queued = 0
        self._first_s = 0.0
        """When the first came of those that are queued."""
        self._write_s = 0.0
        """How long the last batches took to be written, about."""
        self._wake_at = _NEVER
        self._held_flights = 0
        self._held_bytes = 0
        self._taken = 0
        self._settled = 0
        self._is_urgent = False
        self.is_closed = False
        self.dropped = 0
        self.left_out = 0
        """Flights without some body that there was no room for."""

    @property
    def is_empty(self) -> bool:
        return not self._queued

    @property
    def is_due(self) -> bool:
        """Whether `take` would give something at once."""
        if not self._queued:
            return False
        at_once = self._is_urgent or self.is_closed or self._queued >= BATCH_ROWS
        return at_once or self._due_in_s() <= 0

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
            if self.is_closed or self._held_flights >= MOST_FLIGHTS:
                self.dropped += 1
                if not was_queued:
                    self._next.unended.append(flight_id)
                return
            # One that is larger than the bound is taken when it is alone.
            if size and self._held_bytes and self._held_bytes + size > MOST_BODY_BYTES:
                record = fitting(record, MOST_BODY_BYTES - self._held_bytes)
                size = body_bytes(record)
                self.left_out += 1
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

    def nudge(self) -> None:
        """The writer comes round once, whether there is something to write or not."""
        with self._lock:
            self._is_urgent = True
            self._writer.notify()

    def close(self) -> None:
        """From now on nothing is accepted; the writer gets what is left without delay."""
        with self._lock:
            self.is_closed = True
            self._writer.notify()

    def take(self, idle_s: float) -> Hand | None:
        """All that is queued, soon after the first; None after so long without anything."""
        with self._lock:
            if not self._queued:
                self._sleep(1, idle_s)
            if not self._queued:
                self._is_urgent = False
                return None
            if self._queued < BATCH_ROWS:
                self._sleep(BATCH_ROWS, self._due_in_s())
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

    def let_go(self, flights: int, size: int, dropped: int, left_out: int = 0) -> None:
        """So much of what was taken is done with."""
        with self._lock:
            self._held_flights -= flights
            self._held_bytes -= size
            self.dropped += dropped
            self.left_out += left_out

    def wrote(self, seconds: float) -> None:
        """How long a batch took: the next one is taken so much earlier. A slow one is remembered
        for some batches."""
        self._write_s = min(max(seconds, self._write_s * 0.9), _LONGEST_WRITE_S)

    def settle(self) -> None:
        """All that was taken is done with."""
        with self._lock:
            self._settled = self._taken
            self._flushers.notify_all()

    def _grow(self) -> None:
        self._held_flights += 1
        self._queued += 1
        if self._queued == 1:
            self._first_s = self._now_s()
        if self._queued >= self._wake_at:
            self._wake_at = _NEVER
            self._writer.notify()

    def _due_in_s(self) -> float:
        return self._first_s + BATCH_S - _SPARE_S - self._write_s - self._now_s()

    def _sleep(self, wake_at: int, seconds: float) -> None:
        if self._is_urgent or self.is_closed or seconds <= 0:
            return
        self._wake_at = wake_at
        self._writer.wait(seconds)
        self._wake_at = _NEVER


LATELY_S = 300.0
"""So long after a loss it is still one of now."""
_log = logging.getLogger(__name__)


class Losses:
    """`note` is called on the writer thread, `are_fresh` may be asked on any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts = (0, 0)
        self._last_s: float | None = None

    @property
    def are_fresh(self) -> bool:
        """Whether something was lost within the last minutes."""
        last_s = self._last_s
        return last_s is not None and self._clock.monotonic_s() < last_s + LATELY_S

    def note(self, dropped: int, left_out: int) -> None:
        """How many flights were dropped, and how many kept without their bodies, until now."""
        if (dropped, left_out) == self._counts:
            return
        if not self.are_fresh:
            _log.warning(
                "more comes at once than can be written down: of %d flights only figures were"
                " kept, and %d were not kept at all; what follows now is only counted",
                left_out - self._counts[1],
                dropped - self._counts[0],
            )
        self._counts = (dropped, left_out)
        self._last_s = self._clock.monotonic_s()
