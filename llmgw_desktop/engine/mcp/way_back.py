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
