"""The demo as it runs: without a window, told line by line, or beside one."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.demo import BAND, BAND_WHY
from llmgw_desktop.app.demo.home import DemoHome
from llmgw_desktop.app.demo.player import Player
from llmgw_desktop.app.serve import on_signals
from llmgw_desktop.engine.loop.tasks import Tasks

_log = logging.getLogger(__name__)
_QUICK = 0.1
"""One round is for looking whether all works: nobody watches it stream."""


def play(make_container: Callable[[], Container], home: DemoHome, *, once: bool) -> int:
    """Until SIGINT or SIGTERM, or one round; the exit code. Raises what the container's start
    raises."""
    with asyncio.Runner() as runner:
        return runner.run(_play(make_container, home, once=once))


async def _play(make_container: Callable[[], Container], home: DemoHome, *, once: bool) -> int:
    container = make_container()
    asked_to_stop = asyncio.Event()
    on_signals(asked_to_stop.set)
    tasks = Tasks()
    is_broken = False
    player = Player(container, home, _say, is_watched=False, pace=_QUICK if once else 1.0)
    try:
        await container.start()
        _say(f"{BAND}. {BAND_WHY}")
        _say(f"Base URL: {container.gateway.status.url}")
        _say(f"Its key lies in {container.places.access_key_file}")
        _say("" if once else "Ctrl+C ends it.")
        playing = tasks.start(player.play(once=once), name="demo")
        stopping = tasks.start(asked_to_stop.wait(), name="end of the demo")
        await asyncio.wait((playing, stopping), return_when=asyncio.FIRST_COMPLETED)
        is_broken = playing.done() and playing.exception() is not None
    finally:
        await tasks.stop()
        await container.runs.supervisor.stop_all()
        await container.stop()
    return 1 if player.failures or is_broken else 0


class DemoInWindow:
    """The gateway that the window shows, and the play beside it."""

    band = (BAND, BAND_WHY)

    def __init__(self, make_container: Callable[[], Container], home: DemoHome) -> None:
        self._make_container = make_container
        self._home = home
        self._container: Container | None = None

    def make(self) -> Container:
        """Raises what making the container raises."""
        self._container = self._make_container()
        return self._container

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """When it ends nothing of the play runs any more."""
        container = self._container
        assert container is not None, "the window makes it before it plays"
        tasks = Tasks()
        player = Player(container, self._home, _log.info, is_watched=True)
        tasks.start(player.play(once=False), name="demo")
        try:
            yield
        finally:
            await tasks.stop()
            await container.runs.supervisor.stop_all()


def _say(words: str) -> None:
    if words:
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()
