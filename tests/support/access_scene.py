"""The Access page with something in every part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmgw_desktop.domain.access.consent import ConsentTerm, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import BY_HAND, BY_ITSELF, Act, Actor, ActorDoor
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainSettings, Network
from llmgw_desktop.domain.jobs.workspace import (
    Workspace,
    WorkspaceKind,
    WorktreeLook,
    WorktreeState,
)
from tests.support.plain_folders import worktree
from tests.support.plain_questions import (
    HOSTILE_NAME,
    NOW_S,
    agent_decision,
    consent,
    consent_decision,
    edit_permission,
    gate_record,
    grant,
    hostile_consent,
    hostile_permission,
    key,
    permission,
)

if TYPE_CHECKING:
    from tests.ui.plain_gateway import PlainGateway


def set_changes(gateway: PlainGateway, *, hostile: bool = False) -> None:
    """What a person sees of a day: from every door, with and without a change."""
    person = Actor(name="ada", door=ActorDoor.WINDOW)
    agent = Actor(name="nightly", door=ActorDoor.MCP, client_id="cli_7", address="192.168.1.20")
    settings = "providers.shop.enabled"
    name = HOSTILE_NAME if hostile else "Cursor"
    for actor, act in (
        (BY_ITSELF, Act(verb="gateway.started", subject="gateway", after={"pid": 4100})),
        (person, Act(verb="key.made", subject="claude-code", after={"scopes": "models:use"})),
        (person, Act(verb="vault.stored", subject="openai/default", after={"kind": "api-key"})),
        (
            person,
            Act(
                verb="settings.changed",
                subject=settings,
                before={settings: True},
                after={settings: False},
            ),
        ),
        (
            Actor(name="operator", door=ActorDoor.CONSENT_PAGE, address="10.0.0.7"),
            Act(verb="consent.allowed", subject=name, after={"scopes": "models:use mcp"}),
        ),
        (agent, Act(verb="workspace.added", subject="app", after={"folder": "/home/ada/src/app"})),
        (
            BY_HAND,
            Act(
                verb="settings.changed",
                subject="limits.max_running_jobs",
                before={"limits.max_running_jobs": 32},
                after={"limits.max_running_jobs": 4},
            ),
        ),
        (Actor(name="ada", door=ActorDoor.COMMAND), Act(verb="vault.cleared", subject="vault")),
        (BY_ITSELF, Act(verb="grant.revoked", subject=name, before={"scopes": "models:use"})),
    ):
        gateway.audit.note(act, actor=actor)


def set_access_scene(gateway: PlainGateway, *, hostile: bool = False) -> None:
    set_changes(gateway, hostile=hostile)
    gateway.questions.appear(
        hostile_consent() if hostile else consent(),
        permission(1),
        edit_permission(2),
        hostile_permission(4) if hostile else permission(3, client="codex", warnings=()),
    )
    gateway.rights.grants.known = [
        grant(1),
        grant(
            2,
            client_name=HOSTILE_NAME if hostile else "Cursor",
            term=ConsentTerm.PROGRAM,
            peer=None,
            last_used_at_s=None,
            scopes=frozenset(Scope),
        ),
    ]
    gateway.rights.keys.known = [key(1), key(2, name="claude-code", last_used_at_s=NOW_S - 9)]
    log = gateway.decisions
    log.consents = [
        consent_decision(1),
        consent_decision(4, allowed=False, way=ConsentWay.TIMEOUT, person=""),
    ]
    log.agents = [
        agent_decision(1),
        agent_decision(2, decision=Decision.DENY, note="Use the test of the parser alone"),
        agent_decision(3, decision=Decision.ONCE, way=DecisionWay.RULE),
        agent_decision(7, decision=Decision.STOP),
    ]
    log.gate = [gate_record(1), gate_record(2)]
    gateway.registry.known = [
        Workspace(alias="site", path="/srv/site", is_of_settings=True, kind=WorkspaceKind.GIT),
        Workspace(
            alias="app",
            path="/home/ada/src/app",
            kind=WorkspaceKind.GIT,
            is_default=True,
            made_by="the window",
            containment=ContainSettings(
                contain=Contain.ALWAYS,
                network=Network.LOOPBACK,
                readable=("~/.ssh/known_hosts", "/srv/shared/corpora/handbooks-and-glossaries"),
            ),
        ),
    ]
    gateway.trees.looks = [
        WorktreeLook(worktree=worktree(1, state=WorktreeState.IN_USE), changed_files=3, commits=0),
        WorktreeLook(worktree=worktree(2), changed_files=0, commits=2),
        WorktreeLook(worktree=worktree(3), changed_files=1, commits=0),
    ]
