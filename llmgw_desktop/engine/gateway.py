"""The engine as a whole: the order in which its parts start and stop, and its state."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import GatewayChanged, GatewayState, GatewayStatus
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.front.http_server import HttpServer
from llmgw_desktop.engine.front.mcp_door import McpDoor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.pipeline.in_process_client import InProcessClient
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.pipeline.response_cache.cache import ResponseCache
from llmgw_desktop.engine.pipeline.response_cache.replay import SemanticCache
from llmgw_desktop.engine.policy.account_budgets import AccountBudgets
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.routing.failover import Failover
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.store.tls_files import base_url

if TYPE_CHECKING:
    from llmgw_desktop.engine.pipeline.keep_warm import KeepWarm
    from llmgw_desktop.engine.pipeline.vendor_diagnosis import VendorDiagnosis

GRACE_S = 3.0
"""Running answers may go on for so long after a stop was asked for."""

LISTENERS_S = 3.0
"""Who listens for long, as to a job's events, is not waited for any longer: he goes on listening
at the next start."""
_QUIET_S = 0.3
"""Connections that are open may ask just now: so long they are still heard."""

_log = logging.getLogger(__name__)


@value
class GatewayParts:
    """The parts that a gateway starts and stops, joined by the composition root."""

    gate: Gate
    pipeline: Pipeline
    recorder: Recorder
    http: HttpClient
    server: HttpServer
    catalogue: Catalogue
    failover: Failover
    health: HealthTracker
    account_budgets: AccountBudgets
    mcp: McpDoor
    response_cache: ResponseCache
    semantic_cache: SemanticCache
    models: InProcessClient


class Gateway:
    """`start`, `pause`, `resume`, `apply` new settings, `stop`; each tells the bus."""

    def __init__(
        self,
        engine: GatewayParts,
        bus: Bus,
        settings: Settings,
        *,
        problem: str = "",
        handed: Sequence[socket.socket] = (),
    ) -> None:
        """`problem`: what does not work though the gateway runs, in one sentence. `handed`: what
        listens for it already."""
        self._handed = handed
        self.is_next_start = bool(handed)
        self._engine = engine
        self._warm: KeepWarm | None = None
        self._diagnosis: VendorDiagnosis | None = None
        self._bus = bus
        self._settings = settings
        self._problem = problem
        self.status = GatewayStatus(state=GatewayState.STOPPED)

    async def start(self) -> None:
        """Raises PortTaken or OSError; the status says so too."""
        self._move(GatewayState.STARTING)
        self.apply(self._settings)
        handed, self._handed = self._handed, ()
        settings = self._settings
        try:
            port = await self._engine.server.open(settings.http, settings.access, handed)
        except (LlmgwError, OSError) as error:
            await self._engine.http.close()
            self._move(GatewayState.FAILED, problem=str(error))
            raise
        self._engine.http.avoid(self._engine.server.addresses)
        self.status = replace(self.status, url=base_url(self._settings.http, port))
        self._move(GatewayState.RUNNING)

    def tell_problem(self, problem: str) -> None:
        """What does not work though the gateway runs; empty, where it does again."""
        self._problem = problem
        self._move(self.status.state)

    def pause(self) -> None:
        """New requests are refused until `resume`; running ones go on."""
        if self.status.state is GatewayState.RUNNING:
            self._move(GatewayState.PAUSED)

    def resume(self) -> None:
        if self.status.state is GatewayState.PAUSED:
            self._move(GatewayState.RUNNING)

    def apply(self, settings: Settings) -> None:
        """New providers, limits and recording from now on; the address stays as it is."""
        engine = self._engine
        self._settings = settings
        engine.pipeline.router = engine.pipeline.router.renewed(settings)
        router = engine.pipeline.router
        engine.catalogue.use(
            router.providers, practice=router.offers_practice, aliases=router.listed_aliases()
        )
        engine.health.apply(settings.everyone, settings.failover)
        engine.account_budgets.apply(settings.everyone)
        engine.failover.settings = settings.failover
        engine.http.settings = settings.upstream
        engine.recorder.apply(settings.recorder)
        engine.pipeline.policies.apply(settings.policies)
        engine.server.crowd.apply(settings.limits)
        engine.pipeline.guards.apply(settings.guards)
        engine.pipeline.brakes.apply(settings.brakes)
        engine.pipeline.brakes.use_cold_cache(settings)
        self._keep_warm(settings.cache_awareness.keep_warm_usd_per_hour)
        self._ask_vendor(settings.cache_awareness.ask_anthropic_why)
        engine.response_cache.apply(settings.routes)
        engine.semantic_cache.apply(settings.routes, settings.routing.similarity_model)
        engine.recorder.pricing.apply(settings.providers, settings.prices)

    def _keep_warm(self, usd_per_hour: float) -> None:
        """Read in when it is first on."""
        engine = self._engine
        if usd_per_hour and self._warm is None:
            from llmgw_desktop.engine.front.model_doors import anthropic_dialect
            from llmgw_desktop.engine.pipeline.keep_warm import KeepWarm

            price_of = engine.recorder.pricing.price_of
            self._warm = KeepWarm(engine.pipeline, anthropic_dialect(), price_of, bus=self._bus)
        if self._warm is not None:
            self._warm.apply(usd_per_hour)

    def _ask_vendor(self, is_on: bool) -> None:
        """Read in when it is first on."""
        if is_on and self._diagnosis is None:
            from llmgw_desktop.engine.pipeline.vendor_diagnosis import VendorDiagnosis

            self._diagnosis = VendorDiagnosis(self._engine.pipeline.brakes, self._bus)
        if self._diagnosis is not None:
            self._diagnosis.apply(is_on)

    @property
    def router(self) -> Router:
        """By the settings that are in force."""
        return self._engine.pipeline.router

    async def stop(self) -> None:
        """Take no more, let answers end for GRACE_S, tell the rest, close."""
        if self.status.state in (GatewayState.STOPPED, GatewayState.FAILED):
            return
        self._move(GatewayState.STOPPING)
        self._engine.pipeline.brakes.holds.close()
        if self._warm is not None:
            await self._warm.stop()
        await self._engine.server.stop_listening()
        await self._let_answers_end()
        await self._engine.mcp.close()
        await self._engine.pipeline.runs.break_off()
        await self._engine.models.close()
        await self._engine.server.close()
        self._engine.semantic_cache.model.close()
        self._engine.gate.refusals.tell()
        await self._engine.http.close()
        self._move(GatewayState.STOPPED)

    async def hand_over(self, within_s: float) -> list[int]:
        """What listens, for the next start. Who has asked by now is answered first, if that does
        not take longer; who asks from now on waits for the next start."""
        kept = await self._engine.server.hand_over()
        runs, server = self._engine.pipeline.runs, self._engine.server
        loop = asyncio.get_running_loop()
        listened_until_s = loop.time() + LISTENERS_S
        try:
            async with asyncio.timeout(within_s):
                while runs or (server.busy and loop.time() < listened_until_s):
                    await runs.drained()
                    await asyncio.sleep(_QUIET_S)
                await asyncio.sleep(_QUIET_S)
                await runs.drained()
        except TimeoutError:
            _log.info("%d answers did not end before the next start", len(runs))
        return kept

    async def _let_answers_end(self) -> None:
        try:
            async with asyncio.timeout(GRACE_S):
                await self._engine.pipeline.runs.drained()
        except TimeoutError:
            _log.info("%d answers did not end in time", len(self._engine.pipeline.runs))

    def _move(self, state: GatewayState, *, problem: str = "") -> None:
        self._engine.gate.state = state
        self.status = replace(self.status, state=state, problem=problem or self._problem)
        self._bus.publish(GatewayChanged(status=self.status))
