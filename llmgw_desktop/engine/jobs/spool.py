"""Reading what a run has written so far, piece by piece, while it goes on writing."""

import os
from pathlib import Path
from types import TracebackType

PIECE_BYTES = 64 * 1024
TAIL_BYTES = 16 * 1024


class Spool:
    """One file from its beginning on; holds one piece at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._handle: int | None = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.offset = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def size(self) -> int:
        return 0 if self._handle is None else os.fstat(self._handle).st_size

    @property
    def inode(self) -> int:
        return 0 if self._handle is None else os.fstat(self._handle).st_ino

    def read(self, most: int = PIECE_BYTES) -> bytes:
        """Empty: no more is there now."""
        if self._handle is None:
            return b""
        piece = os.pread(self._handle, most, self.offset)
        self.offset += len(piece)
        return piece

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def tail(path: Path, most: int = TAIL_BYTES) -> str:
    """The end of a file as text; empty if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - most, 0))
            return file.read(most).decode("utf-8", "replace")
    except OSError:
        return ""


def cut(path: Path, most: int) -> bool:
    """Leave so many bytes of a file; whether there were more. Raises OSError."""
    if path.stat().st_size <= most:
        return False
    os.truncate(path, most)
    return True
