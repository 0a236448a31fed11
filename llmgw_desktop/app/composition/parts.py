"""What a gateway stands on, as a graph: the first part of the composition root. Above it stand
`engine_assembly.py`, the use cases of pages and tools, and `container.py`.

A part is made when it is first asked for, with all that it stands on, and says how it is closed:
before what it stands on.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from llmgw_desktop.app.access.assembly import AccessControl, oauth_in_force, own_keys
from llmgw_desktop.app.access.oauth_assembly import Consents, Oauth, make_consents, make_oauth
from llmgw_desktop.app.audit.keeping import AuditKeeping
from llmgw_desktop.app.clis.programs import ProgramAsker
from llmgw_desktop.app.flights.recording import Recording, told_diff
from llmgw_desktop.app.gateway.web.door import ViewDesk, WebDoor, WebSignIn
from llmgw_desktop.app.policy.notifying import (
    alarm_log,
    notes_of,
    program_runner,
    trial_note,
)
from llmgw_desktop.app.policy.words import budget_log, fall_log
from llmgw_desktop.app.safekeeping.at_rest import Encrypting
from llmgw_desktop.app.safekeeping.store_guard import InUse, StoreGuard
from llmgw_desktop.app.settings.settings_file import SettingsFile
from llmgw_desktop.app.vault.credentials import Credentials, ask_again
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.audit import acting
from llmgw_desktop.domain.brakes import HeldAnswer, HeldQuestion, held_act, held_actor
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import (
    AlarmRaised,
    AuditNoted,
    BudgetReached,
    CacheFell,
    ClientsChanged,
    FlightClosed,
    GrantsChanged,
    HeldChanged,
    JobChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings, Settings
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.access.oauth.addresses import OauthAddresses
from llmgw_desktop.engine.flights.notifier import Notifier
from llmgw_desktop.engine.front.flight_work_door import FlightDiffDoor, FlightMarkDoor
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Closing, beside
from llmgw_desktop.engine.policy.account_budgets import AccountBudgets
from llmgw_desktop.engine.policy.brakes.brakes import Brakes
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk, VendorFacts
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.routing.local_desk import LocalDesk
from llmgw_desktop.engine.runs.run_links import RunLinks
from llmgw_desktop.engine.telemetry.telemetry import Telemetry
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.upstream.keys import KeyChanges, ProviderKeys
from llmgw_desktop.store.access.clients import ClientStore, load_or_make_access_key
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.policy import CapStore, LineStore, SpentStore
from llmgw_desktop.store.routing.accounts import AccountStore
from llmgw_desktop.store.routing.responses import ProviderResponseStore, ResponseStore
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.vault.derived_keys import GuardKeys
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.vault.vault import Vault

if TYPE_CHECKING:
    import asyncio

    from llmgw_desktop.app.flights.imported_sets import ImportedSets


class ContainerParts(ABC):
    """Of one gateway. Parts are made by one thread: `container.py` asks for all of them."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        """Raises ConfigError, StoreError, OSError. Nothing is started yet."""
        self.places, self.env = places, env
        self.clock, self.bus = SystemClock(), Bus()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = Closing()
        self._making = RLock()
        """Of what is made when a window or a tool asks for it, from any thread."""
        self._settings_file = SettingsFile(places.config_file, env, self.clock)
        loaded = self._settings_file.loaded
        self._http = loaded.settings.http
        """As this start has it; what of it is changed holds from the next start on."""
        self.settings_news = SettingsChanged(settings=loaded.settings, warnings=loaded.warnings)
        self._makes_key = not places.access_key_file.exists()
        """Asked before it is made, for the audit log."""

    @abstractmethod
    def check_settings(self, *, now: bool = True) -> None: ...

    def look_at_settings(self) -> None:
        """Ahead of every decision, so that it is made by the settings of now."""
        self.check_settings(now=False)

    @property
    @abstractmethod
    def url(self) -> str:
        """Of our door; empty while it is shut."""

    @abstractmethod
    async def _take_over_runs(self) -> None: ...

    @cached_property
    def store_guard(self) -> StoreGuard:
        """Looks at the file before anything opens it."""
        guard = StoreGuard(
            self.places,
            self.env,
            self.clock,
            loaded=self.loaded,
            bus=self.bus,
            in_use=InUse(
                lambda: self.access.authenticator, lambda: self.vault, self._take_over_runs
            ),
        )
        self._closing.add(guard.close)
        return guard

    @cached_property
    def access(self) -> AccessControl:
        """The address is known once the gateway listens."""
        http = self._http
        addresses = OauthAddresses(lambda: http.public_url or self.url, http.path)
        settings = self.settings()
        allowed = oauth_in_force(settings, lambda: self.settings().oauth)
        oauth = make_oauth(self.places, self.clock, self.bus, settings=allowed, addresses=addresses)
        clients = ClientStore(
            self.places.gateway_db,
            self.clock,
            lambda: self._on_loop(self.bus.publish, ClientsChanged()),
        )
        authenticator = Authenticator(
            own_keys(self.places, self.env, settings, clients=clients, oauth=oauth),
            clients=clients,
            clock=self.clock,
            bus=self.bus,
            tokens=oauth.tokens,
            runs=self.links,
        )
        access = AccessControl(
            clients=clients,
            authenticator=authenticator,
            spent=SpentStore(self.places.gateway_db),
            oauth=oauth,
            consents=make_consents(self.places, self.clock, self.bus, oauth),
        )
        self._closing.add(beside(access.close))
        return access

    @cached_property
    def vault(self) -> Vault:
        keys = MasterKeys(self.env, self.places.data_folder)
        vault = Vault(self.places.gateway_db, keys, self.clock)
        self._closing.add(beside(vault.close))
        return vault

    @cached_property
    def audit(self) -> AuditKeeping:
        audit = AuditKeeping(
            self.places,
            self.clock,
            self.vault,
            lambda: self._on_loop(self.bus.publish, AuditNoted()),
            makes_key=self._makes_key,
        )
        self._closing.add(beside(audit.close))
        return audit

    @cached_property
    def at_rest(self) -> AtRest:
        return AtRest(self.vault.data_keys, lambda: self.settings().storage.encrypt)

    @cached_property
    def _encrypting(self) -> Encrypting:
        return Encrypting(self.places.gateway_db, self.at_rest)

    @cached_property
    def health(self) -> HealthTracker:
        store = AccountStore(self.places.gateway_db, self.clock)
        health = HealthTracker(
            clock=self.clock,
            bus=self.bus,
            store=store,
            clean=self.recording.redactor.clean_text,
            key_changes=self.key_changes,
        )
        self._closing.add(beside(store.close), health.keep_all)
        return health

    @cached_property
    def continuations(self) -> Continuations:
        store = ResponseStore(self.places.gateway_db, self.clock, self.at_rest)
        continuations = Continuations(store)
        self._closing.add(beside(continuations.close))
        return continuations

    @cached_property
    def recording(self) -> Recording:
        recording = Recording(
            self.places,
            self.clock,
            self.bus,
            settings=self.settings,
            at_rest=self.at_rest,
        )
        self.bus.subscribe(fall_log, CacheFell)
        self.bus.subscribe(alarm_log, AlarmRaised)
        recording.learn(known_secret(self.env, VARIABLE))
        self._closing.add(beside(self._encrypting.stop), recording.stop)
        return recording

    @cached_property
    def imported_sets(self) -> "ImportedSets":
        """Read in when a first one is asked for."""
        from llmgw_desktop.app.flights.imported_sets import ImportedSets

        return ImportedSets(self.places.data_folder, self.at_rest, self.recording.redactor.clean)

    @cached_property
    def telemetry(self) -> Telemetry:
        telemetry = Telemetry(self.bus, self.recording.written)
        self._closing.add(beside(telemetry.stop))
        return telemetry

    @cached_property
    def key_changes(self) -> KeyChanges:
        return KeyChanges(self.vault, self.clock)

    @cached_property
    def notifier(self) -> Notifier:
        """Tells targets of alarms."""
        asker = ProgramAsker()
        notifier = Notifier(
            self.provider_keys,
            self.clock,
            note_of=notes_of(self.clock),
            trial=lambda: trial_note(self.clock.now_s()),
            run=program_runner(self.env, self.recording.redactor.clean_text, asker),
        )
        notifier.apply(self.settings().notify)
        for kind in (AlarmRaised, CacheFell, BudgetReached, HeldChanged, JobChanged):
            self.bus.subscribe(notifier.hear, kind)
        self._closing.add(beside(asker.close), notifier.stop)
        return notifier

    @cached_property
    def provider_keys(self) -> ProviderKeys:
        learn, changes = self.recording.learn, self.key_changes
        return ProviderKeys(self.vault, self.clock, learn=learn, changes=changes)

    @cached_property
    def provider_responses(self) -> ProviderResponseStore:
        store = ProviderResponseStore(self.places.gateway_db, self.clock)
        self._closing.add(beside(store.close))
        return store

    @cached_property
    def links(self) -> RunLinks:
        """Which requests are those of runs of CLIs. Closed with the runs."""
        return RunLinks(
            lambda: self.url,
            lambda job_id: self.recording.reader.of_job(job_id),
            self.bus,
            mcp_path=self._http.path,
        )

    @cached_property
    def local_desk(self) -> LocalDesk:
        """Whose turn it is at local servers."""

        def is_background(who: Principal) -> bool:
            return self.settings().brakes.is_background(who.label, who.job, who.known_as)

        return LocalDesk(is_background, self.clock)

    @cached_property
    def web_door(self) -> WebDoor:
        return WebDoor(self.clock, lambda: self.settings().ui.web, self._web_desk, self.audit.soon)

    @abstractmethod
    def _web_desk(self, sign_in: WebSignIn) -> ViewDesk:
        """Asked for with the first page of the web view."""

    @cached_property
    def flight_marks(self) -> FlightMarkDoor:
        return FlightMarkDoor(self.recording.shelf, self.recording.mark)

    @cached_property
    def flight_diffs(self) -> FlightDiffDoor:
        return FlightDiffDoor(self.recording.shelf, told_diff)

    @cached_property
    def policies(self) -> Policies:
        """In force at once: runs of an earlier program are taken over before the gateway opens."""
        pricing = self.recording.recorder.pricing
        policies = Policies(
            self.clock,
            pricing.price_of,
            remembered=self.access.spent.all,
            keep=self.access.spent.keep,
            holders=self.access.authenticator.holders,
            tell=self.bus.publish,
        )
        settings = self.settings()
        pricing.apply(settings.providers, settings.prices)
        policies.apply(settings.policies)
        self.bus.subscribe(budget_log(self.clock), BudgetReached)
        return policies

    @cached_property
    def account_budgets(self) -> AccountBudgets:
        spent = self.access.spent
        budgets = AccountBudgets(
            self.clock, remembered=spent.all, keep=spent.keep, tell=self.health.told_budget
        )
        self.bus.subscribe(budgets.hear, FlightClosed)
        return budgets

    @cached_property
    def guards(self) -> Guards:
        return Guards(GuardKeys(self.vault).of_client)

    @cached_property
    def brakes(self) -> Brakes:
        key_file = self.places.access_key_file
        holds = HoldDesk(
            self.clock,
            TimedIds(self.clock),
            self.bus,
            self._held,
            secret=lambda: load_or_make_access_key(key_file).encode(),
        )
        kept_caps = CapStore(self.places.gateway_db)
        kept_lines = LineStore(self.places.gateway_db)
        self._closing.add(beside(kept_caps.close))
        self._closing.add(beside(kept_lines.close))
        pricing = self.recording.recorder.pricing
        bound = self.policies.policy_of
        vendors = VendorFacts(
            price_of=pricing.price_of,
            health=self.health,
            is_bound=lambda who: bool((policy := bound(who)) and policy.models),
        )
        return Brakes(
            holds, vendors, self.policies, self.bus, kept_caps=kept_caps, kept_lines=kept_lines
        )

    def _held(self, question: HeldQuestion, answer: HeldAnswer) -> None:
        """What people decided; what fell due or was withdrawn stands in its flight alone."""
        act = held_act(question, answer)
        if act is not None:
            with acting(held_actor(answer)):
                self.audit.soon(act)

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self.vault, self.new_key)

    def settings(self) -> Settings:
        """As of now."""
        return self.loaded().settings

    def loaded(self) -> LoadedSettings:
        return self._settings_file.loaded

    def _on_loop(self, do: Callable[..., object], *what: object) -> None:
        """From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(do, *what)

    def tell_access(self) -> None:
        """From any thread: somebody's access is otherwise now."""
        self._on_loop(self.bus.publish, GrantsChanged())

    def new_key(self, entry: VaultEntry) -> None:
        """From any thread: whoever uses it is worth asking again, whatever was wrong before."""
        self._on_loop(ask_again, self.health, self.settings().providers, entry)

    @property
    def oauth(self) -> Oauth:
        return self.access.oauth

    @property
    def consents(self) -> Consents:
        return self.access.consents
