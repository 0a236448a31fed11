"""Use cases of pages, joined from what there is already: a part of the composition root."""

from contextlib import suppress

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.access.oversight import Oversight, OversightParts, make_oversight
from llmgw_desktop.app.clients.desk import ClientDesk, DeskParts
from llmgw_desktop.app.clis.use import CliProviders, Terminals
from llmgw_desktop.app.composition.engine_assembly import EngineParts
from llmgw_desktop.app.connect.clients import Clients
from llmgw_desktop.app.connect.connector import make_connector
from llmgw_desktop.app.connect.program_keys import address_of
from llmgw_desktop.app.providers.probe import ProviderProbe
from llmgw_desktop.app.providers.providers import Providers
from llmgw_desktop.app.providers.usage import Accounts, AccountUsage, ProviderSpending
from llmgw_desktop.app.validation.compare import Compare, CompareParts
from llmgw_desktop.app.workspaces.workspaces import WorktreesUse
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.errors import ConfigError


class Pages:
    """All of them at once: a window shows each."""

    def __init__(self, parts: EngineParts) -> None:
        accounts = Accounts(
            parts.health,
            AccountUsage(parts.recording.reader.by_account, parts.clock),
            ProviderSpending(
                parts.recording.reader.by_provider, parts.recording.recorder.running, parts.clock
            ),
        )
        self.providers = Providers(
            parts.loaded,
            health=accounts,
            probe=ProviderProbe(parts.vendors, parts.clock),
            env=parts.env,
            clock=parts.clock,
            vault=parts.credentials,
        )
        self.cli_providers = CliProviders(
            parts.loaded,
            parts.clis.survey,
            health=accounts,
            running=parts.runs.running,
            terminal=Terminals(parts.env),
            clock=parts.clock,
        )
        self.clients = _clients(parts)
        self.client_desk = _client_desk(parts)
        self.compare = _compare(parts)
        self.oversight = _oversight(parts)


def _clients(parts: EngineParts) -> Clients:
    file = str(parts.places.config_file)
    connector = make_connector(
        parts.places,
        parts.access.clients,
        address=lambda: address_of(parts.settings().http, file),
        env=parts.env,
        clock=parts.clock,
    )
    return Clients(connector, parts.recording.reader, parts.clock)


def _client_desk(parts: EngineParts) -> ClientDesk:
    keys = ClientKeys(parts.access.clients, parts.clock, TimedIds(parts.clock))
    return ClientDesk(
        DeskParts(
            loaded=parts.loaded,
            standings=parts.policies.standings,
            label_spent=parts.policies.standing,
            figures=parts.recording.reader,
            clock=parts.clock,
            keys=keys,
            programs=parts.oauth.clients,
            grants=parts.oauth.grants,
            floods=lambda: parts.crowd.floods,
            url=lambda: _base_url(parts),
        )
    )


def _base_url(parts: EngineParts) -> str:
    """Empty where it changes with every start."""
    with suppress(ConfigError):
        return address_of(parts.settings().http, str(parts.places.config_file)).base
    return ""


def _compare(parts: EngineParts) -> Compare:
    return Compare(
        CompareParts(
            panels=parts.validations,
            models=parts.catalogue.models,
            clis=lambda: parts.settings().clis,
            ready=parts.runs.ready_names,
            cancel_seat=parts.seats.cancel,
            clock=parts.clock,
        )
    )


def _oversight(parts: EngineParts) -> Oversight:
    return make_oversight(
        OversightParts(
            questions=parts.questions,
            clock=parts.clock,
            registry=parts.runs.service.workspaces,
            grants=parts.oauth.grants,
            consent_log=parts.consents.store.recent,
            keys=parts.access.clients,
            access_changed=parts.tell_access,
            agent_log=lambda limit: parts.runs.permissions.recent(limit=limit),
            worktrees=WorktreesUse(parts.runs.trees),
            changes=parts.audit.changes,
            gate_log=lambda limit: parts.runs.approvals.recent(None, limit=limit),
        )
    )
