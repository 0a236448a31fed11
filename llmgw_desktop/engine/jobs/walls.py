"""What a job keeps of its containment: how its run was started, and what it is given in the
place of other things."""

import os
from pathlib import Path

import orjson

from llmgw_desktop.domain.containment import Contained, Network
from llmgw_desktop.engine.jobs.folder import JobFolder

_RECORD = "containment.json"


def note_contained(folder: JobFolder, contained: Contained) -> None:
    """How the run is started. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(folder.path / _RECORD, flags, 0o600), "wb") as file:
        file.write(orjson.dumps(contained))


def contained_of(folder: JobFolder) -> Contained | None:
    """None: it was not started yet, or nobody wrote it down."""
    try:
        kept = orjson.loads((folder.path / _RECORD).read_bytes())
        return Contained(**kept | {"network": Network(kept["network"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def own_log_of(folder: JobFolder) -> Path:
    """Of a contained run whose CLI logs into one file for all its runs: there it is seen in that
    one's place."""
    return folder.temp / "own.log"


def door_of(folder: JobFolder) -> Path:
    """Of a run that reaches this gateway alone: the socket by which it does."""
    return folder.temp / "door"
