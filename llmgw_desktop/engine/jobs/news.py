"""Who tells us that a run wrote something or ended: the system, so that nobody has to look.

On Linux inotify and process handles. Elsewhere everything that is followed is looked at twice a
second, while something is followed.
"""

import asyncio
import errno
import logging
import os
import struct
from collections.abc import Callable
from pathlib import Path

from llmgw_desktop.platform import files, processes

PAUSE_S = 0.01
"""Between two readings of what changed: a program that writes byte by byte costs no more."""
LOOK_EVERY_S = 0.5
_MODIFY = 0x2
_OVERFLOW = 0x4000
_NEWS_BYTES = 64 * 1024
_EVENT = struct.Struct("iIII")
_log = logging.getLogger(__name__)
Call = Callable[[], None]


class News:
    """Calls back in the loop. One for all jobs."""

    def __init__(self) -> None:
        self._handle: int | None = None
        self._calls: dict[int, Call] = {}
        self._looks: dict[int, Call] = {}
        self._next_look = 0
        self._timer: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None

    def of_folder(self, folder: Path, call: Call) -> Call:
        """Something in it was written to. The answer ends this."""
        handle = self._open()
        if handle is None:
            return self._look_often(call)
        number = files.watch(handle, folder, _MODIFY)
        if number < 0:
            return self._look_often(call)
        self._calls[number] = call

        def forget() -> None:
            if self._calls.pop(number, None) is not None and self._handle is not None:
                files.unwatch(self._handle, number)

        return forget

    def of_end(self, pid: int, call: Call) -> Call:
        """The process ended: called once or more. The answer ends this."""
        try:
            handle = processes.watch_end(pid)
        except ProcessLookupError:
            asyncio.get_running_loop().call_soon(call)
            return _nothing
        if handle is None:
            return self._look_often(lambda: None if processes.is_there(pid) else call())
        loop = asyncio.get_running_loop()
        is_open = True

        def forget() -> None:
            nonlocal is_open
            if is_open:
                is_open = False
                loop.remove_reader(handle.fileno())
                handle.close()

        def ended() -> None:
            forget()
            call()

        loop.add_reader(handle.fileno(), ended)
        return forget

    def close(self) -> None:
        for timer in (self._timer, self._pause):
            if timer is not None:
                timer.cancel()
        self._timer = self._pause = None
        if self._handle is not None:
            asyncio.get_running_loop().remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None
        self._calls.clear()
        self._looks.clear()

    def _open(self) -> int | None:
        if self._handle is None:
            try:
                handle = files.open_news()
            except OSError as error:
                _log.info("jobs are looked at twice a second: %s", error)
                return None
            self._handle = handle
            asyncio.get_running_loop().add_reader(handle, self._read)
        return self._handle

    def _read(self) -> None:
        handle = self._handle
        if handle is None:
            return
        changed: set[int] = set()
        try:
            news = os.read(handle, _NEWS_BYTES)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EINTR):
                return
            raise
        at = 0
        while at < len(news):
            number, mask, _, length = _EVENT.unpack_from(news, at)
            at += _EVENT.size + length
            changed |= set(self._calls) if mask & _OVERFLOW else {number}
        loop = asyncio.get_running_loop()
        loop.remove_reader(handle)
        self._pause = loop.call_later(PAUSE_S, self._listen)
        for number in changed:
            if (call := self._calls.get(number)) is not None:
                call()

    def _listen(self) -> None:
        if self._handle is not None:
            asyncio.get_running_loop().add_reader(self._handle, self._read)

    def _look_often(self, call: Call) -> Call:
        self._next_look += 1
        number = self._next_look
        self._looks[number] = call
        self._arm()
        return lambda: _forget(self._looks, number)

    def _arm(self) -> None:
        if self._timer is None and self._looks:
            self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        self._timer = None
        for call in tuple(self._looks.values()):
            call()
        self._arm()


def _forget(looks: dict[int, Call], number: int) -> None:
    looks.pop(number, None)


def _nothing() -> None:
    return
