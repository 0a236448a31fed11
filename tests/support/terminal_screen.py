"""A program on a terminal of its own, with keys to press: as a person runs a CLI."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import termios
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_ROWS, _COLUMNS = 45, 120
_ASKED = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b[?u": b"\x1b[?0u",
}
"""What programs ask a terminal, and what one says."""


class TerminalScreen:
    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.shown = b""
        """All that was written, with its colours and moves."""

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def read(self) -> None:
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return
        except OSError:  # the program has ended
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
        self.shown += data
        for asked, said in _ASKED.items():
            if asked in data:
                os.write(self._fd, said)


@asynccontextmanager
async def on_a_screen(
    argv: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[TerminalScreen]:
    """It is ended with all it started."""
    told = {**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(argv[0], list(argv), told)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    os.set_blocking(fd, False)
    screen = TerminalScreen(fd)
    asyncio.get_running_loop().add_reader(fd, screen.read)
    try:
        yield screen
    finally:
        asyncio.get_running_loop().remove_reader(fd)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)
