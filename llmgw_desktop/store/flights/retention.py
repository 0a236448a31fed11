"""What time it is where old flights are deleted: no leap of the clock makes them old.

Time is known as far as it was seen to pass: by this program while it ran, and over a few days in
which it did not. What a clock says beyond that may be a computer that was off for long, or a wrong
clock; only a person can tell. Until then ages are counted by the time that is known.
"""

import math
import sqlite3
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import HeldDeletion
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database.database import transaction
from llmgw_desktop.store.flights.kept_sums import forget_kept
from llmgw_desktop.store.flights.sums import MINUTE_S, forget_before, forget_slots

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
                "WHERE started_at_s >= ? AND started_at_s < ? AND state != 'running' "
                "AND note IS NULL",
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


FLIGHTS_A_STEP = 500
BODY_BYTES_A_STEP = 16 * 1024 * 1024
"""Freeing a large body reads every page of it, so bodies bound a step as well."""
PAGES_A_STEP = 256
_DAY_S = 86_400
_SLACK_BYTES = 64 * 1024 * 1024
"""So much free space may stay in the file; new flights fill it."""

ROW_BYTES = 1000
"""About what a flight takes without its bodies."""

_OLDEST = """
SELECT flights.seq, started_at_s,
       coalesce(length(request_body), 0) + coalesce(length(answer_body), 0)
FROM flights LEFT JOIN flight_bodies ON flight = flights.seq
WHERE started_at_s < ? AND state != 'running' AND note IS NULL
ORDER BY started_at_s LIMIT ?
"""


_SAID = """
SELECT flights.seq, started_at_s,
       coalesce(length(request_body), 0) + coalesce(length(answer_body), 0)
FROM flights LEFT JOIN flight_bodies ON flight = flights.seq
WHERE (started_at_s, flights.seq) > (?, ?) AND started_at_s < ? AND state != 'running'
    AND note IS NULL
ORDER BY started_at_s, flights.seq LIMIT ?
"""
_FORGET_SAID = """
UPDATE flight_bodies
SET request_headers = '[]', request_body = NULL, request_body_packed = 0,
    answer_headers = '[]', answer_body = NULL, answer_body_packed = 0
WHERE flight BETWEEN ? AND ? AND flight IN ({holes}) AND (
    request_body IS NOT NULL OR answer_body IS NOT NULL
    OR request_headers <> '[]' OR answer_headers <> '[]'
)
"""


class Retention:
    """One connection's. Flights that still run are never deleted, nor those that are marked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._until_s: int | None = None
        self._silent = (EARLIEST_S, 0)
        """Moment and `seq` of the last flight of which nothing that was said is left."""

    def step(self, now_s: float, settings: RecorderSettings) -> bool:
        """Delete some of what is too old or too much; True if there may be more to do."""
        if self._until_s is None:
            forget_slots(self._connection)
            self._until_s = self._due(now_s, settings)
        if self._until_s is not None:
            self._delete_some(self._until_s)
            return True
        if settings.body_days and self._forget_said(now_s - settings.body_days * _DAY_S):
            return True
        return self._shrink(settings)

    def _due(self, now_s: float, settings: RecorderSettings) -> int | None:
        """The whole minute before which flights are to go."""
        oldest = self._oldest(math.inf, 1)
        if not oldest:
            return None
        too_old_s = _minute(now_s - settings.retention_days * _DAY_S)
        if self._oldest_by_age() < too_old_s:
            return too_old_s
        size, free = self._sizes()
        too_much = size - free - settings.max_bytes
        if too_much <= 0:
            return None
        too_much //= 2  # what a flight really frees is only known afterwards: come near in rounds
        last_s = oldest[0][1]
        for _, began_s, body_bytes in self._oldest(math.inf, FLIGHTS_A_STEP):
            last_s = began_s
            too_much -= body_bytes + ROW_BYTES
            if too_much <= 0:
                break
        return _minute(last_s) + MINUTE_S

    def _oldest_by_age(self) -> float:
        """When it began. Of flights from before the clock was set nobody knows how old they are:
        they go with the next that are."""
        began_s = self._connection.execute(
            "SELECT min(started_at_s) FROM flights "
            "WHERE started_at_s >= ? AND state != 'running' AND note IS NULL",
            (EARLIEST_S,),
        ).fetchone()[0]
        return math.inf if began_s is None else float(began_s)

    def _oldest(self, until_s: float, count: int) -> list[tuple[int, float, int]]:
        """`seq`, when it began, bytes of its bodies."""
        return self._connection.execute(_OLDEST, (until_s, count)).fetchall()

    def _delete_some(self, until_s: int) -> None:
        with transaction(self._connection):
            found = self._oldest(until_s, FLIGHTS_A_STEP)
            some = _within_bytes(found)
            self._connection.executemany(
                "DELETE FROM flights WHERE seq = ?", [(seq,) for seq, _, _ in some]
            )
            is_done = len(some) < FLIGHTS_A_STEP and len(some) == len(found)
            edge_s = until_s if is_done else _minute(some[-1][1])
            forget_before(self._connection, edge_s)
            forget_kept(self._connection, edge_s if is_done else some[-1][1])
        if is_done:
            self._until_s = None

    def _forget_said(self, until_s: float) -> bool:
        """Take some bodies and headers away; their flights stay. True if there may be more."""
        found = self._connection.execute(_SAID, (*self._silent, until_s, FLIGHTS_A_STEP)).fetchall()
        some = _within_bytes(found)
        if not some:
            return False
        keys = sorted(seq for seq, _, _ in some)
        sql = _FORGET_SAID.format(holes=", ".join("?" * len(keys)))
        with transaction(self._connection):
            self._connection.execute(sql, (keys[0], keys[-1], *keys))
        last, began_s, _ = some[-1]
        self._silent = (began_s, last)
        return True

    def _shrink(self, settings: RecorderSettings) -> bool:
        """Give free space back to the disk, if there is much of it."""
        size, free = self._sizes()
        is_too_large = size > settings.max_bytes * 1.1
        if free == 0 or not (is_too_large or free > max(_SLACK_BYTES, size // 4)):
            return False
        self._connection.execute(f"PRAGMA incremental_vacuum({PAGES_A_STEP})").fetchall()
        return self._sizes()[1] < free

    def _sizes(self) -> tuple[int, int]:
        """Bytes of the file, and of those in it that are free."""
        pages, free, page_bytes = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return pages * page_bytes, free * page_bytes


def _minute(at_s: float) -> int:
    return int(at_s // MINUTE_S) * MINUTE_S


def _within_bytes(found: list[tuple[int, float, int]]) -> list[tuple[int, float, int]]:
    size = 0
    for number, (_, _, body_bytes) in enumerate(found):
        size += body_bytes
        if size > BODY_BYTES_A_STEP and number:
            return found[:number]
    return found
