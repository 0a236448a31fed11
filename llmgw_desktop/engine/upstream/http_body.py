"""The body of an upstream's answer as it is read: piece by piece, decoded, watched for silence, and
bounded: the whole of it where it is held until it is whole, each of its events where it streams.
"""

import asyncio
from collections.abc import Mapping

from typing_extensions import override

from llmgw_desktop.domain.errors import LlmgwError, UpstreamCut, UpstreamGarbage, UpstreamTimeout
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.http1.client_connection import (
    BrokenAnswer,
    ConnectionClosed,
    Take,
    UpstreamConnection,
)
from llmgw_desktop.engine.loop.large_bodies import ENCODINGS, Garbled, Unpacker
from llmgw_desktop.engine.upstream.answer import piece_by_piece
from llmgw_desktop.engine.upstream.pool import Pool, SilenceWatch

_EVENT_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")
_LONGEST_END = 4


class AnswerBound:
    """Of one answer; everything that came of it passes `checked`, unpacked."""

    def __init__(self, provider: str, most: int, setting: str) -> None:
        self._provider = provider
        self._most = most
        self._setting = setting
        self._held = 0

    def checked(self, piece: bytes) -> bytes:
        """`piece`. Raises UpstreamGarbage."""
        self._held += len(piece)
        if self._held > self._most:
            raise self._too_much()
        return piece

    def check_declared(self, length: str) -> None:
        """By the answer's head, before anything of it is read. Raises UpstreamGarbage."""
        if length.isdigit() and int(length) > self._most:
            raise self._too_much()

    def _too_much(self) -> UpstreamGarbage:
        return UpstreamGarbage(
            f"'{self._provider}' answered with more than {self._most:,} bytes "
            f"({self._setting} in the settings)."
        )


class EventBound(AnswerBound):
    """Of a stream, which may go on for ever as long as its events end."""

    def __init__(self, provider: str, most: int, setting: str) -> None:
        super().__init__(provider, most, setting)
        self._tail = b""

    @override
    def checked(self, piece: bytes) -> bytes:
        """As of any answer."""
        if piece.endswith(_EVENT_ENDS):
            self._held, self._tail = 0, b""
            return piece
        if self._tail and any(end in self._tail + piece[:_LONGEST_END] for end in _EVENT_ENDS):
            self._held = 0
        last = max(piece.rfind(end) for end in _EVENT_ENDS)
        self._held = len(piece) - last if last >= 0 else self._held + len(piece)
        self._tail = piece[1 - _LONGEST_END :]
        if self._held > self._most:
            raise self._too_much()
        return piece

    @override
    def check_declared(self, length: str) -> None:
        """A stream's length is nobody's business."""

    @override
    def _too_much(self) -> UpstreamGarbage:
        return UpstreamGarbage(
            f"'{self._provider}' streamed one event of more than {self._most:,} bytes "
            f"({self._setting} in the settings)."
        )


def bound_of(headers: Mapping[str, str], provider: str, settings: UpstreamSettings) -> AnswerBound:
    """For an answer with this head. Raises UpstreamGarbage where that says too much already."""
    bound: AnswerBound
    if headers.get("Content-Type", "").lstrip().lower().startswith("text/event-stream"):
        bound = EventBound(provider, settings.max_event_bytes, "upstream.max_event_bytes")
    else:
        bound = AnswerBound(provider, settings.max_answer_bytes, "upstream.max_answer_bytes")
    bound.check_declared(headers.get("Content-Length", ""))
    return bound


_PORTION_BYTES = 4096
_MOST_LINES_AT_ONCE = 4096


class Portions:
    """Of a stream's pieces, so that none takes long to read: each end of a line costs by itself,
    and a few packed bytes may stand for very many. What is not full of them stays one piece."""

    def __init__(self) -> None:
        self._rest = b""

    def first(self, piece: bytes) -> bytes:
        """Of a piece, while no `rest` is left of the one before."""
        if piece.count(b"\n") + piece.count(b"\r") <= _MOST_LINES_AT_ONCE:
            return piece
        self._rest = piece
        return self._next()

    async def rest(self) -> bytes:
        """Empty where nothing is left; others have a turn before each."""
        if not self._rest:
            return b""
        await asyncio.sleep(0)
        return self._next()

    def _next(self) -> bytes:
        portion, self._rest = self._rest[:_PORTION_BYTES], self._rest[_PORTION_BYTES:]
        return portion


LAST_WORD_GRACE_S = 0.3
"""A stream whose protocol has said its last word may take so long to end as HTTP."""


