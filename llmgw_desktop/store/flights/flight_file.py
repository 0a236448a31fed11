"""How `flights.db` was left by an orderly end: kept beside it, and compared by the next start.

A file that is gone, emptied or older than it was would otherwise look like any other. It may be
deleted at any time, so it is told and used, unlike `gateway.db`.
"""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreCorrupt
from llmgw_desktop.domain.events import HeldDeletion
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest
from llmgw_desktop.store.at_rest.data_keys import DataKey
from llmgw_desktop.store.at_rest.files import encrypt_file
from llmgw_desktop.store.database.database import (
    SIDE_FILES,
    is_cut,
    missing_parts,
    open_database,
    told,
)
from llmgw_desktop.store.flights.batch import Batch, BatchWriter
from llmgw_desktop.store.flights.conversion import Conversion
from llmgw_desktop.store.flights.retention import KnownTime, Retention
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.private_files import content_digest, write_whole

_MOST_BYTES = 10_000
_log = logging.getLogger(__name__)


@value(kw_only=False)
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


CHECKED_BYTES = 16 * 1024 * 1024
"""A file up to this size is checked at start; in larger ones damage shows when it is met."""
RETENTION_EVERY_S = 5.0


def place_of_old(path: Path) -> str:
    """What the encrypted bytes of a file that was set aside are bound to."""
    return f"set aside\x1f{path.name}"


