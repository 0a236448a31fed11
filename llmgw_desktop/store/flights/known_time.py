"""What time it is where old flights are deleted: no leap of the clock makes them old.

Time is known as far as it was seen to pass: by this program while it ran, and over a few days in
which it did not. What a clock says beyond that may be a computer that was off for long, or a wrong
clock; only a person can tell. Until then ages are counted by the time that is known.
"""

import sqlite3
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import HeldDeletion
from llmgw_desktop.store.transaction import transaction

DAY_S = 86_400
EARLIEST_S = 1_767_225_600.0
"""2026 begins, and this program was not made before: a clock that says so has not been set yet."""
BELIEVED_S = 3 * DAY_S
"""A long weekend off or asleep is no reason to ask."""
WRITTEN_EVERY_S = 300.0
COUNTED_EVERY_S = 60.0
ASKED_AGAIN_S = 30 * DAY_S
"""After it was said that they are to be kept."""


@dataclass(slots=True)
class _Stored:
    seen_at_s: float
    """Wall clock, as far as it was believed."""
    ask_again_s: float
    """Wall clock before which nobody is asked."""


class KnownTime:
    """One connection's, and one thread's. Raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._looked_s = clock.monotonic_s()
        self._seen_at_s = self._stored().seen_at_s
        self._counted_s: float | None = None
        self._held = 0
        self._held_days = 0
        self.held: HeldDeletion | None = None
        """What waits for a person's word; None where nothing does."""

    def look(self, retention_days: int, *, is_asked: bool = False) -> float:
        """The time by which ages are counted: never later than the clock's. `is_asked`: a person
        wants to know what is held, whatever was said before."""
        stored, now_s = self._stored(), self._clock.now_s()
        is_leap = self._look_on(stored, now_s)
        if not -BELIEVED_S <= self._seen_at_s - stored.seen_at_s <= WRITTEN_EVERY_S:
            self._store(self._seen_at_s, stored.ask_again_s)
        is_told = is_leap and (is_asked or now_s >= stored.ask_again_s)
        self.held = self._find_held(now_s, retention_days) if is_told else None
        return min(now_s, self._seen_at_s)

    def _look_on(self, stored: _Stored, now_s: float) -> bool:
        """What is known by now; whether the clock is far beyond it."""
        monotonic_s = self._clock.monotonic_s()
        known_s = max(self._seen_at_s + monotonic_s - self._looked_s, stored.seen_at_s)
        if EARLIEST_S <= now_s < known_s - BELIEVED_S:
            known_s = now_s  # what was known came from a clock that was ahead and is set right now
        is_leap = now_s > known_s + BELIEVED_S
        # A clock that is behind makes nothing older, and what was known stays so.
        self._seen_at_s = known_s if is_leap else max(now_s, known_s)
        self._looked_s = monotonic_s
        return is_leap

    @property
    def now_s(self) -> float:
        """As of the last look and what has passed since, by the monotonic clock."""
        passed_s = self._clock.monotonic_s() - self._looked_s
        return min(self._clock.now_s(), self._seen_at_s + passed_s)

    def keep_seen(self) -> float:
        """The time that is known now, as it stands in the file from now on."""
        stored = self._stored()
        self._look_on(stored, self._clock.now_s())
        self._store(self._seen_at_s, stored.ask_again_s)
        return self._seen_at_s

    def agree(self) -> None:
        """A person says that the clock is right."""
        self._store(self._clock.now_s(), 0.0)
        self._counted_s = None

    def keep(self) -> None:
        """A person wants what is old by the clock alone to stay; nobody is asked for a while."""
        self._store(self._seen_at_s, self._clock.now_s() + ASKED_AGAIN_S)
        self.held = None

    def _find_held(self, now_s: float, retention_days: int) -> HeldDeletion | None:
        """Counted now and then: of a million flights it takes some 10 ms."""
        last_s = self._counted_s
        is_known = last_s is not None and self._looked_s < last_s + COUNTED_EVERY_S
        if not is_known or retention_days != self._held_days:
            self._counted_s, self._held_days = self._looked_s, retention_days
            self._held = self._connection.execute(
                "SELECT count(*) FROM flights "
                "WHERE started_at_s >= ? AND started_at_s < ? AND state != 'running'",
                (EARLIEST_S, now_s - retention_days * DAY_S),
            ).fetchone()[0]
        if not self._held:
            return None
        ahead_days = int((now_s - self._seen_at_s) // DAY_S)
        return HeldDeletion(flights=self._held, days=retention_days, ahead_days=ahead_days)

    def _stored(self) -> _Stored:
        """As another process may have left it. In a file that never knew the time, that of its
        newest flight."""
        row = self._connection.execute("SELECT seen_at_s, ask_again_s FROM known_time").fetchone()
        if row is not None:
            return _Stored(*row)
        newest = self._connection.execute("SELECT max(started_at_s) FROM flights").fetchone()[0]
        stored = _Stored(self._clock.now_s() if newest is None else newest, 0.0)
        self._store(stored.seen_at_s, stored.ask_again_s)
        return stored

    def _store(self, seen_at_s: float, ask_again_s: float) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO known_time VALUES (1, ?, ?)", (seen_at_s, ask_again_s)
            )
