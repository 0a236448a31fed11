"""Whether `gateway.db` is as it was left: looked at on start, and told on an orderly end."""

import json
import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.audit import AuditSeal
from llmgw_desktop.domain.errors import StoreCorrupt, StoreError, StoreInQuestion
from llmgw_desktop.store.audit.audit_rows import is_genuine
from llmgw_desktop.store.database.database import (
    SIDE_FILES,
    Steps,
    connect_read_only,
    is_cut,
    is_disk_full,
    is_of_today,
    missing_parts,
    schema_version,
    told,
)
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.database.store_mark import (
    StoreMark,
    check_come_so_far,
    is_told_of,
    read_mark,
    why_nothing,
    write_mark,
)
from llmgw_desktop.store.private_files import content_digest
from llmgw_desktop.store.safekeeping.backups import make_backup

MOST_HASHED_BYTES = 256 * 1024 * 1024
_DIGEST = "SELECT digest FROM audit_log WHERE number = ?"


def head_file(path: Path) -> Path:
    """The audit log's newest seal, beside the database that holds the log."""
    return path.with_name("audit-head.json")


def wrong_with(path: Path, steps: Steps) -> str:
    """In a sentence; empty where nothing is, and where there is no file and never was one."""
    mark, head = read_mark(path), kept_head(path)
    try:
        if not path.exists() or not path.stat().st_size:
            return _wrong_without(path, mark)
        with told(path), closing(connect_read_only(path)) as connection:
            return _wrong_inside(path, connection, steps, mark=mark, head=head)
    except StoreError as error:
        if is_disk_full(path.parent) and not isinstance(error, StoreCorrupt):
            return ""  # whoever writes says so; nothing is wrong with the file
        return str(error)


def kept_head(path: Path) -> AuditSeal | None:
    """None where there is none, or none that is genuine."""
    try:
        head = AuditSeal(**json.loads(head_file(path).read_bytes()[:10_000]))
        return head if is_genuine(head) else None
    except (OSError, ValueError, TypeError):
        return None


def _wrong_without(path: Path, mark: StoreMark | None) -> str:
    if mark is not None and mark.found:
        return mark.found
    return why_nothing(path) if mark is not None or is_told_of(path) else ""


def _wrong_inside(
    path: Path,
    connection: sqlite3.Connection,
    steps: Steps,
    *,
    mark: StoreMark | None,
    head: AuditSeal | None,
) -> str:
    cut = f"{path.name} is damaged: its end was cut off." if is_cut(path, connection) else ""
    if spoilt := _rotten(path, mark) or cut:
        return spoilt
    if schema_version(connection) > len(steps):
        return ""  # a later version's: whoever opens it says so
    answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if answer != "ok":
        return f"{path.name} is damaged: {answer.splitlines()[-1]}."
    try:
        check_come_so_far(path, connection)
    except StoreInQuestion as error:
        return str(error)
    if missing := missing_parts(connection, steps):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"{path.name} lacks a part of itself: {missing[0]}{more}."
    return _behind_head(path, connection, head) if head is not None else ""


def _behind_head(path: Path, connection: sqlite3.Connection, head: AuditSeal) -> str:
    try:
        found = connection.execute(_DIGEST, (head.number,)).fetchone()
    except sqlite3.OperationalError:  # of a version without a log
        found = None
    if found is not None and found[0] == head.digest:
        return ""
    what = "is not in it any more" if found is None else "is another one in it"
    return (
        f"{path.name} was put back to an older copy or cut off: entry {head.number:,} of the audit"
        f" log, which was sealed, {what}."
    )


def _rotten(path: Path, mark: StoreMark | None) -> str:
    """What a disk changed by itself, while nothing ran: SQLite sees it only where it breaks a
    page. Whoever has written into the file since has made it another."""
    found = path.stat()
    is_left = mark is not None and mark.content and mark.left_at_ns == found.st_mtime_ns
    if not is_left or mark is None or found.st_size > MOST_HASHED_BYTES:
        return ""
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        return ""
    if content_digest(path) == mark.content:
        return ""
    return f"{path.name} is damaged: its content changed while nothing wrote into it."


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
        _write(path, replace(mark or StoreMark(), found=found))
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


def _write(path: Path, mark: StoreMark) -> None:
    try:
        write_mark(path, mark)
    except OSError as error:
        _log.warning("what was found of %s cannot be kept: %s", path.name, error.strerror)
