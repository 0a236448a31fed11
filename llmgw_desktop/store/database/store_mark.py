"""What is known of a database from outside of it: how far it had come when it was last used.

The mark lies beside the file. Where file and mark disagree, the file is in question: nothing opens
it before a person has said what is to become of it. Losing the mark costs no more than what it
would have noticed.
"""

import json
import logging
import os
import sqlite3
from dataclasses import asdict
from pathlib import Path

from llmgw_desktop.domain.errors import StoreInQuestion
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.private_files import write_whole

_MOST_BYTES = 10_000
_LAST = "SELECT number, digest FROM audit_log ORDER BY number DESC LIMIT 1"
_AT = "SELECT digest FROM audit_log WHERE number = ?"
_TELLS = {"gateway.db": ("audit-head.json", "backups/gateway-*.db", "backups/keys.json")}
_log = logging.getLogger(__name__)


@value
class StoreMark:
    """How far a database had come: the last entry of its audit log, and its schema's steps."""

    number: int = 0
    digest: str = ""
    steps: int = 0
    found: str = ""
    """What a start found wrong, in a sentence; empty where nothing was."""
    content: str = ""
    """SHA-256 of the file as an orderly end left it."""
    left_at_ns: int = 0
    """The file's time of change then: whoever wrote into it since has made it another."""


def mark_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.mark")


def read_mark(path: Path) -> StoreMark | None:
    """Of the database at this path; None where there is none that can be read."""
    try:
        with mark_file(path).open("rb") as file:
            said = json.loads(file.read(_MOST_BYTES))
        mark = StoreMark(**said)
        return mark if _is_sound(mark) else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        _log.warning("%s cannot be used (%s)", mark_file(path).name, type(error).__name__)
        return None


def write_mark(path: Path, mark: StoreMark) -> None:
    """Raises OSError."""
    write_whole(mark_file(path), json.dumps(asdict(mark)).encode() + b"\n")


def keep_mark(path: Path, connection: sqlite3.Connection) -> StoreMark | None:
    """How far the file has come now; None where there is nothing to tell it by. What was
    committed until now is safely on the disk first: else a power cut would make a liar of the
    file. Raises sqlite3.Error, OSError."""
    last = connection.execute(_LAST).fetchone()
    if last is None:
        return None
    steps = int(connection.execute("PRAGMA user_version").fetchone()[0])
    mark = StoreMark(number=last[0], digest=last[1], steps=steps)
    before = read_mark(path)
    if before is not None and (before.number, before.digest) == (mark.number, mark.digest):
        return before
    _sync(path.with_name(f"{path.name}-wal"))
    write_mark(path, mark)
    return mark


def check_there(path: Path) -> None:
    """Before anything opens it. Raises StoreInQuestion where a file that was in use is gone, or
    was emptied, or was found to be damaged; OSError."""
    mark = read_mark(path)
    if mark is not None and mark.found:
        raise StoreInQuestion(mark.found)
    if (mark is not None or is_told_of(path)) and (nothing := why_nothing(path)):
        raise StoreInQuestion(nothing)


def why_nothing(path: Path) -> str:
    """In a sentence; empty where something stands there. Raises OSError."""
    if not path.exists():
        return f"{path.name} is gone."
    return "" if path.stat().st_size else f"{path.name} was emptied."


def is_told_of(path: Path) -> bool:
    """Whether something else says that there was such a file, where its mark went with it."""
    return any(any(path.parent.glob(each)) for each in _TELLS.get(path.name, ()))


def check_come_so_far(path: Path, connection: sqlite3.Connection) -> None:
    """Raises StoreInQuestion for a file that had come further; sqlite3.Error."""
    mark = read_mark(path)
    if mark is None:
        return
    steps = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables:
        raise StoreInQuestion(f"{path.name} was emptied.")
    if steps < mark.steps:
        raise StoreInQuestion(
            f"{path.name} was put back to an older version (schema {steps}, it was {mark.steps})."
        )
    if not mark.number:
        return
    try:
        found = connection.execute(_AT, (mark.number,)).fetchone()
        last = connection.execute(_LAST).fetchone()
    except sqlite3.OperationalError as error:
        raise StoreInQuestion(f"{path.name} lacks a part of itself: {error}.") from error
    if found is None:
        come = last[0] if last is not None else 0
        raise StoreInQuestion(
            f"{path.name} was put back to an older copy: what was done to this gateway had come to"
            f" entry {mark.number:,}, and ends at {come:,} in it."
        )
    if found[0] != mark.digest:
        raise StoreInQuestion(
            f"{path.name} is not the file that it was: entry {mark.number:,} of what was done to"
            " this gateway is another one."
        )


def _sync(path: Path) -> None:
    """SQLite holds no lock on this file: to open and close it lets go of none."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_sound(mark: StoreMark) -> bool:
    numbers = (mark.number, mark.steps, mark.left_at_ns)
    texts = (mark.digest, mark.found, mark.content)
    return all(type(each) is int for each in numbers) and all(isinstance(x, str) for x in texts)
