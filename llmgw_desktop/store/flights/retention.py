"""Keeps the recorder's file within its days and bytes, in steps so short that nobody waits.

Whole minutes are deleted, oldest first, so that the sums beside the rows can follow.
"""

import math
import sqlite3

from llmgw_desktop.domain.settings import RecorderSettings
from llmgw_desktop.store.flights.known_time import EARLIEST_S
from llmgw_desktop.store.flights.sums import MINUTE_S, forget_before, forget_slots
from llmgw_desktop.store.transaction import transaction

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
WHERE started_at_s < ? AND state != 'running' ORDER BY started_at_s LIMIT ?
"""


class Retention:
    """One connection's. Flights that still run are never deleted."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._until_s: int | None = None

    def step(self, now_s: float, settings: RecorderSettings) -> bool:
        """Delete some of what is too old or too much; True if there may be more to do."""
        if self._until_s is None:
            forget_slots(self._connection)
            self._until_s = self._due(now_s, settings)
        if self._until_s is not None:
            self._delete_some(self._until_s)
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
            "SELECT min(started_at_s) FROM flights WHERE started_at_s >= ? AND state != 'running'",
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
            forget_before(self._connection, until_s if is_done else _minute(some[-1][1]))
        if is_done:
            self._until_s = None

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
