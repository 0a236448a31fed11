"""The Access page with something in every part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmgw_desktop.domain.consent import ConsentTerm, ConsentWay
from llmgw_desktop.domain.permission import Decision, DecisionWay
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.workspace import Workspace, WorkspaceKind
from llmgw_desktop.domain.worktree import WorktreeLook, WorktreeState
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


def set_access_scene(gateway: PlainGateway, *, hostile: bool = False) -> None:
    gateway.questions.consents.asked = [hostile_consent() if hostile else consent()]
    gateway.questions.agents.asked = [
        permission(1),
        edit_permission(2),
        hostile_permission(4) if hostile else permission(3, client="codex", warnings=()),
    ]
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
        ),
    ]
    gateway.trees.looks = [
        WorktreeLook(worktree=worktree(1, state=WorktreeState.IN_USE), changed_files=3, commits=0),
        WorktreeLook(worktree=worktree(2), changed_files=0, commits=2),
        WorktreeLook(worktree=worktree(3), changed_files=1, commits=0),
    ]
