"""Files that give way: put aside with what belongs to them, or swapped for what was restored."""

import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from llmgw_desktop.domain.values import value
from llmgw_desktop.store.database.database import SIDE_FILES, told
from llmgw_desktop.store.database.store_mark import StoreMark, mark_file, write_mark
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.store.safekeeping.checking import head_file

BROKEN_OFF = (
    "gateway.db was being replaced, and that was broken off: do it again, or undo it with"
    " 'llmgw restore --undo'."
)
_WHAT = "what.json"


@value
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
        write_mark(path, StoreMark(found=BROKEN_OFF))
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


_MOST_BYTES = 100_000
_log = logging.getLogger(__name__)


@value
class Swap:
    """One folder or file."""

    place: str
    coming: str
    """What takes the place; empty: nothing does, as nothing stood there before."""
    going: str
    """Where what stands there goes; nothing stands here yet."""


def stamp(now_s: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))


def plan(places: Places, swaps: Sequence[Swap]) -> None:
    """To be carried out by `carry_out`, in this process or in the next start. Raises
    StoreUnavailable."""
    _write(_plan_file(places), swaps)


def plan_store(places: Places, name: str) -> None:
    """The automatic backup of this name is to take the place of `gateway.db`, with the next start.
    Raises StoreUnavailable."""
    path = _store_plan_file(places)
    with told(path):
        write_whole(path, json.dumps(name).encode() + b"\n")


def take_store_plan(places: Places) -> str | None:
    """Once: a start that fails over it does not try again."""
    path = _store_plan_file(places)
    try:
        name = json.loads(path.read_bytes()[:_MOST_BYTES])
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.error("%s cannot be read (%s)", path, type(error).__name__)
        name = None
    path.unlink(missing_ok=True)
    return name if isinstance(name, str) else None


def carry_out(places: Places) -> bool:
    """Whether there was a plan. While no gateway runs. Raises StoreUnavailable."""
    path = _plan_file(places)
    swaps = _read(path)
    if swaps is None:
        return False
    with told(path):
        for swap in swaps:
            _carry_out(swap)
        # the way back first: whatever comes, one of the two is there
        _write(_back_file(places), [_back(swap) for swap in swaps])
        path.unlink()
    for swap in swaps:
        _tell(swap)
    return True


def way_back(places: Places, *, since_s: float) -> Sequence[Swap]:
    """The other way round of what was carried out last; none where nothing was since then, or
    where what went is not there any more."""
    path = _back_file(places)
    back = _read(path)
    if (
        not back
        or path.stat().st_mtime < since_s
        or not all(os.path.lexists(each.coming) for each in back if each.coming)
    ):
        return ()
    return back


def plan_back(places: Places, now_s: float, back: Sequence[Swap]) -> None:
    """To go the `way_back`. Raises StoreUnavailable."""
    mark = stamp(now_s)
    plan(
        places,
        [
            Swap(place=each.place, coming=each.coming, going=f"{each.place}.undone-{mark}")
            for each in back
        ],
    )


def _carry_out(swap: Swap) -> None:
    place, coming, going = Path(swap.place), Path(swap.coming), Path(swap.going)
    if swap.coming and not os.path.lexists(coming):
        return  # done before
    if os.path.lexists(place):
        free, number = going, 1
        while os.path.lexists(free):  # a start has made the place anew meanwhile
            number += 1
            free = going.with_name(f"{going.name}-{number}")
        place.rename(free)
    if swap.coming:
        coming.rename(place)


def _back(swap: Swap) -> Swap:
    """Where nothing stood, nothing comes back."""
    return Swap(
        place=swap.place, coming=swap.going if os.path.lexists(swap.going) else "", going=""
    )


def _tell(swap: Swap) -> None:
    if not os.path.lexists(swap.going):
        _log.warning("%s was put in its place; nothing stood there before", swap.place)
    elif swap.coming:
        _log.warning("%s was replaced; what it was is kept as %s", swap.place, swap.going)
    else:
        _log.warning("%s was taken away; it is kept as %s", swap.place, swap.going)


def _plan_file(places: Places) -> Path:
    return places.run_folder / "restoring.json"


def _store_plan_file(places: Places) -> Path:
    return places.run_folder / "restoring-store.json"


def _back_file(places: Places) -> Path:
    return places.run_folder / "restored.json"


def _write(path: Path, swaps: Sequence[Swap]) -> None:
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, json.dumps([asdict(each) for each in swaps]).encode() + b"\n")


def _read(path: Path) -> list[Swap] | None:
    try:
        return [Swap(**each) for each in json.loads(path.read_bytes()[:_MOST_BYTES])]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        _log.error("%s cannot be read (%s)", path, type(error).__name__)
        return None
