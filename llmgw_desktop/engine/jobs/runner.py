"""How long a run may take and how long it may say nothing. Two timers a run, neither of which looks
whether something happened: the second is set anew only when it rings."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.domain.cli import CliEvent
from llmgw_desktop.domain.jobs.job import JobProcess
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs import keeper, outcome
from llmgw_desktop.engine.jobs.enclosure import contained_of
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.outcome import AT_ONCE, SILENT, RunAccount, RunStop, RunVerdict
from llmgw_desktop.engine.jobs.process_tree import (
    TERM_GRACE_S,
    ProcessTree,
    UnkeptRun,
    was_restarted_since,
)
from llmgw_desktop.engine.jobs.refusals import UpstreamEar
from llmgw_desktop.engine.jobs.spool import PIECE_BYTES, Spool, cut, tail
from llmgw_desktop.engine.jobs.talk import Talk
from llmgw_desktop.platform.processes import kill_child, reap


@value
class RunLimits:
    """Of one run."""

    total_s: float
    """From now on."""
    idle_s: float | None
    """None where the CLI says nothing until it is done: then silence says nothing either."""
    output_bytes: int


class Deadlines:
    """Calls `stop` at most once for each limit."""

    def __init__(self, limits: RunLimits, stop: Callable[[RunStop], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle_s = limits.idle_s
        self._stop = stop
        self._heard = self._loop.time()
        total_s = max(limits.total_s, 0.0)
        self._total = self._loop.call_later(total_s, stop, RunStop.TIMEOUT)
        self._idle: asyncio.TimerHandle | None = None
        self._is_resting = False
        self._is_closed = False
        self._look()

    def heard(self) -> None:
        """The run said something."""
        self._heard = self._loop.time()

    def rest(self, is_waiting: bool) -> None:
        """While it waits for a person its silence says nothing, and nobody looks."""
        if is_waiting == self._is_resting:
            return
        self._is_resting = is_waiting
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self.heard()
        self._look()

    def close(self) -> None:
        self._is_closed = True
        self._total.cancel()
        if self._idle is not None:
            self._idle.cancel()

    def _look(self) -> None:
        if self._idle_s is None or self._is_resting or self._is_closed:
            return
        left_s = self._heard + self._idle_s - self._loop.time()
        if left_s <= 0:
            self._stop(RunStop.IDLE)
        else:
            self._idle = self._loop.call_later(left_s, self._look)


_KEEPER_WAIT_S = 0.2
_KEEPER_WAITS = 15
"""A keeper whose run has ended needs no time to say so."""
GOODBYE_S = 3.0
"""For a run that is spoken with, after its input has ended because it was stopped."""
LINGER_S = 20.0
"""For one that has done all."""

_log = logging.getLogger(__name__)


@value
class Followed:
    """A run to its end."""

    verdict: RunVerdict
    account: RunAccount
    stdout_bytes: int
    stderr_bytes: int
    truncated: bool = False


class Run:
    """One started process and what it writes."""

    def __init__(
        self,
        job_id: str,
        folder: JobFolder,
        process: JobProcess | None,
        reader: OutputReader,
        *,
        limits: RunLimits,
        news: News,
    ) -> None:
        """`process`: its keeper; None if that has gone already."""
        self._folder = folder
        self._process = process
        self._reader = reader
        self._talk = reader if isinstance(reader, Talk) else None
        self._limits = limits
        self._news = news
        self._tree = ProcessTree(job_id, process)
        self._account = RunAccount()
        self._wake = asyncio.Event()
        self._gone = asyncio.Event()
        self._unkept = UnkeptRun(self._tree, news, self._wake.set)
        self._why: RunStop | None = None
        self._told: Callable[[], None] = _nobody
        self._ear: UpstreamEar | None = None
        self._lingers: asyncio.TimerHandle | None = None
        self._own: Mapping[Path, int] = {}
        """How long both were when it had ended: what it left behind may write on for ever."""
        self._sizes: Mapping[Path, int] = {}
        """Of both when it was judged."""

    def stop(self, why: RunStop) -> None:
        """End it, soon. The first reason counts."""
        if self._why is None:
            self._why = why
            self._wake.set()

    async def follow(self, told: Callable[[], None], ear: UpstreamEar) -> Followed:
        """Until it has ended; `told` is called when there is more to read. Raises OSError."""
        self._told, self._ear = told, ear
        forget = [self._news.of_folder(self._folder.path, self._wake.set)]
        deadlines = Deadlines(self._limits, self.stop)
        if self._process is None:
            self._end()
        else:
            forget.append(self._news.of_end(self._process.pid, self._end))
        try:
            with Spool(self._folder.stdout) as stdout, Spool(self._folder.stderr) as stderr:
                ear.begin(self._wake.set)
                if self._talk is not None:
                    self._talk.begin(self.stop, deadlines.rest, self._wait_for_its_going)
                await self._listen(stdout, stderr, deadlines)
                deadlines.close()
                if self._why is not None:
                    await self._kill(self._why, stdout)
                await self._read(stdout)
                if self._talk is not None:
                    self._talk.end()
                return self._judged(
                    self._size(stdout, self._folder.stdout), self._size(stderr, self._folder.stderr)
                )
        finally:
            if self._talk is not None:
                self._talk.release()
            deadlines.close()
            ear.close()
            self._unkept.close()
            if self._lingers is not None:
                self._lingers.cancel()
            for each in forget:
                each()

    async def sweep(self) -> None:
        """What it left behind when it ended by itself goes too, and what that has written."""
        # What still writes would fill the disk while it is asked kindly.
        left = await self._tree.end(is_over=self._is_written_on)
        if left:
            _log.warning("%d processes of a run could not be ended", left)
        with suppress(OSError):
            for path, size in self._sizes.items():
                cut(path, size)

    def _is_written_on(self) -> bool:
        """After its end. Its files may be gone already: then nothing of it takes room."""
        with suppress(OSError):
            return any(path.stat().st_size > size for path, size in self._sizes.items())
        return False

    def _end(self) -> None:
        if self._process is not None:
            reap(self._process.pid)
        self._has_told_its_end()
        self._gone.set()
        self._wake.set()

    def _has_told_its_end(self) -> bool:
        """Its keeper may still be about to go. What both files hold by then is its own."""
        if not self._own and keeper.read_exit(self._folder) is not None:
            with suppress(OSError):
                files = (self._folder.stdout, self._folder.stderr)
                self._own = {path: path.stat().st_size for path in files}
        return bool(self._own)

    def _size(self, spool: Spool, path: Path) -> int:
        """Of what the run itself has written, as far as that can be told."""
        return self._own.get(path, spool.size)

    async def _listen(self, stdout: Spool, stderr: Spool, deadlines: Deadlines) -> None:
        """Until it has ended, or is to be."""
        size = -1
        while True:
            self._wake.clear()
            has_ended = self._gone.is_set()
            now = self._size(stdout, self._folder.stdout) + self._size(stderr, self._folder.stderr)
            if now != size:
                size = now
                deadlines.heard()
            if size > self._limits.output_bytes and not self._has_told_its_end():
                self.stop(RunStop.OVERFLOW)
            if self._why is not None and not has_ended:
                return
            if self._ear is not None:
                # First: what was said since then shows that it is over.
                self._ear.listen()
            await self._read(stdout)
            if has_ended and not await self._goes_on_unkept():
                return
            await self._wake.wait()

    async def _goes_on_unkept(self) -> bool:
        """Its keeper has gone without a word, and its CLI has not."""
        if self._why is not None or keeper.read_exit(self._folder) is not None:
            return False
        if was_restarted_since(self._folder) or not await self._unkept.goes_on():
            return False
        if self._account.ended is not None:
            self._wait_for_its_going()
        return True

    async def _read(self, stdout: Spool) -> None:
        while (room := self._most() - stdout.offset) > 0:
            piece = stdout.read(min(PIECE_BYTES, room))
            if not piece:
                is_there = not self._gone.is_set() or self._unkept.was_found
                if self._talk is not None and self._why is None and is_there:
                    self._talk.caught_up()
                return
            for event in self._reader.feed(piece):
                self._note(event)
            self._told()
            await asyncio.sleep(0)

    def _most(self) -> int:
        """Of stdout, that is read."""
        most = self._limits.output_bytes
        return min(most, self._own.get(self._folder.stdout, most))

    def _note(self, event: CliEvent) -> None:
        self._account.note(event)
        if self._ear is not None:
            self._ear.note(event)

    def _wait_for_its_going(self) -> None:
        if self._lingers is None:
            loop = asyncio.get_running_loop()
            self._lingers = loop.call_later(LINGER_S, self.stop, RunStop.LINGERED)

    async def _say_goodbye(self, talk: Talk, stdout: Spool) -> None:
        """What it asks is denied, and it may end by itself."""
        # A program that goes on with it first hears what was said before.
        await self._read(stdout)
        talk.stop()
        try:
            async with asyncio.timeout(GOODBYE_S):
                while not self._gone.is_set():
                    self._wake.clear()
                    await self._read(stdout)
                    await self._wake.wait()
        except TimeoutError:
            return

    async def _kill(self, why: RunStop, stdout: Spool) -> None:
        """Its reason is written down first: whoever follows it after us shall know it too."""
        try:
            self._folder.note_stop(why)
        except OSError:
            _log.warning("why a run was ended could not be written down", exc_info=True)
        # What writes for ever would fill the disk while it is asked kindly.
        grace_s = 0.0 if why in AT_ONCE else TERM_GRACE_S
        if self._talk is not None and why not in SILENT:
            await self._say_goodbye(self._talk, stdout)
        for _ in range(_KEEPER_WAITS):
            if left := await self._tree.end(grace_s):
                _log.warning("%d processes of a run could not be ended", left)
            try:
                async with asyncio.timeout(_KEEPER_WAIT_S):
                    await self._gone.wait()
            except TimeoutError:
                continue  # it may only now have started the run
            return
        if self._process is not None:
            kill_child(self._process.pid)
            await self._gone.wait()

    def _judged(self, stdout_bytes: int, stderr_bytes: int) -> Followed:
        folder = self._folder
        self._sizes = {folder.stdout: stdout_bytes, folder.stderr: stderr_bytes}
        exit_record = keeper.read_exit(self._folder)
        code = None if exit_record is None else exit_record.code
        why = self._why or stop_on_record(self._folder)
        if outcome.was_done(why):
            why, code = None, None if self._unkept.was_found else 0
        for event in self._reader.finish(code, tail(self._folder.stderr)):
            self._note(event)
        last = self._account.ended
        if why is None and stdout_bytes + stderr_bytes > self._limits.output_bytes:
            # It ended before it could be stopped; its last word may be in what is read of it.
            why = None if last is not None and last.ok else RunStop.OVERFLOW
        cause = None if self._ear is None else self._ear.watch.cause
        if why is not None:
            verdict = outcome.stopped(why, code, self._account.ended, cause)
        elif code is None:
            verdict = self._unseen()
        else:
            read = None if exit_record is None else exit_record.stdin_read
            verdict = outcome.ended(
                self._account,
                code,
                wrote=stdout_bytes > 0,
                half_read=_is_half_read(self._folder.stdin, read),
            )
        return Followed(
            verdict=verdict,
            account=self._account,
            stdout_bytes=stdout_bytes,
            stderr_bytes=stderr_bytes,
            truncated=self._cut(),
        )

    def _unseen(self) -> RunVerdict:
        """Nobody wrote down how it ended."""
        if was_restarted_since(self._folder):
            return outcome.restarted()
        contained = contained_of(self._folder)
        if contained is not None and contained.by:
            return outcome.ended_with_its_keeper()
        return outcome.unkept(self._account) if self._unkept.was_found else outcome.lost()

    def _cut(self) -> bool:
        """What is above the limit is dropped from the disk as well."""
        most = self._limits.output_bytes
        try:
            return any([cut(self._folder.stdout, most), cut(self._folder.stderr, most)])
        except OSError:
            return False


def stop_on_record(folder: JobFolder) -> RunStop | None:
    """Why a run was ended, or was about to be."""
    try:
        return RunStop(folder.stop_record.read_text())
    except (OSError, ValueError):
        return None


def _is_half_read(stdin: Path, read: int | None) -> bool:
    """Begun and not ended. Nothing at all means nothing: some programs read without moving on."""
    return read is not None and read > 0 and stdin.is_file() and read < stdin.stat().st_size


def _nobody() -> None:
    return
