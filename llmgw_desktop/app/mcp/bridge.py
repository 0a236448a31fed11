"""`llmgw mcp` after its greeting: each message to the engine, each answer back, many at once."""

import asyncio
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

from llmgw_desktop.app.mcp import Options
from llmgw_desktop.app.mcp.engine import Engines, Starter, lent
from llmgw_desktop.app.mcp.messages import (
    GATEWAY_ERROR,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    Greeting,
    Id,
    Pipes,
    Refused,
    StdioMessage,
    encoded,
    error,
    message_of,
    read,
    refusal,
)
from llmgw_desktop.app.mcp.relay import Relay, Sent
from llmgw_desktop.app.mcp.session import EditorSession
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.mcp_presentation import BATCH_VERSIONS, MAX_MESSAGE_BYTES
from llmgw_desktop.store.paths import Places

_MOST_CALLS = 256
"""At once; the next is refused."""
_MOST_LINES = 64
"""That were read and not looked at; then the client waits."""
_MOST_IN_BATCH = 100
_BEGIN_PATIENCE_S = 2.0
_GOODBYE_S = 0.2
_END_S = 2.0
_log = logging.getLogger(__name__)

Key = tuple[str, Id]
Reply = Callable[[bytes], None]


def carry_on(lines: list[bytes | None], greeting: Greeting, pipes: Pipes, options: Options) -> int:
    """Until the client closes our input. Does not return: what waits in threads is left."""
    logging.basicConfig(level=logging.INFO, format="llmgw mcp: %(message)s")
    env = dict(os.environ)
    places = Places.of(env)
    if env.get("LLMGW_HOME"):  # the engine starts in another folder
        env["LLMGW_HOME"] = str(places.run_folder.parent)
    of_run = lent(env)
    try:
        if of_run is None:
            places.make()
    except LlmgwError as problem:
        _log.error("%s", problem)
    engines = Engines(places, Starter(places, env, options.linger_s), of_run)
    asyncio.run(_to_the_end(StdioBridge(pipes, greeting, engines, options), lines))
    return 0


async def _to_the_end(bridge: "StdioBridge", lines: list[bytes | None]) -> None:
    await bridge.run(lines)
    os._exit(0)


class _Call:
    __slots__ = ("is_canceled", "message", "sent", "task")

    def __init__(self, message: StdioMessage) -> None:
        self.message = message
        self.sent = Sent()
        self.task: asyncio.Task[None] | None = None
        self.is_canceled = False
        """Its id may be another one's by now."""


