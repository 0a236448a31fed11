"""Under which names a folder is to be found: a file system may be mounted at several places."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value

_TABLE = Path("/proc/self/mountinfo")
_ESCAPED = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


@value
class Mount:
    """One line of the table."""

    device: str
    root: Path
    """The folder of the file system that is seen there."""
    at: Path


def mounts(table: Path = _TABLE) -> list[Mount]:
    """Oldest first. None where the system tells none."""
    try:
        lines = table.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    told = (line.split(" ") for line in lines)
    return [
        Mount(device=words[2], root=Path(_unescaped(words[3])), at=Path(_unescaped(words[4])))
        for words in told
        if len(words) > 4
    ]


def all_names(folder: Path, known: list[Mount] | None = None) -> frozenset[Path]:
    """All paths, links followed, at which this folder is seen; what is mounted over one of them
    does not count. It need not be there."""
    real = Path(os.path.realpath(folder))
    return frozenset({real, *_elsewhere(real, mounts() if known is None else known)})


def _elsewhere(real: Path, known: list[Mount]) -> Iterator[Path]:
    holding = [each for each in known if each.at == real or each.at in real.parents]
    if not holding:
        return
    # Of two that are mounted at one place the later one is seen.
    own = max(reversed(holding), key=lambda each: len(each.at.parts))
    inside = own.root / real.relative_to(own.at)
    for each in known:
        if each.device != own.device:
            continue
        if each.root == inside or each.root in inside.parents:
            yield each.at / inside.relative_to(each.root)
        elif inside in each.root.parents:  # only a part of it is seen there
            yield each.at


def _unescaped(word: str) -> str:
    for code, sign in _ESCAPED.items():
        word = word.replace(code, sign)
    return word


_NO_PLACES = (Path("/proc"), Path("/sys"))
"""Below them lie names of other places, and nothing to work on."""
_OF_RUNS = re.compile(r"llmgw-(job|gws)_.*")


class OwnGround:
    """`folders`: the gateway's own. `worktrees`: the one of them whose folders are for runs.
    `temporary`: where runs have folders of their own, by names that begin as ours do."""

    def __init__(
        self,
        folders: Iterable[Path] = (),
        worktrees: Path | None = None,
        temporary: Path | None = None,
    ) -> None:
        self.folders = tuple(Path(os.path.realpath(each)) for each in folders)
        self._worktrees = None if worktrees is None else Path(os.path.realpath(worktrees))
        self._temporary = None if temporary is None else Path(os.path.realpath(temporary))

    def check(
        self, path: Path, field: str, *, may_hold: bool, own_tree: Path | None = None
    ) -> Path:
        """Where a folder or file really lies, that a run may be given. `may_hold`: it may be one
        that the gateway's folders lie in, since the run will not see those. `own_tree`: the
        run's own worktree. Raises InvalidRun."""
        try:
            real = Path(os.path.realpath(path, strict=True))
        except (OSError, ValueError):
            raise InvalidRun(f"{str(path)[:200]!r} cannot be looked at", field=field) from None
        if any(_is_in(each, place) for place in _NO_PLACES for each in (real, _plain(path))):
            raise InvalidRun("no run works in what the system shows of itself", field=field)
        if own_tree is not None and _is_in(real, own_tree):
            return real
        if self._is_own(real):
            raise InvalidRun(
                "it lies in the gateway's own folders, where keys and other runs are kept; no run"
                " is sent there, whoever asks",
                field=field,
            )
        if not may_hold and self._holds_own(real):
            raise InvalidRun(
                "the gateway's own folders lie in it, and this run would not be contained; name"
                " one of its folders, or see what `llmgw doctor` says of containment",
                field=field,
            )
        return real

    def tree_of(self, working_dir: str) -> Path | None:
        """The worktree that a run works in; whose it is, others have looked at."""
        if not working_dir or self._worktrees is None:
            return None
        real = Path(os.path.realpath(working_dir))
        if not _is_in(real, self._worktrees) or real == self._worktrees:
            return None
        return self._worktrees / real.relative_to(self._worktrees).parts[0]

    def names(self) -> frozenset[Path]:
        """All paths at which the gateway's folders are seen."""
        known = mounts()
        return frozenset(name for each in self.folders for name in all_names(each, known))

    def _is_own(self, real: Path) -> bool:
        if any(_is_in(real, name) for name in self.names()):
            return True
        if self._temporary is not None and _is_in(real, self._temporary):
            below = real.relative_to(self._temporary).parts
            if below and _OF_RUNS.fullmatch(below[0]):
                return True
        # The same folder in other letters, where the disk does not mind.
        own = {_identity(each) for each in self.folders} - {None}
        return any(_identity(each) in own for each in (real, *real.parents))

    def _holds_own(self, real: Path) -> bool:
        return any(_is_in(name, real) for name in self.names())


def _is_in(path: Path, top: Path) -> bool:
    return path == top or top in path.parents


def _plain(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
