"""The engine's parts joined: from the door to the upstreams. What it stands on the container makes.

The second half of the composition root: here and in `container.py` parts are made, nowhere else.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from platform import node as computer_name

from llmgw_desktop.app.access.assembly import AccessControl, Revocations
from llmgw_desktop.app.command_line.this_program import system_user
from llmgw_desktop.app.safekeeping.store_guard import StoreGuard
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import FloodsChanged, GatewayStatus, SettingsChanged
from llmgw_desktop.domain.provider import ModelProtocol, Provider, ProviderKind
from llmgw_desktop.domain.routing.hops import HopMark
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.front import (
    health_door,
    jobs_door,
    mcp_door,
    model_doors,
    models_door,
    oauth_door,
    questions_door,
    records_door,
    responses_door,
    sessions_door,
    vault_door,
)
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import DoorTable
from llmgw_desktop.engine.front.health_door import Load
from llmgw_desktop.engine.front.http_connection import connections_allowed
from llmgw_desktop.engine.front.http_server import HttpServer, Room
from llmgw_desktop.engine.front.responses_door import KeptResponsesDoor
from llmgw_desktop.engine.gateway import GatewayParts
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.engine.metrics.meters import Meters
from llmgw_desktop.engine.pipeline.in_process_client import InProcessClient
from llmgw_desktop.engine.pipeline.passthrough import Passthrough
from llmgw_desktop.engine.pipeline.pipeline import AnswerWays, Pipeline, PipelineParts
from llmgw_desktop.engine.pipeline.response_cache.cache import ResponseCache
from llmgw_desktop.engine.pipeline.response_cache.replay import Replays, SemanticCache
from llmgw_desktop.engine.pipeline.token_counting import TokenCounter
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.engine.routing.attempt import Sender
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.routing.failover import Failover, FailoverParts
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.runs.model_client import CliClient
from llmgw_desktop.engine.runs.run_links import RunLinks
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.engine.translation.codecs import codec_of
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.translation.interpreter import Interpreter
from llmgw_desktop.engine.translation.stored_responses import StoredResponses
from llmgw_desktop.engine.translation.translation import Translator
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.keys import KeyChanges, ProviderKeys
from llmgw_desktop.engine.upstream.practice import PracticeClient
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.routing.responses import ProviderResponseStore
from llmgw_desktop.store.run_file import load_or_make_mark
from llmgw_desktop.store.vault.vault import Vault
from llmgw_desktop.wire.headers import HeaderPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundations:
    """What the engine stands on, and how it asks for what changes while it runs."""

    clock: Clock
    recorder: Recorder
    flights: records_door.FlightShelf
    meters: Meters
    health: HealthTracker
    continuations: Continuations
    provider_responses: ProviderResponseStore
    access: AccessControl
    clis: CliClient
    ready_clis: Callable[[], Sequence[Provider]]
    """Those that are installed and switched on."""
    runs: RunService
    links: RunLinks
    permissions: PermissionDesk
    policies: Policies
    guards: Guards
    data_folder: Path
    """Where the gateway's mark is kept."""
    vault: Vault
    guard: StoreGuard
    key_changes: KeyChanges
    audit: AuditStore
    settings: Callable[[], Settings]
    settings_news: Callable[[], SettingsChanged]
    status: Callable[[], GatewayStatus]
    check_settings: Callable[[], None]
    """Ahead of every decision, so that it is made by the settings of now."""
    learn: Callable[[str], None]
    """Each key, before it is used."""
    new_key: Callable[[VaultEntry], None]
    """The vault has another value."""
    bus: Bus
    mcp: Callable[[], McpOffer]
    """Asked for when the MCP door is first knocked at."""

    def providers(self) -> tuple[Provider, ...]:
        return self.settings().everyone


