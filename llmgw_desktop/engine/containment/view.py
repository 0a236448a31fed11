"""What a run sees of this computer's files: rules about places, of which the deepest one holds."""

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

_MOST_LINKS = 40


class Access(StrEnum):
    """Of one place and all below it, as far as no deeper rule says something else."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"


@dataclass
class View:
    """Nothing is seen that no rule names."""

    rules: dict[Path, Access] = field(default_factory=dict)
    """Of places as they really lie, without symbolic links."""
    links: dict[Path, str] = field(default_factory=dict)
    """Symbolic links on the way to one, and where each leads."""
    instead: dict[Path, Path] = field(default_factory=dict)
    """Places where another folder is shown, for writing."""

    def give(self, path: Path, access: Access) -> None:
        """What is not there is left out. A later word about the same place counts."""
        real = Path(os.path.realpath(path))
        if real == Path("/") or not os.path.lexists(real):
            return
        self.rules[real] = access
        self.instead.pop(real, None)
        if str(real) != os.path.normpath(path):
            self.links |= _links_on(path)

    def offer(self, path: Path) -> None:
        """For reading, where it is not seen already."""
        if self.of(Path(os.path.realpath(path))) is None:
            self.give(path, Access.READ)

    def show_instead(self, path: Path, folder: Path) -> None:
        real = Path(os.path.realpath(path))
        if real.is_dir() and self.of(real) is not None and real not in self.rules:
            self.instead[real] = folder

    def of(self, real: Path) -> Access | None:
        """None: it is not there for the run."""
        for each in (real, *real.parents):
            if each in self.instead:
                return Access.WRITE
            if each in self.rules:
                return None if self.rules[each] is Access.HIDDEN else self.rules[each]
        return None

    def sees(self, path: Path) -> bool:
        return self.of(Path(os.path.realpath(path))) is not None


def _links_on(path: Path) -> dict[Path, str]:
    """All symbolic links on the way to a path, those that they lead over too."""
    found: dict[Path, str] = {}
    waiting = list(reversed(Path(os.path.abspath(path)).parts[1:]))  # noqa: PTH100 - keeps links
    at, followed = Path("/"), 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            at = at.parent
            continue
        at /= part
        if not at.is_symlink():
            continue
        followed += 1
        if followed > _MOST_LINKS:  # in a circle
            break
        target = os.readlink(at)  # noqa: PTH115 - its text, whatever that is
        found[at] = target
        at = Path("/") if target.startswith("/") else at.parent
        waiting += [each for each in reversed(Path(target).parts) if each != "/"]
    return found
