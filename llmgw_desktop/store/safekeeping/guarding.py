"""What a gateway does about its database when it begins and when it ends."""

import logging
import os
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.store.database import SIDE_FILES, is_of_today
from llmgw_desktop.store.gateway_steps import GATEWAY_STEPS
from llmgw_desktop.store.safekeeping.backups import make_backup
from llmgw_desktop.store.safekeeping.checking import (
    MOST_HASHED_BYTES,
    content_digest,
    wrong_with,
)
from llmgw_desktop.store.store_mark import Mark, read_mark, write_mark

_log = logging.getLogger(__name__)


def look_at_start(path: Path) -> str:
    """What is wrong with `gateway.db`, in a sentence; empty where nothing is. What was found
    stands in its mark, so that no program of ours opens it until it is as it was, or a person has
    said what is to become of it."""
    found = wrong_with(path, GATEWAY_STEPS)
    mark = read_mark(path)
    if found:
        _log.error(found)
    if found != (mark.found if mark is not None else ""):
        _write(path, replace(mark or Mark(), found=found))
    return found


def keep_earlier_version(path: Path, folder: Path, now_s: float) -> None:
    """A backup of a file that the steps of the schema will change."""
    try:
        if path.exists() and path.stat().st_size and not is_of_today(path, GATEWAY_STEPS):
            made = make_backup(path, folder, now_s)
            if made is not None:
                _log.info("%s is of an earlier version; it is kept as %s", path.name, made.path)
    except (StoreError, OSError) as error:
        _log.warning("%s could not be backed up before its tables change: %s", path.name, error)


def leave(path: Path) -> None:
    """After the last connection: what the file holds, so that a disk that changes it shows."""
    mark = read_mark(path)
    if mark is None or mark.found or not _is_closed(path):
        return
    try:
        before = path.stat()
        if before.st_size > MOST_HASHED_BYTES:
            return
        content = content_digest(path)
        if path.stat().st_mtime_ns == before.st_mtime_ns:
            write_mark(path, replace(mark, content=content, left_at_ns=before.st_mtime_ns))
    except OSError as error:
        _log.warning("how %s was left cannot be kept: %s", path.name, error.strerror)


def cannot_be_written(path: Path) -> str:
    """Why nothing new can be kept, in a sentence; empty where it can."""
    for each in (path, path.parent):
        if each.exists() and not os.access(each, os.W_OK):
            return f"{path.name} cannot be used: the file or its folder is read-only."
    return ""


def _is_closed(path: Path) -> bool:
    return path.exists() and not any(
        path.with_name(path.name + side).exists() for side in SIDE_FILES
    )


def _write(path: Path, mark: Mark) -> None:
    try:
        write_mark(path, mark)
    except OSError as error:
        _log.warning("what was found of %s cannot be kept: %s", path.name, error.strerror)