def make_engine(base: Foundations) -> GatewayParts:
    header_policy = HeaderPolicy()
    keys = ProviderKeys(base.vault, base.clock, learn=base.learn, changes=base.key_changes)
    name, given = computer_name, lambda: base.settings().http.name
    hops = HopMark(load_or_make_mark(base.data_folder), name=name, given=given)
    http = HttpClient(base.settings().upstream, keys, hops)
    catalogue = Catalogue(http, base.clock, base.ready_clis)
    gate = Gate(
        base.access.authenticator,
        before=base.check_settings,
        challenges=base.access.oauth.challenges,
        hops=hops,
        arrivals=Room(base.policies),
    )
    translator = Translator(codec_of, base.clock)
    sender = Sender(
        vendors=http,
        own_ways={ProviderKind.PRACTICE: PracticeClient(), ProviderKind.CLI: base.clis},
        header_policy=header_policy,
        translator=translator,
    )
    stored = StoredResponses(base.provider_responses, http, base.providers, header_policy)
    failover = Failover(
        FailoverParts(sender=sender, health=base.health, clock=base.clock, jitter=random.random)
    )
    response_cache = ResponseCache(base.clock)
    semantic_cache = SemanticCache(response_cache)
    parts = PipelineParts(
        gate=gate,
        recorder=base.recorder,
        ways=AnswerWays(
            failover=failover,
            passthrough=Passthrough(header_policy, stored),
            interpreter=Interpreter(header_policy, base.continuations),
            counter=TokenCounter(failover, translator),
            continuations=base.continuations,
            replays=Replays(response_cache, semantic_cache),
        ),
        header_policy=header_policy,
        policies=base.policies,
        guards=base.guards,
        router=Router(
            base.settings(),
            health=base.health,
            price=base.recorder.pricing.usual,
            clock=base.clock,
        ),
        links=base.links,
    )
    pipeline = Pipeline(parts)
    revocations = Revocations(base.access.authenticator, base.access.oauth.grants, pipeline.runs)
    revocations.listen(base.bus)
    kept = KeptResponsesDoor(base.continuations, stored, header_policy)
    crowd = Crowd(
        base.clock,
        lambda floods: base.bus.publish(FloodsChanged(floods=floods)),
        connections_allowed(),
    )
    doors = _doors(base, pipeline, catalogue=catalogue, kept=kept, crowd=crowd)
    _add_job_doors(doors, base.runs, gate)
    records_door.LimitsDoor(base.policies, gate, revocations.look).add_to(doors)
    questions_door.ApprovalsDoor(base.permissions, base.clock, system_user).add_to(doors)
    oauth_door.OauthDoor(base.access.oauth.server, before=base.check_settings).add_to(doors)
    base.access.consents.browsers.add_to(doors)
    base.access.consents.commands.add_to(doors)
    mcp = mcp_door.McpDoor(gate, base.mcp, path=base.settings().http.path)
    mcp.add_to(doors)
    return GatewayParts(
        gate=gate,
        pipeline=pipeline,
        recorder=base.recorder,
        http=http,
        server=HttpServer(pipeline=pipeline, gate=gate, doors=doors, crowd=crowd),
        catalogue=catalogue,
        failover=failover,
        health=base.health,
        mcp=mcp,
        response_cache=response_cache,
        semantic_cache=semantic_cache,
        models=InProcessClient(pipeline, model_doors.openai_dialect()),
    )


def _doors(
    base: Foundations,
    pipeline: Pipeline,
    *,
    catalogue: Catalogue,
    kept: KeptResponsesDoor,
    crowd: Crowd,
) -> DoorTable:
    openai = model_doors.openai_dialect()
    table = DoorTable(openai)
    model_doors.add_anthropic(table, model_doors.anthropic_dialect())
    model_doors.add_openai(table, openai)
    responses = responses_door.dialect(ModelProtocol.OPENAI_RESPONSES)
    codex = responses_door.dialect(ModelProtocol.CODEX)
    responses_door.add_doors(table, responses, codex, catalogue=catalogue, kept=kept)
    model_doors.add_gemini(table, model_doors.gemini_dialect())
    models_door.add_doors(table, catalogue)
    models_door.GenerateDoor(pipeline.handle, openai, base.providers).add_to(table)
    models_door.ProvidersDoor(base.providers, base.health.status).add_to(table)
    records_door.AuditDoor(base.audit).add_to(table)
    records_door.FlightsDoor(base.flights).add_to(table)
    vault_door.VaultDoor(base.vault, base.new_key).add_to(table)
    health = health_door.HealthDoor(
        gateway=base.status,
        recorder=lambda: base.recorder.status,
        settings=base.settings_news,
        load=Load(pipeline, base.recorder, crowd),
        meters=base.meters,
        before=base.check_settings,
        audit=lambda: base.audit.problem,
        store=base.guard.problem,
        vault=base.guard.vault_problem,
        vault_warning=base.guard.vault_warning,
        lost_flights=base.guard.lost_flights,
    )
    health.add_to(table)
    return table


def _add_job_doors(table: DoorTable, runs: RunService, gate: Gate) -> None:
    jobs_door.JobsDoor(runs, gate).add_to(table)
    sessions_door.SessionsDoor(runs.sessions).add_to(table)
    jobs_door.WorktreesDoor(runs.worktrees).add_to(table)
