"""JSON-RPC with one MCP server: what we ask, what it answers, and bounds for all that it says.

It is asked in plain JSON, not with the SDK's types: what a later revision adds passes through, a
message has a greatest length before anything reads it, and a call costs no validation.
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.callers import CallerSide, Party
from llmgw_desktop.engine.mcp.behind.questions import ServerQuestions, WaitingCall
from llmgw_desktop.engine.mcp.tool import ProgressTelling

LONGEST_MESSAGE = 16 << 20
"""Bytes of one message of a server; a longer one is dropped while it comes."""
PARSED_AT_ONCE = 128 << 10
"""Longer ones are read beside the loop."""
FLOOD, FLOOD_S = 2_000, 10.0
"""More messages that nobody asked for in so many seconds end the server."""
LONGEST_S = 3600.0
"""Of one request, however many signs of life it gives; more only where a silence may be longer."""
_MOST_UNTOLD = 100
"""Of one call's progress, and of what is said unasked: more at a time is left out."""
_LONGEST_REASON = 600
VISIT_FIRST = -32042
_MOST_VISITS = 10


class ServerFailed(LlmgwError):
    """A server behind us did not do what it was asked; the message says which and why."""

    kind = "tool_server"
    category = ErrorCategory.UPSTREAM


class CallRefused(ServerFailed):
    """It answered with an error of the protocol, and is well."""

    kind = "tool_server_refused"

    def __init__(self, message: str, code: int, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data

    @property
    def visits(self) -> list[dict[str, Any]]:
        """Addresses that its caller's person has to visit before it does what it was asked."""
        told = self.data.get("elicitations") if isinstance(self.data, dict) else None
        found = told if self.code == VISIT_FIRST and isinstance(told, list) else []
        return [each for each in found[:_MOST_VISITS] if isinstance(each, dict)]


class VisitWanted(ServerFailed):
    """As `CallRefused.visits`: its caller's program knows what to do. `told`: the error as the
    protocol has it."""

    kind = "tool_server_visit"

    def __init__(self, refused: CallRefused) -> None:
        super().__init__(str(refused))
        data = {"elicitations": refused.visits}
        self.told = {"code": refused.code, "message": str(refused), "data": data}


class RuleRefused(ServerFailed):
    """A rule of the person's does not allow the call."""

    kind = "tool_server_forbidden"
    category = ErrorCategory.INVALID_INPUT


class _Cut(ServerFailed):
    """We wait for its answer no longer: it is silent, or asks without end."""


class Link(Protocol):
    """The way to one server."""

    async def send(self, message: Mapping[str, Any]) -> None:
        """Raises ServerFailed."""

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more."""

    def agreed(self, version: str) -> None:
        """On the revision of the protocol."""

    async def close(self) -> None:
        """It hears and says nothing from then on."""

    @property
    def pid(self) -> int:
        """Of its process; 0 where it has none here."""

    @property
    def log(self) -> tuple[str, ...]:
        """What it wrote for people, the last lines."""


class ServerTalk:
    """One conversation with one server, from its greeting to its end."""

    def __init__(
        self,
        name: str,
        changed: Callable[[str], None],
        ended: Callable[[str], None],
        side: CallerSide | None = None,
    ) -> None:
        """`changed` hears of `tools`, `resources` and `prompts`; `ended` once, why it ended.
        `side`: who answers what it asks; None: nobody does."""
        self.name = name
        self.link: Link | None = None
        self._changed = changed
        self._ended = ended
        self._ids = itertools.count(1)
        self._asked: dict[int, WaitingCall] = {}
        self._side = side
        self._untold = 0
        self._questions = ServerQuestions(name, side, self._reply, _cut)
        self._unasked: deque[float] = deque()
        self._tasks = Tasks()
        self._why = ""

    @property
    def is_over(self) -> bool:
        return bool(self._why)

    @property
    def waits(self) -> int:
        """So many requests are not answered yet."""
        return len(self._asked)

    def is_waiting(self, number: int) -> bool:
        """Whether this request has no answer yet."""
        asked = self._asked.get(number)
        return asked is not None and not asked.answer.done()

    async def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        within_s: float,
        progress: ProgressTelling | None = None,
        party: Party | None = None,
    ) -> dict[str, Any]:
        """The result. `within_s`: of silence; each sign of life begins it anew. A caller that gives
        up has the server told. Raises ServerFailed, CallRefused."""
        if self._why:
            raise ServerFailed(self._why)
        number, asked = next(self._ids), WaitingCall(progress, party)
        meta = {"_meta": {"progressToken": number}} if progress is not None else {}
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, **meta}}
        self._asked[number] = asked
        try:
            await self._send(message, within_s)
            while not (await asyncio.wait({asked.answer}, timeout=self._left(asked, within_s)))[0]:
                if self._left(asked, within_s) <= 0:
                    self.failed(number, _Cut(f"{self.name} {_late_words(asked, within_s)}"))
            return asked.answer.result()
        except (asyncio.CancelledError, _Cut) as gone:
            if not self.is_over and method != "initialize":
                self._give_up(number, gone)
            raise
        finally:
            self._asked.pop(number, None)
            asked.answer.cancel()

    async def tell(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """A notification. Raises ServerFailed."""
        told = {} if params is None else {"params": params}
        await self._send({"jsonrpc": "2.0", "method": method, **told}, 30.0)

    async def close(self) -> None:
        """What still waits for an answer is told."""
        self.lost(f"{self.name} was ended.")
        await self._questions.close()
        await self._tasks.stop()
        if self.link is not None:
            await self.link.close()

    def silence(self) -> None:
        """Whoever ends it needs not be told that it ended."""
        self._ended = lambda _: None

    # what a link says

    def heard(self, message: object, during: int | None = None) -> None:
        """One message of the server's, read. `during`: the request in whose answer it came, where
        that can be told."""
        for each in message if isinstance(message, list) else (message,):
            if isinstance(each, dict):
                self._hear(each, during)
            else:
                self._count("")

    def junk(self) -> None:
        """Something that is no message."""
        self._count("")

    def too_long(self, number: int | None) -> None:
        """A message beyond the limit was dropped; `number`: whose answer it was."""
        why = f"{self.name} answered with more than {LONGEST_MESSAGE >> 20} MB, which are dropped."
        if number is None or number not in self._asked:
            self.lost(why)
        else:
            self.failed(number, ServerFailed(why))

    def failed(self, number: int, error: ServerFailed) -> None:
        """This request will have no answer."""
        asked = self._asked.get(number)
        if asked is not None and not asked.answer.done():
            asked.answer.set_exception(error)

    def lost(self, why: str) -> None:
        """The conversation is over."""
        if self._why:
            return
        self._why = why
        for number in tuple(self._asked):
            self.failed(number, ServerFailed(why))
        self._ended(why)

    async def _send(self, message: Mapping[str, Any], within_s: float) -> None:
        if self._why or self.link is None:
            raise ServerFailed(self._why or f"{self.name} is not there.")
        try:
            async with asyncio.timeout(within_s):
                await self.link.send(message)
        except TimeoutError:
            raise ServerFailed(f"{self.name} takes nothing in.") from None

    async def _send_quietly(self, message: Mapping[str, Any]) -> None:
        try:
            await self._send(message, 30.0)
        except ServerFailed:
            return  # it is gone, and whoever waits is told so

    @staticmethod
    def _left(asked: WaitingCall, within_s: float) -> float:
        if asked.open_questions:
            return within_s  # it is the server that waits
        end = min(asked.heard_at + within_s, asked.began_at + max(LONGEST_S, within_s))
        return max(end - time.monotonic(), 0.0)

    def _give_up(self, number: int, gone: BaseException) -> None:
        if self.link is not None:
            self.link.forget(number)
        reason = "nobody waits any more" if isinstance(gone, asyncio.CancelledError) else "too late"
        told = {"requestId": number, "reason": reason}
        said = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": told}
        self._tasks.start(self._send_quietly(said), name=f"cancel a call of {self.name}")

    def _hear(self, message: dict[str, Any], during: int | None) -> None:
        method, number = message.get("method"), message.get("id")
        if isinstance(method, str):
            if number is None:
                self._notified(method, message.get("params"), during)
            else:
                self._count(method)
                self._questions.put(message, self._meant(during))
            return
        asked = self._asked.get(number) if isinstance(number, int) else None
        if asked is None or asked.answer.done():
            self._count("")
            return
        result, error = message.get("result"), message.get("error")
        if isinstance(result, dict):
            asked.answer.set_result(result)
        else:
            asked.answer.set_exception(_refused(self.name, error))

    def _notified(self, method: str, params: object, during: int | None) -> None:
        self._count(method)
        if method == "notifications/progress" and isinstance(params, dict):
            self._progressed(params)
        elif method.startswith("notifications/") and method.endswith("/list_changed"):
            self._changed(method.split("/")[1])
        elif method == "notifications/cancelled" and isinstance(params, dict):
            self._questions.withdraw(params.get("requestId"))
        elif self._side is not None and isinstance(params, dict) and self._untold < _MOST_UNTOLD:
            parties = [each.party for each in self._meant(during) if each.party is not None]
            self._untold += 1
            told = self._side.told(method, params, parties)
            task = self._tasks.start(told, name=f"pass on what {self.name} says")
            task.add_done_callback(lambda _: setattr(self, "_untold", self._untold - 1))

    def _progressed(self, params: dict[str, Any]) -> None:
        token, done, total = (
            params.get("progressToken"),
            params.get("progress"),
            params.get("total"),
        )
        asked = self._asked.get(token) if isinstance(token, int) else None
        if asked is None or not isinstance(done, int | float):
            return
        asked.heard_at = time.monotonic()
        if asked.progress is None or asked.untold >= _MOST_UNTOLD:
            return
        words = str(params.get("message") or "")[:_LONGEST_REASON]
        told = asked.progress(done, total if isinstance(total, int | float) else None, words)
        asked.untold += 1
        task = self._tasks.start(_awaited(told), name=f"progress of {self.name}")
        task.add_done_callback(lambda _: setattr(asked, "untold", asked.untold - 1))

    def _meant(self, during: int | None) -> list[WaitingCall]:
        """The calls for which it may be asking."""
        if during is not None:
            found = self._asked.get(during)
            return [] if found is None else [found]
        return [each for each in self._asked.values() if each.party is not None]

    def _reply(self, number: object, said: Mapping[str, Any]) -> None:
        work = self._send_quietly({"jsonrpc": "2.0", "id": number, **said})
        self._tasks.start(work, name=f"answer {self.name}")

    def _count(self, method: str) -> None:
        now, seen = time.monotonic(), self._unasked
        seen.append(now)
        if len(seen) > FLOOD and now - seen.popleft() < FLOOD_S:
            what = f"{FLOOD:,} things in {FLOOD_S:g} s that nobody had asked for"
            self.lost(f"{self.name} said {what}, and was ended.")


def _late_words(asked: WaitingCall, within_s: float) -> str:
    if asked.heard_at + within_s > time.monotonic():
        return f"is at work on this for {LONGEST_S / 60:g} minutes, without an end in sight."
    return f"has said nothing for {within_s:g} s."


def _cut(call: WaitingCall, why: str) -> None:
    if not call.answer.done():
        call.answer.set_exception(_Cut(why))


async def _awaited(told: Any) -> None:
    await told


def _refused(name: str, error: object) -> ServerFailed:
    if not isinstance(error, dict):
        return ServerFailed(f"{name} answered with neither a result nor an error.")
    code = error.get("code")
    words = plain_text(str(error.get("message") or "no reason"))[:_LONGEST_REASON]
    refused = CallRefused(words, code if isinstance(code, int) else 0, error.get("data"))
    visits = (plain_text(str(each.get("url")))[:_LONGEST_REASON] for each in refused.visits)
    more = "".join(f" It wants its person at {each} first." for each in visits)
    return CallRefused(f"{name}: {words}{more}", refused.code, refused.data)
