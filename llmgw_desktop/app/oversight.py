"""All that the Access page and the dialogs stand on, joined: a part of the composition root."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmgw_desktop.app.access import AccessRights, GrantBook, KeyBook
from llmgw_desktop.app.audit_book import AuditBook
from llmgw_desktop.app.decisions import Decisions
from llmgw_desktop.app.questions import Questions
from llmgw_desktop.app.workspace_list import Registry, WorkspaceList
from llmgw_desktop.app.worktrees import WorktreesUse
from llmgw_desktop.domain.approval import Approval
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import ConsentDecision
from llmgw_desktop.domain.permission import PermissionDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """What a person oversees. `worktrees` is None where there are none to be had, `changes`
    where no log of them is kept."""

    questions: Questions
    rights: AccessRights
    decisions: Decisions
    workspaces: WorkspaceList
    worktrees: WorktreesUse | None = None
    changes: AuditBook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightParts:
    """What there is; None where nobody asks, or nothing is kept."""

    questions: Questions
    clock: Clock
    registry: Registry
    grants: GrantBook | None = None
    keys: KeyBook | None = None
    consent_log: Callable[[int], Sequence[ConsentDecision]] = lambda _: ()
    agent_log: Callable[[int], Sequence[PermissionDecision]] = lambda _: ()
    gate_log: Callable[[int], Sequence[Approval]] = lambda _: ()
    worktrees: WorktreesUse | None = None
    changes: AuditBook | None = None
    access_changed: Callable[[], None] = lambda: None
    """From any thread: somebody's access is otherwise now."""


def make_oversight(parts: OversightParts) -> Oversight:
    return Oversight(
        questions=parts.questions,
        rights=AccessRights(parts.grants, parts.keys, parts.clock, changed=parts.access_changed),
        decisions=Decisions(
            parts.clock,
            consents=parts.consent_log,
            agents=parts.agent_log,
            gate=parts.gate_log,
        ),
        workspaces=WorkspaceList(parts.registry),
        worktrees=parts.worktrees,
        changes=parts.changes,
    )
