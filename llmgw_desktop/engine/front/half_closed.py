"""A caller who has said all, and one who has left: of both no more is heard.

Who only closed his half of the connection waits for an answer; who closed all of it does not, and
what he asked for would cost money for nobody. He is known by what is said to him: a system refuses
it for a connection that no program has any more. What may be said is `100 Continue`, which every
client leaves out (RFC 9110, 15.2.1), and which is said only to those of whom nothing is heard.
"""

import asyncio
from collections.abc import Callable

from aiohttp import hdrs
from aiohttp.http import HttpVersion11

from llmgw_desktop.engine.front.http_request import DoorRequest

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
    """Asks one caller, as long as his answer has not begun. `stop` when the connection ends."""

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
