"""The ways back to a client that waits for a call: what it can be asked there, and told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from llmgw_desktop.domain.errors import ClientGone
from llmgw_desktop.engine.mcp.behind.callers import LEVELS
from llmgw_desktop.engine.mcp.sessions import McpSession
from llmgw_desktop.engine.mcp.tool import CallerRefused

_MESSAGE = "notifications/message"
_CANCELLED = "notifications/cancelled"

Write = Callable[[Mapping[str, Any]], Awaitable[None]]


class StreamCaller:
    """In a session, on the stream of a call's own answer. `write` raises ClientGone when that has
    ended or its client has left."""

    __slots__ = ("_session", "_write")

    def __init__(self, session: McpSession, write: Write) -> None:
        self._session = session
        self._write = write

    @property
    def takes_errors(self) -> bool:
        return True

    @property
    def capabilities(self) -> Mapping[str, Any]:
        return self._session.capabilities

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        number, answer = self._session.question()
        try:
            await self._write(
                {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params}}
            )
            told = await answer
        except ClientGone:
            raise CallerRefused("The client that called has left.") from None
        except asyncio.CancelledError:
            await self._take_back(number)
            raise
        finally:
            self._session.forget(number)
        return result_of(told)

    async def tell(self, method: str, params: Mapping[str, Any]) -> None:
        if method == _MESSAGE and not is_heard(params, self._session.log_level):
            return
        try:
            await self._write({"jsonrpc": "2.0", "method": method, "params": {**params}})
        except ClientGone:
            await self._session.notify(method, params)

    async def _take_back(self, number: str) -> None:
        told = {"requestId": number, "reason": "nobody waits for it any more"}
        try:
            await self._write({"jsonrpc": "2.0", "method": _CANCELLED, "params": told})
        except ClientGone:
            return


class RetryingCaller:
    """In the era in which nothing is asked back: its call is answered with what is wanted, and made
    again with the answers. It goes on meanwhile."""

    __slots__ = ("_count", "_is_over", "_open", "capabilities", "has_asked")

    def __init__(self, capabilities: Mapping[str, Any]) -> None:
        self.capabilities = capabilities
        self.has_asked = asyncio.Event()
        self._open: dict[str, tuple[dict[str, Any], asyncio.Future[Mapping[str, Any]]]] = {}
        """Questions, and where their answers will be."""
        self._count = 0
        self._is_over = False

    @property
    def takes_errors(self) -> bool:
        return False

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if self._is_over:
            raise CallerRefused("The client that called has its answer.")
        self._count += 1
        number = f"q{self._count}"
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        asked = {key: each for key, each in params.items() if key not in _OF_SESSIONS}
        self._open[number] = {"method": method, "params": asked}, answer
        self.has_asked.set()
        try:
            return dict(await answer)
        finally:
            del self._open[number]

    async def tell(self, method: str, params: Mapping[str, Any]) -> None:
        """Messages are for those who ask for them with each call: the SDK's side serves these."""

    def wanted(self) -> dict[str, Any]:
        """What is to be told now, by keys that the answers have."""
        self.has_asked.clear()
        return {
            number: asked for number, (asked, answer) in self._open.items() if not answer.done()
        }

    def take(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """What is missing is told once more."""
        for number, (_, waits) in self._open.items():
            if number not in answers:
                self.has_asked.set()
            elif not waits.done():
                waits.set_result(answers[number])

    def close(self) -> None:
        """The call is over."""
        self._is_over = True


_OF_SESSIONS = ("elicitationId", "task", "_meta")
"""Of questions: the era without sessions does not know them."""


def result_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Of a client's answer. Raises CallerRefused."""
    result, error = told.get("result"), told.get("error")
    if isinstance(result, dict):
        return result
    wrong = error if isinstance(error, dict) else {}
    code = wrong.get("code")
    words = str(wrong.get("message") or "The client answered with neither a result nor an error.")
    raise CallerRefused(words, code if isinstance(code, int) else 0)


def is_heard(params: Mapping[str, Any], least: str) -> bool:
    level = params.get("level")
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(least)
