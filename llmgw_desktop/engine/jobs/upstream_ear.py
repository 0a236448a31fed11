"""Hears that an upstream refuses a run: in what its CLI says on stdout, on stderr, and in files of
its own, which are read from their ends on.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.domain.cli import CliEvent, Retrying
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.refusals import RefusalWatch
from llmgw_desktop.engine.jobs.spool import PIECE_BYTES, Spool

FIRST_LOOK_S = 1.0
"""For a file that is not there yet; each further time is twice as long."""
_MOST_LOOKS = 7
_LONGEST_LINE = 32 * 1024
"""What is longer is cut."""
_MOST_AT_ONCE = 16
"""Pieces: whoever writes faster is heard later."""


@value
class EarPlace:
    """Where a run's words may lie."""

    stderr: Path
    home: Path
    """The CLI's HOME."""
    session_id: str
    """As the CLI calls it; empty: not known before its end."""
    keeper: int | None
    """The process whose children the run's are."""
    own_log: Path | None = None
    """A file that nobody but this run writes to, in the place of its CLI's."""


class UpstreamEar:
    """Of one run, in the loop: `begin`, `listen` whenever something was written, `close`."""

    def __init__(
        self, watch: RefusalWatch, words: RetryWords | None, place: EarPlace, news: News
    ) -> None:
        self.watch = watch
        self._words = words
        self._place = place
        self._news = news
        self._lines: _Lines | None = None
        self._forget: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wake: Callable[[], None] = _nobody

    def begin(self, wake: Callable[[], None]) -> None:
        """`wake` is called when a file of the CLI's own was written to."""
        self._wake = wake
        if self._words is None:
            return
        if self._words.path:
            # What stands there already is of runs before.
            self._look(0, at_end=self._place.own_log is None)
        else:
            self._lines = _Lines(self._place.stderr, at_end=False)

    def note(self, event: CliEvent) -> None:
        """What it said on stdout."""
        self.watch.note(event)

    def listen(self) -> None:
        if self._lines is None or self._words is None:
            return
        for line in self._lines.more():
            if (retrying := self._heard(self._words, line)) is not None:
                self.watch.note(retrying)

    def close(self) -> None:
        self.watch.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._forget is not None:
            self._forget()
        if self._lines is not None:
            self._lines.close()
        self._lines = self._forget = self._timer = None

    def _heard(self, words: RetryWords, line: bytes) -> Retrying | None:
        retrying = words.read(line)
        if retrying is None or words.process_of is None or self._place.own_log is not None:
            return retrying
        process = words.process_of(line)
        is_ours = process is not None and _session_of(process) == self._place.keeper
        return retrying if is_ours else None

    def _look(self, looked: int, *, at_end: bool = False) -> None:
        """For the file, and later again where it is not there yet."""
        self._timer = None
        path = self._path()
        if path is not None:
            try:
                self._lines = _Lines(path, at_end=at_end)
                self._forget = self._news.of_folder(path.parent, self._wake)
            except OSError:
                return
            self._wake()
        elif looked < _MOST_LOOKS:
            loop = asyncio.get_running_loop()
            delay_s = FIRST_LOOK_S * 2**looked
            self._timer = loop.call_later(delay_s, self._look, looked + 1)

    def _path(self) -> Path | None:
        if self._place.own_log is not None:
            return self._place.own_log
        pattern = self._words.path if self._words is not None else ""
        if "{session_id}" in pattern:
            if not self._place.session_id.replace("-", "").isalnum():
                return None
            pattern = pattern.replace("{session_id}", self._place.session_id)
        with suppress(OSError):
            return next(self._place.home.glob(pattern), None)
        return None


class _Lines:
    """Whole lines that come to a file, from here on."""

    def __init__(self, path: Path, *, at_end: bool) -> None:
        """Raises OSError."""
        self._path = path
        self._spool = Spool(path)
        self._rest = b""
        if at_end:
            self._spool.offset = self._spool.size

    def more(self) -> Iterator[bytes]:
        try:
            if self._spool.size < self._spool.offset or self._is_another():
                self._spool.close()
                self._spool, self._rest = Spool(self._path), b""
            for _ in range(_MOST_AT_ONCE):
                if not (piece := self._spool.read(PIECE_BYTES)):
                    return
                *lines, rest = (self._rest + piece).split(b"\n")
                self._rest = rest[:_LONGEST_LINE]
                yield from (line[:_LONGEST_LINE] for line in lines)
        except OSError:
            return

    def close(self) -> None:
        self._spool.close()

    def _is_another(self) -> bool:
        """A log that was begun anew has another file behind its name."""
        return self._spool.inode != self._path.stat().st_ino


def _session_of(process: int) -> int | None:
    """The keeper leads one, and what it starts is in it."""
    try:
        return os.getsid(process)
    except OSError:
        return None


def _nobody() -> None:
    return
