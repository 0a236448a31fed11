"""Folders of a home are put in the place of others, all of them, however often the computer goes
off in between.

A plan beside the access key says which; carrying it out may begin again at any step. What stood
there lies beside under another name, and another plan brings it back.
"""

import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from llmgw_desktop.store.database import told
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import write_whole

_MOST_BYTES = 100_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One folder or file."""

    place: str
    coming: str
    """What takes the place."""
    going: str
    """Where what stands there goes; nothing stands here yet."""


def stamp(now_s: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))


def plan(places: Places, swaps: Sequence[Swap]) -> None:
    """To be carried out by `carry_out`, in this process or in the next start. Raises
    StoreUnavailable."""
    _write(_plan_file(places), swaps)


def is_planned(places: Places) -> bool:
    return _plan_file(places).exists() or _store_plan_file(places).exists()


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
            _carry_out(Path(swap.place), Path(swap.coming), Path(swap.going))
        # the way back first: whatever comes, one of the two is there
        _write(_back_file(places), [_back(swap) for swap in swaps])
        path.unlink()
    for swap in swaps:
        _log.warning("%s was replaced; what it was is kept as %s", swap.place, swap.going)
    return True


def plan_back(places: Places, now_s: float, *, since_s: float) -> bool:
    """The other way round of what was carried out last; False where nothing was since then, or
    where what went is not there any more."""
    path = _back_file(places)
    back = _read(path)
    if (
        not back
        or path.stat().st_mtime < since_s
        or not all(Path(each.coming).exists() for each in back)
    ):
        return False
    mark = stamp(now_s)
    plan(
        places,
        [
            Swap(place=each.place, coming=each.coming, going=f"{each.place}.undone-{mark}")
            for each in back
        ],
    )
    return True


def _carry_out(place: Path, coming: Path, going: Path) -> None:
    if not os.path.lexists(coming):
        return  # done before
    if os.path.lexists(place):
        free, number = going, 1
        while os.path.lexists(free):  # a start has made the place anew meanwhile
            number += 1
            free = going.with_name(f"{going.name}-{number}")
        place.rename(free)
    coming.rename(place)


def _back(swap: Swap) -> Swap:
    return Swap(place=swap.place, coming=swap.going, going="")


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
