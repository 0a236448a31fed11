"""Folders and files that a request names besides the working folder."""

import os
from pathlib import Path

from llmgw_desktop.domain.cli import NamedPath
from llmgw_desktop.domain.run_errors import InvalidRun


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # who may not even look is told the same
        return False


def check_needed(needed: NamedPath, working_dir: str) -> None:
    """Whether it is there. Raises InvalidRun."""
    if not needed.path.startswith(("/", "~")) and not working_dir:
        raise InvalidRun("is not an absolute path, and no workingDir is named.", field=needed.field)
    path = place(needed, working_dir)
    is_there = is_folder(path) if needed.is_folder else os.path.exists(path)  # noqa: PTH110
    if not is_there:
        kind = "folder" if needed.is_folder else "file or folder"
        raise InvalidRun(f"names a {kind} that is not there.", field=needed.field)


def place(needed: NamedPath, working_dir: str) -> Path:
    """Where it is said to lie. Raises InvalidRun."""
    try:
        return Path(working_dir or "/") / Path(needed.path).expanduser()
    except RuntimeError:
        raise InvalidRun("names somebody's home who is not known.", field=needed.field) from None
