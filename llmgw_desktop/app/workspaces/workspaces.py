"""The registry of workspaces, joined: for the gateway and for `llmgw workspace`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.changes import NoSnapshot
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainSettings, Network
from llmgw_desktop.domain.jobs.workspace import (
    Workspace,
    WorkspaceKind,
    WorkspaceSettings,
    Worktree,
    WorktreeDiff,
    WorktreeLook,
    WorktreeRemoved,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.containment.containment import Bubblewrap, Containment, NoContainment
from llmgw_desktop.engine.containment.own_ground import OwnGround
from llmgw_desktop.engine.containment.seatbelt import Seatbelt
from llmgw_desktop.engine.jobs.enclosure import Enclosure
from llmgw_desktop.engine.jobs.folder import neutral_root
from llmgw_desktop.engine.runs.run_changes import RunChanges
from llmgw_desktop.engine.workspaces.folders import Guard
from llmgw_desktop.engine.workspaces.git import Git
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.engine.workspaces.worktrees import Worktrees
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.workspaces import WorkspaceStore
from llmgw_desktop.wire.native.approvals import changes_object


def open_workspaces(
    places: Places,
    env: Mapping[str, str],
    settings: Callable[[], WorkspaceSettings],
    clock: Clock,
) -> Workspaces:
    """`settings`: those in force."""
    home = env.get("HOME", "")
    return Workspaces(
        WorkspaceStore(places.gateway_db),
        settings,
        guard=Guard(Path(home) if home else None, places.folders),
        git=Git(env),
        clock=clock,
    )


def containment_here(env: Mapping[str, str]) -> Containment:
    """Windows has ways of its own, which we do not know yet."""
    on_macos = sys.platform == "darwin"
    other = Seatbelt() if on_macos else NoContainment()
    return Bubblewrap(env) if sys.platform == "linux" else other


def enclosure_of(places: Places, env: Mapping[str, str], own_url: Callable[[], str]) -> Enclosure:
    """`own_url`: of our door, empty while it is shut."""
    ground = OwnGround(places.folders, places.worktrees_folder, neutral_root())
    return Enclosure(env, ground, containment_here(env), own_url=own_url)


class WorktreesUse:
    """For the windows: everybody's worktrees, and what jobs changed where they worked. Each waits
    beside the loop. All raise StoreError; those that name a worktree NoSuchWorktree."""

    def __init__(self, worktrees: Worktrees, changes: RunChanges | None = None) -> None:
        self._worktrees = worktrees
        self._changes = changes

    async def changes(self, job_id: str) -> Mapping[str, Any]:
        """By file and line, by the names of the door. Raises NoSuchJob, NoSnapshot, InvalidRun,
        VaultError."""
        return changes_object(await self._run_changes.of(job_id, patch=True))

    async def undo(self, job_id: str, files: Sequence[str], *, force: bool) -> tuple[int, int]:
        """These, or all. How many files were taken back, and stood so already. Raises as `changes`,
        and UndoRefused."""
        done = await self._run_changes.undo(job_id, files=files, force=force)
        return len(done.files), len(done.was_so)

    @property
    def _run_changes(self) -> RunChanges:
        if self._changes is None:
            raise NoSnapshot("There is no snapshot: none is made here.")
        return self._changes

    async def list(self) -> list[WorktreeLook]:
        """Newest first, without those that are gone. WorktreesChanged on the bus says when to
        read it again."""
        return await self._worktrees.list()

    async def diff(self, worktree_id: str) -> WorktreeDiff:
        """Bounded. Raises InvalidRun where git cannot tell."""
        return await self._worktrees.diff(worktree_id)

    async def remove(self, worktree_id: str, *, force: bool = False) -> WorktreeRemoved:
        """Raises WorktreeInUse; and WorktreeHasWork without `force`, with words to ask by."""
        return await self._worktrees.remove(worktree_id, force=force)


def title(worktree: Worktree) -> str:
    """For a list: `project, branch gateway/name`."""
    repository = worktree.workspace or worktree.repository.rstrip("/").rpartition("/")[2]
    return f"{repository}, branch {worktree.branch}"


BY = "the window"
_CONTAIN = {
    Contain.NEVER: "never contained",
    Contain.AUTO: "contained where this computer can",
    Contain.ALWAYS: "always contained",
}
_NETWORK = {
    Network.ON: "with the network",
    Network.LOOPBACK: "reaches this gateway alone",
    Network.OFF: "without a network",
}
_OF_SETTINGS = "stands in the settings file, and is changed there"


@value
class WorkspaceCard:
    alias: str
    path: str
    words: str
    is_default: bool
    can_change: bool
    containment: ContainSettings


class WorkspaceList:
    """Everything is for a thread, and raises StoreError, InvalidRun or NoSuchWorkspace."""

    def __init__(self, registry: Workspaces) -> None:
        self._registry = registry

    def cards(self) -> tuple[WorkspaceCard, ...]:
        return tuple(_card(each) for each in self._registry.all())

    def add(self, alias: str, path: str, *, default: bool, containment: ContainSettings) -> str:
        """The answer is what was done, in a sentence."""
        added = self._registry.add(
            alias.strip(), _absolute(path), default=default, by=BY, containment=containment
        )
        return f"The workspace {added.alias} is {added.path}."

    def change(self, alias: str, path: str, *, default: bool, containment: ContainSettings) -> str:
        changed = self._registry.change(
            alias, _absolute(path), default=default, containment=containment
        )
        return f"The workspace {changed.alias} is {changed.path}."

    def remove(self, alias: str) -> str:
        self._registry.remove(alias)
        return f"{alias} is no workspace any more; its folder stays as it is."


def contain_words(said: ContainSettings) -> list[str]:
    """What holds of its runs, in words; nothing where nothing is said."""
    words = []
    if said.contain is not None:
        words.append(_CONTAIN[said.contain])
    if said.network is not None:
        words.append(_NETWORK[said.network])
    for verb, paths in (("reads", said.readable), ("writes", said.writable)):
        if paths:
            words.append(f"{verb} {inert_line(', '.join(paths), 200)} too")
    return words


def _absolute(path: str) -> str:
    return str(Path(path.strip()).expanduser().absolute()) if path.strip() else ""


def _card(workspace: Workspace) -> WorkspaceCard:
    parts = ["git repository" if workspace.kind is WorkspaceKind.GIT else "folder"]
    if workspace.clis:
        parts.append(f"for {', '.join(workspace.clis)} alone")
    parts += contain_words(workspace.containment)
    if workspace.is_of_settings:
        parts.append(_OF_SETTINGS)
    elif workspace.made_by:
        parts.append(f"registered by {inert_line(workspace.made_by, 60)}")
    return WorkspaceCard(
        alias=workspace.alias,
        path=inert_line(workspace.path, 300),
        words=" · ".join(parts),
        is_default=workspace.is_default,
        can_change=not workspace.is_of_settings,
        containment=workspace.containment,
    )


def stands_words(look: WorktreeLook) -> str:
    """What stands in it."""
    if look.problem:
        return inert_line(look.problem, 300)
    parts = [
        "nothing uncommitted"
        if not look.changed_files
        else f"{counted(look.changed_files, 'file')} not committed",
        "no commits of its own" if not look.commits else counted(look.commits, "commit"),
    ]
    return ", ".join(parts)


def lost_words(look: WorktreeLook) -> str:
    """What a removal would take away."""
    if look.problem:
        return f"nobody can tell what is in it ({inert_line(look.problem, 200)})."
    if look.changed_files:
        return f"{counted(look.changed_files, 'changed file')} are nowhere else and would be lost."
    if look.commits:
        return "its commits stay on their branch."
    return "nothing in it is only there."


def removed_words(removed: WorktreeRemoved) -> str:
    branch = removed.kept_branch
    stays = f" Its branch {branch} stays, for it has commits." if branch else ""
    return f"The worktree is removed.{stays}"
