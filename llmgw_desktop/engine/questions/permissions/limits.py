"""Who is there to be asked by agents, and how much they may ask: no more than can be read."""

import asyncio
from collections import deque
from collections.abc import Callable

from llmgw_desktop.domain.clock import Clock


class Audience:
    """On the loop."""

    def __init__(self) -> None:
        self._attending = 0
        self._listening: set[asyncio.Future[None]] = set()

    @property
    def is_there(self) -> bool:
        return self._attending > 0

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""
        self._attending += 1
        is_there = True

        def leave() -> None:
            nonlocal is_there
            self._attending -= is_there
            is_there = False

        return leave

    async def news(self) -> None:
        """Returns when a question comes or has its answer."""
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listening.add(heard)
        try:
            await heard
        finally:
            self._listening.discard(heard)

    def tell(self) -> None:
        """There is news."""
        for heard in self._listening:
            if not heard.done():
                heard.set_result(None)


MOST_OF_JOB = 20
"""Questions of one job that wait at once."""
MOST_OF_OWNER = 60
"""Of all jobs of one client, so that none shuts out the others."""
MOST_IN_ALL = 200
MOST_A_MINUTE = 60
"""Of one job: put to a person, not answered by what was allowed already."""
_MINUTE_S = 60.0
_TOO_MANY = (
    "Denied by the gateway: {many} questions wait for an answer already. Ask again when some are"
    " answered."
)
_TOO_FAST = (
    "Denied by the gateway: this job asked {many} times within a minute, more than a person can"
    " answer. Ask for less, one thing after the other."
)


class QuestionLimits:
    """Of all jobs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._put: dict[str, deque[float]] = {}

    def refusal(self, job_id: str, *, of_job: int, of_owner: int, in_all: int) -> str:
        """Why another question of this job is not put; empty where it may be."""
        for many, most in (
            (of_job, MOST_OF_JOB),
            (of_owner, MOST_OF_OWNER),
            (in_all, MOST_IN_ALL),
        ):
            if many >= most:
                return _TOO_MANY.format(many=many)
        times = self._put.get(job_id, deque())
        while times and times[0] <= self._clock.monotonic_s() - _MINUTE_S:
            times.popleft()
        return _TOO_FAST.format(many=len(times)) if len(times) >= MOST_A_MINUTE else ""

    def put(self, job_id: str) -> None:
        """A question is put to a person."""
        self._put.setdefault(job_id, deque()).append(self._clock.monotonic_s())

    def forget(self, job_id: str) -> None:
        self._put.pop(job_id, None)
