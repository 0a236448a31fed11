"""The engine's parts joined: from the door to the upstreams. What it stands on the container makes.

The second half of the composition root: here and in `container.py` parts are made, nowhere else.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from platform import node as computer_name

from llmgw_desktop.app.access_assembly import Access
from llmgw_desktop.app.budget_words import budget_log
from llmgw_desktop.app.questions import system_user
from llmgw_desktop.app.revocations import Revocations
from llmgw_desktop.app.store_guard import StoreGuard
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import BudgetReached, FloodsChanged, GatewayStatus, SettingsChanged
from llmgw_desktop.domain.hops import HopMark
from llmgw_desktop.domain.provider import ModelProtocol, Provider, ProviderKind
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.domain.vault import VaultEntry
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.asking.asking import Asking
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.counter import Counter
from llmgw_desktop.engine.elsewhere import Elsewhere
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.front import (
    anthropic_door,
    approvals_door,
    audit_door,
    consent_door,
    consents_door,
    flights_door,
    gemini_door,
    health_door,
    jobs_door,
    limits_door,
    mcp_door,
    models_door,
    native_door,
    oauth_door,
    openai_door,
    responses_door,
    sessions_door,
    vault_door,
    worktrees_door,
)
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import DoorTable
from llmgw_desktop.engine.front.http_connection import connections_allowed
from llmgw_desktop.engine.front.http_server import HttpServer
from llmgw_desktop.engine.front.kept_responses_door import KeptResponsesDoor
from llmgw_desktop.engine.front.load import Load
from llmgw_desktop.engine.gateway import Engine
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.mcp.offer import Offer
from llmgw_desktop.engine.meters import Meters
from llmgw_desktop.engine.permissions.desk import PermissionDesk
from llmgw_desktop.engine.pipeline import Pipeline, Rules
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.relay import Relay
from llmgw_desktop.engine.replies import Replies
from llmgw_desktop.engine.response_cache.cache import ResponseCache
from llmgw_desktop.engine.response_cache.neighbours import Neighbours
from llmgw_desktop.engine.response_cache.replay import Replays
from llmgw_desktop.engine.routing.attempts import Attempts
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.routing.health import Health
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.routing.sending import Sender
from llmgw_desktop.engine.routing.tour import TourParts
from llmgw_desktop.engine.runs.model_client import CliClient
from llmgw_desktop.engine.runs.run_links import RunLinks
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.engine.translation.codecs import codec_of
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.translation.interpreter import Interpreter
from llmgw_desktop.engine.translation.translation import Translator
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.key_changes import KeyChanges
from llmgw_desktop.engine.upstream.keys import Keys
from llmgw_desktop.engine.upstream.practice import PracticeClient
from llmgw_desktop.store.audit_store import AuditStore
from llmgw_desktop.store.elsewhere_store import ElsewhereStore
from llmgw_desktop.store.gateway_mark import load_or_make_mark
from llmgw_desktop.store.guard_keys import GuardKeys
from llmgw_desktop.store.vault import Vault
from llmgw_desktop.wire.headers import HeaderPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundations:
    """What the engine stands on, and how it asks for what changes while it runs."""

    clock: Clock
    recorder: Recorder
    flights: flights_door.FlightShelf
    meters: Meters
    health: Health
    continuations: Continuations
    elsewhere: ElsewhereStore
    access: Access
    clis: CliClient
    ready_clis: Callable[[], Sequence[Provider]]
    """Those that are installed and switched on."""
    runs: RunService
    links: RunLinks
    permissions: PermissionDesk
    rule_runs: Callable[[Policies, Guards], None]
    """Hold them to what their clients may spend, and to what prompts may hold."""
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
    mcp: Callable[[], Offer]
    """Asked for when the MCP door is first knocked at."""

    def providers(self) -> tuple[Provider, ...]:
        return self.settings().everyone


def make_engine(base: Foundations) -> Engine:
    header_policy = HeaderPolicy()
    keys = Keys(base.vault, base.clock, learn=base.learn, changes=base.key_changes)
    name, given = computer_name, lambda: base.settings().http.name
    hops = HopMark(load_or_make_mark(base.data_folder), name=name, given=given)
    http = HttpClient(base.settings().upstream, keys, hops)
    catalogue = Catalogue(http, base.clock, base.ready_clis)
    gate = Gate(
        base.access.authenticator,
        before=base.check_settings,
        challenges=base.access.oauth.challenges,
        hops=hops,
    )
    translator = Translator(codec_of, base.clock)
    sender = Sender(
        vendors=http,
        own_ways={ProviderKind.PRACTICE: PracticeClient(), ProviderKind.CLI: base.clis},
        header_policy=header_policy,
        translator=translator,
    )
    elsewhere = Elsewhere(base.elsewhere, http, base.providers, header_policy)
    attempts = Attempts(
        TourParts(sender=sender, health=base.health, clock=base.clock, jitter=random.random)
    )
    response_cache = ResponseCache(base.clock)
    neighbours = Neighbours(response_cache)
    policies = Policies(
        base.clock,
        base.recorder.pricing.price_of,
        remembered=base.access.spent.all,
        keep=base.access.spent.keep,
        holders=base.access.authenticator.holders,
        tell=base.bus.publish,
    )
    # runs of an earlier program are taken over before the gateway opens, and spend by these
    settings = base.settings()
    base.recorder.pricing.apply(settings.providers, settings.prices)
    policies.apply(settings.clients)
    base.bus.subscribe(budget_log(base.clock), BudgetReached)
    guards = Guards(GuardKeys(base.vault).of_client)
    base.rule_runs(policies, guards)
    pipeline = Pipeline(
        gate=gate,
        recorder=base.recorder,
        attempts=attempts,
        replies=Replies(
            relay=Relay(header_policy, elsewhere),
            interpreter=Interpreter(header_policy, base.continuations),
            counter=Counter(attempts, translator),
            continuations=base.continuations,
            replays=Replays(response_cache, neighbours),
        ),
        header_policy=header_policy,
        rules=Rules(policies, guards),
    )
    pipeline.links = base.access.authenticator.runs = base.links
    pipeline.router = Router(
        base.settings(),
        health=base.health,
        price=base.recorder.pricing.usual,
        clock=base.clock,
    )
    revocations = Revocations(base.access.authenticator, base.access.oauth.grants, pipeline)
    revocations.listen(base.bus)
    kept = KeptResponsesDoor(base.continuations, elsewhere, header_policy)
    crowd = Crowd(
        base.clock,
        lambda floods: base.bus.publish(FloodsChanged(floods=floods)),
        connections_allowed(),
    )
    doors = _doors(base, pipeline, catalogue, kept, crowd)
    _add_job_doors(doors, base.runs, gate)
    limits = limits_door.LimitsDoor(policies, gate, revocations.look)
    limits_door.add_doors(doors, limits, openai_door.dialect())
    approvals = approvals_door.ApprovalsDoor(base.permissions, base.clock, system_user)
    approvals_door.add_doors(doors, approvals, openai_door.dialect())
    oauth = oauth_door.OauthDoor(base.access.oauth.server, before=base.check_settings)
    oauth_door.add_doors(doors, oauth, openai_door.dialect())
    consent_door.add_doors(doors, base.access.consents.browsers, openai_door.dialect())
    consents_door.add_doors(doors, base.access.consents.commands, openai_door.dialect())
    mcp_path = base.settings().http.path
    mcp = mcp_door.McpDoor(gate, base.mcp, path=mcp_path)
    mcp_door.add_doors(doors, mcp, mcp_path, openai_door.dialect())
    return Engine(
        gate=gate,
        pipeline=pipeline,
        recorder=base.recorder,
        http=http,
        server=HttpServer(pipeline=pipeline, gate=gate, doors=doors, crowd=crowd),
        catalogue=catalogue,
        attempts=attempts,
        health=base.health,
        mcp=mcp,
        response_cache=response_cache,
        neighbours=neighbours,
        asking=Asking(pipeline, openai_door.dialect()),
    )


def _doors(
    base: Foundations,
    pipeline: Pipeline,
    catalogue: Catalogue,
    kept: KeptResponsesDoor,
    crowd: Crowd,
) -> DoorTable:
    openai = openai_door.dialect()
    table = DoorTable(openai)
    anthropic_door.add_doors(table, anthropic_door.dialect())
    openai_door.add_doors(table, openai)
    responses = responses_door.dialect(ModelProtocol.OPENAI_RESPONSES)
    codex = responses_door.dialect(ModelProtocol.CODEX)
    responses_door.add_doors(table, responses, codex, catalogue, kept)
    gemini_door.add_doors(table, gemini_door.dialect())
    models_door.add_doors(table, catalogue)
    generate = native_door.GenerateDoor(pipeline.handle, openai, base.providers)
    standing = native_door.ProvidersDoor(base.providers, base.health.status)
    native_door.add_doors(table, generate, standing)
    audit_door.add_doors(table, audit_door.AuditDoor(base.audit), openai)
    flights_door.add_doors(table, flights_door.FlightsDoor(base.flights), openai)
    vault_door.add_doors(table, vault_door.VaultDoor(base.vault, base.new_key), openai)
    health = health_door.HealthDoor(
        gateway=base.status,
        recorder=lambda: base.recorder.status,
        settings=base.settings_news,
        load=Load(pipeline, base.recorder, crowd),
        meters=base.meters,
        before=base.check_settings,
    )
    health.audit = lambda: base.audit.problem
    health.store, health.vault = base.guard.problem, base.guard.vault_problem
    health_door.add_doors(table, health, openai)
    return table


def _add_job_doors(table: DoorTable, runs: RunService, gate: Gate) -> None:
    openai = openai_door.dialect()
    jobs_door.add_doors(table, jobs_door.JobsDoor(runs, gate), openai)
    sessions_door.add_doors(table, sessions_door.SessionsDoor(runs.sessions), openai)
    worktrees_door.add_doors(table, worktrees_door.WorktreesDoor(runs.worktrees), openai)
