"""Words looked for in what was asked and answered: the newest first, in short turns, within bounds.

Bodies lie encrypted and have no index (decision 72): each is opened, looked through, forgotten. The
rest of a filter is asked first, so that what it leaves out is never opened. Whoever searches is
told after each turn how far it is, and says whether to go on. A thread's work, never a loop's.
"""

import json
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.redaction.streams import may_be_stream, said_in_pieces, texts_of
from llmgw_desktop.store.flights.rows import Decrypt, place_of, unpacked

MOST_FOUND = 1_000
A_TURN = 100
"""Flights between two pauses: some 3 ms where bodies are small."""
A_TURN_BYTES = 4 << 20
"""Of bodies as they are kept: a turn ends with the one that exceeds it."""
A_TURN_S = 0.5
"""Packed bodies may become a thousand times as large: then a turn ends sooner."""
A_ROW_S = 2.0
"""One flight that takes longer is given up, and counted as one that cannot be read."""
_LOOKS_EACH_S = 0.05
_SLICE, _OVERLAP = 96 << 10, 48 << 10
"""Of a stream that is put together: in the second a thousand letters are said, bit by bit."""
_PAUSE_S = 0.001
"""Gives the interpreter's lock to whoever answers requests in this process."""
_LONGEST_WORD = 1000
Key = tuple[float, int]


@value
class SearchStanding:
    """How far a search is."""

    found: tuple[str, ...] = ()
    """Ids, the newest first."""
    searched: int = 0
    """Flights that were looked through."""
    total: int = 0
    """That the rest of the filter leaves."""
    unreadable: int = 0
    """Of the searched: encrypted, and the vault is locked, or damaged."""
    reached_at_s: float | None = None
    """When the oldest of them began."""
    is_whole: bool = False
    """Nothing is left to look through."""

    def settled(self, query: FlightQuery) -> FlightQuery:
        """The same question, answered as far as it is."""
        return replace(query, said=(), among=self.found)


@value(kw_only=False)
class SearchRow:
    """A flight's bodies as they are kept."""

    key: Key
    flight_id: str
    asked: tuple[bytes | None, int]
    answered: tuple[bytes | None, int]


Rows = Callable[[FlightQuery, Key | None, int], Sequence[SearchRow]]
"""(query, the last one that was seen, how many): the next ones."""


def search(
    rows: Rows,
    total: int,
    query: FlightQuery,
    decrypt: Decrypt,
    *,
    goes_on: Callable[[SearchStanding], bool],
) -> SearchStanding:
    """Of flights that fit `query`, those whose bodies hold all of its words `said`."""
    needles = [_needle(words) for words in query.said]
    found: list[str] = []
    standing = SearchStanding(total=total)
    plain = replace(query, said=())
    after: Key | None = None
    while goes_on(standing) and len(found) < MOST_FOUND:
        part = rows(plain, after, A_TURN)
        patience = _Patience(partial(goes_on, standing))
        unreadable, began_s = 0, time.monotonic()
        for number, row in enumerate(part, 1):
            try:
                patience.begin()
                if _holds(row, needles, decrypt, patience):
                    found.append(row.flight_id)
            except _CalledOff:
                return standing
            except (VaultError, zlib.error, ValueError):
                unreadable += 1
            if time.monotonic() - began_s > A_TURN_S:
                part = part[:number]
                break
        after = part[-1].key if part else after
        standing = replace(
            standing,
            found=tuple(found),
            searched=standing.searched + len(part),
            unreadable=standing.unreadable + unreadable,
            reached_at_s=after[0] if after else None,
            is_whole=not part,
        )
        if not part:
            break
        time.sleep(_PAUSE_S)
    return standing


class _CalledOff(Exception):
    """Nobody wants it any more, in the middle of a flight."""


class _Patience:
    """With one flight: `check` between the slices of its bodies."""

    def __init__(self, goes_on: Callable[[], bool]) -> None:
        self._goes_on = goes_on
        self._began_s = self._looked_s = 0.0

    def begin(self) -> None:
        self._began_s = self._looked_s = time.monotonic()

    def check(self) -> None:
        """Raises ValueError where it takes too long, and _CalledOff."""
        now_s = time.monotonic()
        if now_s - self._began_s > A_ROW_S:
            raise ValueError("it takes too long")
        if now_s - self._looked_s > _LOOKS_EACH_S:
            self._looked_s = now_s
            if not self._goes_on():
                raise _CalledOff


