"""`llmgw restart`: the gateway that runs becomes its next start, in the same process.

What listens stays open over it, and so does the lock of the home: who connects meanwhile waits and
is served by the next start, which has the code and the settings that lie on the disk by then.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from llmgw_desktop.engine.front.handed_sockets import FIRST, environment_for
from llmgw_desktop.store.instance_lock import HANDED, InstanceLock

WITHIN_S = 20.0
"""Answers that run may go on for so long before they are broken off."""
_OUT_OF_THE_WAY = 64
_log = logging.getLogger(__name__)


class Restart:
    """One for the program. `asked` is called on any thread's behalf, when the signal comes."""

    def __init__(self) -> None:
        self.is_asked = False
        self.sockets: list[int] = []
        """That listen; whoever ends the gateway puts them here."""

    def listen(self, asked: Callable[[], None]) -> bool:
        """From the main thread; whether this system has the signal."""
        number = _signal()
        if number is None:
            return False

        def came(*_: object) -> None:
            self.is_asked = True
            asked()

        signal.signal(number, came)
        return True

    def go_on(self, lock: InstanceLock) -> None:
        """When all has ended. Returns only where the next start cannot be made."""
        import fcntl

        kept = [*self.sockets, *([] if (held := lock.handle) is None else [held])]
        moved = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY) for each in kept]
        for at, each in enumerate(moved):
            os.dup2(each, FIRST + at, inheritable=True)
        os.environ.update(environment_for(len(self.sockets)))
        if held is not None:
            os.environ[HANDED] = f"{os.getpid()} {FIRST + len(self.sockets)}"
        if (number := _signal()) is not None:
            signal.signal(number, signal.SIG_IGN)  # until the next start listens for it
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        try:
            os.execv(sys.executable, _own_words())  # noqa: S606 - this very program
        except OSError as error:
            _log.error("the next start cannot be made: %s", error)


def ask(pid: int) -> None:
    """The gateway of this number, which listens for it. Raises OSError."""
    number = _signal()
    if number is None:
        raise OSError("this system has no such signal")
    os.kill(pid, number)


def _signal() -> int | None:
    found: int | None = getattr(signal, "SIGUSR2", None)
    return found


def _own_words() -> list[str]:
    """As this process was started."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *sys.argv[1:]]
    return [sys.executable, *sys.orig_argv[1:]]
