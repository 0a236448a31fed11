"""Whether `gateway.db` is what it was: looked at before anything opens it, and told in a sentence.

Nothing is changed by looking. What SQLite itself checks (`quick_check`), what the schema's steps
have made, how far the file had come by its mark and by the audit log's signed head: each says what
the others cannot.
"""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from llmgw_desktop.domain.audit import AuditSeal
from llmgw_desktop.domain.errors import StoreError, StoreInQuestion
from llmgw_desktop.store.audit_chain import is_genuine
from llmgw_desktop.store.database import connect_read_only, told
from llmgw_desktop.store.migrations import Steps, schema_version
from llmgw_desktop.store.schema_parts import is_cut, missing_parts
from llmgw_desktop.store.store_mark import Mark, check_come_so_far, read_mark

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
            return _why_nothing(path, mark, head)
        with told(path), closing(connect_read_only(path)) as connection:
            return _wrong_inside(path, connection, steps, mark, head)
    except StoreError as error:
        return str(error)


def content_digest(path: Path) -> str:
    """Of a file that nobody has open. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept_head(path: Path) -> AuditSeal | None:
    """None where there is none, or none that is genuine."""
    try:
        head = AuditSeal(**json.loads(head_file(path).read_bytes()[:10_000]))
        return head if is_genuine(head) else None
    except (OSError, ValueError, TypeError):
        return None


def _why_nothing(path: Path, mark: Mark | None, head: AuditSeal | None) -> str:
    if mark is None and head is None:
        return ""
    if mark is not None and mark.found:
        return mark.found
    return f"{path.name} was emptied." if path.exists() else f"{path.name} is gone."


def _wrong_inside(
    path: Path,
    connection: sqlite3.Connection,
    steps: Steps,
    mark: Mark | None,
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


def _rotten(path: Path, mark: Mark | None) -> str:
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
