"""Whether a run may be, and where: its place, what a remote caller may name, the gate, a
worktree.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path, PurePath
from typing import Any

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import SessionWish, Warned
from llmgw_desktop.domain.jobs.approval import Approval, ApprovalStrategy
from llmgw_desktop.domain.jobs.job import SESSION_PREFIX
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import HandedOver
from llmgw_desktop.domain.jobs.workspace import Place, Worktree
from llmgw_desktop.domain.mcp_server import ServersTold
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.approvals.gate import (
    NO_SERVERS,
    ApprovalGate,
    AskedOfGate,
    KnownServers,
    choose,
)
from llmgw_desktop.engine.runs.fields import RunAsked
from llmgw_desktop.engine.runs.model_client import only_words
from llmgw_desktop.engine.runs.sessions import SessionPlan
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.engine.workspaces.worktrees import Worktrees

_PARTS = ("system", "tools", "context", "task")


def with_words_alone(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The prompt without meaning for the CLI itself: an `@` would bring along any file of this
    computer, a `/` run a command."""
    told = dict(fields)
    for name in ("prompt", "requestInstructions"):
        if isinstance(text := told.get(name), str):
            told[name] = only_words(text, reads_mentions=True)
    if isinstance(parts := told.get("promptParts"), dict):
        words = {
            name: only_words(text, reads_mentions=True)
            for name, text in parts.items()
            if name in _PARTS and isinstance(text, str)
        }
        told["promptParts"] = parts | words
    return told


def as_words(asked: RunAsked) -> RunAsked:
    """What was put together and made shorter since may begin otherwise than what was sent."""
    return replace(asked, prompt=only_words(asked.prompt, reads_mentions=True))


def check_named(asked: RunAsked) -> None:
    """Raises InvalidRun for what no remote caller may name."""
    folder = asked.working_dir
    if folder and (PurePath(folder).is_absolute() or folder.startswith("~") or "\\" in folder):
        raise InvalidRun("name it relative to the workspace", field="workingDir")
    if asked.session_id and not asked.session_id.startswith(f"{SESSION_PREFIX}_"):
        raise InvalidRun(
            "there is no such session of yours; session_list, or GET /v1/sessions, has all",
            field="sessionId",
        )
    rights = asked.cli.rights
    for name, given in asked.options.items():
        if rights.is_reaching(name, given) and name not in rights.folders:
            raise InvalidRun(
                "it names what lies on the gateway's computer, and is taken from callers there"
                " alone; leave it out",
                field=name,
            )


def with_folders_inside(
    asked: RunAsked, place: Place, workspaces: Workspaces
) -> tuple[RunAsked, frozenset[str]]:
    """Further folders, as they lie inside the workspace; and the fields that name them, which are
    harmless so. For a thread. Raises InvalidRun."""
    found: dict[str, object] = {}
    for name in asked.cli.rights.folders:
        given = asked.options.get(name)
        if isinstance(given, list) and given:
            paths = [each for each in given if isinstance(each, str)]
            if len(paths) != len(given) or any(PurePath(each).is_absolute() for each in paths):
                raise InvalidRun("name folders relative to the workspace", field=name)
            found[name] = [workspaces.below(place, each, name) for each in paths]
        elif given not in (None, []):
            raise InvalidRun("it must be a list of texts", field=name)
    if not found:
        return asked, frozenset()
    return replace(asked, options={**asked.options, **found}), frozenset(found)


@value
class Admitted:
    """A request as its CLI is to be asked."""

    asked: RunAsked
    place: Place | None = None
    """The workspace that it works in, where it does in one."""
    harmless: frozenset[str] = frozenset()
    """Fields that have been looked at and lead nowhere else."""
    approval: Approval | None = None
    servers: ServersTold | None = None
    """None where none were asked for."""
    is_managed: bool = field(default=False)
    handed: HandedOver | None = None
    """Which job it goes on from."""


