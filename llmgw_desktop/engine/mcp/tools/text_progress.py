"""What a run says, told to who waits for it, while it says it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from llmgw_desktop.domain.cli import CliEvent, Retrying, TextGrew, ToolBegan
from llmgw_desktop.domain.job import Job
from llmgw_desktop.engine.mcp.tool import Progress
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.wire.jobs import wish_object

PAUSE_S = 0.1
"""Between two messages: what is said meanwhile goes out as one."""
_LAST_WORDS_S = 2.0
_LONGEST_STEP = 200
_log = logging.getLogger(__name__)


class Teller:
    """Of one call. `follow` once; `stop` in any case."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks = Tasks()
        self._reading: asyncio.Task[None] | None = None
        self._said: list[str] = []
        self._heard = 0
        self._more = asyncio.Event()
        self._over = asyncio.Event()

    def follow(
        self, events: AsyncIterator[CliEvent], standing: AsyncIterator[Job], name: str
    ) -> None:
        """`standing`: the job whenever what it waits for has changed."""
        self._tasks.start(self._read(events), name=f"hear {name}")
        self._tasks.start(self._wait(standing), name=f"hear what {name} waits for")
        self._tasks.start(self._tell(), name=f"tell of {name}")

    async def stop(self, *, is_over: bool) -> None:
        """`is_over`: the run has ended, and its last words are still told."""
        if is_over:
            await self._tasks.finish(_LAST_WORDS_S)
        else:
            await self._tasks.stop()

    async def _read(self, events: AsyncIterator[CliEvent]) -> None:
        try:
            async for event in events:
                self._note(event)
        finally:
            self._over.set()
            self._more.set()

    async def _wait(self, standing: AsyncIterator[Job]) -> None:
        async for job in standing:
            if self._over.is_set():
                return
            self._heard += 1
            self._line(f"[{_waits(job)}]")
            self._more.set()

    def _note(self, event: CliEvent) -> None:
        self._heard += 1
        match event:
            case TextGrew(text=text):
                self._said.append(text)
            case ToolBegan(name=name, summary=summary):
                self._line(f"[{name} {summary}".rstrip() + "]")
            case Retrying(reason=reason):
                self._line(f"[once more: {reason}]")
            case _:
                return
        self._more.set()

    def _line(self, words: str) -> None:
        line = " ".join(words.split())
        cut = line if len(line) <= _LONGEST_STEP else f"{line[: _LONGEST_STEP - 2]}…]"
        self._said.append(f"\n{cut}\n")

    async def _tell(self) -> None:
        while not (self._over.is_set() and not self._said):
            await self._more.wait()
            self._more.clear()
            if not self._said:
                continue
            said, self._said = "".join(self._said), []
            try:
                await self._progress(float(self._heard), None, said)
            except Exception as error:  # noqa: BLE001 - whoever asked is gone; the run is not
                _log.debug("nobody hears what the run says: %s", error)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), PAUSE_S)


def _waits(job: Job) -> str:
    if wishes := [str(wish_object(each)["summary"]) for each in job.questions]:
        return f"waits for a person: {'; '.join(wishes)}"
    return "goes on" if job.waiting_on is None else job.waiting_on.in_words
