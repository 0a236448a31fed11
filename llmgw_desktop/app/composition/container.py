"""The composition root: the one place where parts are made and joined. Never Qt."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from llmgw_desktop.app.closing import closed_on_fault
from llmgw_desktop.app.composition.engine_assembly import EngineParts
from llmgw_desktop.app.flights.overview import Overview
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.flights.spending import Spending
from llmgw_desktop.app.gateway.control import GatewayControl
from llmgw_desktop.app.jobs.jobs import Jobs
from llmgw_desktop.app.routing.routes import RouteExplainer, Routes
from llmgw_desktop.app.settings.told import SettingsBook
from llmgw_desktop.domain.errors import LlmgwError, StoreError
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.store.vault.master_key import VARIABLE

if TYPE_CHECKING:
    from llmgw_desktop.app.access.oversight import Oversight
    from llmgw_desktop.app.clients.desk import ClientDesk
    from llmgw_desktop.app.clis.use import CliProviders
    from llmgw_desktop.app.composition.page_assembly import Pages
    from llmgw_desktop.app.connect.clients import Clients
    from llmgw_desktop.app.flights.replaying import Replaying
    from llmgw_desktop.app.providers.providers import Providers
    from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk
    from llmgw_desktop.app.validation.compare import Compare

_log = logging.getLogger(__name__)


_IN_ORDER: Final = (
    "store_guard",
    "vault",
    "audit",  # before what makes this computer's own key, which it tells
    "access",
    "recording",
    "runs",
    "validations",
    "control",
    "jobs",
)
"""Parts as they are made, each with all that it stands on, before which it is closed."""


class Container(EngineParts):
    """A whole gateway with the use cases that windows and commands are given."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        """Raises ConfigError, StoreError, OSError. Nothing is started yet."""
        super().__init__(places, env)
        for part in _IN_ORDER:
            getattr(self, part)
        self._closing.add(self.consents.stop, self.runs.leave)

    @cached_property
    def control(self) -> GatewayControl:
        control = GatewayControl(
            gateway=self.gateway,
            recorder=self.recording.recorder,
            bus=self.bus,
            places=self.places,
            check_settings=self.check_settings,
            mcp_path=self._http.path,
            guard=self.store_guard,
            note=self.audit.soon,
        )
        self._closing.add(control.stop)
        return control

    @cached_property
    def flights(self) -> Flights:
        return Flights(
            *self.recording.readers,
            self.recording.redactor.clean,
            explainer=self.recording.explainer,
        )

    @cached_property
    def replaying(self) -> "Replaying":
        """Read in when a first one is asked for."""
        from llmgw_desktop.app.flights.replaying import Replaying

        return Replaying(self.recording.reader.record, lambda: self.flight_replays)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(
            self.runs.supervisor,
            self.runs.job_folders,
            self.clock,
            ready=self.runs.ready_names,
            sign_in=self.runs.sign_in_words,
            sessions=self.runs.service.sessions,
        )

    @cached_property
    def overview(self) -> Overview:
        return Overview(*self.recording.readers, self.clock, self.recording.practice)

    @cached_property
    def spending(self) -> Spending:
        reader, _ = self.recording.readers
        pricing = self.recording.recorder.pricing
        return Spending(
            reader,
            pricing.price_of,
            self.clock,
            self.recording.practice,
            sessions=self.runs.job_store.sessions_of,
        )

    @cached_property
    def settings_writer(self) -> SettingsEditor:
        return SettingsEditor(
            self.places.config_file,
            lambda file, raw: settings_of(file, raw, self.env),
            self.audit.journal.writing,
        )

    @cached_property
    def settings_book(self) -> SettingsBook:
        return SettingsBook(self.loaded, self.env, self.places.config_file)

    @cached_property
    def routes_explained(self) -> RouteExplainer:
        return RouteExplainer(lambda: self.gateway.router, self.health, self._key_problem)

    @cached_property
    def routes(self) -> Routes:
        return Routes(self.loaded, self.routes_explained)

    @cached_property
    def backup_desk(self) -> "BackupDesk":
        return self.store_guard.backup_desk(self.control.restart)

    @property
    def warnings(self) -> tuple[str, ...]:
        """About the settings file: one sentence each."""
        return self._settings_file.loaded.warnings

    @property
    def mcp_url(self) -> str:
        """Of the MCP door; a new path holds from the next start on."""
        return f"{self.gateway.status.url}{self._http.path}"

    def is_busy(self) -> bool:
        """Whether a request or a run goes on."""
        return bool(self.recording.recorder.running() or self.runs.supervisor.live)

    async def start(self) -> None:
        """May be called again after it has raised LlmgwError or OSError, as of a port that is
        taken: what has started goes on until `stop`. After anything else all is closed."""
        async with closed_on_fault(self.stop, but=(LlmgwError, OSError)):
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
                self.recording.start(self._loop)
                self.telemetry.apply(self.settings().telemetry)
                await self._take_over_runs()
                self.consents.start()
            await self.gateway.start()
            self.control.tell_running(self.clock.now_s(), self._http.tls_certificate)
            self.audit.start(self._settings_file.loaded.source)
            self._encrypting.start()
            self.store_guard.start(self.gateway)
            if await asyncio.to_thread(self.access.has_mcp_clients):
                self.expect_mcp()

    async def hand_over(self, within_s: float) -> list[int]:
        """What listens, for the program's next start; answers that run may end first. Then
        `stop`."""
        self.runs.service.let_waits_go()
        return await self.gateway.hand_over(within_s)

    def expect_mcp(self) -> None:
        """A client of the MCP door will come soon."""
        self.engine.mcp.warm()

    @override
    async def _take_over_runs(self) -> None:
        """Without the file of the jobs the gateway still serves what needs none."""
        try:
            await self.runs.start()
            self.jobs.take_over()
            await self.validations.resume()
        except StoreError as error:
            _log.error("jobs of an earlier start cannot be taken over: %s", error)

    async def stop(self) -> None:
        """Let answers end, write down what is left, close. Runs go on."""
        await self._closing.aclose()
        self._loop = None

    @override
    def check_settings(self, *, now: bool = True) -> None:
        """Take over the settings file if it has changed; a broken one only makes news."""
        news = self._settings_file.refresh(now=now)
        if news is None:
            return
        self.audit.look_at_settings()
        if not news.problem:
            self.gateway.apply(news.settings)
            self.telemetry.apply(news.settings.telemetry)
            self.runs.apply(news.settings)
            self._encrypting.look(unasked=True)
            self.recording.redactor.know(news.settings.api_keys)
        self.settings_news = news
        self.bus.publish(news)

    def _key_problem(self, account: str) -> str:
        return self.credentials.names.problems(self.settings().providers).get(account, "")

    def tell_keys(self, listener: Callable[[str], None]) -> None:
        """What guards records, of each key."""
        self.recording.tell_keys(listener)
        listener(self.env.get(VARIABLE, "").strip())

    @property
    def _pages(self) -> "Pages":
        """Made when the first is asked for, from any thread; a start alone reads in none of it."""
        with self._making:
            return self._made_pages

    @cached_property
    def _made_pages(self) -> "Pages":
        from llmgw_desktop.app.composition.page_assembly import Pages

        return Pages(self)

    @property
    def providers(self) -> "Providers":
        return self._pages.providers

    @property
    def cli_providers(self) -> "CliProviders":
        return self._pages.cli_providers

    @property
    def clients(self) -> "Clients":
        return self._pages.clients

    @property
    def client_desk(self) -> "ClientDesk":
        return self._pages.client_desk

    @property
    def compare(self) -> "Compare":
        return self._pages.compare

    @property
    def oversight(self) -> "Oversight":
        return self._pages.oversight

    @override
    def mcp_offer(self) -> McpOffer:
        """All tools, resources and prompts, for whoever serves MCP."""
        # nothing of it is needed before a client of MCP comes
        from llmgw_desktop.app.composition.mcp_assembly import make_offer

        return make_offer(self)
