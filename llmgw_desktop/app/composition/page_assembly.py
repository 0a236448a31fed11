"""Use cases of pages, joined from what there is already: a part of the composition root."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.access.oauth_assembly import Oauth
from llmgw_desktop.app.access.oversight import Oversight, OversightParts, make_oversight
from llmgw_desktop.app.audit.keeping import AuditKeeping
from llmgw_desktop.app.clients.desk import ClientDesk, DeskParts
from llmgw_desktop.app.clis.desk import ClisHere
from llmgw_desktop.app.clis.survey import CliSurvey
from llmgw_desktop.app.clis.use import CliProviders, Terminals
from llmgw_desktop.app.connect.clients import Clients
from llmgw_desktop.app.connect.connector import make_connector
from llmgw_desktop.app.connect.program_keys import address_of
from llmgw_desktop.app.jobs.assembly import Runs
from llmgw_desktop.app.providers.probe import ProviderProbe
from llmgw_desktop.app.providers.providers import Providers
from llmgw_desktop.app.providers.usage import Accounts, AccountUsage, ProviderSpending
from llmgw_desktop.app.questions.questions import Questions
from llmgw_desktop.app.validation.compare import Compare, CompareParts
from llmgw_desktop.app.vault.credentials import Credentials, sign_in_files
from llmgw_desktop.app.workspaces.workspaces import WorktreesUse
from llmgw_desktop.domain.clock import Clock, TimedIds
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.engine.gateway import GatewayParts
from llmgw_desktop.engine.validation.seat_run import SeatRuns
from llmgw_desktop.engine.validation.service import ValidationService
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.access.consents import ConsentStore
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """What they stand on."""

    places: Places
    env: Mapping[str, str]
    clock: Clock
    loaded: Callable[[], LoadedSettings]
    runs: Runs
    engine: GatewayParts
    vault: Vault
    credentials: Credentials
    reader: FlightReader
    clean: Callable[[str], str]
    """A text without secrets."""
    clients: ClientStore
    """Why there is no store of them."""
    panels: ValidationService
    seats: SeatRuns
    questions: Questions
    oauth: Oauth
    consents: ConsentStore
    audit: AuditKeeping
    access_changed: Callable[[], None]
    """From any thread: somebody's access is otherwise now."""


class Pages:
    """All of them at once: a window shows each."""

    def __init__(self, parts: PageParts) -> None:
        accounts = Accounts(
            parts.engine.health,
            AccountUsage(parts.reader.by_account, parts.clock),
            ProviderSpending(parts.reader.by_provider, parts.engine.recorder.running, parts.clock),
        )
        self.clis = _clis(parts)
        self.providers = Providers(
            parts.loaded,
            health=accounts,
            probe=ProviderProbe(parts.engine.http, parts.clock),
            env=parts.env,
            clock=parts.clock,
            vault=parts.credentials,
        )
        self.cli_providers = CliProviders(
            parts.loaded,
            self.clis.survey,
            health=accounts,
            running=parts.runs.running,
            terminal=Terminals(parts.env),
            clock=parts.clock,
        )
        self.clients = _clients(parts)
        self.client_desk = _client_desk(parts)
        self.compare = _compare(parts)
        self.oversight = _oversight(parts)


def _clis(parts: PageParts) -> ClisHere:
    runs, vault = parts.runs, parts.vault
    survey = CliSurvey(runs.clis, runs.launcher, vault_files=lambda: sign_in_files(vault))
    return ClisHere(
        survey,
        parts.env,
        said=lambda: parts.loaded().settings.clis,
        live=lambda: [job.cli for job in runs.supervisor.live],
        clean=parts.clean,
        note=parts.audit.store.note,
    )


def _clients(parts: PageParts) -> Clients:
    file = str(parts.places.config_file)
    connector = make_connector(
        parts.places,
        parts.clients,
        address=lambda: address_of(parts.loaded().settings.http, file),
        env=parts.env,
        clock=parts.clock,
    )
    return Clients(connector, parts.reader, parts.clock)


def _client_desk(parts: PageParts) -> ClientDesk:
    keys = ClientKeys(parts.clients, parts.clock, TimedIds(parts.clock))
    return ClientDesk(
        DeskParts(
            loaded=parts.loaded,
            standings=parts.engine.pipeline.policies.standings,
            label_spent=parts.engine.pipeline.policies.standing,
            figures=parts.reader,
            clock=parts.clock,
            keys=keys,
            programs=parts.oauth.clients,
            grants=parts.oauth.grants,
            floods=lambda: parts.engine.server.crowd.floods,
            url=lambda: _base_url(parts),
        )
    )


def _base_url(parts: PageParts) -> str:
    """Empty where it changes with every start."""
    with suppress(ConfigError):
        return address_of(parts.loaded().settings.http, str(parts.places.config_file)).base
    return ""


def _compare(parts: PageParts) -> Compare:
    return Compare(
        CompareParts(
            panels=parts.panels,
            models=parts.engine.catalogue.models,
            clis=lambda: parts.loaded().settings.clis,
            ready=parts.runs.ready_names,
            cancel_seat=parts.seats.cancel,
            clock=parts.clock,
        )
    )


def _oversight(parts: PageParts) -> Oversight:
    return make_oversight(
        OversightParts(
            questions=parts.questions,
            clock=parts.clock,
            registry=parts.runs.service.workspaces,
            grants=parts.oauth.grants,
            consent_log=parts.consents.recent,
            keys=parts.clients,
            access_changed=parts.access_changed,
            agent_log=lambda limit: parts.runs.permissions.recent(limit=limit),
            worktrees=WorktreesUse(parts.runs.trees),
            changes=parts.audit.changes,
            gate_log=lambda limit: parts.runs.approvals.recent(None, limit=limit),
        )
    )
