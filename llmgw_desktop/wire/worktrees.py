"""Worktrees as the doors write them. Where they lie on this computer is nobody's business."""

from typing import Any

from llmgw_desktop.domain.worktree import Worktree, WorktreeDiff, WorktreeLook, WorktreeRemoved


def worktree_object(worktree: Worktree) -> dict[str, Any]:
    return {
        "id": worktree.id,
        "name": worktree.name,
        "branch": worktree.branch,
        "workspace": worktree.workspace or None,
        "repository": worktree.repository.rstrip("/").rpartition("/")[2],
        "base": worktree.base,
        "ref": worktree.ref or None,
        "jobId": worktree.job_id or None,
        "state": worktree.state,
        "createdAt": worktree.made_at_s,
    }


def look_object(look: WorktreeLook) -> dict[str, Any]:
    return worktree_object(look.worktree) | {
        "changedFiles": look.changed_files,
        "commits": look.commits,
        "problem": look.problem or None,
    }


def diff_object(diff: WorktreeDiff) -> dict[str, Any]:
    return {
        "worktree": worktree_object(diff.worktree),
        "files": list(diff.files),
        "patch": diff.patch,
        "isWhole": diff.is_whole,
    }


def removed_object(removed: WorktreeRemoved) -> dict[str, Any]:
    return {
        "ok": True,
        "id": removed.worktree.id,
        "keptBranch": removed.kept_branch or None,
    }
