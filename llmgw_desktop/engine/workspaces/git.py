"""New git repositories: made by the git program, with none of a person's settings or hooks."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.engine.jobs.environment import search_path

_PATIENCE_S = 30.0
_WITHOUT = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
_LONGEST_MARK = 8192
_PLACE = re.compile(r"gitdir: ([^\r\n]+)")
_KEPT = ("LANG", "TMPDIR", "SYSTEMROOT")


class Git:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def init(self, folder: Path) -> None:
        """No shell, no template, no hook. For a thread. Raises InvalidRun."""
        path = search_path(self._env)
        program = shutil.which("git", path=path)
        if program is None:
            raise _failed("git is not installed; ask for a folder, or install it")
        told = [program, *_WITHOUT, "init", "--quiet", "--template=", "--", str(folder)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command and a path behind `--`
                told,
                env=self._environment(path),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(f"git could not be run: {type(error).__name__}") from error
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()[:300]
            raise _failed(f"git made no repository: {words or done.returncode}")

    def _environment(self, path: str) -> dict[str, str]:
        kept = {name: self._env[name] for name in _KEPT if name in self._env}
        return kept | {
            "PATH": path,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
        }


def git_folder(folder: Path) -> Path | None:
    """Where a repository keeps its history, or a linked worktree its share of it; None of what is
    the top of neither. Git itself is not asked: it would read settings of whoever made it."""
    mark = folder / ".git"
    try:
        if mark.is_symlink():
            return None
        if mark.is_dir():
            return mark
        with mark.open("rb") as file:
            told = os.fsdecode(file.read(_LONGEST_MARK))
        place = _PLACE.fullmatch(told.strip())
        return Path(os.path.realpath(folder / place.group(1), strict=True)) if place else None
    except (OSError, ValueError):
        return None


def _failed(words: str) -> InvalidRun:
    return InvalidRun(words, field="kind", category=ErrorCategory.SPAWN)
