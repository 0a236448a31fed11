"""Watches the beginning of a stream for one that crawls, while it can still be given up."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.errors import UpstreamCut
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.routing.diagnosis import of_event
from llmgw_desktop.engine.routing.failures import Failure, FailureKind
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, relayed
from llmgw_desktop.wire.answer_facts import told_error
from llmgw_desktop.wire.json_values import check_json
from llmgw_desktop.wire.sse import SseSplitter, data_of
from llmgw_desktop.wire.stream_openings import StreamOpening, opening, output_chars

MOST_CHARS = 256
"""So much in time is quick enough, whatever rate is wanted."""
GUARDED_PIECES = 512
GUARDED_BYTES = 1 << 20


class SlowGuard:
    """From the first word on, for `window_s`; the reader keeps the time."""

    def __init__(self, chars_per_s: int, window_s: float) -> None:
        self.window_s = window_s
        self._wanted = min(chars_per_s * window_s, MOST_CHARS)
        self._chars = 0

    def feed(self, frame: bytes) -> None:
        self._chars += output_chars(frame)

    @property
    def is_content(self) -> bool:
        return self._chars >= self._wanted

    @property
    def words(self) -> str:
        return f"{self._chars} characters in {self.window_s:g} s"


MOST_EVENTS = 64
MOST_BYTES = 256 * 1024
SMALL_BYTES = 64 * 1024
"""A whole answer up to this size may be an error; a larger one is looked at by nobody here."""
ERROR_BYTES = 1 << 20


class Replayed:
    """An answer of which some pieces were read already; one that `is_whole` may be closed first."""

    def __init__(
        self, answer: UpstreamAnswer, pieces: Iterable[bytes], *, is_whole: bool = False
    ) -> None:
        self._answer = answer
        self._pieces = deque(pieces)
        self._is_closed = False
        self.is_whole = is_whole
        has_more = self._pieces or is_whole
        self.read: Callable[[], Coroutine[Any, Any, bytes]] = (
            self._replay if has_more else answer.read
        )
        """What was read ahead is given first; what follows costs nothing more than without us."""
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    async def relay(self, take: Callable[[bytes], bool]) -> bool:
        """As `relayed` of any answer."""
        while self._pieces:
            if not take(self._next()):
                return False
        return self.is_whole or await relayed(self._answer, take)

    async def _replay(self) -> bytes:
        return self._next() if self._pieces else b""

    def _next(self) -> bytes:
        piece = self._pieces.popleft()
        if not self._pieces and not self.is_whole:
            self.read = self._answer.read
        return piece

    def said_all(self) -> None:
        if not self.is_whole:
            self._answer.said_all()

    async def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._answer.close()


async def read_ahead(answer: UpstreamAnswer, limit_bytes: int) -> tuple[Replayed, bytes]:
    """With all of its body, or with the beginning of one that is longer. Raises UpstreamError."""
    pieces: list[bytes] = []
    size = 0
    piece = b" "
    while size <= limit_bytes and (piece := await answer.read()):
        pieces.append(piece)
        size += len(piece)
    return Replayed(answer, pieces, is_whole=not piece), b"".join(pieces)


async def fault_in_whole(answer: UpstreamAnswer, now_s: float) -> tuple[Replayed, Failure | None]:
    """Of a JSON answer with a good status. Raises UpstreamError."""
    replayed, body = await read_ahead(answer, SMALL_BYTES)
    if len(body) > SMALL_BYTES:
        return replayed, None
    if b'"error"' in body and told_error(body) is not None:
        return replayed, of_event(body, answer.headers, now_s)
    try:
        check_json(body)
    except ValueError as error:
        return replayed, Failure(kind=FailureKind.GARBAGE, words=str(error))
    return replayed, None


async def fault_in_array(answer: UpstreamAnswer, now_s: float) -> tuple[Replayed, Failure | None]:
    """Of a stream that is one JSON array, as Gemini's are without server-sent events: an error is
    its first element. Raises UpstreamError."""
    pieces: list[bytes] = []
    begun = b""
    while b"}" not in begun and len(begun) <= SMALL_BYTES and (piece := await answer.read()):
        pieces.append(piece)
        begun += piece
    if not begun:
        raise UpstreamCut("A provider ended its answer before it began.")
    replayed = Replayed(answer, pieces)
    text = begun.strip().rstrip(b",")
    if b'"error"' not in text:
        return replayed, None
    whole = text if text.endswith(b"]") else text + b"]"
    told = told_error(whole)
    return replayed, None if told is None else of_event(whole, answer.headers, now_s)


class HoldBack:
    """The beginning of one stream; `look` gives what is to be passed on, or why it is not."""

    def __init__(
        self,
        answer: UpstreamAnswer,
        protocol: ModelProtocol,
        *,
        hold_s: float,
        guard: SlowGuard | None,
        now_s: float,
    ) -> None:
        self._answer = answer
        self._protocol = protocol
        self._hold_s = hold_s
        self._guard = guard
        self._now_s = now_s
        self._pieces: list[bytes] = []
        self._splitter = SseSplitter()
        self._events = 0
        self._bytes = 0
        self._ends: float | None = None
        """By the loop's clock; None while nothing has come that could be late."""
        self._has_output = False

    async def look(self) -> tuple[Replayed, Failure | None]:
        """Raises UpstreamError."""
        failure = await self._read_on()
        return Replayed(self._answer, self._pieces), failure

    async def _read_on(self) -> Failure | None:
        while True:
            try:
                async with asyncio.timeout_at(self._ends):
                    piece = await self._answer.read()
            except TimeoutError:
                return self._time_is_up()
            if not piece:
                return self._at_the_end()
            self._pieces.append(piece)
            self._bytes += len(piece)
            if self._ends is None:
                self._ends = asyncio.get_running_loop().time() + self._hold_s
            for frame in self._splitter.feed(piece):
                if failure := self._judge(frame):
                    return failure
            if self._is_enough():
                return None

    def _judge(self, frame: bytes) -> Failure | None:
        self._events += 1
        if not self._has_output:
            what = opening(frame, self._protocol)
            if what is StreamOpening.ERROR:
                return of_event(data_of(frame), self._answer.headers, self._now_s)
            if what is StreamOpening.START:
                return None
            self._has_output = True
            if self._guard is not None:
                self._ends = asyncio.get_running_loop().time() + self._guard.window_s
        if self._guard is not None:
            self._guard.feed(frame)
        return None

    def _is_enough(self) -> bool:
        if self._has_output and self._guard is not None:
            is_full = len(self._pieces) >= GUARDED_PIECES or self._bytes >= GUARDED_BYTES
            return is_full or self._guard.is_content
        return self._has_output or self._events >= MOST_EVENTS or self._bytes >= MOST_BYTES

    def _time_is_up(self) -> Failure | None:
        if self._has_output and self._guard is not None and not self._guard.is_content:
            return Failure(kind=FailureKind.SLOW, words=self._guard.words)
        return None

    def _at_the_end(self) -> Failure | None:
        if (tail := self._splitter.tail) and (failure := self._judge(tail)):
            return failure
        if self._has_output:
            return None
        raise UpstreamCut("A provider ended its answer before it began.")
