"""Tells when a program ends: what was given until then is taken back, used or not.

At once where the system tells of it; else by looking now and then. Tokens
are refused without this as well (`oauth/tokens` looks whether the program lives); here whoever
looks at the list of grants sees it go.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from llmgw_desktop.domain.access.consent import ConsentTerm, Grant, Peer
from llmgw_desktop.domain.audit import BY_ITSELF, acting
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import Event, GrantsChanged
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.platform.processes import EndHandle, watch_end

LOOKS_EVERY_S = 2.0


@dataclass(slots=True, eq=False)
class _Watched:
    peer: Peer
    ended: Callable[[], None]
    handle: EndHandle | None = None
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
        watched.handle = _watched_end(peer.pid)
        # looked at after the handle is there: from here on it is this process and no later one
        if not self._is_running(peer):
            loop.call_soon(self._end, name, watched)
        elif watched.handle is not None:
            loop.add_reader(watched.handle.fileno(), self._end, name, watched)
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
        asyncio.get_running_loop().remove_reader(watched.handle.fileno())
        watched.handle.close()
        watched.handle = None


def _watched_end(pid: int) -> EndHandle | None:
    try:
        return watch_end(pid)
    except ProcessLookupError:  # whoever looks sees that it has gone
        return None


_log = logging.getLogger(__name__)


class ProgramEnds:
    """On the loop. `revoke` takes a grant back, by its id. `standing` gives all grants that are not
    over by their time; it waits for the disk, and raises StoreError."""

    def __init__(
        self,
        revoke: Callable[[str], Awaitable[object]],
        standing: Callable[[], list[Grant]],
        watch: ProgramWatch,
        bus: Bus,
    ) -> None:
        self._revoke = revoke
        self._standing = standing
        self._watch = watch
        self._bus = bus
        self._tasks = Tasks()
        self._watched: set[str] = set()
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """With what was given before, by an earlier program too."""
        if self._unsubscribe is None:
            self._unsubscribe = self._bus.subscribe(self._changed, GrantsChanged)
            self._look_again()

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._tasks.stop()
        self._watch.close()
        self._watched.clear()

    def _changed(self, _: Event) -> None:
        self._look_again()

    def _look_again(self) -> None:
        self._tasks.start(self._look(), name="watch the programs that were let in")

    async def _look(self) -> None:
        try:
            standing = await asyncio.to_thread(self._standing)
        except StoreError as error:
            _log.warning("which programs were let in until they end is not known: %s", error)
            return
        bound = {each.id: each for each in standing if each.term is ConsentTerm.PROGRAM}
        for gone in self._watched - set(bound):
            self._watch.forget(gone)
        for grant_id in set(bound) - self._watched:
            peer = bound[grant_id].peer
            if peer is not None:
                self._watch.watch(grant_id, peer, partial(self._ended, grant_id))
        self._watched = set(bound)

    def _ended(self, grant_id: str) -> None:
        self._tasks.start(self._take_back(grant_id), name="take back what a program had")

    async def _take_back(self, grant_id: str) -> None:
        try:
            with acting(BY_ITSELF):
                await self._revoke(grant_id)
        except StoreError as error:
            _log.warning("what a program had could not be taken back: %s", error)
