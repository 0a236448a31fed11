"""The composition root: the one place where parts are made and joined. Never Qt."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from typing_extensions import override

from llmgw_desktop.app.access_assembly import Access, make_access
from llmgw_desktop.app.audit_keeping import AuditKeeping
from llmgw_desktop.app.closing import beside, close_all, closed_on_fault
from llmgw_desktop.app.consent_assembly import Consents
from llmgw_desktop.app.control import GatewayControl
from llmgw_desktop.app.enclosing import enclosure_of
from llmgw_desktop.app.encrypting import Encrypting
from llmgw_desktop.app.engine_assembly import Foundations, make_engine
from llmgw_desktop.app.exposure import oauth_in_force
from llmgw_desktop.app.flights import Flights
from llmgw_desktop.app.jobs import Jobs
from llmgw_desktop.app.oauth_assembly import Oauth, make_oauth
from llmgw_desktop.app.overview import Overview
from llmgw_desktop.app.page_use import PageUse
from llmgw_desktop.app.questions import Questions
from llmgw_desktop.app.recording import Recording
from llmgw_desktop.app.route_explain import RouteExplainer
from llmgw_desktop.app.routes import Routes
from llmgw_desktop.app.run_assembly import RunFoundations, Runs
from llmgw_desktop.app.settings_file import SettingsFile
from llmgw_desktop.app.store_guard import StoreGuard
from llmgw_desktop.app.validation_assembly import make_validations
from llmgw_desktop.app.vault import Credentials, ask_again
from llmgw_desktop.app.workspaces import open_workspaces
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError, StoreError
from llmgw_desktop.domain.events import (
    AuditNoted,
    ClientsChanged,
    GrantsChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.settings import LoadedSettings, Settings
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.front.handed_sockets import handed_sockets
from llmgw_desktop.engine.gateway import Gateway
from llmgw_desktop.engine.homes.homes import Homes
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.mcp_servers import McpServers
from llmgw_desktop.engine.mcp.offer import Offer
from llmgw_desktop.engine.oauth.addresses import Addresses
from llmgw_desktop.engine.routing.health import Health
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.upstream.key_changes import KeyChanges
from llmgw_desktop.store.account_store import AccountStore
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.config.settings_editor import SettingsEditor
from llmgw_desktop.store.elsewhere_store import ElsewhereStore
from llmgw_desktop.store.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.response_store import ResponseStore
from llmgw_desktop.store.run_file import remove_run_file
from llmgw_desktop.store.settings import settings_of
from llmgw_desktop.store.skills import SkillFolders
from llmgw_desktop.store.vault import Vault

if TYPE_CHECKING:
    from llmgw_desktop.app.backup_desk import BackupDesk
    from llmgw_desktop.app.page_assembly import Pages

_log = logging.getLogger(__name__)


class Container(PageUse):
    """A whole gateway with the use cases that windows and commands are given."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        """Raises ConfigError, OSError. Nothing is started yet."""
        self.places, self._env = places, env
        self._clock = SystemClock()
        self._settings_file = SettingsFile(places.config_file, env, self._clock)
        settings = self._settings_file.loaded.settings
        self._mcp_path, self._certificate = settings.http.path, settings.http.tls_certificate
        self._settings_news = SettingsChanged(
            settings=settings, warnings=self._settings_file.loaded.warnings
        )
        self._bus = Bus()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.store_guard = StoreGuard(places, env, self._clock, self._loaded)
        self.vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), self._clock)
        self.at_rest = AtRest(self.vault.data_keys, lambda: self._loaded().settings.storage.encrypt)
        self._encrypting = Encrypting(places.gateway_db, self.at_rest)
        self.recording = Recording(
            places, self._clock, self._bus, lambda: self._loaded().settings, self.at_rest
        )
        self.audit = AuditKeeping(
            places, self._clock, self.vault, lambda: self._on_loop(self._bus.publish, AuditNoted())
        )
        self._access = self._make_access(settings)
        self.store_guard.join(self.vault, self._access.authenticator, self._take_over_runs)
        self._key_changes = KeyChanges(self.vault, self._clock)
        self.tell_keys(self.recording.redactor.learn)
        self._continuations = Continuations(
            ResponseStore(places.gateway_db, self._clock, self.at_rest)
        )
        self._elsewhere = ElsewhereStore(places.gateway_db, self._clock)
        self._account_store = AccountStore(places.gateway_db, self._clock)
        self.health = Health(
            clock=self._clock,
            bus=self._bus,
            store=self._account_store,
            clean=self.recording.redactor.clean_text,
            key_changes=self._key_changes,
        )
        self.runs = Runs(
            places,
            Launcher(
                env,
                settings.clis,
                Homes(places.homes_folder, self.vault),
                McpServers(settings.mcp_servers, self.vault, self.recording.learn),
                enclosure_of(places, env),
            ),
            settings,
            RunFoundations(
                clock=self._clock,
                bus=self._bus,
                recorder=self.recording.recorder,
                health=self.health,
                workspaces=open_workspaces(
                    places, env, lambda: self._loaded().settings.workspaces, self._clock
                ),
                env=env,
                flights_of=self.recording.reader.of_job,
                own_url=lambda: self.gateway.status.url,
                at_rest=self.at_rest,
            ),
        )
        self._engine = engine = make_engine(self._foundations())
        self.validations, seats = make_validations(
            places, self.runs, engine.asking, self.vault, self.at_rest, self._clock
        )
        self.gateway = Gateway(
            engine,
            self._bus,
            settings,
            problem=self.store_guard.problem(),
            handed=handed_sockets(env),
        )
        self.control = GatewayControl(
            gateway=self.gateway,
            recorder=self.recording.recorder,
            bus=self._bus,
            places=places,
            check_settings=self.check_settings,
            mcp_path=self._mcp_path,
        )
        self.control.note, self.control.guard = self.audit.soon, self.store_guard
        self.credentials = Credentials(self.vault, self._new_key)
        self.flights = Flights(*(flights := self.recording.readers))
        self.jobs = Jobs(
            self.runs.supervisor,
            self.runs.job_folders,
            self._clock,
            ready=self.runs.ready_names,
            sign_in=self.runs.sign_in_words,
            sessions=self.runs.service.sessions,
        )
        self.overview = Overview(*flights, self._clock, self.recording.practice)
        self.settings_writer = SettingsEditor(
            places.config_file,
            lambda file, raw: settings_of(file, raw, env),
            self.audit.journal.writing,
        )
        self.routes_explained = RouteExplainer(
            lambda: self.gateway.router, self.health, self._key_problem
        )
        self.routes = Routes(self._loaded, self.routes_explained)
        self._seats = seats
        self._making_pages = Lock()
        self._made_pages: Pages | None = None

    @cached_property
    def backup_desk(self) -> "BackupDesk":
        return self.store_guard.backup_desk(self.control.restart)

    @cached_property
    def questions(self) -> Questions:
        """Those that wait for a person."""
        return Questions(self.consents.broker, self.runs.permissions, self._clock)

    @property
    def warnings(self) -> tuple[str, ...]:
        """About the settings file: one sentence each."""
        return self._settings_file.loaded.warnings

    @property
    def mcp_url(self) -> str:
        """Of the MCP door; a new path holds from the next start on."""
        return f"{self.gateway.status.url}{self._mcp_path}"

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
                await self._take_over_runs()
                self.consents.start()
            await self.gateway.start()
            self.control.tell_running(self._clock.now_s(), self._certificate)
            self.audit.start()
            self._encrypting.start()
            self.store_guard.start()
            if await asyncio.to_thread(self._access.has_mcp_clients):
                self.expect_mcp()

    async def hand_over(self, within_s: float) -> list[int]:
        """What listens, for the program's next start; answers that run may end first. Then
        `stop`."""
        self.runs.service.let_waits_go()
        return await self.gateway.hand_over(within_s)

    def expect_mcp(self) -> None:
        """A client of the MCP door will come soon."""
        self._engine.mcp.warm()

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
        await close_all(
            self.runs.leave,
            *([self._made_pages.clis.close] if self._made_pages is not None else []),
            self.consents.stop,
            self.gateway.stop,
            self.validations.close,
            self.runs.close,
            lambda: remove_run_file(self.places.run_file),
            self.recording.stop,
            beside(self._encrypting.stop),
            *map(beside, (self._continuations.close, self._elsewhere.close)),
            self.health.keep_all,
            *map(beside, (self.audit.close, self._account_store.close)),
            *map(beside, (self.vault.close, self._access.close)),
            self.store_guard.close,
        )
        self._loop = None

    def check_settings(self, *, now: bool = True) -> None:
        """Take over the settings file if it has changed; a broken one only makes news."""
        news = self._settings_file.refresh(now=now)
        if news is None:
            return
        self.audit.look_at_settings()
        if not news.problem:
            self.gateway.apply(news.settings)
            self.runs.apply(news.settings)
            self._encrypting.look(unasked=True)
            self.recording.redactor.know(news.settings.api_keys)
        self._settings_news = news
        self._bus.publish(news)

    def _loaded(self) -> LoadedSettings:
        return self._settings_file.loaded

    @property
    def oauth(self) -> Oauth:
        return self._access.oauth

    @property
    def consents(self) -> Consents:
        return self._access.consents

    def _make_access(self, settings: Settings) -> Access:
        """The address is known once the gateway listens."""
        http, places, clock = settings.http, self.places, self._clock
        addresses = Addresses(lambda: http.public_url or self.gateway.status.url, http.path)
        allowed = oauth_in_force(settings, lambda: self._loaded().settings.oauth)
        oauth = make_oauth(places, clock, self._bus, allowed, addresses)
        access = make_access(places, clock, self._bus, settings, self._env, oauth)
        access.tell_changes(lambda: self._on_loop(self._bus.publish, ClientsChanged()))
        return access

    def _key_problem(self, account: str) -> str:
        return self.credentials.names.problems(self._loaded().settings.providers).get(account, "")

    def tell_keys(self, listener: Callable[[str], None]) -> None:
        """What guards records, of each key."""
        self.recording.tell_keys(listener)
        listener(self._env.get(VARIABLE, "").strip())

    @property
    @override
    def _pages(self) -> "Pages":
        """Made when the first is asked for, from any thread; a start alone reads in none of it."""
        from llmgw_desktop.app.page_assembly import PageParts, Pages

        with self._making_pages:
            if self._made_pages is None:
                self._made_pages = Pages(
                    PageParts(
                        places=self.places,
                        env=self._env,
                        clock=self._clock,
                        loaded=self._loaded,
                        runs=self.runs,
                        engine=self._engine,
                        vault=self.vault,
                        credentials=self.credentials,
                        reader=self.recording.reader,
                        clean=self.recording.redactor.clean_text,
                        clients=self._access.clients,
                        oauth=self._access.oauth,
                        consents=self.consents.store,
                        audit=self.audit,
                        access_changed=lambda: self._on_loop(self._bus.publish, GrantsChanged()),
                        panels=self.validations,
                        seats=self._seats,
                        questions=self.questions,
                    )
                )
            return self._made_pages

    def _foundations(self) -> Foundations:
        return Foundations(
            clock=self._clock,
            recorder=self.recording.recorder,
            flights=self.recording.shelf,
            meters=self.recording.meters,
            health=self.health,
            continuations=self._continuations,
            elsewhere=self._elsewhere,
            clis=self.runs.models,
            ready_clis=self.runs.ready,
            runs=self.runs.service,
            links=self.runs.links,
            permissions=self.runs.permissions,
            rule_runs=self.runs.rule,
            access=self._access,
            data_folder=self.places.data_folder,
            vault=self.vault,
            guard=self.store_guard,
            key_changes=self._key_changes,
            audit=self.audit.store,
            settings=lambda: self._loaded().settings,
            settings_news=lambda: self._settings_news,
            status=lambda: self.gateway.status,
            check_settings=lambda: self.check_settings(now=False),
            learn=self.recording.learn,
            new_key=self._new_key,
            bus=self._bus,
            mcp=self.mcp_offer,
        )

    def mcp_offer(self) -> Offer:
        """All tools, resources and prompts, for whoever serves MCP."""
        # nothing of it is needed before a client of MCP comes
        from llmgw_desktop.app.mcp_assembly import McpParts, make_offer

        return make_offer(
            McpParts(
                clock=self._clock,
                bus=self._bus,
                engine=self._engine,
                runs=self.runs,
                vault=self.vault,
                settings=lambda: self._loaded().settings,
                record=self.recording.reader.record,
                database=self.places.gateway_db,
                clis=self._pages.clis,
                skills=SkillFolders(self.places.skills_folder),
                new_key=self._new_key,
                validations=self.validations,
                env=self._env,
            )
        )

    def _on_loop(self, do: Callable[..., object], *what: object) -> None:
        """From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(do, *what)

    def _new_key(self, entry: VaultEntry) -> None:
        """From any thread: whoever uses it is worth asking again, whatever was wrong before."""
        self._on_loop(ask_again, self.health, self._loaded().settings.providers, entry)
