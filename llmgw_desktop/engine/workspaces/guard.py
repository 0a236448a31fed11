"""Where a path really leads, and whether a job may be sent there by its alias."""

import os
from collections.abc import Sequence
from pathlib import Path

from llmgw_desktop.domain.run_errors import InvalidRun

_NEVER = frozenset(
    {
        *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"),
        *(".config", ".password-store", ".llm-cli-gateway"),
    }
)
"""Parts of a path, anywhere in it: programs keep credentials there."""
_NEVER_IN_HOME = (
    *(".claude", ".codex", ".gemini", ".grok", ".vibe", ".copilot", ".antigravity"),
    *(".local/share", ".local/state", ".mozilla", "Library", "AppData"),
)
"""Of HOME: sign-ins and sessions of the CLIs themselves, keyrings, browsers."""


class Guard:
    """`own`: folders of this program."""

    def __init__(self, home: Path | None, own: Sequence[Path]) -> None:
        self._home = Path(os.path.realpath(home)) if home is not None else None
        self._own = tuple(Path(os.path.realpath(each)) for each in own)

    def workspace(self, path: str, field: str) -> Path:
        """A folder that may be a workspace, its symbolic links followed. Raises InvalidRun."""
        real = real_folder(path, field)
        self.check(real, field)
        for holder in (*self._own, *([self._home] if self._home is not None else [])):
            if is_inside(holder, real):
                raise InvalidRun(
                    "it holds a home folder or the gateway's own files; name one of its folders",
                    field=field,
                )
        return real

    def below(self, top: Path, path: str, field: str) -> Path:
        """A folder within another. Raises InvalidRun."""
        real = real_folder(str(top / path), field)
        if not is_inside(real, top):
            raise InvalidRun("it leads out of its workspace", field=field)
        self.check(real, field)
        return real

    def check(self, real: Path, field: str) -> None:
        """Raises InvalidRun."""
        private = [self._home / each for each in _NEVER_IN_HOME] if self._home is not None else []
        never = {_identity(each) for each in (*private, *self._own)} - {None}
        if any(part.casefold() in _NEVER for part in real.parts) or any(
            _identity(each) in never for each in (real, *real.parents)
        ):
            raise InvalidRun(
                "it leads to where credentials are kept; no job is sent there", field=field
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """The same under all names that a folder has: in other letters, or mounted elsewhere."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def real_folder(path: str, field: str) -> Path:
    """Raises InvalidRun."""
    if not Path(path).is_absolute():
        raise InvalidRun("is not an absolute path. Say it from the root on.", field=field)
    try:
        real = Path(os.path.realpath(path, strict=True))
    except (OSError, ValueError):
        raise InvalidRun(f"there is no folder {path[:200]!r}", field=field) from None
    if not real.is_dir() or not os.access(real, os.X_OK):
        raise InvalidRun(f"{path[:200]!r} is no folder that can be entered", field=field)
    return real


def is_inside(path: Path, top: Path) -> bool:
    """Or is it; both without symbolic links."""
    return path == top or top in path.parents
