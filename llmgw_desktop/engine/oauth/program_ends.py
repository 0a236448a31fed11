"""What was given until a program ends is taken back when it does, used or not.

Tokens are refused without this as well (`tokens.py` looks whether the program lives); here whoever
looks at the list of grants sees it go.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from llmgw_desktop.domain.acting import acting
from llmgw_desktop.domain.audit import BY_ITSELF
from llmgw_desktop.domain.consent import ConsentTerm, Grant
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import Event, GrantsChanged
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.consents.program_watch import ProgramWatch
from llmgw_desktop.engine.oauth.server import OauthServer
from llmgw_desktop.engine.tasks import Tasks

_log = logging.getLogger(__name__)


class ProgramEnds:
    """On the loop. `standing` gives all grants that are not over by their time; it waits for the
    disk, and raises StoreError."""

    def __init__(
        self,
        server: OauthServer,
        standing: Callable[[], list[Grant]],
        watch: ProgramWatch,
        bus: Bus,
    ) -> None:
        self._server = server
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
                await self._server.revoke(grant_id)
        except StoreError as error:
            _log.warning("what a program had could not be taken back: %s", error)
