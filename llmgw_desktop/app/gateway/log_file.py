"""The program's own log: on stderr, and in a few small files that only their owner may read; and as
it is read by a person: entries with their level, the newest at the end, and then what comes to
them.

What is written may hold words of callers and vendors, so secrets are removed, control characters
are made visible, and what follows a line end is indented: every entry begins on a line of its own.
Trouble with the files never stops the program; it is said once on stderr.
"""

import logging
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from typing_extensions import override

from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, SettingsChanged
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.private_files import open_own

FILE_NAME = "llmgw.log"
FILES = 5
FILE_BYTES = 1_000_000
LONGEST_ENTRY = 20_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class ProgramLog:
    """One for the program; `root` is for tests."""

    def __init__(self, root: logging.Logger | None = None) -> None:
        self._root = root or logging.getLogger()
        self._root.setLevel(logging.INFO)
        self._redactor = Redactor()
        self._stderr: logging.Handler | None = None

    def guard(self, settings: Settings) -> None:
        """The keys of these are removed whatever they look like."""
        self._redactor.know(settings.api_keys)

    def learn(self, key: str) -> None:
        """And this one, which came out of the vault."""
        self._redactor.learn(key)

    def note(self, event: Event) -> None:
        """Listen with this, so that new keys are guarded too."""
        if isinstance(event, SettingsChanged):
            self.guard(event.settings)

    def to_stderr(self) -> None:
        if sys.stderr is not None:  # a windowed program on Windows has none
            self._stderr = _Stderr(sys.stderr)
            self._add(self._stderr)

    def close(self) -> None:
        if self._stderr is not None:
            self._root.removeHandler(self._stderr)

    @contextmanager
    def in_files(self, folder: Path) -> Iterator[None]:
        """Also there, while this lasts, with what began and how it ended."""
        files = _PrivateFiles(folder / FILE_NAME, self._tell)
        self._add(files)
        files.handle(_entry(logging.INFO, _what_starts()))
        try:
            yield
        except BaseException as error:
            is_ours = isinstance(error, LlmgwError | OSError | KeyboardInterrupt)
            files.handle(_entry(logging.ERROR, f"ended by {error!r}", None if is_ours else error))
            raise
        else:
            files.handle(_entry(logging.INFO, "ended"))
        finally:
            self._root.removeHandler(files)
            files.close()

    def _add(self, handler: logging.Handler) -> None:
        handler.setFormatter(_HarmlessFormatter(self._redactor))
        self._root.addHandler(handler)

    def _tell(self, sentence: str) -> None:
        if self._stderr is not None:
            self._stderr.handle(_entry(logging.WARNING, sentence))


class _HarmlessFormatter(logging.Formatter):
    def __init__(self, redactor: Redactor) -> None:
        super().__init__(_FORMAT)
        self._redactor = redactor

    @override
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        # Cut with room to spare, so that no secret is cut in two and missed.
        text = self._redactor.clean_text(text[: 2 * LONGEST_ENTRY])
        if len(text) > LONGEST_ENTRY:
            text = f"{text[:LONGEST_ENTRY]} … and more characters"
        return inert(text).replace("\n", "\n    ")


_LATER = re.compile(
    r"\S+ was written by a later version of this program \(.+?\); it is left untouched\."
)
"""As SchemaTooNew says it, with whoever asked for the file ahead of it."""
_THEN = "Until a version that knows it runs, what it holds is not used and nothing is kept in it."


class _Stderr(logging.StreamHandler[TextIO]):
    """A file of a later version is asked for in a dozen places, at the start, at the end and while
    it serves: here it is told of once, as what it is. The log has each of them."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._told_of: set[str] = set()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            is_trouble = record.levelno >= logging.WARNING
            later = _LATER.search(record.getMessage()) if is_trouble else None
        except (TypeError, ValueError):  # words that its values do not fit: told as of any other
            later = None
        if later is None:
            super().emit(record)
        elif later[0] not in self._told_of:
            self._told_of.add(later[0])
            super().emit(_entry(logging.ERROR, f"{later[0]} {_THEN}"))


class _PrivateFiles(RotatingFileHandler):
    """Opened at the first entry, and tried again at each while that fails."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        super().__init__(
            path,
            maxBytes=FILE_BYTES,
            backupCount=FILES - 1,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self._tell = tell
        self._has_told = False

    @override
    def _open(self) -> TextIOWrapper:
        return open(
            self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=_open_quietly
        )

    @override
    def close(self) -> None:
        with suppress(OSError):  # what a full disk did not take was told about
            super().close()

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        if not self._has_told:
            self._has_told = True
            error = sys.exc_info()[1]
            why = error.strerror if isinstance(error, OSError) else error
            self._tell(f"The log {self.baseFilename} cannot be written: {why}.")


