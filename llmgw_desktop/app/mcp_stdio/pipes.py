"""Standard input and output as the client's alone: nothing else is ever written to it."""

import os
import sys

from llmgw_desktop.app.mcp_stdio.lines import Lines

_PIECE = 1 << 16


class Pipes:
    """`read` in one thread, `write` in one thread. A client that has gone ends the program."""

    def __init__(self, longest: int) -> None:
        self._lines = Lines(longest)
        self._input = 0
        self._output = os.dup(1)
        try:
            os.dup2(2, 1)  # what a library prints goes where people read
        except OSError:  # nobody reads
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        if sys.platform == "win32":  # pragma: no cover
            import msvcrt

            for handle in (self._input, self._output):
                msvcrt.setmode(handle, os.O_BINARY)

    def read(self) -> list[bytes | None] | None:
        """Lines, of which one that was too long is None; None at the end. Waits."""
        try:
            data = os.read(self._input, _PIECE)
        except OSError:
            return None
        return self._lines.feed(data) if data else None

    def write(self, line: bytes) -> None:
        """Raises OSError if the client has gone. Waits until it has room."""
        rest = memoryview(line + b"\n")
        while rest:
            rest = rest[os.write(self._output, rest) :]