class FlightFile:
    """Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew."""

    def __init__(self, path: Path, clock: Clock, at_rest: AtRest = PLAIN) -> None:
        self.path = path
        self._clock = clock
        self._at_rest = at_rest
        self._conversion: Conversion | None = None
        self._connection: sqlite3.Connection | None = None
        self._writer: BatchWriter | None = None
        self._retention: Retention | None = None
        self._known_time: KnownTime | None = None
        self._verdict: Callable[[KnownTime], None] | None = None
        self._identity = (0, 0)
        self._looked_at_s = 0.0
        self._was_open = False
        self._is_damaged = False
        self._are_old_files_seen = False
        self.note = ""
        """A sentence about what was found at the first opening, or became of the file since, for
        the person."""

    @property
    def damage_mark(self) -> Path:
        """Stands beside a file in which damage was met, so that the next start sets it aside."""
        return self.path.with_name(f"{self.path.name}.damaged")

    def open(self) -> None:
        """Open if it is not open. At the first time a damaged file is set aside, and a note made
        of that; while the program runs it stays where it is."""
        if self._connection is not None:
            return
        try:
            self._open()
        except StoreCorrupt as damage:
            self.close()
            if self._was_open:
                self._mark_damage()
                raise
            self.note = self._set_aside(damage)
            self._open()
        self._was_open = True

    def write(self, batch: Batch) -> None:
        """All of it or nothing. A file that went away meanwhile is begun anew, or the one that
        stands in its place is used, and a note made of that."""
        if displaced := self.displaced():
            self._leave(displaced)
        self.open()
        assert self._writer is not None
        try:
            with told(self.path):
                self._writer.write(batch)
        except StoreCorrupt:
            self._mark_damage()
            raise
        if self._is_damaged:
            self._is_damaged = False
            with suppress(OSError):
                self.damage_mark.unlink(missing_ok=True)

    def tidy(self, settings: RecorderSettings) -> bool:
        """A short step towards the limits, if it is time; True if there may be more to do."""
        now_s = self._clock.monotonic_s()
        if self._retention is None or self._known_time is None:
            return False
        if now_s < self._looked_at_s + RETENTION_EVERY_S and self._verdict is None:
            return False
        with told(self.path):
            self._take_verdict()
            if self._retention.step(self._known_time.look(settings.retention_days), settings):
                return True
        self._looked_at_s = now_s
        return False

    def wants_key(self) -> bool:
        """Whether it holds what is to be encrypted."""
        if self._conversion is None:
            return False
        with told(self.path):
            return self._conversion.wants_key()

    def convert(self, key: DataKey | None) -> bool:
        """A short step towards this data key, or towards none; True if there may be more to do."""
        if self._conversion is None:
            return False
        with told(self.path):
            if self._conversion.step(key):
                return True
            if key is not None and not self._are_old_files_seen:
                self._are_old_files_seen = True
                self._encrypt_old_files(key)
        return False

    @property
    def converted_part(self) -> float:
        """How much of it is as it should be, from 0 to 1. Any thread may ask."""
        conversion = self._conversion
        return 1.0 if conversion is None else conversion.part

    def _encrypt_old_files(self, key: DataKey) -> None:
        """Those that were set aside in plain."""
        for old in self.path.parent.glob(f"{self.path.name}.corrupt-*"):
            try:
                if encrypt_file(old, key, place_of_old(old)):
                    _log.info("%s is encrypted now", old.name)
            except OSError as error:
                _log.warning("%s could not be encrypted: %s", old.name, error.strerror)

    @property
    def held(self) -> HeldDeletion | None:
        """Flights that only a person's word makes old. Any thread may ask."""
        known_time = self._known_time
        return None if known_time is None else known_time.held

    @property
    def known_now_s(self) -> float | None:
        """The time by which ages are counted; None while the file is not open. Any thread may
        ask."""
        known_time = self._known_time
        return None if known_time is None else known_time.now_s

    def decide(self, verdict: Callable[[KnownTime], None]) -> None:
        """What a person said of them; done with the next `tidy`. Any thread may tell."""
        self._verdict = verdict

    def _take_verdict(self) -> None:
        verdict, self._verdict = self._verdict, None
        if verdict is not None and self._known_time is not None:
            verdict(self._known_time)

    def close(self) -> None:
        connection, known_time = self._connection, self._known_time
        self._connection = None
        self._writer = self._retention = self._known_time = self._conversion = None
        if connection is None:
            return
        seen_at_s = None
        with suppress(sqlite3.Error):
            seen_at_s = None if known_time is None else known_time.keep_seen()
        with suppress(sqlite3.Error, OSError):
            connection.close()
            if seen_at_s is not None:
                leave(self.path, seen_at_s, CHECKED_BYTES)

    def _open(self) -> None:
        if not self._was_open and self.damage_mark.exists():
            raise StoreCorrupt(f"{self.path.name} was found damaged when it was last used.")
        left, gone = (None, "") if self._was_open else self._looked_at()
        self._connection = connection = open_database(self.path, FLIGHTS_STEPS)
        with told(self.path):
            found = self.path.stat()
            self._identity = (found.st_dev, found.st_ino)
            if not self._was_open:
                self._check(connection, found.st_size)
                self._tell(gone or why_older(self.path, connection, left))
            self._writer = BatchWriter(connection)
            self._retention = Retention(connection)
            self._conversion = Conversion(connection, self._at_rest)
            self._known_time = KnownTime(connection, self._clock)
            self._looked_at_s = self._clock.monotonic_s() - RETENTION_EVERY_S
            if not self._was_open and (lost := self._writer.mark_lost()):
                _log.info("%d flights were under way when the program last ended", lost)

    def _looked_at(self) -> tuple[Left | None, str]:
        """How it was left, and why it is not there any more."""
        with told(self.path):
            left = read_left(self.path)
            return left, why_gone(self.path, left)

    def _tell(self, words: str) -> None:
        if words:
            _log.warning(words)
            self.note = words

    def _check(self, connection: sqlite3.Connection, size: int) -> None:
        if missing := missing_parts(connection, FLIGHTS_STEPS):
            raise StoreCorrupt(f"{self.path.name} is damaged: it has no {missing[0]}.")
        if is_cut(self.path, connection):
            raise StoreCorrupt(f"{self.path.name} is damaged: its end was cut off.")
        if size > CHECKED_BYTES:
            return
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if answer != "ok":
            raise StoreCorrupt(f"{self.path.name} is damaged: {answer.splitlines()[-1]}.")

    def displaced(self) -> str:
        """What became of the file that is open, in a sentence; empty while it lies in its place.
        Some microseconds; any thread may ask."""
        name = self.path.name
        if self._connection is None:
            return ""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return f"{name} was taken away while the gateway used it."
        except OSError:
            return ""  # whoever writes says so
        if (found.st_dev, found.st_ino) != self._identity:
            return f"Another {name} was put in its place while the gateway used it."
        return "" if found.st_size else f"{name} was emptied while the gateway used it."

    def _leave(self, displaced: str) -> None:
        """What the write-ahead log holds goes into the file that it is of: the next one would take
        it for its own, and be spoilt by it. What is left of both is kept aside."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        is_another = self.path.exists() and self.path.stat().st_ino != self._identity[1]
        self.close()
        with told(self.path):
            aside = self._put_aside(SIDE_FILES if is_another else ("", *SIDE_FILES))
        kept = f" What was left is kept as {aside.name}." if aside.exists() else ""
        begun = "It is used as it is." if is_another else "A new one was begun."
        self._tell(f"{displaced} {begun}{kept}")

    def _mark_damage(self) -> None:
        self._is_damaged = True
        with suppress(OSError):
            self.damage_mark.touch(mode=0o600)

    def _set_aside(self, damage: StoreCorrupt) -> str:
        """Keep the damaged file under another name, with its side files, for whoever can mend."""
        with told(self.path):
            aside = self._put_aside(("", *SIDE_FILES))
        _log.warning("%s It is now %s.", damage, aside)
        return f"{self.path.name} was damaged; it is kept as {aside.name}, and a new one was begun."

    def _put_aside(self, sides: Sequence[str]) -> Path:
        """The file itself is the empty side. Returns the new name, which stands there only if
        something did. Raises OSError."""
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(self._clock.now_s()))
        aside = self.path.with_name(f"{self.path.name}.corrupt-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = self.path.with_name(f"{self.path.name}.corrupt-{stamp}-{number}")
        for side in sides:
            source = self.path.with_name(self.path.name + side)
            if source.exists() and source.stat().st_size:
                source.rename(aside.with_name(aside.name + side))
            else:
                source.unlink(missing_ok=True)
        left_file(self.path).unlink(missing_ok=True)  # of the new one nothing is known yet
        self.damage_mark.unlink(missing_ok=True)
        return aside