class UpstreamHttpAnswer:
    """An answer on its way; its connection is given back only when the body was read to its end."""

    def __init__(
        self,
        connection: UpstreamConnection,
        idle: list[UpstreamConnection],
        *,
        provider: str,
        watch: SilenceWatch,
        settings: UpstreamSettings,
    ) -> None:
        """`idle`: where the connection goes afterwards. Raises UpstreamGarbage where the head tells
        already that it cannot be read."""
        self._connection = connection
        self._idle = idle
        self._provider = provider
        self._idle_timeout_s = idle_timeout_s = settings.idle_timeout_s
        self._watch = watch
        watch.expect(idle_timeout_s)
        self._unpacker = _unpacker(connection.headers.get("Content-Encoding", ""), provider)
        self._bound = bound_of(connection.headers, provider, settings)
        self._portions = Portions() if isinstance(self._bound, EventBound) else None
        self._has_said_all = False
        self._take: Take | None = None
        self.status = connection.status
        self.headers = connection.headers

    def whole(self) -> bytes | None:
        """As `whole_at_once`."""
        if self._portions is not None or self._unpacker is not None:
            return None
        body = self._connection.whole_body()
        return None if body is None else self._bound.checked(body)

    async def read(self) -> bytes:
        if self._portions is None:
            return await self._piece()
        return await self._portions.rest() or self._portions.first(await self._piece())

    async def _piece(self) -> bytes:
        connection, watch = self._connection, self._watch
        if self._unpacker is None and (piece := connection.ready_piece()) is not None:
            return self._bound.checked(piece)  # it came with its head: nothing to watch
        watch.listen()
        try:
            if self._unpacker is None:
                return self._bound.checked(await connection.piece())
            return self._bound.checked(await self._unpacked(self._unpacker))
        except (ConnectionClosed, BrokenAnswer, Garbled) as error:
            self._check_said_all(error)
            return b""
        finally:
            watch.rest()

    async def relay(self, take: Take) -> bool:
        """As `relayed` of any answer. Of a plain stream `take` gets what came together in one, in
        the moment in which it comes."""
        portions = self._portions
        if portions is None or self._unpacker is not None:
            return await piece_by_piece(self.read, take)
        while portion := await portions.rest():
            if not take(portion):
                return False
        self._take = take
        self._watch.listen()
        try:
            return await self._connection.relay(self._pass)
        except (ConnectionClosed, BrokenAnswer) as error:
            self._check_said_all(error)
            return True
        finally:
            self._take = None
            self._watch.rest()

    def _pass(self, piece: bytes) -> bool:
        take = self._take
        assert take is not None
        self._watch.listen()
        self._bound.checked(piece)
        if len(piece) <= _MOST_LINES_AT_ONCE or self._portions is None:
            return take(piece)
        first = self._portions.first(piece)
        return take(first) and first is piece

    def _check_said_all(self, error: Exception) -> None:
        """A body that ended so is whole if its protocol has had its last word and the rest
        was silence. Raises what its end is otherwise."""
        if not isinstance(error, ConnectionClosed):
            raise UpstreamGarbage(f"'{self._provider}' sent a garbled body: {error}.") from error
        if not (self._watch.fell_silent and self._has_said_all):
            raise self._broken_off() from error

    def said_all(self) -> None:
        if not self._has_said_all:
            self._has_said_all = True
            self._watch.expect(LAST_WORD_GRACE_S)

    async def close(self) -> None:
        self._watch.end()
        Pool.give_back(self._idle, self._connection)

    async def _unpacked(self, unpacker: Unpacker) -> bytes:
        while True:
            if not unpacker.is_hungry:
                await asyncio.sleep(0)  # a few bytes may stand for very many: others have a turn
            elif packed := await self._connection.piece():
                unpacker.feed(packed)
                self._watch.listen()  # there may be nothing in it, but it is no silence
            elif unpacker.is_whole:
                return b""
            else:
                raise UpstreamCut(f"'{self._provider}' sent only a part of its compressed answer.")
            if chunk := unpacker.step():
                return chunk

    def _broken_off(self) -> LlmgwError:
        if self._watch.fell_silent:
            return UpstreamTimeout(
                f"'{self._provider}' sent nothing for {self._idle_timeout_s:g} s "
                f"in the middle of its answer."
            )
        return UpstreamCut(f"'{self._provider}' broke off in the middle of its answer.")


def _unpacker(encoding: str, provider: str) -> Unpacker | None:
    """We ask for plain bytes; some servers compress all the same."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ENCODINGS:
        return Unpacker(encoding)
    raise UpstreamGarbage(f"'{provider}' answered in the encoding '{encoding[:40]}' unasked.")
