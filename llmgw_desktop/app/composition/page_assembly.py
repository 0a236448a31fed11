"""Use cases of pages, joined from what there is already: a part of the composition root."""

from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.access.oversight import Oversight, OversightParts, make_oversight
from llmgw_desktop.app.clients.desk import ClientDesk, DeskParts
from llmgw_desktop.app.clis.use import CliProviders, Terminals
from llmgw_desktop.app.composition.engine_assembly import EngineParts
from llmgw_desktop.app.connect.clients import Clients
from llmgw_desktop.app.connect.connector import make_connector
from llmgw_desktop.app.connect.pinning import make_pins
from llmgw_desktop.app.connect.program_keys import address_of
from llmgw_desktop.app.jobs.jobs import MOST_LISTED
from llmgw_desktop.app.providers.probe import ProviderProbe
from llmgw_desktop.app.providers.providers import Providers
from llmgw_desktop.app.providers.usage import Accounts, AccountUsage, ProviderSpending
from llmgw_desktop.app.questions.rules import RuleList
from llmgw_desktop.app.validation.compare import Compare, CompareParts
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.front import model_doors, responses_door
from llmgw_desktop.engine.jobs.folder import TEMP, neutral_root

if TYPE_CHECKING:
    from llmgw_desktop.app.jobs.starting import JobStarter
    from llmgw_desktop.app.mcp.tool_desk import ToolDesk
    from llmgw_desktop.app.routing.scratch import ScratchPad
    from llmgw_desktop.app.safekeeping.importing.taking import ProgramServers


class Pages:
    """All of them at once: a window shows each. What a start needs nothing of is made later."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        accounts = Accounts(
            parts.health,
            AccountUsage(parts.recording.reader.by_account, parts.clock),
            ProviderSpending(
                parts.recording.reader.by_provider,
                parts.recording.recorder.running,
                parts.clock,
                parts.local_desk.words,
            ),
        )
        self.providers = Providers(
            parts.loaded,
            health=accounts,
            probe=ProviderProbe(
                parts.vendors, parts.clock, parts.recording.recorder.pricing.price_of
            ),
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

    @cached_property
    def job_starter(self) -> "JobStarter":
        return _job_starter(self._parts)

    @cached_property
    def scratch(self) -> "ScratchPad":
        return _scratch(self._parts)

    @cached_property
    def tool_desk(self) -> "ToolDesk":
        from llmgw_desktop.app.mcp.tool_desk import ToolDesk

        return ToolDesk(lambda: self._parts.tool_servers)

    @cached_property
    def program_servers(self) -> "ProgramServers":
        from llmgw_desktop.app.safekeeping.importing.taking import ProgramServers

        return ProgramServers(self._parts.places, self._parts.env)


def _job_starter(parts: EngineParts) -> "JobStarter":
    from llmgw_desktop.app.jobs.starting import JobStarter, StarterParts

    runs = parts.runs
    return JobStarter(
        StarterParts(
            runs=runs.service,
            settings=parts.settings,
            ready=runs.ready_names,
            workspaces=runs.service.workspaces.all,
            recent=lambda: runs.supervisor.list(limit=MOST_LISTED),
            is_ours=partial(_is_ours, parts),
            hand_overs=runs.hand_overs,
            accounts=runs.accounts,
        )
    )


def _scratch(parts: EngineParts) -> "ScratchPad":
    from llmgw_desktop.app.routing.scratch import ScratchPad
    from llmgw_desktop.engine.pipeline.scratch_client import ScratchClient

    spoken = (
        model_doors.anthropic_dialect(),
        model_doors.openai_dialect(),
        responses_door.dialect(ModelProtocol.OPENAI_RESPONSES),
        model_doors.gemini_dialect(),
    )
    client = ScratchClient(parts.pipeline, {each.protocol: each for each in spoken})
    return ScratchPad(client, parts.catalogue.models)


def _is_ours(parts: EngineParts, folder: Path) -> bool:
    """A worktree, or one that holds nothing for a session."""
    is_neutral = folder.parent == neutral_root() and folder.name.startswith(TEMP)
    return is_neutral or parts.places.worktrees_folder in folder.parents


def _clients(parts: EngineParts) -> Clients:
    file = str(parts.places.config_file)
    connector = make_connector(
        parts.places,
        parts.access.clients,
        address=lambda: address_of(parts.settings().http, file, parts.settings().rules),
        env=parts.env,
        clock=parts.clock,
    )
    pins = make_pins(parts.places, parts.clock, parts.env, connector.address)
    return Clients(connector, parts.recording.reader, parts.clock, pins)


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
            caps=parts.brakes.cap_standings,
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
            models=parts.catalogue.models_of_each,
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
            rules=RuleList(
                parts.places.config_file,
                parts.env,
                parts.runs.service.workspaces.is_private,
                parts.clock,
            ),
            agent_log=lambda limit: parts.runs.permissions.recent(limit=limit),
            worktrees=parts.runs.worktrees,
            changes=parts.audit.changes,
            gate_log=lambda limit: parts.runs.approvals.recent(None, limit=limit),
        )
    )
