"""What a person can do with the worktrees of jobs: see them, read what was changed, remove them."""

from typing import Protocol

from llmgw_desktop.domain.worktree import (
    Worktree,
    WorktreeDiff,
    WorktreeLook,
    WorktreeRemoved,
)


class KnownWorktrees(Protocol):
    """What is asked of the engine; `None` for the owner means everybody's."""

    async def list(self, owner: str | None = None) -> list[WorktreeLook]: ...

    async def diff(self, worktree_id: str, owner: str | None = None) -> WorktreeDiff: ...

    async def remove(
        self, worktree_id: str, owner: str | None = None, *, force: bool = False
    ) -> WorktreeRemoved: ...


class WorktreesUse:
    """For the windows: everybody's. Each waits beside the loop. All raise StoreError; those that
    name one NoSuchWorktree."""

    def __init__(self, worktrees: KnownWorktrees) -> None:
        self._worktrees = worktrees

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
