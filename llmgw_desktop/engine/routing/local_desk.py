"""One queue for each local server that has a limit of its own (`at_once` of a provider).

A server on somebody's own computer answers few at a time, and keeps one model in memory or two. So
requests wait here for their turn: people's before those of the background, in the order in which
they came, and one for another model only when all answers of the one before have ended. A server
that says that it still loads the model is asked again until it has.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import AccountsBusy
from llmgw_desktop.domain.provider import Upstream
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.routing.hold_back import SMALL_BYTES, read_ahead
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, UpstreamCall, UpstreamClient

MOST_WAITING = 200
LONGEST_WAIT_S = 600.0
LONGEST_LOAD_S = 600.0
LOAD_LOOKS_S = 1.0
"""Between two questions whether the model is there."""
LEAST_LOAD_S = 1.0
"""What took less, after another model, was no load that anybody would want to know of."""
_LOADING, _BUSY = b"oading model", 503
"""As llama.cpp says it, and whoever is built upon it."""


@dataclass(slots=True, eq=False)
class _Turn:
    model: str
    began: "asyncio.Future[None]"


@dataclass(slots=True, eq=False)
class _Line:
    """Of one server."""

    at_once: int = 1
    model: str = ""
    """That it answers with, or did last."""
    running: int = 0
    loading_since: float | None = None
    people: deque[_Turn] = field(default_factory=deque)
    background: deque[_Turn] = field(default_factory=deque)

    @property
    def waiting(self) -> int:
        return len(self.people) + len(self.background)

    def may_begin(self, model: str) -> bool:
        return not self.running or (model == self.model and self.running < self.at_once)

    def begin(self, model: str) -> None:
        self.model, self.running = model, self.running + 1

    def call(self) -> None:
        """Whoever may have a turn now gets it."""
        while queue := self.people or self.background:
            turn = queue[0]
            if not self.may_begin(turn.model):
                return
            queue.popleft()
            if not turn.began.done():
                self.begin(turn.model)
                turn.began.set_result(None)


class LocalDesk:
    """Of all local servers. On the loop. `is_background` tells for whom nobody waits."""

    def __init__(self, is_background: Callable[[Principal], bool], clock: Clock) -> None:
        self._is_background = is_background
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        """By the addresses of the servers: several providers may lead to one."""
        self._addresses: dict[str, str] = {}
        self.looks_s = LOAD_LOOKS_S

    def words(self, provider: str) -> str:
        """«answers qwen3 (1), 3 wait», «loads qwen3 since 14 s»; empty where it does nothing, or
        has no queue."""
        line = self._lines.get(self._addresses.get(provider, ""))
        if line is None or not line.running:
            return ""
        said = f"answers {line.model} ({line.running:,})"
        if line.loading_since is not None:
            said = f"loads {line.model} since {self._now_s() - line.loading_since:.0f} s"
        return f"{said}, {line.waiting:,} wait" if line.waiting else said

    async def send(
        self, way: UpstreamClient, call: UpstreamCall, flight: OpenFlight
    ) -> UpstreamAnswer:
        """When its turn has come. Raises as `way`, and AccountsBusy where too many wait."""
        upstream, model = call.candidate.upstream, call.candidate.model
        line = self._line_of(upstream)
        before = line.model
        ahead, running = line.waiting, line.running
        if await self._wait(line, upstream, model, call.principal):
            flight.queued(f"{running:,} under way, {ahead:,} waited already")
            before = ""
        try:
            answer = await self._asked(way, call, flight, line)
        except BaseException:
            self._leave(line)
            raise
        finally:
            line.loading_since = None
        took_s = self._now_s() - flight.last_end
        if before not in ("", model) and took_s >= LEAST_LOAD_S:
            flight.loaded(f"{before} was in use before; loading {model} is in this time")
        return _DeskAnswer(answer, lambda: self._leave(line))

    async def _wait(
        self, line: _Line, upstream: Upstream, model: str, principal: Principal
    ) -> bool:
        """Whether it had to."""
        if not line.waiting and line.may_begin(model):
            line.begin(model)
            return False
        if line.waiting >= MOST_WAITING:
            raise _too_many(upstream, line.waiting)
        queue = line.background if self._is_background(principal) else line.people
        turn = _Turn(model, asyncio.get_running_loop().create_future())
        queue.append(turn)
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                await turn.began
        except BaseException as error:
            if turn.began.done() and not turn.began.cancelled():
                self._leave(line)
            elif turn in queue:
                queue.remove(turn)
                line.call()
            if isinstance(error, TimeoutError):
                raise _too_many(upstream, line.waiting) from None
            raise
        return True

    async def _asked(
        self, way: UpstreamClient, call: UpstreamCall, flight: OpenFlight, line: _Line
    ) -> UpstreamAnswer:
        """Again while the server says that it loads the model."""
        began_s = self._now_s()
        while True:
            answer = await way.send(call)
            if answer.status != _BUSY:
                return answer
            answer, body = await read_ahead(answer, SMALL_BYTES)
            if _LOADING not in body or self._now_s() - began_s > LONGEST_LOAD_S:
                return answer
            await answer.close()
            line.loading_since = began_s
            await asyncio.sleep(self.looks_s)
            flight.loaded(f"the server said that it loads {call.candidate.model}")

    def _line_of(self, upstream: Upstream) -> _Line:
        address = upstream.base_url or upstream.provider
        line = self._lines.get(address)
        if line is None:
            line = self._lines[address] = _Line()
        self._addresses[upstream.provider] = address
        line.at_once = upstream.at_once
        return line

    def _leave(self, line: _Line) -> None:
        line.running -= 1
        line.call()

    def _now_s(self) -> float:
        return self._clock.monotonic_s()


class _DeskAnswer:
    """Whose end gives the turn to the next."""

    def __init__(self, answer: UpstreamAnswer, leave: Callable[[], None]) -> None:
        self._answer = answer
        self._leave: Callable[[], None] | None = leave
        self.status, self.headers = answer.status, answer.headers
        for short in ("relay", "whole"):  # ways of those who stand at the socket
            if (way := getattr(answer, short, None)) is not None:
                setattr(self, short, way)

    async def read(self) -> bytes:
        return await self._answer.read()

    def said_all(self) -> None:
        self._answer.said_all()

    async def close(self) -> None:
        leave, self._leave = self._leave, None
        try:
            await self._answer.close()
        finally:
            if leave is not None:
                leave()


def _too_many(upstream: Upstream, waiting: int) -> AccountsBusy:
    return AccountsBusy(
        f"{waiting:,} requests wait for their turn at '{upstream.provider}' "
        f"(at_once = {upstream.at_once} in its settings).",
        retry_after_s=30,
    )
