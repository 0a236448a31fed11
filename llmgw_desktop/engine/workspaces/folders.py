"""Where a path really leads, whether a job may be sent there by its alias, and how a new folder is
made for one.
"""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from llmgw_desktop.clis.registry import places_of_all
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import AllowedRoot, WorkspaceKind
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.workspaces.git import Git

_NEVER = frozenset(
    {
        *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"),
        *(".config", ".password-store", ".llm-cli-gateway"),
    }
)
"""Parts of a path, anywhere in it: programs keep credentials there."""
_NEVER_IN_HOME = (*(".local/share", ".local/state", ".mozilla", "Library", "AppData"),)
"""Of HOME: keyrings, browsers. What CLIs keep there comes on top."""


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
        names = (*_NEVER_IN_HOME, *places_of_all())
        private = [self._home / each for each in names] if self._home is not None else []
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


_PART = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,64}(?<!\.)")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST_SLUG = 255


@value(kw_only=False)
class Made:
    """A new folder with those above it that are new, the highest first."""

    path: Path
    new: tuple[Path, ...]

    def undo(self) -> None:
        """Of what was made here alone: what others have put beside it meanwhile stays."""
        shutil.rmtree(self.path, ignore_errors=True)
        _remove_empty(self.new[:-1])


class Creation:
    def __init__(self, guard: Guard, git: Git) -> None:
        self._guard = guard
        self._git = git

    def make(self, root: AllowedRoot, slug: str, kind: WorkspaceKind) -> Made:
        """Raises InvalidRun; then nothing was made."""
        if not root.allow_create_directories:
            raise InvalidRun("the settings allow no new folders there", field="root")
        if kind is WorkspaceKind.GIT and not root.allow_init_git_repos:
            raise InvalidRun("the settings allow no new repositories there", field="kind")
        top = real_folder(str(Path(root.path).expanduser()), "root")
        made = _made(self._guard, top, _parts(slug, root.max_create_depth))
        if kind is WorkspaceKind.GIT:
            try:
                self._git.init(made.path)
            except BaseException:
                made.undo()
                raise
        return made


def _parts(slug: str, deepest: int) -> list[str]:
    parts = slug.split("/")
    if len(slug) > _LONGEST_SLUG or not all(
        _PART.fullmatch(part) and not _DEVICE.fullmatch(part) for part in parts
    ):
        raise InvalidRun(
            "it must be folders' names with / between them, each of 1 to 64 letters, digits, '.',"
            " '_' and '-', without a dot at either end",
            field="slug",
        )
    if len(parts) > deepest:
        raise InvalidRun(f"at most {deepest} folders deep is allowed there", field="slug")
    return parts


def _made(guard: Guard, top: Path, parts: list[str]) -> Made:
    """Each part is a real folder: a symbolic link on the way is refused, not followed."""
    guard.check(top.joinpath(*parts), "slug")
    new: list[Path] = []
    folder = top
    try:
        for number, part in enumerate(parts, 1):
            folder = folder / part
            try:
                folder.mkdir()
                new.append(folder)
            except FileExistsError:
                if number == len(parts):
                    raise InvalidRun("there is something of this name", field="slug") from None
                if folder.is_symlink() or not folder.is_dir():
                    raise InvalidRun("leads through what is no folder", field="slug") from None
        guard.workspace(str(folder), "slug")
    except OSError as error:
        _remove_empty(new)
        raise InvalidRun(f"it cannot be made: {error.strerror}", field="slug") from error
    except InvalidRun:
        _remove_empty(new)
        raise
    return Made(folder, tuple(new))


def _remove_empty(folders: list[Path] | tuple[Path, ...]) -> None:
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError:
            return
