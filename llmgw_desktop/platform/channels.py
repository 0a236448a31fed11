"""Ways between our own programs on this computer: a run's input, and sockets in the file system.

A run's input is a FIFO on Linux and macOS, opened so that writing never waits. Windows has none
that lies in a folder: there it is a file that grows, out of which the keeper feeds the run.
"""

import asyncio
import os
import selectors
import socket
import sys
from collections.abc import Callable
from pathlib import Path

Came = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]

if sys.platform == "win32":
    _WRITE = os.O_WRONLY | os.O_APPEND | os.O_BINARY | os.O_NOINHERIT

    def make_inputs(paths: list[Path]) -> None:
        """Anew, of a run that is going to be spoken with. Raises OSError."""
        for path in paths:
            path.write_bytes(b"")

    def open_input(path: Path) -> int:
        """To write to. Raises OSError where nobody reads it."""
        return os.open(path, _WRITE)

    def takes(handle: int) -> bool:
        """Whether writing does something now. A disk always takes."""
        return True

    async def serve_locally(came: Came, path: Path) -> asyncio.Server:
        """Raises OSError."""
        raise OSError(f"no socket can be made at {path}")

    def number_of(selector: selectors.DefaultSelector) -> int:
        """By which Qt may watch all that a selector waits for. Raises OSError: there is none."""
        raise OSError(f"{type(selector).__name__} has no number")

    def answers_locally(path: str, patience_s: float) -> bool:
        """Whether somebody listens there: there are none."""
        return False

else:
    import select

    _WRITE = os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC

    def make_inputs(paths: list[Path]) -> None:
        """Anew, of a run that is going to be spoken with. Raises OSError."""
        for path in paths:
            # A program that fell before it started the run has left one.
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)

    def open_input(path: Path) -> int:
        """To write to. Raises OSError where nobody reads it."""
        return os.open(path, _WRITE)

    def takes(handle: int) -> bool:
        """Whether writing does something now: a reader that has gone counts, writing tells."""
        poll = select.poll()
        poll.register(handle, select.POLLOUT)
        return bool(poll.poll(0))

    async def serve_locally(came: Came, path: Path) -> asyncio.Server:
        """Raises OSError."""
        return await asyncio.start_unix_server(came, path)

    def number_of(selector: selectors.DefaultSelector) -> int:
        """By which Qt may watch all that a selector waits for."""
        return selector.fileno()

    def answers_locally(path: str, patience_s: float) -> bool:
        """Whether somebody listens at this socket in the file system; an abstract one begins with
        NUL."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(patience_s)
            try:
                probe.connect(path)
            except OSError:
                return False
        return True
