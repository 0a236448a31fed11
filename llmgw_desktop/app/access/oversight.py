"""Who has access: programs that a person let in and keys that a person made; taking it back.

A revocation holds at once. For ten seconds it can be undone; afterwards nobody can.
"""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum

from llmgw_desktop.app.access.decisions import Decisions
from llmgw_desktop.app.audit.book import AuditBook
from llmgw_desktop.app.questions.consent_words import (
    peer_words,
    program_name,
    redirection,
    scope_summary,
    shown_name,
)
from llmgw_desktop.app.questions.questions import Questions
from llmgw_desktop.app.questions.rules import RuleList
from llmgw_desktop.app.words.figures import clock_text, local_time
from llmgw_desktop.app.words.inert_text import inert_line, quoted
from llmgw_desktop.app.workspaces.workspaces import WorkspaceList, WorktreesUse
from llmgw_desktop.domain.access.consent import ConsentDecision, ConsentTerm, Grant
from llmgw_desktop.domain.access.principal import Client
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.approval import Approval, PermissionDecision
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.access.grants import GrantStore

UNDO_S = 10.0
_LATE = "Ten seconds are over: it stays revoked."
_TAKEN = "It cannot be brought back: another key has its name now, or it is gone."


class HolderKind(StrEnum):
    PROGRAM = "program"
    KEY = "key"


@value
class Holder:
    """Somebody who has access, in words. `id` is of the grant or the key."""

    id: str
    kind: HolderKind
    name: str
    may: str
    until: str
    used: str
    """When it last used what it has."""
    source: str
    """From which program, and who let it in."""
    details: tuple[tuple[str, str], ...] = ()


@value
class Revoked:
    """What was taken back just now."""

    holder: Holder
    at_s: float
    words: str


class AccessRights:
    """All but `now_s` waits for the disk and is for a thread. Everything raises StoreError."""

    def __init__(
        self,
        grants: GrantStore | None,
        keys: ClientStore | None,
        clock: Clock,
        *,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`grants` and `keys` are None where their file cannot be read. `changed` is told, from
        any thread, that somebody's access is otherwise now."""
        self._grants = grants
        self._keys = keys
        self._clock = clock
        self._changed = changed

    def now_s(self) -> float:
        return self._clock.now_s()

    def holders(self) -> tuple[Holder, ...]:
        """Programs first; each newest first."""
        now_s = self._clock.now_s()
        today = local_time(now_s).date()
        grants = self._grants.standing(now_s) if self._grants is not None else ()
        keys = self._keys.active() if self._keys is not None else ()
        programs = tuple(_program(each, today) for each in grants)
        return programs + tuple(_key(each, today) for each in reversed(keys))

    def revoke(self, holder: Holder) -> Revoked:
        """From now on it is refused."""
        at_s = self._clock.now_s()
        if holder.kind is HolderKind.KEY:
            done = self._keys is not None and self._keys.revoke(holder.id, at_s) is not None
        else:
            done = self._grants is not None and self._grants.revoke(holder.id, at_s) is not None
        self._changed()
        words = "has no access any more." if done else "had no access any more."
        return Revoked(holder=holder, at_s=at_s, words=f"{holder.name} {words}")

    def undo(self, revoked: Revoked) -> str:
        """The answer is what came of it, in a sentence."""
        if self._clock.now_s() - revoked.at_s > UNDO_S:
            return _LATE
        holder = revoked.holder
        book = self._keys if holder.kind is HolderKind.KEY else self._grants
        if book is None or not book.restore(holder.id, revoked.at_s):
            return _TAKEN
        self._changed()
        return f"{holder.name} has access again."


def _program(grant: Grant, today: date) -> Holder:
    name = shown_name(grant.client_name)
    program = program_name(grant.peer) or "unknown program"
    person = f", let in by {inert_line(grant.person, 40)}" if grant.person else ""
    until = _moment(grant.expires_at_s, today)
    if grant.term is ConsentTerm.PROGRAM:
        until = f"its program ends, at the latest {until}"
    return Holder(
        id=grant.id,
        kind=HolderKind.PROGRAM,
        name=name,
        may=scope_summary(grant.scopes),
        until=f"until {until}",
        used=_used(grant.last_used_at_s, today),
        source=f"{program}{person} {_moment(grant.granted_at_s, today)}",
        details=(
            ("Program", peer_words(grant.peer)),
            ("Sent back to", redirection(grant.redirect_uri).origin),
            ("Good for", inert_line(grant.resource, 200)),
            ("Client", inert_line(grant.client_id, 200)),
        ),
    )


def _key(client: Client, today: date) -> Holder:
    return Holder(
        id=client.id,
        kind=HolderKind.KEY,
        name=quoted(inert_line(client.name, 60)),
        may=scope_summary(client.scopes),
        until="until it is revoked",
        used=_used(client.last_used_at_s, today),
        source=f"a key, {inert_line(client.key_hint, 20)}…, made "
        f"{_moment(client.created_at_s, today)}",
    )


def _used(at_s: float | None, today: date) -> str:
    return "not used yet" if at_s is None else f"last used {_moment(at_s, today)}"


def _moment(at_s: float, today: date) -> str:
    """Without its seconds: nobody needs them here."""
    return clock_text(at_s, today)[:-3]


@value
class Oversight:
    """What a person oversees. `worktrees` is None where there are none to be had, `changes`
    where no log of them is kept."""

    questions: Questions
    rights: AccessRights
    decisions: Decisions
    workspaces: WorkspaceList
    worktrees: WorktreesUse | None = None
    changes: AuditBook | None = None
    rules: RuleList | None = None


@value
class OversightParts:
    """What there is; None where nobody asks, or nothing is kept."""

    questions: Questions
    clock: Clock
    registry: Workspaces
    grants: GrantStore | None = None
    keys: ClientStore | None = None
    consent_log: Callable[[int], Sequence[ConsentDecision]] = lambda _: ()
    agent_log: Callable[[int], Sequence[PermissionDecision]] = lambda _: ()
    gate_log: Callable[[int], Sequence[Approval]] = lambda _: ()
    worktrees: WorktreesUse | None = None
    changes: AuditBook | None = None
    rules: RuleList | None = None
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
        rules=parts.rules,
    )
