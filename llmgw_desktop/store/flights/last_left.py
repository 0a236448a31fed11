"""How `flights.db` was left by an orderly end: kept beside it, and compared by the next start.

A file that is gone, emptied or older than it was would otherwise look like any other. It may be
deleted at any time, so it is told and used, unlike `gateway.db`.
"""

import json
import logging
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from llmgw_desktop.domain.errors import StoreCorrupt
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.store.safekeeping.checking import content_digest

_MOST_BYTES = 10_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    seen_at_s: float
    """The time that it knew."""
    content: str
    """Its SHA-256; empty of a large one."""
    left_at_ns: int
    """Its time of change."""


def left_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.left")


def read_left(path: Path) -> Left | None:
    try:
        said = json.loads(left_file(path).read_bytes()[:_MOST_BYTES])
        return Left(float(said["seen_at_s"]), str(said["content"]), int(said["left_at_ns"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        _log.warning("%s cannot be read", left_file(path).name)
        return None


def leave(path: Path, seen_at_s: float, most_bytes: int) -> None:
    """After the last connection was closed. Raises OSError."""
    found = path.stat()
    content = content_digest(path) if found.st_size <= most_bytes else ""
    left = Left(seen_at_s, content, found.st_mtime_ns)
    write_whole(left_file(path), json.dumps(asdict(left)).encode() + b"\n")


def why_gone(path: Path, left: Left | None) -> str:
    """Before it is opened, in a sentence; empty where it is there. Raises StoreCorrupt where a
    disk changed it by itself, while nothing wrote into it; OSError."""
    if left is None:
        return ""
    if not path.exists():
        return f"{path.name} is gone; a new one was begun."
    found = path.stat()
    if not found.st_size:
        return f"{path.name} was emptied; a new one was begun."
    is_untouched = found.st_mtime_ns == left.left_at_ns and left.content
    if is_untouched and content_digest(path) != left.content:
        raise StoreCorrupt(
            f"{path.name} is damaged: its content changed while nothing wrote into it."
        )
    return ""


def why_older(path: Path, connection: sqlite3.Connection, left: Left | None) -> str:
    """In a sentence; empty where it is as it was left, or younger. Raises sqlite3.Error."""
    row = connection.execute("SELECT seen_at_s FROM known_time").fetchone()
    if left is None or (row is not None and row[0] >= left.seen_at_s):
        return ""
    if row is None:
        return f"{path.name} was emptied; it is used as it is."
    return f"{path.name} was put back to an older copy; it is used as it is."
