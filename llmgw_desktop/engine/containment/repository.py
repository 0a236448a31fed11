"""The git repository around a folder, and what a worktree shares with its own. Only looked at: git
is not started, and nothing that a repository says is believed without a second witness."""

import os
from pathlib import Path

_MOST = 4096


def repository_of(folder: Path) -> Path | None:
    """The top of the working tree that this folder lies in."""
    for each in (folder, *folder.parents):
        if os.path.lexists(each / ".git"):
            return each
    return None


def shared_by(folder: Path) -> Path | None:
    """The git folder that the worktree over this folder shares with others; None where it is no
    linked worktree. The worktree names it, and it names the worktree: who may write the one alone
    leads nobody anywhere."""
    top = repository_of(folder)
    if top is None or not (top / ".git").is_file():
        return None
    named = _line(top / ".git").removeprefix("gitdir: ")
    own = Path(os.path.realpath(top / named)) if named else None
    if own is None or own.parent.name != "worktrees":
        return None
    back = _line(own / "gitdir")
    if not back or os.path.realpath(own / back) != os.path.realpath(top / ".git"):
        return None
    shared = own.parent.parent
    is_whole = all((shared / each).exists() for each in ("HEAD", "objects", "refs"))
    return shared if is_whole else None


def _line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape") as text:
            return text.read(_MOST).split("\n")[0]
    except (OSError, ValueError):
        return ""
