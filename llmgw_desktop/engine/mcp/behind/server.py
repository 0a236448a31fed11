"""One server behind us: started when it is first needed, ended when it idles, started again after
a failure, later each time. All sessions and programs share it.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_presentation import HANDSHAKE_VERSIONS
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.callers import CallerSide, Party
from llmgw_desktop.engine.mcp.behind.offered import MOST_LIST_BYTES, ServerLists, within
from llmgw_desktop.engine.mcp.behind.peer import CallRefused, Link, ServerFailed, ServerTalk
from llmgw_desktop.engine.mcp.behind.web import greeting
from llmgw_desktop.engine.mcp.tool import ProgressTelling

IDLE_S = 600.0
"""A server that nobody used for so long is ended; the next call starts it again."""
_GREETING_S = 60.0
"""`npx` and `uvx` bring a server from the network the first time."""
_LIST_S = 30.0
_BACK_OFF_S = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""After so many failures in a row the next start waits so long."""
_MOST_PAGES = 50
_MOST_LISTED = 2_000
_MISSING = -32601
_LEVEL_S = 10.0
_LISTS = {
    "tools": ("tools/list", "tools"),
    "resources": ("resources/list", "resources"),
    "templates": ("resources/templates/list", "resourceTemplates"),
    "prompts": ("prompts/list", "prompts"),
}
_log = logging.getLogger(__name__)

Connect = Callable[[McpServer, ServerTalk], Awaitable[Link]]


@value
class ServerStanding:
    """How one is."""

    name: str
    is_running: bool
    pid: int = 0
    """0: none, or it listens at an address."""
    pids: tuple[int, ...] = ()
    """Of all its processes, where each caller has one of its own."""
    title: str = ""
    """As it calls itself, with its version."""
    calls: int = 0
    failures: int = 0
    """Calls that failed."""
    latency_ms: float | None = None
    """Of its last call."""
    starts: int = 0
    last_error: str = ""
    last_error_at_s: float | None = None
    log: tuple[str, ...] = field(default=(), repr=False)


