"""asyncio's selector loop with the private parts that a hosted loop turns, as types.

The type stubs leave them out; a test asserts that each Python has them.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections import deque

    class Timer(asyncio.TimerHandle):
        _when: float
        _scheduled: bool

    class SelectorLoop(asyncio.SelectorEventLoop):
        _ready: deque[asyncio.Handle]
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
else:
    Timer = asyncio.TimerHandle
    SelectorLoop = asyncio.SelectorEventLoop


_READ_BYTES = 64 * 1024
"""At once. Asyncio makes room for 256 KB before each read, which the C library fetches from the
system and gives back every time: ten times as expensive as the reading."""


class LookingSelector(selectors.DefaultSelector):
    """Looks but does not wait, while Qt does the waiting."""

    may_wait = True

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout if self.may_wait else 0)


class TurnedLoop(SelectorLoop):
    """A loop that somebody else turns, round by round."""

    def __init__(self) -> None:
        super().__init__(LookingSelector())
        self.qt_sleeps = False
        """Control is in Qt and nobody has asked for a wake-up: whoever adds work has to."""

    def _make_socket_transport(self, *args: Any, **options: Any) -> Any:
        transport = super()._make_socket_transport(*args, **options)
        transport.max_size = _READ_BYTES
        return transport

    def has_many_cancelled_timers(self, many: int) -> bool:
        count = len(self._scheduled)
        return count > many and self._timer_cancelled_count * 2 > count

    def turn_as_asyncio_does(self) -> None:
        super()._run_once()
