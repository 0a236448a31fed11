"""One connection of a client, HTTP/1.1: requests in, one answer after the other back.

Whose turn it is, how long each may take to ask, and whether whoever asked is still there. One timer
a connection at most, and none that is set for each request. Bodies have their own patience in
whoever reads them, readers of answers in `answer`.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

from typing_extensions import override

from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1 import Http1Connection
from llmgw_desktop.engine.http1.answer import DateLine, OutgoingAnswer
from llmgw_desktop.engine.http1.head import RequestHead, UnreadHead
from llmgw_desktop.engine.http1.parser import RequestParser
from llmgw_desktop.engine.http1.request import HttpRequest, RequestBody
from llmgw_desktop.wire.errors import ErrorReply

if TYPE_CHECKING:
    from llmgw_desktop.domain.errors import LlmgwError

HELD_BYTES = 256 * 1024
"""So much of a body may wait for its reader before the client is held back."""
_HEADS_AT_ONCE_BYTES = 16 * 1024
"""Many small requests may come at once: no more of them are parsed at a stretch."""
_STILL_THERE = b"HTTP/1.1 100 Continue\r\n\r\n"
ASKED_AFTER_S = (0.02, 0.5, 2.0)
"""Besides twice at once: the first is sent to whoever has left, too, and the second meets the
refusal of this computer's own system; the later ones that of one which is farther away."""
_NEARLY_S = 0.001
_log = logging.getLogger(__name__)


@value
class Patience:
    """How long callers are waited for, in seconds."""

    head_s: float = 10.0
    """For a whole head: from the connection's beginning, later from the next head's first byte."""
    idle_s: float = 75.0
    """Between two requests. Longer than clients keep connections, so that they go first."""
    body_s: float = 30.0
    """For the next piece of a body."""
    lingering_s: float = 2.0
    """For the rest of a body that nobody reads: who is cut off while he sends loses the answer."""


class RequestHandler(Protocol):
    """What stands behind the connections of one server."""

    is_leaving: bool
    """Each connection ends with its next answer."""

    def comes(self, connection: "ServerConnection") -> bool:
        """Whether it may stay; its requests may be surplus all the same."""

    def goes(self, connection: "ServerConnection") -> None: ...

    async def handle(self, request: HttpRequest) -> None:
        """Give it its answer."""

    def words_for(self, head: UnreadHead) -> ErrorReply:
        """What is wrong with a head, as whoever sent it understands it."""

    def failed(self, request: HttpRequest) -> ErrorReply:
        """The gateway itself has."""