class BehindServer:
    """On the loop. `changed`: what it lists is otherwise than before."""

    def __init__(
        self,
        server: McpServer,
        connect: Connect,
        clock: Clock,
        changed: Callable[["BehindServer"], None],
        *,
        side: CallerSide | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        """`side`: who answers what it asks its callers."""
        self.server = server
        self.lists: ServerLists | None = None
        """None: never asked."""
        self.side = side
        self.log_level = ""
        """The least of the messages that anybody wants to hear; empty: nobody has said."""
        self._followed: Counter[str] = Counter()
        """Addresses, by how many want to hear when what stands there changes."""
        self._connect = connect
        self._clock = clock
        self._changed = changed
        self._idle_s = idle_s
        self._peer: ServerTalk | None = None
        self._has: Mapping[str, Any] = {}
        self._starting = asyncio.Lock()
        self._tasks = Tasks()
        self._looks = Tasks()
        self._idle: asyncio.TimerHandle | None = None
        self._in_use = 0
        self._failed_in_row = 0
        self._failed_at = 0.0
        self._title = ""
        self._calls = self._failures = self._starts = 0
        self._latency_ms: float | None = None
        self._last_error = ""
        self._last_error_at_s: float | None = None
        self._log: tuple[str, ...] = ()
        self._is_closed = False

    @property
    def name(self) -> str:
        return self.server.name

    @property
    def is_in_use(self) -> bool:
        return self._in_use > 0

    @property
    def is_running(self) -> bool:
        return self._peer is not None and self._peer.link is not None

    @property
    def is_wanted(self) -> tuple[bool, bool]:
        """The greater, the worse it would be to end it."""
        return self.is_running, bool(self._followed)

    def standing(self) -> ServerStanding:
        peer = self._peer
        link = peer.link if peer is not None else None
        is_running = peer is not None and link is not None and not peer.is_over
        pid = link.pid if link is not None and is_running else 0
        return ServerStanding(
            name=self.name,
            is_running=is_running,
            pid=pid,
            pids=(pid,) if pid else (),
            title=self._title,
            calls=self._calls,
            failures=self._failures,
            latency_ms=self._latency_ms,
            starts=self._starts,
            last_error=self._last_error,
            last_error_at_s=self._last_error_at_s,
            log=link.log if link is not None else self._log,
        )

    async def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        within_s: float,
        progress: ProgressTelling | None = None,
        party: Party | None = None,
    ) -> dict[str, Any]:
        """Starts it where it does not run. `party`: for whom. Raises ServerFailed, CallRefused."""
        self._in_use += 1
        began = time.monotonic()
        try:
            peer = await self._running()
            result = await peer.ask(
                method, params, within_s=within_s, progress=progress, party=party
            )
        except CallRefused:
            self._answered(began)
            raise
        except ServerFailed as error:
            self._failures += 1
            self._note(str(error))
            raise
        else:
            self._answered(began)
            return result
        finally:
            self._in_use -= 1
            self._rest()

    async def ready(self) -> ServerLists:
        """It runs, and what it has is known as of this start. Raises ServerFailed."""
        self._in_use += 1
        try:
            await self._running()
        except ServerFailed as error:
            self._note(str(error))
            raise
        finally:
            self._in_use -= 1
            self._rest()
        assert self.lists is not None, "a start asks for them"
        return self.lists

    def follow(self, uri: str, by: int = 1) -> None:
        """One more wants to hear of what stands there, or one less. As long as anybody does it is
        not ended for idleness."""
        before = self._followed[uri]
        self._followed[uri] += by
        if self._followed[uri] <= 0:
            del self._followed[uri]
        is_followed = uri in self._followed
        if is_followed != (before > 0) and self._peer is not None and not self._peer.is_over:
            verb = "subscribe" if is_followed else "unsubscribe"
            self._say(self._peer, f"resources/{verb}", {"uri": uri})
        elif is_followed and self._peer is None:
            self._tasks.start(self._ready_quietly(), name=f"start {self.name}")
        self._rest()

    def hear(self, level: str) -> None:
        """Messages of this level are wanted."""
        self.log_level = level
        if self._peer is not None and not self._peer.is_over:
            self._say(self._peer, "logging/setLevel", {"level": level})

    async def restart(self) -> None:
        """A person wants it anew, whatever happened before. Raises ServerFailed."""
        await self.rest()
        await self.ready()

    async def rest(self) -> None:
        """It is ended until somebody needs it; what was wrong with it before is forgotten."""
        await self._end()
        self._failed_in_row = 0
        self._last_error, self._last_error_at_s = "", None

    async def close(self) -> None:
        self._is_closed = True
        await self._looks.stop()
        await self._tasks.stop()
        await self._end()

    async def _running(self) -> ServerTalk:
        async with self._starting:
            if self._peer is not None and not self._peer.is_over:
                return self._peer
            if self._is_closed:
                raise ServerFailed(f"{self.name} is not offered any more.")
            await self._end()
            pause_s = _BACK_OFF_S[min(self._failed_in_row, len(_BACK_OFF_S) - 1)]
            left_s = self._failed_at + pause_s - time.monotonic()
            if self._failed_in_row and left_s > 0:
                said = f"{self._last_error} It is not started again for {left_s:.0f} s."
                raise ServerFailed(said)
            try:
                self._peer = await self._started()
                await self._learn(self._peer)
            except ServerFailed:
                self._failed_in_row += 1
                self._failed_at = time.monotonic()
                raise
            return self._peer

    async def _started(self) -> ServerTalk:
        side = self.side
        peer = ServerTalk(self.name, self._list_changed, self._ended, side)
        self._starts += 1
        try:
            peer.link = await self._connect(self.server, peer)
            ours = greeting({} if side is None else side.capabilities())
            hello = await peer.ask("initialize", ours, within_s=_GREETING_S)
            version = hello.get("protocolVersion")
            peer.link.agreed(_known(self.name, version))
            await peer.tell("notifications/initialized")
        except InvalidRun as error:  # of the vault
            await peer.close()
            raise ServerFailed(f"{self.name}: {error}") from error
        except BaseException:
            await peer.close()
            raise
        told, info = hello.get("capabilities"), hello.get("serverInfo")
        self._has = told if isinstance(told, dict) else {}
        if isinstance(info, dict):
            self._title = f"{info.get('title') or info.get('name') or ''} {info.get('version', '')}"
            self._title = self._title.strip()[:120]
        for uri in self._followed:
            self._say(peer, "resources/subscribe", {"uri": uri})
        if self.log_level:
            self._say(peer, "logging/setLevel", {"level": self.log_level})
        return peer

    async def _learn(self, peer: ServerTalk) -> None:
        found = {name: await self._listed(peer, name) for name in _LISTS}
        before, self.lists = self.lists, ServerLists(**found)
        if self.lists != before:
            self._changed(self)

    async def _listed(self, peer: ServerTalk, name: str) -> tuple[Mapping[str, Any], ...]:
        method, key = _LISTS[name]
        if method.split("/")[0] not in self._has:
            return ()
        found: list[Mapping[str, Any]] = []
        cursor: dict[str, Any] = {}
        room = MOST_LIST_BYTES
        for _ in range(_MOST_PAGES):
            try:
                page = await peer.ask(method, cursor, within_s=_LIST_S)
            except CallRefused as error:
                if error.code == _MISSING:
                    return ()
                raise
            entries = page.get(key)
            if isinstance(entries, list):
                fitting, room = await asyncio.to_thread(within, entries, room)
                found += fitting
            after = page.get("nextCursor")
            if not isinstance(after, str) or len(found) > _MOST_LISTED or room <= 0:
                break
            cursor = {"cursor": after}
        return tuple(found[:_MOST_LISTED])

    def _say(self, peer: ServerTalk, method: str, params: Mapping[str, Any]) -> None:
        """What it does not offer it is not told."""
        told = self._has.get(method.split("/")[0])
        is_offered = isinstance(told, dict) and (
            not method.startswith("resources/") or told.get("subscribe") is True
        )
        if is_offered:
            self._tasks.start(_quietly(peer, method, params), name=f"tell {self.name}")

    async def _ready_quietly(self) -> None:
        try:
            await self.ready()
        except ServerFailed as error:
            _log.info("%s", error)

    def _answered(self, began: float) -> None:
        self._calls += 1
        self._failed_in_row = 0
        self._latency_ms = (time.monotonic() - began) * 1000

    def _note(self, error: str) -> None:
        self._last_error, self._last_error_at_s = error, self._clock.now_s()

    def _list_changed(self, _: str) -> None:
        if not self._is_closed and len(self._looks) < 2:  # one looks, one more will look after it
            self._looks.start(self._look_again(), name=f"list {self.name} anew")

    async def _look_again(self) -> None:
        await asyncio.sleep(0.2)  # servers tell of each tool by itself
        try:
            if self._peer is not None:
                await self._learn(self._peer)
        except ServerFailed as error:
            _log.warning("%s", error)

    def _ended(self, why: str) -> None:
        if self._is_closed or self._starting.locked():
            return  # whoever starts it tells
        self._failed_in_row += 1
        self._failed_at = time.monotonic()
        self._note(why)

    def _rest(self) -> None:
        """Its idleness begins anew."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        is_needed = self._in_use or self._followed
        if not is_needed and not self._is_closed and self._peer is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._idle_s, self._idled)

    def _idled(self) -> None:
        self._idle = None
        if not self._in_use:
            self._tasks.start(self._end_idle(), name=f"end {self.name}")

    async def _end_idle(self) -> None:
        async with self._starting:
            if not self._in_use:
                await self._end()

    async def _end(self) -> None:
        peer, self._peer = self._peer, None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if peer is not None:
            self._log = peer.link.log if peer.link is not None else ()
            peer.silence()
            await peer.close()


async def _quietly(peer: ServerTalk, method: str, params: Mapping[str, Any]) -> None:
    try:
        await peer.ask(method, params, within_s=_LEVEL_S)
    except ServerFailed as error:
        _log.info("%s was refused: %s", method, error)


def _known(name: str, version: object) -> str:
    """A revision of the protocol. Raises ServerFailed."""
    if version not in HANDSHAKE_VERSIONS:
        raise ServerFailed(f"{name} speaks an unknown protocol: {version!s:.40}.")
    return str(version)
