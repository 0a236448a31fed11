"""Reads along with one job: its events as they come, what it says beside them, at a person's pace.

While nobody looks it does not read: what a run writes lies in its files. While there is much to
read it lets others have their turn.
"""

import asyncio
from contextlib import aclosing
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from llmgw_desktop.app.jobs.jobs import Jobs, StderrTail
from llmgw_desktop.app.jobs.output import JobOutput
from llmgw_desktop.domain.cli import RunEnded, Warned
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.ui.bridge import Bridge

_TELL_MS = 100
_STDERR_MS = 250
_TURN_S = 0.003
_REST_S = 0.003
"""After each turn: at most half of the loop goes into catching up."""


class JobWatch(QObject):
    """One job at a time. `came` at most ten times a second: there is more in `output`."""

    came = Signal()

    def __init__(self, jobs: Jobs, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._bridge = bridge
        self._task: asyncio.Task[Any] | None = None
        self._stderr: StderrTail | None = None
        self._awake = asyncio.Event()
        self._has_come = False
        self.output = JobOutput()
        self.is_at_end = False
        """Whether all has been read of one that ended."""
        self._tell = QTimer(self, singleShot=True, interval=_TELL_MS)
        self._tell.timeout.connect(self._tell_now)
        self._look = QTimer(self, interval=_STDERR_MS)
        self._look.timeout.connect(self._read_stderr)

    def open(self, job: Job) -> None:
        """From its beginning."""
        self.close()
        self.output = JobOutput()
        self.is_at_end = False
        if job.is_live:
            self._hear_stderr(job.id)
        self._task = self._bridge.run(self._read(job.id, self.output), name=f"watch {job.id}")

    def close(self) -> None:
        self._look.stop()
        self._tell.stop()
        self._has_come = False
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None

    def wake(self) -> None:
        """Somebody looks."""
        self._awake.set()
        if self._stderr is not None and not self.is_at_end:
            self._look.start()
        if self._has_come:
            self._tell.start()

    def rest(self) -> None:
        self._awake.clear()
        self._look.stop()
        self._tell.stop()

    def tell_again(self) -> None:
        """Whoever was told could not take it all: once more, a little later."""
        if self._awake.is_set():
            self._tell.start()

    def _hear_stderr(self, job_id: str) -> None:
        if self._stderr is None:
            self._stderr = self._jobs.stderr(job_id)
            if self._awake.is_set():
                self._look.start()

    async def _read(self, job_id: str, output: JobOutput) -> None:
        try:
            await self._read_to_end(job_id, output)
        except LlmgwError as error:
            output.note(Warned(code="unreadable", message=str(error)))
        self.is_at_end = True
        self._look.stop()
        self._note()

    async def _read_to_end(self, job_id: str, output: JobOutput) -> None:
        async with aclosing(self._jobs.watch(job_id)) as events:
            await self._awake.wait()
            until_s = perf_counter() + _TURN_S
            async for event in events:
                self._hear_stderr(job_id)
                if isinstance(event, RunEnded):
                    await self._read_all_stderr()
                output.note(event)
                self._note()
                if perf_counter() > until_s:
                    await asyncio.sleep(_REST_S)
                    await self._awake.wait()
                    until_s = perf_counter() + _TURN_S

    async def _read_all_stderr(self) -> None:
        """The end comes last."""
        has_more = self._read_stderr()
        while has_more:
            await asyncio.sleep(_REST_S)
            has_more = self._read_stderr()

    def _read_stderr(self) -> bool:
        """Whether there was something."""
        if self._stderr is None:
            return False
        data, is_behind = self._stderr.read()
        if is_behind:
            self.output.note_gap()
        if data:
            self.output.note_stderr(data)
            self._note()
        return bool(data)

    def _note(self) -> None:
        if not self._has_come:
            self._has_come = True
            if self._awake.is_set():
                self._tell.start()

    def _tell_now(self) -> None:
        self._has_come = False
        self.came.emit()
