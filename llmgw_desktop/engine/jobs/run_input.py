"""The stdin of a run that is spoken with: bytes go in without the loop's ever waiting for them.

Each message is written down before and after it is sent. What was begun by a program that fell
before it knew the end cannot be sent again: half of it may have arrived.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from llmgw_desktop.clis.dialogue import Send
from llmgw_desktop.engine.jobs import keeper
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.spool import SaidLog
from llmgw_desktop.platform.channels import open_input, takes


class RunInput:
    """Of one run. On the loop."""

    def __init__(self, folder: JobFolder, log: SaidLog, failed: Callable[[OSError], None]) -> None:
        """`failed`: something could not be written down, and nothing more is sent."""
        self._folder = folder
        self._log = log
        self._failed = failed
        self._waiting: deque[Send] = deque()
        self._sent = 0
        """Bytes of the first of them."""
        self._handle: int | None = None
        self._is_watched = False
        self._is_closing = False
        self._is_over = False

    @property
    def has_more(self) -> bool:
        """It waits for the run to read."""
        return bool(self._waiting) and not self._is_over

    def send(self, send: Send) -> None:
        """Once: what was sent before is left out."""
        if self._is_over or self._is_closing or send.key in self._log.said.sent:
            return
        if any(each.key == send.key for each in self._waiting):
            return
        if not self._waiting:
            self._sent = self._log.said.part.get(send.key, 0)
        self._waiting.append(send)
        self._go_on()

    def close(self) -> None:
        """The run's input ends as soon as all has been sent."""
        self._is_closing = True
        self._go_on()

    def release(self) -> None:
        """Leave it as it is, for the next program."""
        if self.has_more and self._waiting[0].key in self._log.said.begun:
            # Where that is not written down, the next program does not know and ends the run.
            with suppress(OSError):
                self._log.part(self._waiting[0].key, self._sent)
        self._over()

    def end(self) -> None:
        """At once, whatever still waits."""
        self._over()
        keeper.end_input(self._folder)

    def _over(self) -> None:
        self._is_over = True
        self._unwatch()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _go_on(self) -> None:
        if self._is_over:
            return
        try:
            while self._waiting:
                if not self._open() or not self._write(self._waiting[0]):
                    return
                self._waiting.popleft()
                waiting = self._waiting[0].key if self._waiting else ""
                self._sent = self._log.said.part.get(waiting, 0)
        except OSError as error:
            self._over()
            self._failed(error)
            return
        self._unwatch()
        if self._is_closing:
            self.end()

    def _open(self) -> bool:
        """False where nobody reads it: the run is ending."""
        if self._handle is None:
            try:
                self._handle = open_input(self._folder.stdin)
            except OSError:
                self._over()
                return False
        return True

    def _write(self, send: Send) -> bool:
        """Whether all of it is in. Raises OSError where that could not be written down."""
        assert self._handle is not None
        while self._sent < len(send.data):
            # Looked at first: what was never begun may be sent by the next program.
            if not takes(self._handle):
                self._watch()
                return False
            if send.key not in self._log.said.begun or send.key in self._log.said.part:
                self._log.begun(send.key)
            try:
                self._sent += os.write(self._handle, memoryview(send.data)[self._sent :])
            except BlockingIOError:
                self._watch()
                return False
            except BrokenPipeError:
                self._over()
                return False
        self._log.sent(send.key)
        return True

    def _watch(self) -> None:
        if not self._is_watched and self._handle is not None:
            asyncio.get_running_loop().add_writer(self._handle, self._go_on)
            self._is_watched = True

    def _unwatch(self) -> None:
        if self._is_watched and self._handle is not None:
            asyncio.get_running_loop().remove_writer(self._handle)
        self._is_watched = False
