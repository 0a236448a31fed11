"""Workspaces and worktrees as plain lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from llmgw_desktop.domain.jobs.cli_settings import ContainSettings
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchWorkspace
from llmgw_desktop.domain.jobs.workspace import (
    NoSuchWorktree,
    Workspace,
    Worktree,
    WorktreeDiff,
    WorktreeHasWork,
    WorktreeLook,
    WorktreeRemoved,
    WorktreeState,
)

PATCH = """diff --git a/parser.py b/parser.py
--- a/parser.py
+++ b/parser.py
@@ -1,2 +1,2 @@
 def parse(text):
-    return text.split()
+    return text.split(",")
"""


class PlainRegistry:
    def __init__(self) -> None:
        self.known: list[Workspace] = []

    def all(self) -> Sequence[Workspace]:
        return tuple(self.known)

    def add(
        self, alias: str, path: str, *, default: bool, by: str, containment: ContainSettings
    ) -> Workspace:
        if any(each.alias == alias for each in self.known):
            raise InvalidRun("there is a workspace of this alias already", field="alias")
        if "gone" in path:
            raise InvalidRun("there is no such folder", field="path")
        made = Workspace(
            alias=alias, path=path, is_default=default, made_by=by, containment=containment
        )
        self.known.append(made)
        return made

    def change(
        self, alias: str, path: str, *, default: bool, containment: ContainSettings
    ) -> Workspace:
        for at, each in enumerate(self.known):
            if each.alias == alias:
                self.known[at] = replace(
                    each, path=path, is_default=default, containment=containment
                )
                return self.known[at]
        raise NoSuchWorkspace(alias, field="alias")

    def remove(self, alias: str) -> None:
        self.known = [each for each in self.known if each.alias != alias]


def worktree(number: int = 1, **changes: object) -> Worktree:
    values: dict[str, object] = {
        "id": f"wt_{number}",
        "owner": "cli_editor",
        "name": f"mend-parser-{number}",
        "workspace": "app",
        "repository": "/home/ada/src/app",
        "git_dir": "/home/ada/src/app/.git/worktrees/x",
        "path": f"/home/ada/.local/share/llmgw-desktop/worktrees/wt_{number}",
        "base": "a" * 40,
        "job_id": f"job_{number:012x}",
        "state": WorktreeState.KEPT,
        "made_at_s": 1_763_730_000.0,
    }
    return Worktree(**(values | changes))  # type: ignore[arg-type]


class PlainWorktrees:
    def __init__(self) -> None:
        self.looks: list[WorktreeLook] = []
        self.removed: list[tuple[str, bool]] = []
        self.patch = PATCH
        self.gets_work = False
        """Something comes into it between the look and the removal."""

    async def list(self, owner: str | None = None) -> list[WorktreeLook]:
        return list(self.looks)

    async def diff(self, worktree_id: str, owner: str | None = None) -> WorktreeDiff:
        return WorktreeDiff(
            worktree=self._find(worktree_id).worktree, patch=self.patch, files=("parser.py",)
        )

    async def remove(
        self, worktree_id: str, owner: str | None = None, *, force: bool = False
    ) -> WorktreeRemoved:
        look = self._find(worktree_id)
        if not force and (look.has_work or self.gets_work):
            raise WorktreeHasWork("1 changed file")
        self.removed.append((worktree_id, force))
        self.looks.remove(look)
        branch = look.worktree.branch if look.commits else ""
        return WorktreeRemoved(worktree=look.worktree, kept_branch=branch)

    def _find(self, worktree_id: str) -> WorktreeLook:
        for each in self.looks:
            if each.worktree.id == worktree_id:
                return each
        raise NoSuchWorktree(worktree_id)
