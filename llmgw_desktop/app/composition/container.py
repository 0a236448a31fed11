"""The composition root: the one place where parts are made and joined. Never Qt."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from llmgw_desktop.app.composition.engine_assembly import EngineParts
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.gateway.control import GatewayControl
from llmgw_desktop.app.jobs.jobs import CliWays, Jobs
from llmgw_desktop.domain.errors import LlmgwError, StoreError
from llmgw_desktop.domain.flights.flight import FlightQuery, of_job
from llmgw_desktop.engine.loop.tasks import closed_on_fault
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.editor import SettingsEditor
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.vault.master_key import VARIABLE

if TYPE_CHECKING:
    from llmgw_desktop.app.access.oversight import Oversight
    from llmgw_desktop.app.clients.desk import ClientDesk
    from llmgw_desktop.app.clis.use import CliProviders
    from llmgw_desktop.app.composition.page_assembly import Pages
    from llmgw_desktop.app.connect.clients import Clients
    from llmgw_desktop.app.doctor.diagnostics import Diagnostics
    from llmgw_desktop.app.flights.overview import Overview
    from llmgw_desktop.app.flights.replaying import Replaying
    from llmgw_desktop.app.flights.spending import Spending
    from llmgw_desktop.app.gateway.autostart import Autostart
    from llmgw_desktop.app.gateway.web.door import ViewDesk, WebSignIn
    from llmgw_desktop.app.gateway.web.pairing import Pocket, PocketListener
    from llmgw_desktop.app.gateway.welcome import Welcome
    from llmgw_desktop.app.jobs.starting import JobStarter
    from llmgw_desktop.app.mcp.tool_desk import ToolDesk
    from llmgw_desktop.app.providers.providers import Providers
    from llmgw_desktop.app.providers.usage import QuotaLine
    from llmgw_desktop.app.routing.routes import RouteExplainer, Routes
    from llmgw_desktop.app.routing.scratch import ScratchPad
    from llmgw_desktop.app.safekeeping.importing.taking import ProgramServers
    from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk
    from llmgw_desktop.app.settings.told import SettingsBook
    from llmgw_desktop.app.validation.check_history import CheckHistory
    from llmgw_desktop.app.validation.compare import Compare
    from llmgw_desktop.domain.settings.whole import Settings

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
            mark=self.recording.mark,
            beside=lambda jobs: self.runs.job_store.beside(jobs),
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
            clis=CliWays(ready=self.runs.ready_names, sign_in=self.runs.sign_in_words),
            sessions=self.runs.service.sessions,
            agents=lambda job_id: self.recording.reader.agents(of_job(job_id)),
        )

    @cached_property
    def overview(self) -> "Overview":
        from llmgw_desktop.app.flights.overview import Overview

        return Overview(*self.recording.readers, self.clock, self.recording.practice)

    def kept_windows(self) -> Sequence["QuotaLine"]:
        """Those of which a share is kept for the person. On the loop."""
        kept = self.settings().brakes.reserve
        if not kept:
            return ()
        from llmgw_desktop.app.providers.usage import kept_windows  # nobody asks at a start

        return kept_windows(self.health.statuses(), kept, self.clock.now_s())

    @cached_property
    def spending(self) -> "Spending":
        from llmgw_desktop.app.flights.spending import Spending

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
    def checks(self) -> "CheckHistory":
        from llmgw_desktop.app.validation.check_history import CheckHistory

        return CheckHistory(self.validations.check_runs, self.clock)

    @cached_property
    def settings_writer(self) -> SettingsEditor:
        return SettingsEditor(
            self.places.config_file,
            lambda file, raw: settings_of(file, raw, self.env),
            self.audit.journal.writing,
        )

    @cached_property
    def settings_book(self) -> "SettingsBook":
        from llmgw_desktop.app.settings.told import SettingsBook

        return SettingsBook(self.loaded, self.env, self.places.config_file)

    @cached_property
    def diagnostics(self) -> "Diagnostics":
        from llmgw_desktop.app.doctor.diagnostics import Diagnostics

        book = self.settings_book
        return Diagnostics(self.places, self.env, book, lambda: self.settings().api_keys)

    @cached_property
    def autostart(self) -> "Autostart":
        from llmgw_desktop.app.gateway.autostart import Autostart

        return Autostart(self.env)

    @cached_property
    def routes_explained(self) -> "RouteExplainer":
        from llmgw_desktop.app.routing.routes import RouteExplainer

        return RouteExplainer(lambda: self.gateway.router, self.health, self._key_problem)

    @cached_property
    def routes(self) -> "Routes":
        from llmgw_desktop.app.routing.routes import Routes

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
                self.use_tool_servers(self.settings())
            await self.gateway.start()
            self.control.tell_running(self.clock.now_s(), self._http.tls_certificate)
            self.audit.start(self._settings_file.loaded.source)
            self._encrypting.start()
            self.pocket.apply(self.settings().pocket)
            self.store_guard.start(self.gateway)
            if await asyncio.to_thread(self.access.has_mcp_clients):
                self.expect_mcp()

    def use_tool_servers(self, settings: "Settings") -> None:
        """MCP servers that are offered at our door. On the loop."""
        if self.tool_servers is None:
            if not any(each.offer for each in settings.mcp_servers):
                return
            from llmgw_desktop.app.mcp.servers_behind import BehindParts, ToolServersHere

            self.tool_servers = ToolServersHere(
                BehindParts(
                    places=self.places,
                    env=self.env,
                    clock=self.clock,
                    bus=self.bus,
                    given=self.runs.launcher.servers,
                    rules=lambda: self.settings().rules,
                    url=lambda: self.url,
                    permissions=lambda: self.runs.permissions,
                    recorder=self.recording.recorder,
                    vault=self.vault,
                    pipeline=self.pipeline,
                )
            )
            self._closing.add(self.tool_servers.close)
        self.tool_servers.apply(settings.mcp_servers)

    async def hand_over(self, within_s: float) -> list[int]:
        """What listens, for the program's next start; answers may end first. Then `stop`."""
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
            self.use_tool_servers(news.settings)
            self.notifier.apply(news.settings.notify)
            self.pocket.apply(news.settings.pocket)
            self._encrypting.look(unasked=True)
            self.recording.redactor.know(news.settings.api_keys)
        self.settings_news = news
        self.bus.publish(news)

    def _key_problem(self, account: str) -> str:
        return self.credentials.names.problems(self.settings().providers).get(account, "")

    def tell_keys(self, listener: Callable[[str], None]) -> None:
        """What guards records, of each key."""
        self.recording.tell_keys(listener)
        listener(known_secret(self.env, VARIABLE))

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
    def job_starter(self) -> "JobStarter":
        return self._pages.job_starter

    @property
    def welcome(self) -> "Welcome":
        with self._making:
            return self._welcome

    @cached_property
    def _welcome(self) -> "Welcome":
        from llmgw_desktop.app.gateway.welcome import Welcome, WelcomeParts

        return Welcome(
            WelcomeParts(
                providers=lambda: self.providers,
                clis=lambda: self.cli_providers,
                programs=lambda: self.clients.look(),
                has_flights=lambda: bool(self.flights.page(FlightQuery(), 0, 1)),
                has_jobs=lambda: bool(self.runs.supervisor.list(limit=1)),
                book=lambda: self.settings_book,
            )
        )

    @property
    def scratch(self) -> "ScratchPad":
        return self._pages.scratch

    @property
    def tool_desk(self) -> "ToolDesk":
        return self._pages.tool_desk

    @property
    def program_servers(self) -> "ProgramServers":
        return self._pages.program_servers

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
    def _pocket_listener(self, pocket: "Pocket") -> "PocketListener":
        from llmgw_desktop.app.gateway.web.pocket import PocketServer

        return PocketServer(pocket, self, self.recording.redactor.clean_text)

    @override
    def _web_desk(self, sign_in: "WebSignIn") -> "ViewDesk":
        from llmgw_desktop.app.gateway.web.desk import WebDesk

        return WebDesk(self, sign_in, self.recording.redactor.clean_text)

    @override
    def mcp_offer(self) -> McpOffer:
        """All tools, resources and prompts, for whoever serves MCP."""
        # nothing of it is needed before a client of MCP comes
        from llmgw_desktop.app.composition.mcp_assembly import make_offer

        return make_offer(self)
