"""Reading what a run has written so far, piece by piece, while it goes on writing."""

import os
from io import UnsupportedOperation
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

PIECE_BYTES = 64 * 1024
TAIL_BYTES = 16 * 1024


class Spool:
    """One file from its beginning on; holds one piece at a time."""

    def __init__(self, written: Path | BinaryIO) -> None:
        """A path is read as it stands there. Raises OSError."""
        self._file = written.open("rb", buffering=0) if isinstance(written, Path) else written
        self._handle = _handle_of(self._file)
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
        if self._file.closed:
            return 0
        if self._handle is None:
            return self._file.seek(0, os.SEEK_END)
        return os.fstat(self._handle).st_size

    @property
    def inode(self) -> int:
        return 0 if self._file.closed or self._handle is None else os.fstat(self._handle).st_ino

    def read(self, most: int = PIECE_BYTES) -> bytes:
        """Empty: no more is there now."""
        if self._file.closed:
            return b""
        if self._handle is None:
            self._file.seek(self.offset)
            piece = self._file.read(most)
        else:
            piece = os.pread(self._handle, most, self.offset)
        self.offset += len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


def _handle_of(file: BinaryIO) -> int | None:
    """None of one that is encrypted, which does not grow."""
    try:
        return file.fileno()
    except UnsupportedOperation:
        return None


def tail(path: Path) -> str:
    """The end of a file, as it stands there; empty if there is none."""
    try:
        with path.open("rb") as file:
            return tail_of(file)
    except OSError:
        return ""


def tail_of(file: BinaryIO, most: int = TAIL_BYTES) -> str:
    """As text. Raises OSError."""
    file.seek(max(file.seek(0, os.SEEK_END) - most, 0))
    return file.read(most).decode("utf-8", "replace")


def cut(path: Path, most: int) -> bool:
    """Leave so many bytes of a file; whether there were more. Raises OSError."""
    if path.stat().st_size <= most:
        return False
    os.truncate(path, most)
    return True
