"""Answers that their callers may go on from by an id (Responses' `previous_response_id`).

In `gateway.db`, as they were said: a conversation cannot go on from a censored one. Each is its
owner's alone, and none lives longer than KEPT_DAYS.
"""

import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peewee

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import RequestTooLarge
from llmgw_desktop.store.database import open_database, told
from llmgw_desktop.store.migrations import GATEWAY_STEPS
from llmgw_desktop.store.schema import Dialect, KeptResponseRow

if TYPE_CHECKING:
    import sqlite3

KEPT_DAYS = 30
MOST_KEPT = 5000
MOST_BYTES = 1 << 30
"""Of all answers together, packed as they are."""
LONGEST_CHAIN = 1000
LONGEST_BYTES = 64 * 1024 * 1024
"""Of one conversation, unpacked: a few bytes in the file may be very many."""
_TIDY_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResponse:
    """JSON texts: the items that were new in this request, those of the answer, the answer."""

    id: str
    owner: str
    """`client_id` of the principal."""
    previous: str | None
    input: bytes
    output: bytes
    answer: bytes


class ResponseStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._dialect = Dialect()
        self._connection: sqlite3.Connection | None = None
        self._puts = 0

    def put(self, kept: KeptResponse) -> None:
        self._run(
            KeptResponseRow.insert(
                id=kept.id,
                owner=kept.owner,
                previous=kept.previous,
                kept_at_s=self._clock.now_s(),
                input=zlib.compress(kept.input, 1),
                output=zlib.compress(kept.output, 1),
                answer=zlib.compress(kept.answer, 1),
            ).on_conflict_replace()
        )
        self._puts += 1
        if self._puts % _TIDY_EVERY == 1:
            self._tidy()

    def conversation(self, response_id: str, owner: str) -> list[bytes] | None:
        """JSON lists of items, oldest first; None if any link is not there or not the owner's.

        RequestTooLarge for more than can be asked of any model.
        """
        parts: list[bytes] = []
        size = 0
        link: str | None = response_id
        while link is not None:
            row = self._row(link, owner)
            if row is None or len(parts) > 2 * LONGEST_CHAIN:
                return None
            parts += (zlib.decompress(row[5]), zlib.decompress(row[4]))
            size += len(parts[-1]) + len(parts[-2])
            if size > LONGEST_BYTES:
                raise RequestTooLarge(
                    f"The conversation that previous_response_id goes on from is larger than "
                    f"{LONGEST_BYTES:,} bytes."
                )
            link = row[2]
        return parts[::-1]

    def answer(self, response_id: str, owner: str) -> bytes | None:
        row = self._row(response_id, owner)
        return None if row is None else zlib.decompress(row[6])

    def delete(self, response_id: str, owner: str) -> bool:
        """Whether there was one of this owner's. Later ones of the conversation cannot go on."""
        if self._row(response_id, owner) is None:
            return False
        self._run(
            KeptResponseRow.delete().where(
                (KeptResponseRow.id == response_id) & (KeptResponseRow.owner == owner)
            )
        )
        return True

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _row(self, response_id: str, owner: str) -> Any:
        own = (KeptResponseRow.id == response_id) & (KeptResponseRow.owner == owner)
        rows = self._run(KeptResponseRow.select().where(own).limit(1).tuples())
        return rows[0] if rows else None

    def _tidy(self) -> None:
        edge = self._clock.now_s() - KEPT_DAYS * 86400
        self._run(KeptResponseRow.delete().where(KeptResponseRow.kept_at_s < edge))
        newest = (
            KeptResponseRow.select(KeptResponseRow.id)
            .order_by(KeptResponseRow.kept_at_s.desc())
            .limit(MOST_KEPT)
        )
        self._run(KeptResponseRow.delete().where(KeptResponseRow.id.not_in(newest)))
        if (oldest := self._first_within(MOST_BYTES)) is not None:
            self._run(KeptResponseRow.delete().where(KeptResponseRow.kept_at_s < oldest))

    def _first_within(self, most_bytes: int) -> float | None:
        """When the oldest of the newest was kept that have room together; None if all have."""
        parts = (KeptResponseRow.input, KeptResponseRow.output, KeptResponseRow.answer)
        sizes = KeptResponseRow.select(
            KeptResponseRow.kept_at_s, *(peewee.fn.LENGTH(part) for part in parts)
        ).order_by(KeptResponseRow.kept_at_s.desc())
        room = most_bytes
        oldest: float | None = None
        for kept_at_s, *lengths in self._run(sizes.tuples()):
            room -= sum(lengths)
            if room < 0:
                return float(kept_at_s) if oldest is None else oldest
            oldest = float(kept_at_s)
        return None

    def _run(self, query: Any) -> list[Any]:
        sql, parameters = self._dialect.compose(query)
        with self._lock, told(self._path):
            if self._connection is None:
                self._connection = open_database(self._path, GATEWAY_STEPS)
            return self._connection.execute(sql, parameters).fetchall()
