"""Answers that a caller may go on from by their id: those kept here, and who keeps the others."""

import logging
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import peewee

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError, RequestTooLarge, StoreUnavailable
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import ElsewhereRow, KeptResponseRow, SqlDialect, columns
from llmgw_desktop.store.database.write_behind import Insert, WriteBehind
from llmgw_desktop.store.flights.rows import PACK_BYTES

KEPT_DAYS = 30
MOST_KEPT = 5000
MOST_BYTES = 1 << 30
"""Of all answers together, packed as they are."""
_TIDY_EVERY = 500
"""So many more there may be for a while."""
_dialect = SqlDialect()
Rows = type[KeptResponseRow] | type[ElsewhereRow]
_KEPT_TEXTS = (KeptResponseRow.input, KeptResponseRow.output, KeptResponseRow.answer)


class ResponseBounds:
    """Looks at the table seldom; in between it counts what is added."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = _TIDY_EVERY
        """Rows since the last look; at the first of a start it is time for one."""
        self._bytes: int | None = None
        """Not less than there are; None before the first look."""

    def keep(self, connection: sqlite3.Connection, added: Sequence[tuple[Any, ...]]) -> None:
        """These rows were written."""
        self._since += len(added)
        if self._bytes is not None:
            self._bytes += sum(len(text) for row in added for text in row[4:])
        if self._since < _TIDY_EVERY and not self._is_large:
            return
        self._since = 0
        drop_before(connection, KeptResponseRow, self._clock.now_s() - KEPT_DAYS * 86400)
        if (newest := first_of_the_newest(connection, KeptResponseRow, MOST_KEPT)) is not None:
            drop_before(connection, KeptResponseRow, newest)
        if self._bytes is None or self._is_large:
            drop_before(connection, KeptResponseRow, self._first_within(connection))

    @property
    def _is_large(self) -> bool:
        return self._bytes is not None and self._bytes > MOST_BYTES

    def _first_within(self, connection: sqlite3.Connection) -> float:
        """When the oldest of the newest was kept that have room together; the newest has always."""
        sizes = KeptResponseRow.select(
            KeptResponseRow.kept_at_s, *(peewee.fn.LENGTH(text) for text in _KEPT_TEXTS)
        ).order_by(KeptResponseRow.kept_at_s.desc())
        self._bytes = 0
        oldest = 0.0
        for kept_at_s, *lengths in _run(connection, sizes.tuples()):
            if self._bytes and self._bytes + sum(lengths) > MOST_BYTES:
                return oldest
            self._bytes += sum(lengths)
            oldest = float(kept_at_s)
        return 0.0


def drop_before(connection: sqlite3.Connection, rows: Rows, edge_s: float) -> None:
    _run(connection, rows.delete().where(rows.kept_at_s < edge_s))


def first_of_the_newest(connection: sqlite3.Connection, rows: Rows, count: int) -> float | None:
    """When the oldest of the `count` newest was kept; None where there are fewer."""
    ages = rows.select(rows.kept_at_s).order_by(rows.kept_at_s.desc())
    found = _run(connection, ages.limit(1).offset(count - 1).tuples())
    return float(found[0][0]) if found else None


def _run(connection: sqlite3.Connection, query: Any) -> list[Any]:
    sql, parameters = _dialect.compose(query)
    return connection.execute(sql, parameters).fetchall()


LONGEST_CHAIN = 1000
LONGEST_BYTES = 64 * 1024 * 1024
"""Of one conversation, unpacked: a few bytes in the file may be very many."""
_INSERT = Insert("OR REPLACE INTO kept_responses", (), columns(KeptResponseRow))
_TEXTS = ("input", "output", "answer")
_Row = tuple[str, str, str | None, float, bytes, bytes, bytes]
_log = logging.getLogger(__name__)


class KeptTexts(NamedTuple):
    """JSON: the items that were new in this request, and the answer with its own."""

    input: bytes
    answer: bytes


@value
class KeptResponse:
    id: str
    owner: str
    """`client_id` of the principal."""
    previous: str | None
    size: int
    """Of its texts, more or less."""
    texts: Callable[[], KeptTexts]
    """Called on any thread, once or twice; an LlmgwError of it costs this answer alone."""


class _Waiting:
    """One that is not in the file yet; what it takes to make its texts is held until they are.
    Nothing of it is encrypted."""

    __slots__ = ("_kept", "_row", "owner")

    def __init__(self, kept: KeptResponse, now_s: float) -> None:
        self.owner = kept.owner
        self._kept: tuple[KeptResponse, float] | None = (kept, now_s)
        self._row: _Row | None = None

    def row(self) -> _Row:
        """Raises what `texts` raises."""
        making = self._kept
        if making is not None:
            kept, now_s = making
            said, answer = map(_packed, kept.texts())
            self._row = (kept.id, kept.owner, kept.previous, now_s, said, b"", answer)
            self._kept = None
        assert self._row is not None
        return self._row


class ResponseStore:
    """May be used from any thread; opens its file when it is first needed.

    What reads and deletes raises StoreUnavailable, StoreCorrupt or SchemaTooNew, and what reads
    VaultError where the vault that it is encrypted under is locked.
    """

    def __init__(self, path: Path, clock: Clock, at_rest: AtRest = PLAIN) -> None:
        self._file = GatewayFile(path)
        self._at_rest = at_rest
        self._clock = clock
        self._dialect = SqlDialect()
        self._bounds = ResponseBounds(clock)
        self._behind: WriteBehind[_Waiting] = WriteBehind(
            "answers to go on from", "response-writer", self._write
        )

    def put(self, kept: KeptResponse) -> None:
        """Quick: there from now on, in the file a moment later."""
        self._behind.put(kept.id, _Waiting(kept, self._clock.now_s()), kept.size)

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
            parts += (_output(row), _unpacked(row[4]))
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
        return None if row is None else _unpacked(row[6])

    def asked(self, response_id: str, owner: str) -> bytes | None:
        """JSON: the items that were new in the request of this answer."""
        row = self._row(response_id, owner)
        return None if row is None else _unpacked(row[4])

    def delete(self, response_id: str, owner: str) -> bool:
        """Whether there was one of this owner's. Later ones of the conversation cannot go on.

        It is gone from the file when this returns, for nobody may read again what was deleted.
        """
        with self._behind.at_rest():
            if self._row(response_id, owner) is None:
                return False
            self._behind.drop(response_id)
            own = (KeptResponseRow.id == response_id) & (KeptResponseRow.owner == owner)
            self._file.run(*self._dialect.compose(KeptResponseRow.delete().where(own)))
        return True

    def close(self) -> None:
        """What waits is written."""
        self._behind.close()
        self._file.close()

    @staticmethod
    def _changed(row: _Row, change: Callable[[bytes, str], bytes]) -> _Row:
        """With other texts: `change` takes one with its place."""
        response_id, owner, previous, kept_at_s, *texts = row
        said, output, answer = (
            change(text, place("kept_responses", column, response_id)) if text else text
            for column, text in zip(_TEXTS, texts, strict=True)
        )
        return response_id, owner, previous, kept_at_s, said, output, answer

    @cached_property
    def _find(self) -> str:
        """Takes an id and an owner. Composed once, which takes longer than the reading."""
        own = (KeptResponseRow.id == "") & (KeptResponseRow.owner == "")
        return self._dialect.compose(KeptResponseRow.select().where(own))[0]

    def _row(self, response_id: str, owner: str) -> _Row | None:
        waiting = self._behind.get(response_id)
        if waiting is not None:
            return _made(waiting) if waiting.owner == owner else None
        rows = self._file.run(self._find, (response_id, owner))
        return self._changed(rows[0], self._at_rest.decrypt) if rows else None

    def _write(self, batch: dict[str, _Waiting]) -> None:
        """On the writer thread."""
        made = [row for waiting in batch.values() if (row := _made(waiting)) is not None]
        try:
            rows = [self._changed(row, self._at_rest.encrypt) for row in made]
        except VaultError as error:  # they wait, as they do for a disk
            raise StoreUnavailable(str(error)) from error
        with self._file.transaction() as connection:
            _INSERT.run(connection, (), rows)
            self._bounds.keep(connection, rows)


def _made(waiting: _Waiting) -> _Row | None:
    try:
        return waiting.row()
    except LlmgwError as error:
        _log.warning("an answer could not be kept to go on from: %s", error)
    except Exception:  # noqa: BLE001 - a fault of ours costs this answer, not those beside it
        _log.exception("an answer could not be kept to go on from")
    return None


def _output(row: _Row) -> bytes:
    """JSON: the answer's items. Found in the answer when they are wanted, which is seldom; rows of
    earlier versions have them beside it."""
    if row[5]:
        return _unpacked(row[5])
    return orjson.dumps(orjson.loads(_unpacked(row[6]))["output"])


def _packed(text: bytes) -> bytes:
    """Small ones stay as they are: packing would cost more than it saves."""
    return zlib.compress(text, 1) if len(text) >= PACK_BYTES else text


def _unpacked(kept: bytes) -> bytes:
    """JSON lists and objects never begin as zlib's streams do."""
    return kept if kept[:1] in (b"[", b"{") else zlib.decompress(kept)