class ServerConnection(Http1Connection):
    """Made by the server for each client that connects."""

    def __init__(self, handler: RequestHandler, patience: Patience) -> None:
        super().__init__()
        self._handler = handler
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self.address = ""
        self.surplus: LlmgwError | None = None
        """Why nothing is served that comes over it but the person's own commands."""
        self.task: asyncio.Task[None] | None = None
        """Answers requests, while there are any."""
        self._drain: asyncio.Future[None] | None = None
        self._parser = RequestParser(self._began, self._came, self._steer)
        self._current: HttpRequest | None = None
        self._waiting: deque[HttpRequest | UnreadHead] = deque()
        self._later = b""
        """Not looked at: requests wait already."""
        self._timer: asyncio.TimerHandle | None = None
        self._waits_for_head = False
        """What the timer is for; else for a connection that rests."""
        self._rests_since = 0.0
        self._still_there: StillThere | None = None

    @property
    def is_leaving(self) -> bool:
        return self._handler.is_leaving

    @property
    def is_idle(self) -> bool:
        """No request is under way: it waits for a head, or for the rest of one."""
        return self.task is None

    def give_way(self) -> None:
        """Be closed; what was said to the client still goes out."""
        self._parser.is_over = True
        if self.transport is not None:
            self.transport.close()

    async def drained(self) -> None:
        """The client has read most of what it was sent. Raises ConnectionError."""
        while self.is_congested:
            self._drain = self._loop.create_future()
            try:
                await self._drain
            finally:
                self._drain = None
        if self.transport is None:
            raise ConnectionResetError("the client has left")

    # asyncio.Protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        # uvloop knows no address of whoever left before it was let in: nobody is there to answer.
        if not peer or not self._handler.comes(self):
            self._parser.is_over = True
            self.transport.abort()
            return
        self._wait_for_head()

    @override
    def data_received(self, data: bytes) -> None:
        if self._parser.is_over:
            return
        if self._waiting and self._parser.body is None:
            self._later += data
            self._steer()
        else:
            self._take(data)

    @override
    def eof_received(self) -> bool:
        """Whether an answer is owed to whoever said all that he wants to say."""
        owed = self._waiting[-1] if self._waiting else self._current
        transport = self.transport
        if not isinstance(owed, HttpRequest) or not owed.may_listen or transport is None:
            return False
        if transport.get_extra_info("ssl_object") is not None:  # TLS ends both ways at once
            return False
        owed.is_last = self._parser.is_over = True
        self._still_there = StillThere(self._loop, transport, lambda: self._current)
        return True

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        self.transport = None
        self._parser.fail(ConnectionResetError("the client has left"))
        self._stop_timer()
        self._handler.goes(self)
        if self._still_there is not None:
            self._still_there.stop()
        self.resume_writing()
        task, self.task = self.task, None  # it may not even have begun
        if task is not None:
            task.cancel()

    @override
    def resume_writing(self) -> None:
        self.is_congested = False
        if self._drain is not None and not self._drain.done():
            self._drain.set_result(None)

    def _take(self, data: bytes) -> None:
        """Requests are answered one by one; what came behind several is looked at later."""
        parser, at = self._parser, 0
        while at < len(data) and not parser.is_over:
            if self._waiting and parser.body is None:
                self._later = data[at:]
                break
            end = len(data) if parser.body is not None else at + _HEADS_AT_ONCE_BYTES
            parser.feed(data[at:end])
            at = end
        if parser.is_in_head and not self._waits_for_head:
            self._wait_for_head()
        self._steer()

    def _began(self, head: RequestHead, body: RequestBody) -> None:
        request = HttpRequest(self, head, body)
        if self.surplus is not None:
            request.surplus, request.is_last = self.surplus, True
        self._came(request)

    def _came(self, request: HttpRequest | UnreadHead) -> None:
        if self._waits_for_head:
            self._stop_timer()
        self._waiting.append(request)
        if self.task is None:
            self.task = self._loop.create_task(self._serve(), name="a connection's requests")

    def _steer(self) -> None:
        """The client is held back while it has asked, or sent, more than is taken."""
        body = self._parser.body
        is_full = bool(self._later) or (body is not None and body.held > HELD_BYTES)
        if is_full is not self._is_paused:
            self._hold_back(is_full=is_full)

    async def _serve(self) -> None:
        """All that wait, in their order."""
        try:
            while self._waiting and self.transport is not None:
                request = self._waiting.popleft()
                if not await self._answered(request):
                    await self._end(request)
                    return
                if self._later and not self._waiting:
                    later, self._later = self._later, b""
                    self._take(later)
                if self._waiting:
                    await asyncio.sleep(0)  # a crowd on one connection leaves others their turn
            self._rest()
        except BaseException as error:
            self.give_way()
            if not isinstance(error, ConnectionError):
                raise
        finally:
            self.task = self._current = None

    async def _answered(self, request: HttpRequest | UnreadHead) -> bool:
        """Whether the connection goes on after its answer. Raises ConnectionError."""
        if isinstance(request, UnreadHead):
            await self._say(self._handler.words_for(request))
            return False
        self._current = request
        try:
            await self._handler.handle(request)
        except ConnectionError:  # the client has left
            raise
        except Exception:  # noqa: BLE001 - its edge: no caller goes unanswered
            _log.exception("a connection failed")
            if request.answer is None:
                await self._reply(request, self._handler.failed(request))
        self._current = None
        if request.answer is None:  # there is nobody to be answered
            return False
        await request.answer.settle()
        return request.answer.stays

    async def _say(self, reply: ErrorReply) -> None:
        """To somebody who has asked nothing that could be read."""
        request = HttpRequest(self, RequestHead("GET", "/", (), "1.0"), RequestBody(self._steer))
        await self._reply(request, reply)

    @staticmethod
    async def _reply(request: HttpRequest, reply: ErrorReply) -> None:
        request.is_last = True
        answer = OutgoingAnswer(request, DateLine())
        answer.whole(reply.status, reply.headers, reply.body)
        await answer.go_out()

    async def _end(self, request: HttpRequest | UnreadHead) -> None:
        """Not before a client who is still sending has heard its answer."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        self._parser.is_over, self._later = True, b""
        if isinstance(request, UnreadHead) or not request.body.is_whole:
            if transport.can_write_eof():
                transport.write_eof()
            self._hold_back(is_full=False)
            await asyncio.sleep(self._patience.lingering_s)  # cancelled when it leaves
        transport.close()

    def _rest(self) -> None:
        """Until the next head begins."""
        if self.transport is None:
            return
        if self._parser.is_over or self.is_leaving:
            self.give_way()
        elif not self._parser.is_in_head:
            self._rests_since = self._loop.time()
            if self._timer is None:
                self._timer = self._loop.call_later(self._patience.idle_s, self._has_rested)
        elif not self._waits_for_head:
            self._wait_for_head()

    def _has_rested(self) -> None:
        """Perhaps: it is looked at once in so long, and not set anew for every request."""
        self._timer = None
        if self.task is not None:
            return
        left_s = self._rests_since + self._patience.idle_s - self._loop.time()
        if left_s < _NEARLY_S:
            self.give_way()
        else:
            self._timer = self._loop.call_later(left_s, self._has_rested)

    def _wait_for_head(self) -> None:
        self._stop_timer()
        self._waits_for_head = True
        self._timer = self._loop.call_later(self._patience.head_s, self._head_is_late)

    def _head_is_late(self) -> None:
        """Nothing is told: what came may be no HTTP at all. While another request is answered, it
        has more time."""
        if self.task is None:
            self.give_way()
        else:
            self._wait_for_head()

    def _stop_timer(self) -> None:
        self._waits_for_head = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


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
        answering: Callable[[], HttpRequest | None],
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
        if request is None or request.answer is not None or self._transport.is_closing():
            return
        if request.head.is_modern:
            self._transport.write(_STILL_THERE)
