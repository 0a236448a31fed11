"""Answers that their callers may go on from by an id (Responses' `previous_response_id`).

In `gateway.db`, encrypted, as they were said: a conversation cannot go on from a censored one. Each
is its owner's alone, and none lives longer than KEPT_DAYS. They are written behind
(`write_behind.py`) and found from the moment on in which they are put; their texts are made, packed
and encrypted on that thread, too.
"""

import logging
import zlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import orjson

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError, RequestTooLarge, StoreUnavailable
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault_errors import VaultError
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.flights.insert import Insert
from llmgw_desktop.store.flights.rows import PACK_BYTES
from llmgw_desktop.store.gateway_file import GatewayFile
from llmgw_desktop.store.response_bounds import ResponseBounds
from llmgw_desktop.store.schema import Dialect, KeptResponseRow, columns
from llmgw_desktop.store.write_behind import WriteBehind

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
        self._dialect = Dialect()
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
