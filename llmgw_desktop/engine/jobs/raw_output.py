"""What a run wrote, byte for byte as text, a page at a time: for who reads a CLI's own words."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from llmgw_desktop.domain.job import Job
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.spool import PIECE_BYTES


@dataclass(frozen=True, slots=True)
class TextPage:
    """Characters `offset` and on of a text."""

    text: str = ""
    offset: int = 0
    total: int = 0

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins; None behind the last."""
        end = self.offset + len(self.text)
        return end if end < self.total else None


@dataclass(frozen=True, slots=True)
class RawOutput:
    """Of a job; without a folder it wrote nothing. Its methods read files: for a thread.
    They raise VaultError, StoreError."""

    job: Job
    folder: JobFolder | None = None

    def stdout(self, offset: int, most: int) -> TextPage:
        """Of its last run. What something that a run left behind writes on is not in it."""
        if self.folder is None:
            return TextPage(offset=offset)
        is_over = not self.job.is_live
        last = self.job.stdout_bytes if is_over and self.job.stdout_bytes else None
        return _page(partial(self.folder.open, self.folder.stdout), offset, most, last)

    def stderr(self, offset: int, most: int) -> TextPage:
        if self.folder is None:
            return TextPage(offset=offset)
        return _page(partial(self.folder.open, self.folder.stderr), offset, most, None)


def _page(
    opened: Callable[[], BinaryIO], offset: int, most: int, last_byte: int | None
) -> TextPage:
    """Holds one piece and the page. A character that is split between two pieces stays whole."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    kept: list[str] = []
    total, left = 0, last_byte
    try:
        with opened() as file:
            while piece := file.read(PIECE_BYTES if left is None else min(left, PIECE_BYTES)):
                left = None if left is None else left - len(piece)
                text = decoder.decode(piece)
                kept.append(_part(text, total, offset, most))
                total += len(text)
    except FileNotFoundError:
        return TextPage(offset=offset)
    rest = decoder.decode(b"", final=True)
    kept.append(_part(rest, total, offset, most))
    return TextPage(text="".join(kept), offset=offset, total=total + len(rest))


def _part(text: str, begins: int, offset: int, most: int) -> str:
    """What of a piece lies on the page."""
    return text[max(offset - begins, 0) : max(offset + most - begins, 0)]
