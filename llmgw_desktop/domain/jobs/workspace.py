"""Folders that jobs may work in, and git worktrees that they have for themselves."""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import RequestError
from llmgw_desktop.domain.jobs.approval import ApprovalStrategy
from llmgw_desktop.domain.jobs.cli_settings import ContainSettings
from llmgw_desktop.domain.values import value

ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
ALIAS_WORDS = "1 to 64 letters, digits, '.', '_' and '-', the first a letter"
DEEPEST_CREATION = 8


class WorkspaceKind(StrEnum):
    FOLDER = "folder"
    GIT = "git"
    """The top of a git repository."""


@value
class Workspace:
    alias: str
    path: str
    """Absolute. Where it really leads is looked at with each use."""
    kind: WorkspaceKind = WorkspaceKind.FOLDER
    clis: tuple[CliName, ...] = ()
    """Those that may work there; empty: all."""
    root: str = ""
    """The allowed root that it was made or registered below, which it must not leave; empty where
    a person registered it himself."""
    allow_worktree: bool = True
    """A job may have a worktree of its own of what lies there."""
    allow_add_dir: bool = False
    """Callers elsewhere may name further folders, inside it."""
    approvals: ApprovalStrategy = ApprovalStrategy.LEGACY
    """The least for runs there, whoever asks."""
    containment: ContainSettings = field(default_factory=ContainSettings)
    """Of runs there."""
    snapshot: bool = True
    """Runs there get one first, where the settings say so."""
    is_default: bool = False
    is_of_settings: bool = False
    """It stands in the settings file, and is changed there."""
    made_by: str = ""
    made_at_s: float = 0.0


@value
class Place:
    """Where a run works, its symbolic links followed."""

    folder: str
    workspace: Workspace
    top: str
    """Of the workspace."""


@value
class AllowedRoot:
    """A folder below which programs may register or make workspaces, as far as is said here."""

    alias: str
    path: str
    allow_register_existing_git_repos: bool = False
    allow_create_directories: bool = False
    allow_init_git_repos: bool = False
    max_create_depth: int = 2


@value
class WorkspaceSettings:
    """What the settings file says of them."""

    default: str = ""
    """An alias; where a run names a relative folder and no workspace."""
    admin: bool = False
    """Whether programs that may (`workspace:admin`) change the registry at all."""
    off: Mapping[str, str] = field(default_factory=dict)
    """Aliases whose entries have a mistake, with what is wrong: nothing else takes their place."""
    repos: tuple[Workspace, ...] = ()
    allowed_roots: tuple[AllowedRoot, ...] = ()


BRANCHES = "gateway/"
"""All branches of worktrees begin so."""
NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?<!\.)(?<!\.lock)")
NAME_WORDS = (
    "1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit, without '..', and with"
    " neither '.' nor '.lock' at the end"
)
LONGEST_REF = 255


@value
class WorktreeWish:
    """What a request asks for."""

    name: str = ""
    """Of the branch, behind `gateway/`; empty: one is made."""
    ref: str = ""
    """What it begins from; empty: what is checked out."""


class WorktreeState(StrEnum):
    """How one stands."""

    IN_USE = "in_use"
    """Its job waits or runs."""
    KEPT = "kept"
    """Its job has ended and has left something."""
    REMOVED = "removed"
    """Its folder is gone; made anew if its session goes on."""


@value
class Worktree:
    """One row. Times are wall clock, seconds since 1970."""

    id: str
    owner: str
    """The principal's client id: others do not find it."""
    client: str = ""
    """For people."""
    name: str
    workspace: str = ""
    """The alias by which the repository was named; empty where it was by its path."""
    repository: str
    """The top of the repository, absolute, without symbolic links."""
    git_dir: str
    """Where git keeps what belongs to this worktree."""
    path: str
    """Its own top."""
    base: str
    """The commit that it began from, in full."""
    ref: str = ""
    """As it was asked for."""
    job_id: str = ""
    """The last one that worked there; empty while none was made yet."""
    state: WorktreeState = WorktreeState.IN_USE
    made_at_s: float

    @property
    def branch(self) -> str:
        return f"{BRANCHES}{self.name}"


@value
class WorktreeLook:
    """One, with what stands in it now."""

    worktree: Worktree
    changed_files: int | None = None
    """Not committed, new ones too; None where nobody can tell."""
    commits: int | None = None
    """Of the branch, beyond its base."""
    problem: str = ""
    """Why nobody can tell, in one sentence."""

    @property
    def has_work(self) -> bool:
        """Or may have."""
        return self.changed_files != 0 or self.commits != 0


@value
class WorktreeDiff:
    """All that is otherwise than at its base, as one patch."""

    worktree: Worktree
    patch: str
    is_whole: bool = True
    """False where it is cut."""
    files: tuple[str, ...] = ()
    """Those that differ, new ones too."""


@value
class WorktreeRemoved:
    """What a removal left."""

    worktree: Worktree
    kept_branch: str = ""
    """Where the branch has commits of its own it stays."""


class NoSuchWorktree(RequestError):
    """None of this owner's."""

    kind = "no_such_worktree"

    def __init__(self, worktree_id: str) -> None:
        super().__init__(f"You have no worktree '{worktree_id[:80]}'.")


class WorktreeInUse(RequestError):
    """Its job waits or runs."""

    kind = "worktree_in_use"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} works in it. Wait for it, or cancel it first.")


class WorktreeHasWork(RequestError):
    """Something in it is nowhere else."""

    kind = "worktree_has_work"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"It has {what}, which would be lost. Remove it by force if you want that."
        )
