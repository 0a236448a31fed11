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
"""Events that a slow listener may be behind; the telling waits then."""


class Watchers:
    """Of all panels."""

    def __init__(self) -> None:
        self._ended: dict[str, asyncio.Event] = {}
        self._listeners: dict[str, list[asyncio.Queue[ValidationEvent | None]]] = {}

    async def ended(self, run_id: str, is_over: Callable[[], bool]) -> None:
        """Returns when nothing of the panel is followed any more."""
        if not is_over():
            await self._ended.setdefault(run_id, asyncio.Event()).wait()

    def over(self, run_id: str) -> None:
        if (event := self._ended.pop(run_id, None)) is not None:
            event.set()
        for queue in self._listeners.get(run_id, ()):
            _put(queue, None)

    def seat_ended(self, run_id: str, answer: SeatAnswer) -> None:
        for queue in self._listeners.get(run_id, ()):
            _put(queue, SeatEnded(answer=answer))

    def changed(self, run: ValidationRun) -> RunChanged:
        return RunChanged(run=run)

    async def watch(
        self, run: ValidationRun, seats: SeatRuns | None, is_over: Callable[[], bool]
    ) -> AsyncIterator[ValidationEvent]:
        yield RunChanged(run=run)
        if is_over():
            return
        queue: asyncio.Queue[ValidationEvent | None] = asyncio.Queue(MOST_WAITING)
        self._listeners.setdefault(run.id, []).append(queue)
        tasks = Tasks()
        for answer in (*run.answers, run.judge):
            if seats is not None and answer is not None and answer.is_live:
                name = f"hear {answer.correlation_id}"
                tasks.start(_hear(seats, answer, run.owner, queue), name=name)
        try:
            while not is_over() or not queue.empty():
                event = await queue.get()
                if event is None:
                    return
                yield event
        finally:
            self._listeners[run.id].remove(queue)
            if not self._listeners[run.id]:
                del self._listeners[run.id]
            await tasks.stop()


async def _hear(
    seats: SeatRuns,
    answer: SeatAnswer,
    owner: str,
    queue: asyncio.Queue[ValidationEvent | None],
) -> None:
    async for text in seats.words(answer, owner):
        await queue.put(SeatGrew(seat=answer.seat.name, text=text))


def _put(queue: "asyncio.Queue[ValidationEvent | None]", event: ValidationEvent | None) -> None:
    """What must be told takes the place of what is oldest."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)
