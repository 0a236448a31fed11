"""What a CLI says of an upstream that refuses it: heard in its output and its files, told as
`waitingOn`, and the end of a run after so long.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.clis.failures import category_of
from llmgw_desktop.domain.cli import CliEvent, ErrorCategory, Retrying
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import UpstreamTold
from llmgw_desktop.domain.jobs.job import UpstreamWait
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.outcome import Cause, is_refusal, is_work
from llmgw_desktop.engine.jobs.spool import PIECE_BYTES, Spool
from llmgw_desktop.platform.processes import session_of

RECENT_S = 120.0
"""A CLI that has not been refused for longer may be working in silence: no CLI waits that long on
its own account."""
_LATER_S = 60.0
"""An end that comes sooner is none to speak of, and one that differs by less is no news."""
_LONGEST_REASON = 400


class RefusalWatch:
    """Of one run, in the loop. What shows that work was done ends it, until the next refusal."""

    def __init__(
        self,
        clock: Clock,
        longest_s: float,
        *,
        changed: Callable[[UpstreamWait | None], None],
        give_up: Callable[[], None],
    ) -> None:
        """`longest_s`: so long refusals without a break are borne; 0: for ever. `changed` is told
        what the run waits for now, `give_up` is called once."""
        self._clock = clock
        self._longest_s = longest_s
        self._changed = changed
        self._give_up = give_up
        self._wait: UpstreamWait | None = None
        self._began_s = self._last_s = 0.0
        """Of the monotonic clock: first and last refusal without a break."""
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def note(self, event: CliEvent) -> None:
        """What its CLI said."""
        if isinstance(event, Retrying):
            pause_s = event.pause_s
            until_s = None if pause_s is None else self._clock.now_s() + pause_s
            self.refused(event.status, until_s, event.reason)
        elif self._wait is not None and is_work(event):
            self.answered()

    def hear(self, event: UpstreamTold) -> None:
        """Of a request of its own, from whoever passed it on."""
        if event.is_refusal:
            self.refused(event.status, event.until_s, event.reason)
        else:
            self.answered()

    def refused(self, status: int | None, until_s: float | None = None, reason: str = "") -> None:
        """`status` is None where there was no answer, or it was not told; `until_s` (wall clock)
        where no end was told."""
        if self._is_over:
            return
        now_s = self._last_s = self._clock.monotonic_s()
        old = self._wait
        if old is None:
            self._began_s = now_s
            self._look_in(self._longest_s)
        if until_s is not None and until_s - self._clock.now_s() < _LATER_S:
            until_s = None
        reason = " ".join(reason.split())[:_LONGEST_REASON] or ("" if old is None else old.reason)
        began_s = self._clock.now_s() if old is None else old.since_s
        wait = UpstreamWait(status=status, since_s=began_s, until_s=until_s, reason=reason)
        if old is None or _is_news(old, wait):
            self._wait = wait
            self._changed(wait)
        self._judge()

    def answered(self) -> None:
        """Its upstream took a request of the run's own work; a title's says nothing of that."""
        self._rest()
        if self._wait is not None and not self._is_over:
            self._wait = None
            self._changed(None)

    def close(self) -> None:
        """The run has ended: nothing is told any more."""
        self._is_over = True
        self._rest()

    @property
    def until_s(self) -> float | None:
        """When it may be asked again, as it was told last; wall clock."""
        return None if self._wait is None else self._wait.until_s

    @property
    def cause(self) -> Cause | None:
        """Why a run that is stopped now comes to nothing; None: not for its upstream."""
        if (wait := self._wait) is None:
            return None
        category = category_of(wait.reason, wait.status)
        if category not in (ErrorCategory.AUTH, ErrorCategory.RATE_LIMIT):
            category = ErrorCategory.UPSTREAM
        left_s = 0.0 if wait.until_s is None else wait.until_s - self._clock.now_s()
        return Cause(
            words=_words(wait, self._clock.monotonic_s() - self._began_s, left_s),
            category=category,
            passes=False if is_refusal(wait.status) else None,
        )

    def _judge(self) -> None:
        """Whether it has been refused for too long."""
        now_s = self._clock.monotonic_s()
        if self._is_over or self._wait is None or not self._longest_s:
            return
        if now_s - self._began_s < self._longest_s:
            return
        is_told = (self._wait.until_s or 0.0) > self._clock.now_s()
        if is_told or now_s - self._last_s <= RECENT_S:
            self._rest()
            self._give_up()

    def _look_in(self, seconds: float) -> None:
        self._rest()
        if seconds:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._judge)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _is_news(old: UpstreamWait, new: UpstreamWait) -> bool:
    if (old.status, old.until_s is None) != (new.status, new.until_s is None):
        return True
    return abs((new.until_s or 0.0) - (old.until_s or 0.0)) >= _LATER_S


def _words(wait: UpstreamWait, waited_s: float, left_s: float) -> str:
    refused = "refused it" if wait.status is None else f"refused it (HTTP {wait.status})"
    minutes = round(waited_s / 60)
    length = f"{minutes} min" if minutes else f"{round(waited_s)} s"
    words = f"Its upstream {refused} without a break; the CLI had asked again for {length}."
    if wait.reason:
        words += f" It was told: {wait.reason}"
    # As vendors say it, so that whoever keeps rests finds it.
    return f"{words}\nTry again in {round(left_s)} s." if left_s >= 1 else words


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
        is_ours = process is not None and session_of(process) == self._place.keeper
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


def _nobody() -> None:
    return
