"""Which engine is asked now: joined when it is needed, and looked for again when it has gone."""

import asyncio
import logging

from llmgw_desktop.app.mcp_stdio.engine import Engine, NoEngine, Starter, find
from llmgw_desktop.store.paths import Places

HAND_OVER_S = 1.5
"""Whoever takes over the home of an engine that ended gets so long before another is started."""
_LOOK_S = 0.05
_FOLLOW_S = 10.0
_log = logging.getLogger(__name__)


class Engines:
    """One at a time, for all calls."""

    def __init__(self, places: Places, starter: Starter, lent: Engine | None = None) -> None:
        """`lent`: within a run, the only one."""
        self._places = places
        self._lent = lent
        self._starter = starter
        self._engine: Engine | None = None
        self._lost: Engine | None = None
        self._joining = asyncio.Lock()
        self._failures = 0
        self._failure: NoEngine | None = None
        self._joined = asyncio.Event()

    async def engine(self) -> Engine:
        """The one that runs, else a new one. Raises NoEngine to all who waited for it."""
        failures = self._failures
        async with self._joining:
            if self._engine is None:
                if self._failures != failures and self._failure is not None:
                    raise self._failure
                try:
                    self._use(await self._join())
                except NoEngine as failure:
                    self._failures += 1
                    self._failure = failure
                    raise
            assert self._engine is not None
            return self._engine

    async def next(self) -> Engine:
        """The one that comes after the lost one; none is started for it."""
        deadline = asyncio.get_running_loop().time() + _FOLLOW_S
        while self._engine is None and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_LOOK_S)
            async with self._joining:
                self._use_if_new(self._find())
        while self._engine is None:
            await self._joined.wait()
        return self._engine

    def lost(self, engine: Engine) -> None:
        """It does not answer any more."""
        if self._engine is engine:
            self._engine, self._lost = None, engine
            self._joined.clear()

    def look_again(self, engine: Engine) -> bool:
        """Whether another one, or another key, is to be asked than this one, which refused us."""
        if self._engine is engine:
            found = self._find()
            if found is None or found.is_same(engine):
                return False
            self._use(found)
        return True

    def _use_if_new(self, found: Engine | None) -> None:
        if self._engine is None and found is not None and not found.is_same(self._lost):
            self._use(found)

    def _use(self, engine: Engine) -> None:
        self._engine = engine
        _log.info("joined the gateway at %s (pid %d)", engine.url, engine.pid)
        self._joined.set()

    async def _join(self) -> Engine:
        if self._lent is None:
            await self._starter.hold()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (HAND_OVER_S if self._lost is not None else 0)
        while True:
            found = self._find()
            is_late = loop.time() >= deadline
            if found is not None and (is_late or not found.is_same(self._lost)):
                return found
            if is_late:
                return await self._starter.start()
            await asyncio.sleep(_LOOK_S)

    def _find(self) -> Engine | None:
        return self._lent or find(self._places)
