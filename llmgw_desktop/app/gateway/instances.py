"""One gateway on a home: it starts anew, and takes over from one that editors alone started."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.engine.front.handed_sockets import FIRST, environment_for
from llmgw_desktop.platform.environment import IS_POSIX, move_up
from llmgw_desktop.platform.processes import (
    ProcessMark,
    ask_anew,
    ask_to_end,
    hear_anew,
    hear_no_more,
    started_ticks,
)
from llmgw_desktop.store.run_file import HANDED, InstanceLock, UseLock

WITHIN_S = 20.0
"""Answers that run may go on for so long before they are broken off."""
_OUT_OF_THE_WAY = 64
_FOLLOWS, _ONCE_MORE = "LLMGW_FOLLOWS", 75
"""The variable by which a next start knows whom it follows, and its exit code that asks that one
for another."""
_log = logging.getLogger(__name__)


class Restart:
    """One for the program. `asked` is called on any thread's behalf, when the signal comes."""

    def __init__(self) -> None:
        self.is_asked = False
        self.sockets: list[int] = []
        """That listen; whoever ends the gateway puts them here."""

    def listen(self, asked: Callable[[], None]) -> bool:
        """From the main thread; whether this program can be asked."""

        def came() -> None:
            self.is_asked = True
            asked()

        hear_anew(came)
        return True

    def go_on(self, lock: InstanceLock, *, is_awaited: bool = False) -> int:
        """When all has ended. Where a process may become its next start, returns only if that
        cannot be made; elsewhere the exit code of whoever `is_awaited`, such as by a terminal."""
        hear_no_more()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        try:
            if not IS_POSIX:
                return _followed(lock, is_awaited=is_awaited)
            self._pass_on(lock)
            os.execv(sys.executable, _own_words())  # noqa: S606 - this very program
        except OSError as error:
            _log.error("the next start cannot be made: %s", error)
        return 1

    def _pass_on(self, lock: InstanceLock) -> None:
        """What listens and the lock, under the numbers where the next start looks for them."""
        kept = [*self.sockets, *([] if (held := lock.handle) is None else [held])]
        moved = [move_up(each, _OUT_OF_THE_WAY) for each in kept]
        for at, each in enumerate(moved):
            os.dup2(each, FIRST + at, inheritable=True)
        os.environ.update(environment_for(len(self.sockets)))
        if held is not None:
            os.environ[HANDED] = f"{os.getpid()} {FIRST + len(self.sockets)}"


def ask(pid: int) -> None:
    """The gateway of this number, which listens for it. Raises OSError."""
    ask_anew(pid)


def _followed(lock: InstanceLock, *, is_awaited: bool) -> int:
    """By its next start, a process of its own. Who is awaited stays until the last of these ends:
    each asks the first for the next one, so that never more than two are there. Raises OSError."""
    import subprocess  # who is not asked to starts without it

    lock.release()
    if os.environ.get(_FOLLOWS) == str(os.getppid()):
        return _ONCE_MORE
    if not is_awaited:
        subprocess.Popen(_own_words())  # noqa: S603 - this very program
        return 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the next one's
    env = {**os.environ, _FOLLOWS: str(os.getpid())}
    while (code := subprocess.call(_own_words(), env=env)) == _ONCE_MORE:  # noqa: S603 - as above
        pass
    return code


def _own_words() -> list[str]:
    """As this process was started."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *sys.argv[1:]]
    return [sys.executable, *sys.orig_argv[1:]]


FOR_EDITORS = "for editors"
"""The note of its instance lock."""
TAKE_OVER_S = 20.0
_LOOKS, _LOOK_S = 20, 0.05
_SHORTEST_S = 0.2


class EditorsUse:
    """Says when it is time to end."""

    def __init__(self, path: Path, linger_s: int) -> None:
        self._lock = UseLock(path)
        self._linger_s = linger_s

    async def wait_unneeded(self, is_busy: Callable[[], bool]) -> None:
        """Until no editor has held on to it for `linger_s` and it is not busy. Whoever comes then
        waits for its end, and starts another."""
        while True:
            await self._wait_unused()
            await asyncio.sleep(max(self._linger_s, _SHORTEST_S))
            if not is_busy() and self._lock.end_unused():
                _log.info("no editor has needed this gateway for %d s: it ends", self._linger_s)
                return

    async def _wait_unused(self) -> None:
        """In a thread that may be left waiting when the program ends."""
        loop = asyncio.get_running_loop()
        unused = asyncio.Event()

        def wait() -> None:
            self._lock.wait_unused()
            if not loop.is_closed():
                loop.call_soon_threadsafe(unused.set)

        threading.Thread(target=wait, name="editors", daemon=True).start()
        await unused.wait()


def quiet_from_now_on() -> None:
    """Nobody reads what it says, and what it was started with may be gone; its log is in files."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)


def take_over(lock: InstanceLock) -> bool:
    """Have the engine that holds the lock end in order, if it is one for editors, and take its
    place. Its jobs go on. Raises OSError."""
    for _ in range(_LOOKS):
        pid, note = lock.holder()
        ticks = None if pid is None else started_ticks(pid)
        if pid is not None and ticks is not None:
            if note != FOR_EDITORS:
                return False
            _log.info("taking over from the gateway for editors (pid %d)", pid)
            ask_to_end(ProcessMark(pid=pid, started_ticks=ticks))
            return lock.take_within(TAKE_OVER_S)
        if lock.take_within(_LOOK_S):  # it has not written down yet who it is, or has gone
            return True
    return False