def _open_quietly(path: str, flags: int) -> int:
    return open_own(path, flags, tells=False)  # the log has no other to say it in


def _entry(level: int, sentence: str, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("llmgw_desktop", level, "", 0, sentence, None, info)


def _what_starts() -> str:
    return (
        f"llmgw {VERSION} starts: pid {os.getpid()}, "
        f"Python {platform.python_version()}, {platform.platform()}"
    )


_AT_FIRST_BYTES = 256 * 1024
"""So much is read of what was there before, of the file before it too."""
_AT_ONCE_BYTES = 512 * 1024
_HEAD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]+) ")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@value
class LogEntry:
    """Of several lines where something failed."""

    level: str
    """One of LEVELS."""
    text: str

    def is_at_least(self, level: str) -> bool:
        return LEVELS.index(self.level) >= LEVELS.index(level)


class LogReader:
    """Reads from where it stopped; a worker asks. One for a page."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE_NAME
        self._inode = 0
        self._offset = 0
        self._rest = b""
        """Of a line that is not whole yet."""
        self._level = "INFO"

    def read(self) -> list[LogEntry]:
        """What came since the last time. Raises OSError for a file that may not be read."""
        before = self._before()
        now = self._rest_of(self.file)
        return self._entries(before + now)

    def _before(self) -> bytes:
        """Of the file before: at first its end, later what came to it before it was turned away."""
        older = self.file.with_name(f"{FILE_NAME}.1")
        try:
            newest, last = self.file.stat(), older.stat()
        except FileNotFoundError:
            return b""
        if self._inode and last.st_ino == self._inode and newest.st_ino != self._inode:
            found = _bytes(older, self._offset, _AT_ONCE_BYTES)
            self._inode = self._offset = 0
            return found
        if not self._inode and newest.st_size < _AT_FIRST_BYTES:
            missing = min(_AT_FIRST_BYTES - newest.st_size, last.st_size)
            return _whole_lines(
                _bytes(older, last.st_size - missing, missing), last.st_size, missing
            )
        return b""

    def _rest_of(self, path: Path) -> bytes:
        try:
            found = path.stat()
        except FileNotFoundError:
            return b""
        if not self._inode:
            wanted = min(found.st_size, _AT_FIRST_BYTES)
            self._offset = found.st_size - wanted
            content = _bytes(path, self._offset, wanted)
            read = len(content)
            content = _whole_lines(content, found.st_size, wanted)
        else:
            if found.st_ino != self._inode or found.st_size < self._offset:
                self._offset, self._rest = 0, b""
            content = _bytes(path, self._offset, _AT_ONCE_BYTES)
            read = len(content)
        self._inode = found.st_ino
        self._offset += read
        return content

    def _entries(self, content: bytes) -> list[LogEntry]:
        whole, end, rest = (self._rest + content).rpartition(b"\n")
        self._rest = rest
        if not end:
            return []
        entries: list[list[str]] = []
        levels: list[str] = []
        for line in whole.decode("utf-8", "replace").split("\n"):
            head = _HEAD.match(line)
            if head is not None or not entries:
                self._level = head[1] if head is not None and head[1] in LEVELS else self._level
                entries.append([line])
                levels.append(self._level)
            else:
                entries[-1].append(line)
        return [
            LogEntry(level=level, text="\n".join(lines))
            for level, lines in zip(levels, entries, strict=True)
        ]


def _bytes(path: Path, offset: int, most: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset, os.SEEK_SET)
        return file.read(most)


def _whole_lines(content: bytes, size: int, wanted: int) -> bytes:
    """Without what is left of the first line, where the file was not read from its beginning."""
    return content if wanted >= size else content.partition(b"\n")[2]


def last_lines(folder: Path, count: int) -> list[str]:
    """For a report. Raises OSError."""
    entries = LogReader(folder).read()
    return "\n".join(each.text for each in entries).splitlines()[-count:]