MOST_KNOWN = 50_000
LONGEST_ID = 256
_TIDY_MAKERS_EVERY = 1000
"""So many more there may be for a while."""
_INSERT_MAKERS = Insert("OR REPLACE INTO responses_elsewhere", (), columns(ElsewhereRow))


class Maker(NamedTuple):
    """Who answered, and with whose credentials."""

    account: str
    """As `account_id` names it."""
    project: str


_Known = tuple[str, str, str, str, float]


class ProviderResponseStore:
    """May be used from any thread.

    `find` and `forget` raise StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = GatewayFile(path)
        self._clock = clock
        self._dialect = SqlDialect()
        self._since = _TIDY_MAKERS_EVERY
        self._behind: WriteBehind[_Known] = WriteBehind(
            "who keeps which answers", "elsewhere-writer", self._write
        )

    def note(self, response_id: str, owner: str, maker: Maker) -> None:
        """Quick. What is longer than any vendor's id is not noted."""
        if len(response_id) <= LONGEST_ID:
            row = (owner, response_id, *maker, self._clock.now_s())
            self._behind.put(_name(response_id, owner), row, LONGEST_ID)

    def find(self, response_id: str, owner: str) -> Maker | None:
        known = self._behind.get(_name(response_id, owner))
        if known is not None:
            return Maker(known[2], known[3])
        own = (ElsewhereRow.owner == owner) & (ElsewhereRow.id == response_id)
        query = ElsewhereRow.select(ElsewhereRow.account, ElsewhereRow.project).where(own)
        rows = self._file.run(*self._dialect.compose(query.tuples()))
        return Maker(*rows[0]) if rows else None

    def forget(self, response_id: str, owner: str) -> None:
        with self._behind.at_rest():
            self._behind.drop(_name(response_id, owner))
            own = (ElsewhereRow.owner == owner) & (ElsewhereRow.id == response_id)
            self._file.run(*self._dialect.compose(ElsewhereRow.delete().where(own)))

    def close(self) -> None:
        """What waits is written."""
        self._behind.close()
        self._file.close()

    def _write(self, batch: dict[str, _Known]) -> None:
        """On the writer thread."""
        with self._file.transaction() as connection:
            _INSERT_MAKERS.run(connection, (), list(batch.values()))
            self._since += len(batch)
            if self._since > _TIDY_MAKERS_EVERY:
                self._since = 0
                self._tidy(connection)

    def _tidy(self, connection: sqlite3.Connection) -> None:
        drop_before(connection, ElsewhereRow, self._clock.now_s() - KEPT_DAYS * 86400)
        if (newest := first_of_the_newest(connection, ElsewhereRow, MOST_KNOWN)) is not None:
            drop_before(connection, ElsewhereRow, newest)


def _name(response_id: str, owner: str) -> str:
    """Two vendors may give two clients the same id."""
    return f"{owner}\x1f{response_id}"
