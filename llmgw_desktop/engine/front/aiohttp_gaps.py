"""What aiohttp leaves open: callers who have left, tasks of requests, chunks that hold nothing."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sized
from typing import Any, Final, cast

from aiohttp import hdrs, web
from aiohttp.http import HttpVersion11
from aiohttp.streams import StreamReader

from llmgw_desktop.engine.front.http_message import DoorRequest

_STILL_THERE = b"HTTP/1.1 100 Continue\r\n\r\n"
ASKED_AFTER_S = (0.02, 0.5, 2.0)
"""Besides twice at once: the first is sent to whoever has left, too, and the second meets the
refusal of this computer's own system; the later ones that of one which is farther away."""


def may_listen(request: DoorRequest) -> bool:
    """Nothing of the request is missing, and no stream has begun: who leaves one costs money until
    it ends. Of those whom nothing can be said to before their answer, only what costs nothing is
    taken for a question."""
    if request.is_streamed or not request.content.is_eof():
        return False
    return request.version >= HttpVersion11 or request.method in (hdrs.METH_GET, hdrs.METH_HEAD)


class StillThere:
    """Who only closed half of a connection waits for an answer; who closed all of it does not, and
    what was asked for would cost money for nobody. It is known by what is said to it: a system
    refuses that for a connection that no program has any more. What may be said is `100 Continue`,
    which every client leaves out (RFC 9110, 15.2.1), and only to those of whom nothing is heard.

    Asks one caller, as long as his answer has not begun. `stop` when the connection ends."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        answering: Callable[[], DoorRequest | None],
    ) -> None:
        self._transport = transport
        self._answering = answering
        self._ask()
        self._ask()
        self._timers = [loop.call_later(after_s, self._ask) for after_s in ASKED_AFTER_S]

    def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _ask(self) -> None:
        request = self._answering()
        if request is None or request.has_answer or self._transport.is_closing():
            return
        if request.version >= HttpVersion11:
            self._transport.write(_STILL_THERE)


NEEDED: Final = sys.version_info < (3, 12)


class OneTaskLoop:
    """What a connection asks its loop for, but for `create_task`: its requests are answered in the
    task that it has anyway.

    aiohttp makes one more for each request, so that each has context variables of its own; nothing
    here keeps any. A task costs its making and two turns of the loop. From Python 3.12 on aiohttp's
    begin to run at once, and there they stay.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, others: Sized) -> None:
        """`others` are the requests that have come after the one that is answered."""
        self._loop = loop
        self._others = others
        self.time: Callable[[], float] = loop.time
        self.call_at = loop.call_at
        self.call_later = loop.call_later
        self.create_future = loop.create_future

    def create_task(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The work itself, to be awaited where it was made.

        While other requests of the connection wait it is a task: else a thousand that are answered
        at once would be answered in one turn.
        """
        return self._loop.create_task(work) if self._others else work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


def in_one_task(loop: asyncio.AbstractEventLoop, others: Sized) -> asyncio.AbstractEventLoop:
    """The loop for a connection whose own task runs already."""
    return cast("asyncio.AbstractEventLoop", OneTaskLoop(loop, others)) if NEEDED else loop


MOST_BYTES = 128 * 1024
"""With the head; besides BESIDE_EACH for each byte of the body."""
BESIDE_EACH = 8


class ChunkedBody:
    """What stands in a chunked body beside the body: sizes, extensions, trailers (RFC 9112, 7.1.1).

    The parser passes over extensions however long they are; they are no part of the body and count
    for no limit of it. Chunks of one byte each, which are honest, have five bytes beside each.
    """

    def __init__(self, payload: StreamReader) -> None:
        self._payload = payload
        self._came = 0

    def takes(self, size: int) -> bool:
        """False once so much has come that is no body; whoever reads it is told."""
        self._came += size
        if self._came <= MOST_BYTES + (1 + BESIDE_EACH) * self._payload.total_bytes:
            return True
        self._payload.set_exception(web.RequestPayloadError("its chunks hold too little"))
        return False