def bodies_sql(seqs: str) -> str:
    """What `one_turn` reads, of the flights whose `seq` this query gives."""
    return (
        "SELECT started_at_s, flights.seq, id, request_body, request_body_packed, "  # noqa: S608
        f"answer_body, answer_body_packed FROM ({seqs}) CROSS JOIN flights USING (seq) "
        "LEFT JOIN flight_bodies ON flight = seq ORDER BY started_at_s DESC, seq DESC"
    )


def one_turn(rows: Iterable[Any], after: Key | None) -> list[SearchRow]:
    """As many as are looked through before a pause; the one at `after` was."""
    found: list[SearchRow] = []
    size = 0
    for at_s, seq, flight_id, *bodies in rows:
        if (at_s, seq) == after:
            continue
        asked, asked_how, answered, answered_how = bodies
        found.append(
            SearchRow((at_s, seq), flight_id, (asked, asked_how), (answered, answered_how))
        )
        size += len(asked or b"") + len(answered or b"")
        if size > A_TURN_BYTES:
            break
    return found


def _holds(
    row: SearchRow, needles: Sequence["_Needle"], decrypt: Decrypt, patience: _Patience
) -> bool:
    """Each word in one of the two bodies."""
    left = list(needles)
    for column, (body, how) in (("request_body", row.asked), ("answer_body", row.answered)):
        if body is None or not left:
            continue

        def opened(cell: bytes, name: str) -> bytes:
            return decrypt(cell, place_of(row.flight_id, name))

        patience.check()
        text = unpacked(body, how, column, opened) or b""
        lowered = text.lower()
        left = [each for each in left if not each.is_in(lowered)]
        if left and may_be_stream(text):
            pieces = b"\n".join(_in_pieces(text, patience)).lower()
            left = [each for each in left if not each.is_in(pieces)]
    return not left


def _in_pieces(body: bytes, patience: _Patience) -> Iterator[bytes]:
    """What a stream says bit by bit, put together; slice by slice, for to read a large one at once
    would keep the interpreter from everybody else."""
    for start in range(0, len(body), _SLICE):
        patience.check()
        begin = _event_from(body, start - _OVERLAP)
        part = body[begin : _event_from(body, start + _SLICE)]
        said = said_in_pieces(part)
        if said is not None:
            yield said
        else:
            yield from (text.said for text in texts_of(part, lambda _: True))
        time.sleep(0)


def _event_from(body: bytes, at: int) -> int:
    """Where an event begins, there or soon after."""
    if at <= 0:
        return 0
    end = body.find(b"\n\n", at)
    return len(body) if end < 0 else end + 2


@value(kw_only=False)
class _Needle:
    """Words as bodies may hold them: letter case does not matter, JSON may have escaped them."""

    plain: bytes
    """What is looked for first, in small letters; empty where only the pattern finds it."""
    pattern: Any

    def is_in(self, lowered: bytes) -> bool:
        if self.plain:
            return self.plain in lowered
        return self.pattern.search(lowered) is not None


def _needle(words: str) -> _Needle:
    words = words[:_LONGEST_WORD]
    if words.isascii() and json.dumps(words) == f'"{words}"':
        return _Needle(words.lower().encode(), None)
    return _Needle(b"", re.compile(b"".join(_letter(each) for each in words)))


def _letter(letter: str) -> bytes:
    """Any way in which it may stand in a body whose Latin letters are small."""
    ways = {letter, letter.lower(), letter.upper(), letter.casefold()}
    told = set()
    for way in ways:
        told.add(way.encode("utf-8", "replace").lower())
        told.add(json.dumps(way)[1:-1].encode().lower())
        told.add(json.dumps(way, ensure_ascii=False)[1:-1].encode("utf-8", "replace").lower())
    return b"(?:" + b"|".join(re.escape(each) for each in sorted(told, key=len)) + b")"
