"""New folders for workspaces: below an allowed root, and gone again if anything fails."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.workspace import AllowedRoot, WorkspaceKind
from llmgw_desktop.engine.workspaces.git import Git
from llmgw_desktop.engine.workspaces.guard import Guard, real_folder

_PART = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,64}(?<!\.)")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST_SLUG = 255


@dataclass(frozen=True, slots=True)
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
