"""A run that lost its keeper: somebody killed that alone, and the CLI goes on.

It is followed to its end all the same. Only its exit status is not known then: nobody else than its
parent is told of it.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from llmgw_desktop.engine.jobs.keeper import NAME
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.engine.jobs.processes import ProcessMark, has_proc, started_ticks


class UnkeptRun:
    """`call` is called when its CLI has ended."""

    def __init__(self, tree: ProcessTree, news: News, call: Callable[[], None]) -> None:
        self._tree = tree
        self._news = news
        self._call = call
        self._cli: ProcessMark | None = None
        self._was_looked_for = False
        self._forget: Callable[[], None] = lambda: None

    @property
    def was_found(self) -> bool:
        """It went on without its keeper, whether or not it still does."""
        return self._cli is not None

    async def goes_on(self) -> bool:
        """It is looked for once; what it leaves behind is not it."""
        if not self._was_looked_for:
            self._was_looked_for = True
            self._cli = await asyncio.to_thread(self._found)
            if self._cli is not None:
                self._forget = self._news.of_end(self._cli.pid, self._call)
        cli = self._cli
        return cli is not None and started_ticks(cli.pid) == cli.started_ticks

    def close(self) -> None:
        self._forget()

    def _found(self) -> ProcessMark | None:
        """The first that the keeper started, but for its own helpers; all else came of it."""
        if not has_proc():
            return None
        there = [mark for mark in self._tree.find() if not _is_helper(mark.pid)]
        return min(there, key=lambda mark: (mark.started_ticks, mark.pid), default=None)


def _is_helper(pid: int) -> bool:
    """It holds the run's input open, or copies its output: it ends with the run."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return True  # gone
    return NAME.encode() in words or words == [b"cat", b""]
