"""Questions of one server, each on its way to whoever answers it and back: so many of one call, so
many at once, each given up with the call that it belongs to.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.callers import QUESTIONS, CallerSide, Party
from llmgw_desktop.engine.mcp.tool import CallerRefused, ProgressTelling

MOST_QUESTIONS = 30
"""Of one call, and at once: a server that asks its caller more has the call ended."""
_NO_SUCH_METHOD, _TOO_MUCH = -32601, -32000
_LONGEST_REASON = 600


class WaitingCall:
    """A request of ours that waits for its answer."""

    def __init__(self, progress: ProgressTelling | None, party: Party | None) -> None:
        self.answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.progress = progress
        self.party = party
        self.began_at = self.heard_at = time.monotonic()
        self.untold = 0
        self.questions = 0
        """That its caller was asked."""
        self.open_questions = 0


class ServerQuestions:
    """`side`: who answers; None: nobody does."""

    def __init__(
        self,
        name: str,
        side: CallerSide | None,
        reply: Callable[[object, Mapping[str, Any]], None],
        cut: Callable[[WaitingCall, str], None],
    ) -> None:
        """`cut` ends a call for a reason."""
        self._name = name
        self._side = side
        self._reply = reply
        self._cut = cut
        self._tasks = Tasks()
        self._open: dict[str | int, asyncio.Task[None]] = {}
        """By the server's ids of them."""

    def put(self, message: Mapping[str, Any], asking: Sequence[WaitingCall]) -> None:
        """`asking`: the calls for which it may be asking. It may ask whether we are there, and its
        caller some things."""
        method, number, params = message["method"], message["id"], message.get("params")
        if method == "ping":
            self._reply(number, {"result": {}})
        elif method not in QUESTIONS or self._side is None:
            self._refuse(number, f"This client does not offer {method[:80]}.", _NO_SUCH_METHOD)
        elif not self._may_ask(asking):
            self._refuse(number, "It has asked too much.", _TOO_MUCH)
        elif isinstance(number, str | int) and number not in self._open:
            asked = params if isinstance(params, dict) else {}
            work = self._answer(self._side, message, asked, asking)
            task = self._open[number] = self._tasks.start(work, name=f"ask for {self._name}")
            task.add_done_callback(lambda _: self._open.pop(number, None))

    def withdraw(self, number: object) -> None:
        task = self._open.get(number) if isinstance(number, str | int) else None
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        await self._tasks.stop()

    def _may_ask(self, asking: Sequence[WaitingCall]) -> bool:
        """Calls for which it asks without end are over."""
        if len(self._open) >= MOST_QUESTIONS and not asking:
            return False
        for each in asking:
            each.questions += 1
            if each.questions > MOST_QUESTIONS:
                why = (
                    f"{self._name} asked its caller more than {MOST_QUESTIONS} things in one call,"
                    " and the call was ended."
                )
                self._cut(each, why)
        return all(each.questions <= MOST_QUESTIONS for each in asking)

    async def _answer(
        self,
        side: CallerSide,
        message: Mapping[str, Any],
        params: Mapping[str, Any],
        asking: Sequence[WaitingCall],
    ) -> None:
        number, method = message["id"], message["method"]
        for each in asking:
            each.open_questions += 1
        parties = [each.party for each in asking if each.party is not None]
        work = _caught(side, method, params, parties)
        question = self._tasks.start(work, name=f"a question of {self._name}")
        try:
            await _until_answered(question, [each.answer for each in asking])
            told = question.result() if question.done() else None
            if isinstance(told, CallerRefused):
                self._refuse(number, plain_text(str(told))[:_LONGEST_REASON], told.code)
            elif told is not None:
                self._reply(number, {"result": told})
        finally:
            question.cancel()
            for each in asking:
                each.open_questions -= 1
                each.heard_at = time.monotonic()

    def _refuse(self, number: object, why: str, code: int) -> None:
        self._reply(number, {"error": {"code": code, "message": why}})


async def _caught(
    side: CallerSide, method: str, params: Mapping[str, Any], parties: Sequence[Party]
) -> dict[str, Any] | CallerRefused:
    try:
        return await side.answer(method, params, parties)
    except CallerRefused as refused:
        return refused


async def _until_answered(
    question: "asyncio.Future[Any]", calls: Sequence["asyncio.Future[Any]"]
) -> None:
    """Or until none of the calls that it is for waits any more."""
    while not question.done():
        waiting = [each for each in calls if not each.done()]
        if calls and not waiting:
            return
        await asyncio.wait({question, *waiting}, return_when=asyncio.FIRST_COMPLETED)
