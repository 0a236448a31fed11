"""The parts of a gateway as a graph: the first half of the composition root.

A part is made when it is first asked for, with all that it stands on, and says how it is closed:
before what it stands on.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from llmgw_desktop.app.access.assembly import AccessControl, oauth_in_force, own_keys
from llmgw_desktop.app.access.oauth_assembly import Consents, Oauth, make_consents, make_oauth
from llmgw_desktop.app.audit.keeping import AuditKeeping
from llmgw_desktop.app.closing import Closing, beside
from llmgw_desktop.app.composition.engine_assembly import Foundations, make_engine
from llmgw_desktop.app.flights.recording import Recording
from llmgw_desktop.app.jobs.assembly import RunFoundations, Runs
from llmgw_desktop.app.policy.words import budget_log
from llmgw_desktop.app.safekeeping.at_rest import Encrypting
from llmgw_desktop.app.safekeeping.store_guard import InUse, StoreGuard
from llmgw_desktop.app.settings.settings_file import SettingsFile
from llmgw_desktop.app.vault.credentials import ask_again
from llmgw_desktop.app.workspaces.workspaces import enclosure_of, open_workspaces
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import (
    AuditNoted,
    BudgetReached,
    ClientsChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.access.oauth.addresses import OauthAddresses
from llmgw_desktop.engine.containment.homes import Homes
from llmgw_desktop.engine.front.handed_sockets import handed_sockets
from llmgw_desktop.engine.gateway import Gateway, GatewayParts
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.jobs.configured import McpServers
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.runs.run_links import RunLinks
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.upstream.keys import KeyChanges
from llmgw_desktop.engine.validation.seat_run import SeatRuns
from llmgw_desktop.engine.validation.service import ValidationParts, ValidationService
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.policy import SpentStore
from llmgw_desktop.store.routing.accounts import AccountStore
from llmgw_desktop.store.routing.responses import ProviderResponseStore, ResponseStore
from llmgw_desktop.store.run_file import remove_run_file
from llmgw_desktop.store.validation import ValidationStore
from llmgw_desktop.store.vault.derived_keys import GuardKeys, ReceiptKeys
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.vault.vault import Vault

if TYPE_CHECKING:
    import asyncio


class ContainerParts(ABC):
    """Of one gateway. Parts are made by one thread: `container.py` asks for all of them."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        """Raises ConfigError, StoreError, OSError. Nothing is started yet."""
        self.places, self._env = places, env
        self._clock, self._bus = SystemClock(), Bus()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = Closing()
        self._settings_file = SettingsFile(places.config_file, env, self._clock)
        loaded = self._settings_file.loaded
        self._http = loaded.settings.http
        """As this start has it; what of it is changed holds from the next start on."""
        self._settings_news = SettingsChanged(settings=loaded.settings, warnings=loaded.warnings)
        self._makes_key = not places.access_key_file.exists()
        """Asked before it is made, for the audit log."""

    @abstractmethod
    def check_settings(self, *, now: bool = True) -> None: ...

    @abstractmethod
    def mcp_offer(self) -> McpOffer: ...

    @abstractmethod
    async def _take_over_runs(self) -> None: ...

    @cached_property
    def store_guard(self) -> StoreGuard:
        """Looks at the file before anything opens it."""
        guard = StoreGuard(
            self.places,
            self._env,
            self._clock,
            loaded=self._loaded,
            bus=self._bus,
            in_use=InUse(
                lambda: self._access.authenticator, lambda: self.vault, self._take_over_runs
            ),
        )
        self._closing.add(guard.close)
        return guard

    @cached_property
    def _access(self) -> AccessControl:
        """The address is known once the gateway listens."""
        http = self._http
        addresses = OauthAddresses(lambda: http.public_url or self.gateway.status.url, http.path)
        settings = self._loaded().settings
        allowed = oauth_in_force(settings, lambda: self._loaded().settings.oauth)
        oauth = make_oauth(
            self.places, self._clock, self._bus, settings=allowed, addresses=addresses
        )
        clients = ClientStore(
            self.places.gateway_db,
            self._clock,
            lambda: self._on_loop(self._bus.publish, ClientsChanged()),
        )
        authenticator = Authenticator(
            own_keys(self.places, self._env, settings, clients=clients, oauth=oauth),
            clients=clients,
            clock=self._clock,
            bus=self._bus,
            tokens=oauth.tokens,
            runs=self._links,
        )
        access = AccessControl(
            clients=clients,
            authenticator=authenticator,
            spent=SpentStore(self.places.gateway_db),
            oauth=oauth,
            consents=make_consents(self.places, self._clock, self._bus, oauth),
        )
        self._closing.add(beside(access.close))
        return access

    @cached_property
    def vault(self) -> Vault:
        keys = MasterKeys(self._env, self.places.data_folder)
        vault = Vault(self.places.gateway_db, keys, self._clock)
        self._closing.add(beside(vault.close))
        return vault

    @cached_property
    def audit(self) -> AuditKeeping:
        audit = AuditKeeping(
            self.places,
            self._clock,
            self.vault,
            lambda: self._on_loop(self._bus.publish, AuditNoted()),
            makes_key=self._makes_key,
        )
        self._closing.add(beside(audit.close))
        return audit

    @cached_property
    def at_rest(self) -> AtRest:
        return AtRest(self.vault.data_keys, lambda: self._loaded().settings.storage.encrypt)

    @cached_property
    def _encrypting(self) -> Encrypting:
        return Encrypting(self.places.gateway_db, self.at_rest)

    @cached_property
    def health(self) -> HealthTracker:
        store = AccountStore(self.places.gateway_db, self._clock)
        health = HealthTracker(
            clock=self._clock,
            bus=self._bus,
            store=store,
            clean=self.recording.redactor.clean_text,
            key_changes=self._key_changes,
        )
        self._closing.add(beside(store.close), health.keep_all)
        return health

    @cached_property
    def _continuations(self) -> Continuations:
        store = ResponseStore(self.places.gateway_db, self._clock, self.at_rest)
        continuations = Continuations(store)
        self._closing.add(beside(continuations.close))
        return continuations

    @cached_property
    def recording(self) -> Recording:
        recording = Recording(
            self.places,
            self._clock,
            self._bus,
            settings=lambda: self._loaded().settings,
            at_rest=self.at_rest,
        )
        recording.learn(self._env.get(VARIABLE, "").strip())
        self._closing.add(beside(self._encrypting.stop), recording.stop)
        return recording

    @cached_property
    def _key_changes(self) -> KeyChanges:
        return KeyChanges(self.vault, self._clock)

    @cached_property
    def _provider_responses(self) -> ProviderResponseStore:
        store = ProviderResponseStore(self.places.gateway_db, self._clock)
        self._closing.add(beside(store.close))
        return store

    @cached_property
    def _links(self) -> RunLinks:
        """Which requests are those of runs of CLIs. Closed with the runs."""
        return RunLinks(
            lambda: self.gateway.status.url,
            lambda job_id: self.recording.reader.of_job(job_id),
            self._bus,
            mcp_path=self._http.path,
        )

    @cached_property
    def _policies(self) -> Policies:
        """In force at once: runs of an earlier program are taken over before the gateway opens."""
        pricing = self.recording.recorder.pricing
        policies = Policies(
            self._clock,
            pricing.price_of,
            remembered=self._access.spent.all,
            keep=self._access.spent.keep,
            holders=self._access.authenticator.holders,
            tell=self._bus.publish,
        )
        settings = self._loaded().settings
        pricing.apply(settings.providers, settings.prices)
        policies.apply(settings.clients)
        self._bus.subscribe(budget_log(self._clock), BudgetReached)
        return policies

    @cached_property
    def _guards(self) -> Guards:
        return Guards(GuardKeys(self.vault).of_client)

    @cached_property
    def runs(self) -> Runs:
        places, env, settings = self.places, self._env, self._loaded().settings
        launcher = Launcher(
            env,
            settings.clis,
            homes=Homes(places.homes_folder, self.vault),
            servers=McpServers(settings.mcp_servers, self.vault, self.recording.learn),
            enclosure=enclosure_of(places, env, lambda: self.gateway.status.url),
        )
        base = RunFoundations(
            places=places,
            env=env,
            clock=self._clock,
            bus=self._bus,
            recorder=self.recording.recorder,
            health=self.health,
            workspaces=open_workspaces(
                places, env, lambda: self._loaded().settings.workspaces, self._clock
            ),
            launcher=launcher,
            links=self._links,
            policies=self._policies,
            guards=self._guards,
            at_rest=self.at_rest,
        )
        runs = Runs(base, settings)
        self._closing.add(lambda: remove_run_file(places.run_file), runs.close)
        return runs

    @cached_property
    def _engine(self) -> GatewayParts:
        return make_engine(self._foundations())

    @cached_property
    def _seats(self) -> SeatRuns:
        runs = self.runs
        return SeatRuns(runs.service, runs.supervisor.wait, self._engine.models, self._clock)

    @cached_property
    def validations(self) -> ValidationService:
        """Panels of models."""
        validations = ValidationService(
            ValidationParts(
                store=ValidationStore(self.places.gateway_db, self.at_rest),
                seats=self._seats,
                keys=ReceiptKeys(self.vault),
                clock=self._clock,
                ids=TimedIds(self._clock),
                known_now_s=self.runs.known_now_s,
            )
        )
        self._closing.add(validations.close)
        return validations

    @cached_property
    def gateway(self) -> Gateway:
        gateway = Gateway(
            self._engine,
            self._bus,
            self._loaded().settings,
            problem=self.store_guard.problem(),
            handed=handed_sockets(self._env),
        )
        self._closing.add(gateway.stop)
        return gateway

    def _foundations(self) -> Foundations:
        return Foundations(
            clock=self._clock,
            recorder=self.recording.recorder,
            flights=self.recording.shelf,
            meters=self.recording.meters,
            health=self.health,
            continuations=self._continuations,
            provider_responses=self._provider_responses,
            clis=self.runs.models,
            ready_clis=self.runs.ready,
            runs=self.runs.service,
            links=self._links,
            policies=self._policies,
            guards=self._guards,
            permissions=self.runs.permissions,
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

    def _loaded(self) -> LoadedSettings:
        return self._settings_file.loaded

    def _on_loop(self, do: Callable[..., object], *what: object) -> None:
        """From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(do, *what)

    def _new_key(self, entry: VaultEntry) -> None:
        """From any thread: whoever uses it is worth asking again, whatever was wrong before."""
        self._on_loop(ask_again, self.health, self._loaded().settings.providers, entry)

    @property
    def oauth(self) -> Oauth:
        return self._access.oauth

    @property
    def consents(self) -> Consents:
        return self._access.consents
