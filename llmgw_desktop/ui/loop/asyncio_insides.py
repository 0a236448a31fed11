"""asyncio's selector loop with the private parts that a hosted loop turns, as types.

The type stubs leave them out; a test asserts that each Python has them.
"""

from __future__ import annotations

import asyncio
import select
import selectors
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import socket
    from collections import deque
    from collections.abc import Callable
    from contextvars import Context

    class Handle(asyncio.Handle):
        _callback: Callable[..., object]
        _context: Context
        _loop: asyncio.AbstractEventLoop
        _repr: str | None
        _source_traceback: list[Any] | None

    class Timer(asyncio.TimerHandle):
        _callback: Callable[..., object]
        _context: Context
        _when: float
        _scheduled: bool

    class SelectorLoop(asyncio.SelectorEventLoop):
        _ready: deque[Handle | Timer]
        _scheduled: list[Timer]
        _timer_cancelled_count: int
        _stopping: bool
        _debug: bool
        _closed: bool
        _clock_resolution: float
        _selector: LookingSelector
        _csock: socket.socket
        _signal_handlers: dict[int, asyncio.Handle]

        def _run_once(self) -> None: ...
        def _process_events(self, event_list: list[Any]) -> None: ...
        def _write_to_self(self) -> None: ...
        def _make_socket_transport(self, *args: Any, **options: Any) -> Any: ...
        def _accept_connection(
            self, protocol_factory: Any, sock: socket.socket, *rest: Any
        ) -> None: ...
        def _remove_reader(self, fd: int) -> bool: ...
        def _remove_writer(self, fd: int) -> bool: ...
else:
    Handle = asyncio.Handle
    Timer = asyncio.TimerHandle
    SelectorLoop = asyncio.SelectorEventLoop


_READ_BYTES = 64 * 1024
"""At once. Asyncio makes room for 256 KB before each read, which the C library fetches from the
system and gives back every time: ten times as expensive as the reading."""

_ACCEPTED_AT_ONCE = 64
_HAS_EPOLL: Final = hasattr(select, "epoll")
_BUT_READABLE: Final = ~getattr(select, "EPOLLIN", 0)
_BUT_WRITABLE: Final = ~getattr(select, "EPOLLOUT", 0)


class LookingSelector(selectors.DefaultSelector):
    """Looks but does not wait, while Qt does the waiting."""

    may_wait = True

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout if self.may_wait else 0)

    def news(self) -> list[tuple[int, int, Any]]:
        """(descriptor, events of epoll, who waits for them)."""
        keys: dict[int, selectors.SelectorKey] = self._fd_to_key  # type: ignore[attr-defined]
        found = self._selector.poll(0, len(keys) or 1)  # type: ignore[attr-defined]
        return [
            (descriptor, events, keys[descriptor].data)
            for descriptor, events in found
            if descriptor in keys
        ]


class TurnedLoop(SelectorLoop):
    """A loop that somebody else turns, round by round."""

    def __init__(self) -> None:
        super().__init__(LookingSelector())
        self.qt_sleeps = False
        """Control is in Qt and nobody has asked for a wake-up: whoever adds work has to."""

    time = staticmethod(monotonic)
    """Asyncio's own is one call more, a dozen times a request."""

    def look(self) -> None:
        """Put what waits for news of a descriptor behind what is ready: select() and
        _process_events(), without the tables that these build for each other."""
        if not _HAS_EPOLL:
            self._process_events(self._selector.select(0))
            return
        for descriptor, events, (reader, writer) in self._selector.news():
            if reader is not None and events & _BUT_WRITABLE:
                if reader._cancelled:
                    self._remove_reader(descriptor)
                else:
                    self._ready.append(reader)
            if writer is not None and events & _BUT_READABLE:
                if writer._cancelled:
                    self._remove_writer(descriptor)
                else:
                    self._ready.append(writer)

    def report(self, handle: Handle | Timer, error: BaseException) -> None:
        """A callback failed."""
        self.call_exception_handler(
            {"message": f"Exception in callback {handle!r}", "exception": error, "handle": handle}
        )

    def _accept_connection(
        self,
        protocol_factory: Any,
        sock: socket.socket,
        sslcontext: Any = None,
        server: Any = None,
        *rest: Any,
    ) -> None:
        """Asyncio makes a task for each connection, to wait for what comes in the next turn."""
        if sslcontext is not None or self._debug:
            super()._accept_connection(protocol_factory, sock, sslcontext, server, *rest)
            return
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                accepted, address = sock.accept()
            except BlockingIOError:
                return
            except OSError:  # asyncio knows which of them pass
                super()._accept_connection(protocol_factory, sock, sslcontext, server, *rest)
                return
            try:
                accepted.setblocking(False)
                self._make_socket_transport(
                    accepted, protocol_factory(), extra={"peername": address}, server=server
                )
            except BaseException:
                accepted.close()
                raise

    def _make_socket_transport(self, *args: Any, **options: Any) -> Any:
        transport = super()._make_socket_transport(*args, **options)
        transport.max_size = _READ_BYTES
        return transport

    def has_many_cancelled_timers(self, many: int) -> bool:
        count = len(self._scheduled)
        return count > many and self._timer_cancelled_count * 2 > count

    def turn_as_asyncio_does(self) -> None:
        super()._run_once()
