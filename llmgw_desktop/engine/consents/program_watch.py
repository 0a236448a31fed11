"""Tells when a program ends: what it was allowed for as long as it runs ends with it.

By a pidfd where the system has them, which is told at once; else by looking now and then.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

from llmgw_desktop.domain.consent import Peer

LOOKS_EVERY_S = 2.0


@dataclass(slots=True, eq=False)
class _Watched:
    peer: Peer
    ended: Callable[[], None]
    handle: int | None = None
    timer: asyncio.TimerHandle | None = None


class ProgramWatch:
    """On the loop. One for each name, such as a grant's id."""

    def __init__(self, is_running: Callable[[Peer], bool]) -> None:
        self._is_running = is_running
        self._watched: dict[str, _Watched] = {}

    def __len__(self) -> int:
        return len(self._watched)

    def watch(self, name: str, peer: Peer, ended: Callable[[], None]) -> None:
        """`ended` is called once, never from here: soon, where it has ended already."""
        self.forget(name)
        watched = self._watched[name] = _Watched(peer, ended)
        loop = asyncio.get_running_loop()
        watched.handle = _pidfd(peer.pid)
        # looked at after the handle is there: from here on it is this process and no later one
        if not self._is_running(peer):
            loop.call_soon(self._end, name, watched)
        elif watched.handle is not None:
            loop.add_reader(watched.handle, self._end, name, watched)
        else:
            watched.timer = loop.call_later(LOOKS_EVERY_S, self._look, name, watched)

    def forget(self, name: str) -> None:
        watched = self._watched.pop(name, None)
        if watched is not None:
            _let_go(watched)

    def close(self) -> None:
        for name in tuple(self._watched):
            self.forget(name)

    def _look(self, name: str, watched: _Watched) -> None:
        if not self._is_running(watched.peer):
            self._end(name, watched)
        elif self._watched.get(name) is watched:
            loop = asyncio.get_running_loop()
            watched.timer = loop.call_later(LOOKS_EVERY_S, self._look, name, watched)

    def _end(self, name: str, watched: _Watched) -> None:
        if self._watched.get(name) is watched:
            self.forget(name)
            watched.ended()


def _let_go(watched: _Watched) -> None:
    if watched.timer is not None:
        watched.timer.cancel()
    if watched.handle is not None:
        asyncio.get_running_loop().remove_reader(watched.handle)
        os.close(watched.handle)
        watched.handle = None


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # another system, or it has gone
        return None
