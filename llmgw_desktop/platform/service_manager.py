"""What started us and watches over us: systemd, told by datagrams to the socket it names.

It is told when requests may come, when the end begins, and, where its unit has `WatchdogSec`, twice
within that time that the loop still turns: a gateway that hangs is started anew. Others that name
such a socket (containers' supervisors) are told the same. Windows and macOS have nothing like it.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping

_TARGET, _WITHIN, _WHOSE = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
_LEAST_S = 0.05
"""Oftener nobody is told, whatever the unit says."""


class ServiceManager:
    """Says nothing where nobody listens, and never waits: a message that is not taken is lost."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """`env`: what the program was started with."""
        self._socket = _connected(env.get(_TARGET, ""))
        self._every_s = _every_s(env) if self._socket is not None else 0.0
        self._next: asyncio.TimerHandle | None = None

    def ready(self, words: str) -> None:
        """From the loop that is watched over. `words`: how it stands, one line."""
        self._say(f"READY=1\nSTATUS={words}")
        if self._every_s and self._next is None:
            self._turn()

    def stopping(self) -> None:
        """The end has begun; until it has come the loop is still watched over."""
        self._say("STOPPING=1")

    def starts_anew(self) -> None:
        """This very process goes on as its next start, which will say that it is ready."""
        self._say("RELOADING=1\nSTATUS=starts anew")

    def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _turn(self) -> None:
        self._say("WATCHDOG=1")
        self._next = asyncio.get_running_loop().call_later(self._every_s, self._turn)

    def _say(self, text: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(text.encode())
        except OSError:  # its listener has gone, or its queue is full
            return


def _every_s(env: Mapping[str, str]) -> float:
    """0 where nobody asks for it, or asks another process."""
    within, whose = env.get(_WITHIN, ""), env.get(_WHOSE, "")
    if len(within) > 15 or not within.isdecimal() or whose not in ("", str(os.getpid())):
        return 0.0
    return max(int(within) / 1e6 / 2, _LEAST_S) if int(within) else 0.0


if sys.platform == "win32":

    def _connected(target: str) -> socket.socket | None:
        return None

else:

    def _connected(target: str) -> socket.socket | None:
        """None where none is named, or nobody listens there."""
        if not target.startswith(("/", "@")):
            return None
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            told.setblocking(False)
            told.connect(f"\0{target[1:]}" if target.startswith("@") else target)
        except (OSError, ValueError):
            told.close()
            return None
        return told
