"""Ways between our own programs on this computer: a run's input, and sockets in the file system.

A run's input is a FIFO on Linux and macOS, opened so that writing never waits. On Windows it is a
named pipe, whose name stands in the file of that place; the run's keeper takes at once what comes.
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
    import ctypes

    from llmgw_desktop.platform.keeper_windows import PIPES

    _WRITE = os.O_WRONLY | os.O_BINARY | os.O_NOINHERIT
    _PATIENCE_MS = 20
    """A keeper whose gateway has gone is ready for the next one at once."""

    def make_inputs(paths: list[Path]) -> None:
        """Anew, of a run that is going to be spoken with. Raises OSError."""
        for path in paths:
            path.write_bytes(b"")

    def open_input(path: Path) -> int:
        """To write to. Raises OSError where nobody reads it."""
        name = path.read_text("ascii", "replace")
        if not name.startswith(PIPES):
            raise FileNotFoundError(f"no keeper has written down where it hears: {path}")
        try:
            return os.open(name, _WRITE)
        except OSError:
            if not ctypes.WinDLL("kernel32").WaitNamedPipeW(name, _PATIENCE_MS):
                raise
            return os.open(name, _WRITE)

    def end_input(stdin: Path, holder: Path) -> None:
        """Who wrote to it has closed it, and no more will come. Once more does no harm. Raises
        OSError where nobody reads it."""
        with holder.open("ab") as file:
            file.write(b"\n")
        os.close(open_input(stdin))  # so that the keeper looks

    def takes(handle: int) -> bool:
        """Whether writing does something now. Whoever reads there takes at once."""
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

    def end_input(stdin: Path, holder: Path) -> None:
        """Who wrote to it has closed it; now the holder does. Once more does no harm. Raises
        OSError where nobody reads it."""
        handle = open_input(holder)
        try:
            os.write(handle, b"\n")
        finally:
            os.close(handle)

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
