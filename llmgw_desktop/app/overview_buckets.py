"""The bars of the Overview, kept between readings: only what may have changed is read again.

A bar counts the flights that began in its stretch and have ended. So it changes when a flight ends,
and the flight's beginning says which bar it is. What ended a moment ago may not be on the disk yet,
so it counts as changed for a while longer.
"""

import threading
from collections import deque
from collections.abc import Callable

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightBucket

WRITTEN_WITHIN_S = 5.0
"""The recorder writes ten times a second; when it cannot, it says so."""
_SLOT_S = 0.5
_MOST_SLOTS = 120

_Read = Callable[[float, float, float], list[FlightBucket]]


class RecentEnds:
    """From when on bars may have changed. `note` is for one thread, the rest for another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: deque[tuple[float, float]] = deque()
        """When flights ended, by slots of half a second, and when the first of them had begun."""

    def note(self, started_at_s: float) -> None:
        """A flight that began then has ended now."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            if self._slots and now_s - self._slots[-1][0] < _SLOT_S:
                at_s, earliest_s = self._slots[-1]
                self._slots[-1] = (at_s, min(earliest_s, started_at_s))
            else:
                self._slots.append((now_s, started_at_s))
            if len(self._slots) > _MOST_SLOTS:  # nobody has read for long
                _, earliest_s = self._slots.popleft()
                at_s, next_s = self._slots[0]
                self._slots[0] = (at_s, min(earliest_s, next_s))

    def earliest_s(self) -> float | None:
        """The beginning of the oldest flight that has ended since; None where none has."""
        with self._lock:
            return min((earliest_s for _, earliest_s in self._slots), default=None)

    def forget_before(self, at_s: float) -> None:
        """What had ended by then is on the disk and was read."""
        with self._lock:
            while self._slots and self._slots[0][0] + _SLOT_S < at_s:
                self._slots.popleft()


class BucketMemory:
    """For one reader at a time."""

    def __init__(self, read: _Read, clock: Clock) -> None:
        self.ends = RecentEnds(clock)
        self._read = read
        self._clock = clock
        self._buckets: tuple[FlightBucket, ...] = ()

    def buckets(
        self, since_s: float, until_s: float, span_s: float, *, anew: bool
    ) -> tuple[FlightBucket, ...]:
        """`anew` reads all of them."""
        began_s = self._clock.monotonic_s()
        kept = [] if anew else self._unchanged(since_s, until_s, span_s)
        from_s = kept[-1].start_s + span_s if kept else since_s
        read = self._read(from_s, until_s, span_s) if from_s < until_s else []
        self._buckets = (*kept, *read)
        self.ends.forget_before(began_s - WRITTEN_WITHIN_S)
        return self._buckets

    def _unchanged(self, since_s: float, until_s: float, span_s: float) -> list[FlightBucket]:
        """The bars at the beginning of the stretch that are as they were."""
        earliest_s = self.ends.earliest_s()
        edge_s = until_s if earliest_s is None else earliest_s
        kept: list[FlightBucket] = []
        for bucket in self._buckets:
            is_next = bucket.start_s == since_s + len(kept) * span_s and bucket.span_s == span_s
            if is_next and bucket.start_s + span_s <= min(edge_s, until_s):
                kept.append(bucket)
            elif kept:
                break
        return kept
