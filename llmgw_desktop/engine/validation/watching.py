"""Who looks on while a panel goes on: each answer's text as it grows, and how it stands."""

import asyncio
from collections.abc import AsyncIterator, Callable

from llmgw_desktop.domain.validation import (
    RunChanged,
    SeatAnswer,
    SeatEnded,
    SeatGrew,
    ValidationEvent,
    ValidationRun,
)
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.engine.validation.seat_run import SeatRuns

MOST_WAITING = 1_000
"""Events that a slow listener may be behind; the telling of texts waits then."""


class _Listener:
    """One who looks on."""

    def __init__(self, owner: str, seats: SeatRuns | None) -> None:
        self.queue: asyncio.Queue[ValidationEvent | None] = asyncio.Queue(MOST_WAITING)
        self.tasks = Tasks()
        self._owner = owner
        self._seats = seats

    def hear(self, answer: SeatAnswer, *, is_judge: bool) -> None:
        if self._seats is not None and answer.is_live:
            heard = self._hear(self._seats, answer, is_judge)
            self.tasks.start(heard, name=f"hear {answer.correlation_id}")

    def put(self, event: ValidationEvent | None) -> None:
        """What must be told takes the place of what is oldest."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(event)

    async def _hear(self, seats: SeatRuns, answer: SeatAnswer, is_judge: bool) -> None:
        async for text in seats.words(answer, self._owner):
            grew = SeatGrew(seat=answer.seat.name, text=text, is_judge=is_judge)
            await self.queue.put(grew)


class Watchers:
    """Of all panels."""

    def __init__(self) -> None:
        self._ended: dict[str, asyncio.Event] = {}
        self._listeners: dict[str, list[_Listener]] = {}

    async def ended(self, run_id: str, is_over: Callable[[], bool]) -> None:
        """Returns when nothing of the panel is followed any more."""
        if not is_over():
            await self._ended.setdefault(run_id, asyncio.Event()).wait()

    def over(self, run_id: str) -> None:
        if (event := self._ended.pop(run_id, None)) is not None:
            event.set()
        for listener in self._listeners.get(run_id, ()):
            listener.put(None)

    def judge_began(self, run_id: str, judge: SeatAnswer) -> None:
        for listener in self._listeners.get(run_id, ()):
            listener.hear(judge, is_judge=True)

    def seat_ended(self, run_id: str, answer: SeatAnswer, *, is_judge: bool) -> None:
        for listener in self._listeners.get(run_id, ()):
            listener.put(SeatEnded(answer=answer, is_judge=is_judge))

    async def watch(
        self, run: ValidationRun, seats: SeatRuns | None, is_over: Callable[[], bool]
    ) -> AsyncIterator[ValidationEvent]:
        """Until nothing of it is followed any more."""
        yield RunChanged(run=run)
        if is_over():
            return
        listener = _Listener(run.owner, seats)
        self._listeners.setdefault(run.id, []).append(listener)
        for answer in run.answers:
            listener.hear(answer, is_judge=False)
        if run.judge is not None:
            listener.hear(run.judge, is_judge=True)
        try:
            while not is_over() or not listener.queue.empty():
                event = await listener.queue.get()
                if event is None:
                    return
                yield event
        finally:
            self._listeners[run.id].remove(listener)
            if not self._listeners[run.id]:
                del self._listeners[run.id]
            await listener.tasks.stop()
