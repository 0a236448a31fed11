"""Files in which some CLIs write what a run used, since their output does not tell."""

import logging
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from llmgw_desktop.clis.cli import SideUsage
from llmgw_desktop.domain.cli import UsageTold

MOST_BYTES = 64 * 1024 * 1024
"""Of a larger file its end: such files grow at their end."""
_MOST_LOOKED_AT = 20_000
_IN_RUN = "{folder}/"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_CLOCK_S = 0.02
"""A file's time is taken from a clock that may stand a little behind."""
_log = logging.getLogger(__name__)


def read_side_usage(
    side: SideUsage, *, session_id: str, home: Path, temp: Path, since_s: float
) -> UsageTold | None:
    """None where nothing was written since then, or what was does not tell. For a thread."""
    if "{session_id}" in side.path and not _is_plain(session_id):
        return None
    path = side.path.replace("{session_id}", session_id)
    root = temp if path.startswith(_IN_RUN) else home
    found = _newest(root, path.removeprefix(_IN_RUN), since_s)
    if found is None:
        return None
    try:
        return side.read(_end_of(found))
    except Exception:  # noqa: BLE001 - a file of somebody else's may be anything
        _log.warning("what a run used could not be read from its file", exc_info=True)
        return None


def _newest(root: Path, pattern: str, since_s: float) -> Path | None:
    times = [(seen, path) for path, seen in _written(root, pattern) if seen >= since_s - _CLOCK_S]
    return max(times)[1] if times else None


def _written(root: Path, pattern: str) -> Iterator[tuple[Path, float]]:
    for path in islice(root.glob(pattern), _MOST_LOOKED_AT):
        try:
            yield path, path.stat().st_mtime
        except OSError:
            continue


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(size - MOST_BYTES, 0))
        return file.read(MOST_BYTES)


def _is_plain(session_id: str) -> bool:
    return _PLAIN.fullmatch(session_id) is not None and not session_id.startswith(".")