class StdioBridge:
    """One client on one side, one engine at a time on the other."""

    def __init__(
        self, pipes: Pipes, greeting: Greeting, engines: Engines, options: Options
    ) -> None:
        self._pipes = pipes
        self._greeting = greeting
        self._relay = Relay(engines, greeting, options, self._write)
        self._relay.sessions.opened = self._follow
        self._calls: dict[Key, _Call] = {}
        self._side_tasks: set[asyncio.Task[None]] = set()
        self._room = threading.Semaphore(_MOST_LINES)
        self._ended = asyncio.Event()

    async def run(self, lines: list[bytes | None]) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as self._tasks:
            for line in lines:
                self._take(line)
            threading.Thread(target=self._read, args=(loop,), daemon=True).start()
            await self._ended.wait()
            was_idle = not self._calls
            for task in (*(call.task for call in self._calls.values()), *self._side_tasks):
                if task is not None:
                    task.cancel()
            if was_idle:
                try:
                    await asyncio.wait_for(self._relay.goodbye(), _GOODBYE_S)
                except TimeoutError:
                    _log.debug("the gateway was not told that the client has gone")

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread of its own: not every input can be waited for by the loop."""
        while (lines := self._pipes.read()) is not None:
            for line in lines:
                self._room.acquire()
                loop.call_soon_threadsafe(self._take_next, line)
        loop.call_soon_threadsafe(self._ended.set)
        time.sleep(_END_S)
        os._exit(0)  # the loop waits for a client that reads no more

    def _write(self, line: bytes) -> None:
        try:
            self._pipes.write(line)
        except OSError:
            self._ended.set()

    def _take_next(self, line: bytes | None) -> None:
        self._room.release()
        self._take(line)

    def _take(self, line: bytes | None) -> None:
        try:
            told = read(line, MAX_MESSAGE_BYTES)
            if isinstance(told, list):
                self._take_batch(told)
            else:
                self._handle(told, self._write, _nothing)
        except Refused as refused:
            self._write(refusal(refused))

    def _handle(self, message: StdioMessage, reply: Reply, done: Callable[[], None]) -> None:
        """`done` when it is answered, or will have no answer. Raises Refused."""
        if message.method == "" or message.id is None:
            self._note(message)
            done()
        elif message.key in self._calls:
            # Whose answer would be whose? The first keeps its id.
            raise Refused(f"The id {json.dumps(message.id)[:80]} is in use by a call that runs.")
        elif answer := self._greeting.reply(message):
            if message.method == "initialize":
                self._relay.sessions.forget()
            reply(answer)
            done()
        elif message.version is None and self._greeting.params is None:
            wrong = "Send initialize first, or say in params._meta which protocol this request is."
            raise Refused(wrong, about=message.id)
        elif len(self._calls) >= _MOST_CALLS:
            wrong = f"{_MOST_CALLS} calls run already; wait for one of them."
            raise Refused(wrong, GATEWAY_ERROR, message.id)
        else:
            call = self._calls[message.key] = _Call(message)
            call.task = self._tasks.create_task(self._call(call, reply, done))

    async def _call(self, call: _Call, reply: Reply, done: Callable[[], None]) -> None:
        try:
            answer = await self._answer(call)
            if not call.is_canceled:
                reply(answer)
        finally:
            if not call.is_canceled:
                del self._calls[call.message.key]
            done()

    async def _answer(self, call: _Call) -> bytes:
        try:
            return await self._relay.ask(call.message, self._write, call.sent)
        except Exception as failure:  # noqa: BLE001 - no call goes unanswered
            _log.exception("a call failed")
            wrong = f"llmgw mcp failed: {type(failure).__name__}."
            return error(call.message.id, INTERNAL_ERROR, wrong)

    def _note(self, message: StdioMessage) -> None:
        """A notification, or an answer to a question of the server."""
        if message.method == "notifications/cancelled":
            wanted = message.params.get("requestId")
            if isinstance(wanted, str | int) and (
                call := self._calls.pop((type(wanted).__name__, wanted), None)
            ):
                call.is_canceled = True  # at once: its id is free before the engine has been told
                self._beside(self._cancel(call, message))
        elif message.method != "notifications/initialized":  # each session is told so by itself
            self._beside(self._relay.notify(message))

    async def _cancel(self, call: _Call, message: StdioMessage) -> None:
        """In the era of sessions the engine must be told, and after the call itself has come;
        in the other the end of the connection tells it. A canceled call has no answer."""
        try:
            if call.message.version is None and call.sent.is_on_its_way:
                try:
                    await asyncio.wait_for(call.sent.begun.wait(), _BEGIN_PATIENCE_S)
                except TimeoutError:
                    _log.debug("a call is canceled before it began")
                await self._relay.notify(message)
        finally:
            if call.task is not None:
                call.task.cancel()

    def _follow(self, session: EditorSession) -> None:
        self._beside(self._relay.follow(session))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.create_task(_safely(work))
        self._side_tasks.add(task)
        task.add_done_callback(self._side_tasks.discard)

    def _take_batch(self, told: list[object]) -> None:
        if self._greeting.version not in BATCH_VERSIONS:
            raise Refused("One message a line: batches are no part of this protocol's version.")
        if not 0 < len(told) <= _MOST_IN_BATCH:
            raise Refused(f"A batch holds 1 to {_MOST_IN_BATCH} messages.")
        batch = _Batch(len(told), self._write)
        for each in told:
            try:
                message = _part_of_batch(each)
                self._handle(message, batch.answers.append, batch.one_done)
            except Refused as refused:
                batch.answers.append(refusal(refused))
                batch.one_done()


def _part_of_batch(told: object) -> StdioMessage:
    """Raises Refused."""
    message = message_of(told, encoded(told))
    if message.method == "initialize":
        raise Refused("initialize comes alone.", INVALID_REQUEST, message.id)
    return message


async def _safely(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - the calls go on
        _log.exception("a message was lost")


class _Batch:
    """The answers to one, told together."""

    def __init__(self, size: int, reply: Reply) -> None:
        self.answers: list[bytes] = []
        self._left = size
        self._reply = reply

    def one_done(self) -> None:
        self._left -= 1
        if not self._left and self.answers:
            self._reply(b"[" + b",".join(self.answers) + b"]")


def _nothing() -> None:
    """Nobody waits for the end of a single message."""
