"""A worktree in words: what stands in it, what would be lost with it."""

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.worktree import WorktreeLook, WorktreeRemoved


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
