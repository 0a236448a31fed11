"""What a person has replaced is kept aside, and can be brought back.

Each time has a folder of its own below `data/set-aside`, with a line of JSON that says what was
done. Nothing in it is ever deleted by the program.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from llmgw_desktop.store.database import SIDE_FILES, told
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.store.safekeeping.checking import head_file
from llmgw_desktop.store.store_mark import Mark, mark_file, write_mark

BROKEN_OFF = (
    "gateway.db was being replaced, and that was broken off: do it again, or undo it with"
    " 'llmgw restore --undo'."
)
_WHAT = "what.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One replacement of `gateway.db`."""

    folder: Path
    at_s: float
    what: str
    """What was put in its place, in words."""


def set_aside(path: Path, asides: Path, what: str, now_s: float) -> Aside:
    """Moves `gateway.db` and what belongs to it away. Until `write_mark` or `unmark` says that
    the place is filled again, the mark says that it is not. Raises StoreUnavailable."""
    with told(path):
        folder = _fresh(asides, now_s)
        aside = Aside(folder=folder, at_s=now_s, what=what)
        said = {**asdict(aside), "folder": folder.name}
        write_whole(folder / _WHAT, json.dumps(said).encode() + b"\n")
        if mark_file(path).exists():
            (folder / mark_file(path).name).write_bytes(mark_file(path).read_bytes())
        write_mark(path, Mark(found=BROKEN_OFF))
        for each in _belonging(path):
            if each.exists():
                each.rename(folder / each.name)
    return aside


def asides_in(asides: Path) -> list[Aside]:
    """Newest first."""
    found = []
    for path in asides.glob(f"*/{_WHAT}"):
        try:
            said = json.loads(path.read_bytes()[:10_000])
            found.append(
                Aside(folder=path.parent, at_s=float(said["at_s"]), what=str(said["what"]))
            )
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return sorted(found, key=lambda each: each.at_s, reverse=True)


def put_back(path: Path, aside: Aside) -> None:
    """The other way round; what stands in the place has been set aside before. Raises
    StoreUnavailable."""
    with told(path):
        for each in _belonging(path):
            kept = aside.folder / each.name
            if kept.exists():
                kept.rename(each)
        mark = aside.folder / mark_file(path).name
        unmark(path)
        if mark.exists():
            mark.rename(mark_file(path))
        (aside.folder / _WHAT).unlink()


def unmark(path: Path) -> None:
    """What stands there is as a person wants it, and what came before it says nothing more."""
    with told(path):
        mark_file(path).unlink(missing_ok=True)


def _belonging(path: Path) -> list[Path]:
    return [*(path.with_name(path.name + side) for side in ("", *SIDE_FILES)), head_file(path)]


def _fresh(asides: Path, now_s: float) -> Path:
    asides.mkdir(mode=0o700, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
    for number in range(1, 1000):
        folder = asides / (f"gateway-{stamp}" + (f"-{number}" if number > 1 else ""))
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(asides)