class Admission:
    """One for all runs."""

    def __init__(
        self,
        workspaces: Workspaces,
        gate: ApprovalGate,
        worktrees: Worktrees,
        own_settings: Callable[[Cli], bytes] = lambda _: b"",
    ) -> None:
        """`own_settings`: the person's, of a CLI whose servers are switched off one by one."""
        self._own_settings = own_settings
        self.workspaces = workspaces
        self.worktrees = worktrees
        self._gate = gate
        self._servers: KnownServers = NO_SERVERS

    def use(self, servers: KnownServers) -> None:
        """For what is asked from now on."""
        self._servers = servers

    def fields_of(self, fields: Mapping[str, Any], principal: Principal) -> Mapping[str, Any]:
        return with_words_alone(fields) if principal.is_remote else fields

    async def placed(
        self,
        asked: RunAsked,
        principal: Principal,
        *,
        is_ours: bool = False,
        worktree: str = "",
    ) -> Admitted:
        """With the folder that it means, or a worktree of its owner's jobs. Raises InvalidRun,
        NoSuchWorkspace."""
        if principal.is_remote:
            asked = as_words(asked)
            if not is_ours:
                check_named(asked)
        if worktree:
            return await self._in_own_worktree(Admitted(asked=asked), worktree, principal)
        if not self._needs_place(asked, principal):
            return Admitted(asked=asked)
        named = asked.workspace, asked.working_dir, asked.cli.name
        place = await asyncio.to_thread(self.workspaces.place, *named)
        return await self._in(place, asked, principal)

    async def going_on(
        self, admitted: Admitted, plan: SessionPlan, principal: Principal
    ) -> tuple[Admitted, SessionPlan]:
        """What goes on does so in its session's folder, which may be in a workspace no more.
        Raises InvalidRun."""
        if not principal.is_remote or admitted.place is not None:
            return admitted, plan
        asked, cli = admitted.asked, admitted.asked.cli.name
        if self.worktrees.is_one(plan.working_dir):
            return await self._in_own_worktree(admitted, plan.working_dir, principal), plan
        if plan.working_dir:
            place = await asyncio.to_thread(self.workspaces.holding, plan.working_dir, cli)
        else:
            place = await asyncio.to_thread(self.workspaces.place, "", "", cli)
        admitted = await self._in(place, asked, principal)
        return admitted, replace(plan, working_dir=place.folder)

    async def _in_own_worktree(
        self, admitted: Admitted, folder: str, principal: Principal
    ) -> Admitted:
        """As long as its workspace is one that this CLI may work in."""
        tree = await self.worktrees.of(folder, principal.client_id)
        if tree is None or not tree.workspace:
            raise InvalidRun("its folder is not yours any more; begin a new one", field="sessionId")
        cli = admitted.asked.cli.name
        place = await asyncio.to_thread(self.workspaces.place, tree.workspace, "", cli)
        return await self._in(replace(place, folder=folder), admitted.asked, principal)

    async def in_worktree(
        self, admitted: Admitted, plan: SessionPlan, principal: Principal
    ) -> tuple[Worktree | None, SessionPlan]:
        """With the worktree that is wished for, made now. Raises InvalidRun."""
        wish = admitted.asked.worktree
        if self.worktrees.is_one(plan.working_dir):
            if await self.worktrees.of(plan.working_dir, principal.client_id) is None:
                raise InvalidRun("it is the worktree of somebody else's job", field="workingDir")
            await self.worktrees.go_on(plan.working_dir)
            return None, plan
        if wish is None:
            return None, plan
        if plan.wish is not SessionWish.NEW:
            raise InvalidRun("a session goes on where it began; leave it out", field="worktree")
        tree, folder = await self.worktrees.make(wish, plan.working_dir, principal, admitted.place)
        use = plan.use and replace(plan.use, working_dir=folder, neutral_dir="")
        return tree, replace(plan, working_dir=folder, use=use)

    def top(self, admitted: Admitted, plan: SessionPlan) -> str:
        """What a job in a workspace may be in: of one in a worktree that is the worktree, which
        holds no more than the workspace does. Empty: it is in none."""
        if admitted.place is None:
            return ""
        is_tree = self.worktrees.is_one(plan.working_dir)
        return self.worktrees.top_of(plan.working_dir) if is_tree else admitted.place.top

    async def passed(self, admitted: Admitted, principal: Principal, *, operation: str) -> Admitted:
        """With what the gate says of it. Raises ApprovalDenied, InvalidRun, StoreError."""
        asked, place = admitted.asked, admitted.place
        chosen = choose(self._servers, asked.mcp_servers)
        told = AskedOfGate(
            cli=asked.cli.name,
            operation=operation,
            prompt=_said(asked),
            options={
                name: value
                for name, value in asked.options.items()
                if name not in admitted.harmless
            },
            strategy=asked.strategy,
            policy=asked.policy,
            least=place.workspace.approvals if place else ApprovalStrategy.LEGACY,
            servers=chosen.scores,
            asks=asked.asks,
        )
        passed = await self._gate.check(told, principal)
        if passed.is_managed:
            chosen.check_managed()
        if chosen.told.missing and asked.options.get("strictMcpConfig") is True:
            raise InvalidRun(chosen.told.why, field="mcpServers")
        options = {**passed.options, **{name: asked.options[name] for name in admitted.harmless}}
        if passed.is_managed and asked.cli.model_use.without is not None:
            options = await asyncio.to_thread(self._isolated, asked, options)
        return replace(
            admitted,
            asked=replace(
                asked,
                options=options,
                mcp_servers=chosen.told.enabled,
                warnings=(*asked.warnings, *passed.warnings, *_missing(chosen.told)),
            ),
            approval=passed.approval,
            servers=chosen.told if asked.mcp_servers else None,
            is_managed=passed.is_managed,
        )

    def _isolated(self, asked: RunAsked, options: Mapping[str, Any]) -> dict[str, Any]:
        """Without the servers of the person's own settings; for a thread."""
        without = asked.cli.model_use.without
        if without is None:
            return dict(options)
        told = dict(without(options, self._own_settings(asked.cli)))
        given = {f"mcp_servers.{name}.enabled" for name in asked.mcp_servers}
        said = told.get("configOverrides")
        kept = {} if not isinstance(said, dict) else said
        told["configOverrides"] = {name: kept[name] for name in kept if name not in given}
        return {name: value for name, value in told.items() if value != {}}

    def _needs_place(self, asked: RunAsked, principal: Principal) -> bool:
        if asked.workspace:
            return True
        if asked.working_dir:
            return principal.is_remote or not Path(asked.working_dir).is_absolute()
        return principal.is_remote and not (asked.session_id or asked.continues)

    async def _in(self, place: Place, asked: RunAsked, principal: Principal) -> Admitted:
        harmless: frozenset[str] = frozenset()
        if principal.is_remote:
            asked, harmless = await asyncio.to_thread(
                with_folders_inside, asked, place, self.workspaces
            )
        asked = replace(asked, working_dir=place.folder)
        return Admitted(asked=asked, place=place, harmless=harmless)


def operation_of(cli: Cli, *, waits: bool) -> str:
    """As MCP clients call it."""
    return f"{cli.name}_request" if waits else f"{cli.name}_request_async"


def _said(asked: RunAsked) -> str:
    """All of a request that is prose."""
    more = [asked.instructions] if asked.instructions else []
    blocks = asked.options.get("promptJson")
    if blocks is not None:
        more.append(str(blocks))
    return "\n\n".join([asked.prompt, *(each for each in more if each not in asked.prompt)])


def _missing(told: ServersTold) -> tuple[Warned, ...]:
    return (Warned(code="mcp_servers_missing", message=told.why),) if told.missing else ()
