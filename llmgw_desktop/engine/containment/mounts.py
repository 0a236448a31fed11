"""Under which names a folder is to be found: a file system may be mounted at several places."""

import os
from collections.abc import Iterator
from pathlib import Path

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
        Mount(device=words[2], root=Path(_plain(words[3])), at=Path(_plain(words[4])))
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


def _plain(word: str) -> str:
    for code, sign in _ESCAPED.items():
        word = word.replace(code, sign)
    return word
