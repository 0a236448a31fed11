"""What a run has said, read again: raw from any place on, or as its CLI's reader understands it."""

import asyncio
import codecs
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from llmgw_desktop.clis.cli import OutputReader
from llmgw_desktop.domain.cli import (
    CliEvent,
    Noted,
    Retrying,
    RunEnded,
    TextGrew,
    ToolBegan,
    Warned,
)
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.submission import JobResult
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.enclosure import contained_of
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.spool import PIECE_BYTES, Spool
from llmgw_desktop.wire.shell.destructive import destroys


@value(kw_only=False)
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


@value(kw_only=False)
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


_MOST_WARNINGS = 50


async def events_of(
    job: Callable[[], Job | None],
    folder: JobFolder,
    make_reader: Callable[[int], Awaitable[OutputReader]],
    more: Callable[[], Awaitable[None]],
) -> AsyncIterator[CliEvent]:
    """All from the beginning, then each as it comes; the last is a RunEnded. Of runs that were
    started again all that they said, and why. Raises VaultError and StoreError for one that has
    ended and cannot be opened.

    `make_reader` is told which of its runs is read. `more` returns when there may be more to read,
    or the job has ended.
    """
    retry, reader = 0, await make_reader(0)
    while (now := job()) is not None:
        before = retry + 1 if now.retries > retry else None
        spool = _opened(folder, before, is_live=now.is_live)
        if spool is None and now.is_live and now.retries == retry:
            await more()
            continue
        if spool is not None:
            if retry == 0 and (begun := folder.begun_with()):
                yield Noted(text=begun)
            last = partial(_last_of, job, retry)
            async for event in _said(spool, reader, last, more):
                yield marked(event)
        now = job()
        if now is None or now.retries == retry:
            break
        retry, reader = retry + 1, await make_reader(retry + 1)
        yield Retrying(reason=folder.retry_reason(retry), attempt=retry)
    if now is not None:
        for event in ending(now, folder, reader):
            yield event


def marked(event: CliEvent) -> CliEvent:
    """With a word of what it destroys, where it does."""
    if isinstance(event, ToolBegan) and (why := destroys(event.summary)):
        return replace(event, destroys=why)
    return event


def _opened(folder: JobFolder, before: int | None = None, *, is_live: bool = False) -> Spool | None:
    """Of the last run, or of the one `before` the first, second, … retry. None before a run, and
    between two. Of a live job they lie in plain, however they begin."""
    path = folder.stdout if before is None else folder.kept_stdout(before)
    try:
        return Spool(path) if is_live else folder.spool(path)
    except FileNotFoundError:
        return None


def _last_of(job: Callable[[], Job | None], retry: int) -> float | None:
    """Up to where its run is read; None while it goes on."""
    now = job()
    if now is None or now.retries > retry:
        return math.inf
    return None if now.is_live else _last_byte(now)


def _last_byte(job: Job) -> float:
    """What a run left behind may write on after its end."""
    return job.stdout_bytes or math.inf


async def _said(
    opened: Spool,
    reader: OutputReader,
    last_of: Callable[[], float | None],
    more: Callable[[], Awaitable[None]],
) -> AsyncIterator[CliEvent]:
    with opened as spool:
        while True:
            last = last_of()
            while piece := spool.read(_room(spool, last)):
                for event in reader.feed(piece):
                    yield event
                await asyncio.sleep(0)  # others have their turn, however much there is
            if last is not None:
                return
            await more()


def _room(spool: Spool, last: float | None) -> int:
    return PIECE_BYTES if last is None else int(max(min(last - spool.offset, PIECE_BYTES), 0))


def ending(job: Job, folder: JobFolder, reader: OutputReader) -> Iterator[CliEvent]:
    """The reader's last events; the end is the job's, whatever the CLI said of it."""
    last: RunEnded | None = None
    for event in reader.finish(job.exit_code, folder.end_of_stderr()):
        if isinstance(event, RunEnded):
            last = event
        else:
            yield event
    is_done = job.state is JobState.COMPLETED
    if last is None:
        last = RunEnded(ok=is_done)
    yield last if is_done else replace(last, ok=False, error=job.error, category=job.category)


def result_of(
    job: Job, folder: JobFolder, reader: OutputReader, most_bytes: int | None = None
) -> JobResult:
    """Reads all of it, and holds so much of its text: for a thread."""
    said = _Text(most_bytes)
    last: RunEnded | None = None
    warnings: dict[Warned, None] = {}
    for event in _all(job, folder, reader):
        if isinstance(event, TextGrew):
            said.add(event.text)
        elif isinstance(event, Warned) and len(warnings) < _MOST_WARNINGS:
            warnings[event] = None
        elif isinstance(event, RunEnded):
            last = event
    if last is not None and last.text is not None:
        said = _Text(most_bytes)
        said.add(last.text)
    return JobResult(
        job=job,
        text="".join(said.pieces),
        left_out_bytes=said.left_out_bytes,
        structured=None if last is None else last.structured,
        stop_reason=None if last is None else last.stop_reason,
        stderr=folder.end_of_stderr(),
        warnings=tuple(warnings),
        contained=contained_of(folder),
    )


class _Text:
    """The beginning of a text that comes in pieces."""

    def __init__(self, most_bytes: int | None) -> None:
        self.pieces: list[str] = []
        self.left_out_bytes = 0
        self._room = most_bytes

    def add(self, text: str) -> None:
        if self._room is None:
            self.pieces.append(text)
            return
        said = text.encode("utf-8", "replace")
        kept = said[: self._room]
        self._room -= len(kept)
        self.left_out_bytes += len(said) - len(kept)
        if kept:
            self.pieces.append(text if len(kept) == len(said) else kept.decode("utf-8", "ignore"))


def _all(job: Job, folder: JobFolder, reader: OutputReader) -> Iterator[CliEvent]:
    before = job.retries if job.state is JobState.PARKED else None
    opened = _opened(folder, before, is_live=job.is_live)
    if opened is None and job.retries:  # it was parked, and ended so
        opened = _opened(folder, job.retries, is_live=job.is_live)
    if opened is not None:
        with opened as spool:
            last = None if job.is_live else _last_byte(job)
            while piece := spool.read(_room(spool, last)):
                yield from reader.feed(piece)
    if not job.is_live:
        yield from ending(job, folder, reader)
