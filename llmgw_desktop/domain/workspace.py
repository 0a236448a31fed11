"""A workspace: a registered folder that a job may be told to work in, by its alias."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.approval import ApprovalStrategy
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.containment import ContainSettings

ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
ALIAS_WORDS = "1 to 64 letters, digits, '.', '_' and '-', the first a letter"
DEEPEST_CREATION = 8


class WorkspaceKind(StrEnum):
    FOLDER = "folder"
    GIT = "git"
    """The top of a git repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    is_default: bool = False
    is_of_settings: bool = False
    """It stands in the settings file, and is changed there."""
    made_by: str = ""
    made_at_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run works, its symbolic links followed."""

    folder: str
    workspace: Workspace
    top: str
    """Of the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedRoot:
    """A folder below which programs may register or make workspaces, as far as is said here."""

    alias: str
    path: str
    allow_register_existing_git_repos: bool = False
    allow_create_directories: bool = False
    allow_init_git_repos: bool = False
    max_create_depth: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
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
