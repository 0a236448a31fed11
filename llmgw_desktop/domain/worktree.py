"""A worktree: a checkout of a repository that one job has for itself, on a branch of its own."""

import re
from dataclasses import dataclass
from enum import StrEnum

from llmgw_desktop.domain.errors import RequestError

BRANCHES = "gateway/"
"""All branches of worktrees begin so."""
NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?<!\.)(?<!\.lock)")
NAME_WORDS = (
    "1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit, without '..', and with"
    " neither '.' nor '.lock' at the end"
)
LONGEST_REF = 255


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WorktreeDiff:
    """All that is otherwise than at its base, as one patch."""

    worktree: Worktree
    patch: str
    is_whole: bool = True
    """False where it is cut."""
    files: tuple[str, ...] = ()
    """Those that differ, new ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
