"""All MCP servers behind our door as one: their tools under our names, each for whom it is, and
the one way by which any is called.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import Event, ToolServersChanged
from llmgw_desktop.domain.mcp_server import McpServer, ToolPin, offered_name
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.callers import LEVELS, CallerSide, GatewayAnswers, Party
from llmgw_desktop.engine.mcp.behind.offered import (
    BehindCall,
    ToolBehind,
    may_use,
    offered_as,
    told_of,
)
from llmgw_desktop.engine.mcp.behind.own_processes import OwnProcesses, standing_of_all
from llmgw_desktop.engine.mcp.behind.peer import CallRefused, ServerFailed, VisitWanted
from llmgw_desktop.engine.mcp.behind.pins import (
    ServerTool,
    ToolState,
    definitions_of,
    standing_of,
)
from llmgw_desktop.engine.mcp.behind.server import (
    BehindServer,
    Connect,
    ServerStanding,
)
from llmgw_desktop.engine.mcp.behind.shelf import Shelf
from llmgw_desktop.engine.mcp.behind.sign_ins import SignIns, SignInState
from llmgw_desktop.engine.mcp.tool import (
    PLAINLY,
    CallerRefused,
    CameBy,
    McpToolCall,
    NotFound,
    Profile,
)
from llmgw_desktop.store.tool_pins import ToolPinStore

KNOWN_WITHIN_S = 10.0
"""So long a list waits for servers that were never asked what they have."""

_log = logging.getLogger(__name__)


class ToolChanged(NotFound):
    """What a person was shown of a tool is not what it is now."""


Ask = Callable[[BehindCall], Awaitable[dict[str, Any]]]


class Around(Protocol):
    """What is done with each call besides making it, such as asking a person and recording it."""

    async def __call__(self, call: BehindCall, ask: Ask) -> dict[str, Any]: ...


async def _plainly(call: BehindCall, ask: Ask) -> dict[str, Any]:
    return await ask(call)


class ToolServers:
    """On the loop."""

    def __init__(
        self,
        connect: Connect,
        store: ToolPinStore,
        *,
        clock: Clock,
        bus: Bus,
        around: Around = _plainly,
        sign_ins: SignIns | None = None,
    ) -> None:
        self.sign_ins = sign_ins
        self.answers: GatewayAnswers | None = None
        """To what servers ask of callers that cannot be asked."""
        self._own = OwnProcesses(self._made)
        self.shelf = Shelf(self._allowed, self._own)
        self.version = 0
        """Another one after each change of what is offered to anybody."""
        self._connect = connect
        self._store = store
        self._clock = clock
        self._bus = bus
        self._around = around
        self._servers: dict[str, BehindServer] = {}
        self._pins: dict[str, dict[str, ToolPin]] | None = None
        self._reading = asyncio.Lock()
        self._names: dict[str, ToolBehind] | None = None
        self._tasks = Tasks()
        self._asked: set[str] = set()
        """Of servers that were never listed: those that were asked already."""

    def __bool__(self) -> bool:
        return bool(self._servers)

    def apply(self, servers: Sequence[McpServer]) -> None:
        """Those of the settings. One that is as it was goes on."""
        before, self._servers = self._servers, {}
        for server in servers:
            if not (server.offer and server.enabled):
                continue
            known = before.pop(server.name, None)
            if known is not None and known.server != server:
                self._own.end(server.name)
                self._tasks.start(known.close(), name=f"end {server.name}")
                known = None
            self._servers[server.name] = known or self._made(server)
        for gone in before.values():
            self._own.end(gone.name)
            self._tasks.start(gone.close(), name=f"end {gone.name}")
        self._asked &= self._servers.keys()
        self._changed()

    async def known(self) -> None:
        """What each has is known, as far as that takes no longer than a client waits."""
        await self._read_pins()
        pins = self._pins or {}
        new = [
            each
            for each in self._servers.values()
            if each.name not in pins and each.name not in self._asked
        ]
        if new:
            looks = [self._tasks.start(self._first(each), name=f"list {each.name}") for each in new]
            await asyncio.wait(looks, timeout=KNOWN_WITHIN_S)

    def shown(self, principal: Principal, profile: Profile) -> list[ToolBehind]:
        """Those that he may use in this profile, in the order of the settings."""
        if not self._servers:
            return []
        allowed = {each.name for each in self._allowed(principal, profile)}
        return [each for each in self._offered().values() if each.server in allowed]

    def has(self, server: str, principal: Principal, profile: Profile) -> bool:
        """Whether he may use this server in this profile."""
        found = self._servers.get(server)
        return found is not None and may_use(found.server, principal, profile)

    def find(self, name: str, principal: Principal, profile: Profile) -> ToolBehind | None:
        """None where it is not in his list."""
        found = self._offered().get(name) if self._servers else None
        if found is None:
            return None
        server = self._servers[found.server].server
        return found if may_use(server, principal, profile) else None

    async def call(
        self, offered: ToolBehind, asked: McpToolCall, came: CameBy = PLAINLY
    ) -> dict[str, Any]:
        """The result of `tools/call`. Raises ServerFailed, and what stands around it."""
        return await self.make(BehindCall(offered=offered, asked=asked, came=came))

    async def make(self, call: BehindCall) -> dict[str, Any]:
        """As `call`."""
        return await self._around(call, self._ask)

    # what a person sees and decides

    async def sign_in_states(self) -> dict[str, SignInState]:
        """Raises StoreError."""
        servers, signs = [each.server for each in self._servers.values()], self.sign_ins
        return {} if signs is None else await signs.states(servers)

    async def sign_out(self, server: McpServer) -> bool:
        """Its session ends, too. Raises StoreError, VaultError."""
        self._own.end(server.name)
        if (found := self._servers.get(server.name)) is not None:
            await found.rest()
        return self.sign_ins is not None and await self.sign_ins.sign_out(server)

    def standings(self) -> list[ServerStanding]:
        """In the order of the settings."""
        servers = self._servers.values()
        return [standing_of_all(each, self._own.of_server(each.name)) for each in servers]

    def server(self, name: str) -> McpServer | None:
        found = self._servers.get(name)
        return None if found is None else found.server

    async def tools(self) -> list[ServerTool]:
        """All that are known, offered or not. Raises StoreError."""
        await self._read_pins()
        return [each for server in self._servers.values() for each in self._standing(server)]

    def name_of(self, server: str, tool: str) -> str:
        """Under which clients see it, or would; empty where the server is not there."""
        found = self._servers.get(server)
        if found is None:
            return ""
        return offered_name(server, tool, found.server.rename.get(tool, ""))

    async def look(self, name: str) -> None:
        """Have it listed now, started anew if it does not run. Raises ServerFailed, NotFound."""
        server = self._servers.get(name)
        if server is None:
            raise NotFound(f"There is no server {name[:80]}.")
        await server.restart()
        if name not in (self._pins or {}):
            await self._first(server)

    async def decide(
        self, server: str, tool: str, *, hide: bool, seen: Mapping[str, Any] | None = None
    ) -> ServerTool:
        """A person approves the tool as it is now, or hides it. `seen`: what he was shown, where he
        was. Raises NotFound, StoreError, ToolChanged."""
        known = next(
            (each for each in await self.tools() if (each.server, each.tool) == (server, tool)),
            None,
        )
        if known is None or not (known.now or known.approved):
            raise NotFound(f"There is no tool {server[:80]}/{tool[:80]}.")
        if seen is not None and seen != (known.now or known.approved):
            raise ToolChanged(f"{server}/{tool} has changed again meanwhile: look at it once more.")
        pins = (self._pins or {}).setdefault(server, {})
        pin = ToolPin(definition=known.now or known.approved, is_hidden=hide)
        await asyncio.to_thread(self._store.decide, server, tool, pin, before=pins.get(tool))
        pins[tool] = pin
        self._changed()
        return known

    async def close(self) -> None:
        await self._tasks.stop()
        servers, self._servers = self._servers, {}
        await asyncio.gather(self._own.close(), *(each.close() for each in servers.values()))
        await asyncio.to_thread(self._store.close)

    # inside

    def session_ended(self, client_id: str, session: str) -> None:
        """Of a client: what worked for it alone is not needed any more."""
        self._own.session_ended(client_id, session)

    def hear(self, level: str) -> None:
        """The least of the messages of servers that anybody wants to hear."""
        for each in self._servers.values():
            if each.log_level != level and level in LEVELS:
                for one in (each, *self._own.of_server(each.name)):
                    one.hear(level)

    def _made(self, server: McpServer, owner: Party | None = None) -> BehindServer:
        side = CallerSide(server, self._publish, self.answers, owner)
        listed = self._listed if owner is None else _nothing
        return BehindServer(server, self._connect, self._clock, listed, side=side)

    def _publish(self, event: Event) -> None:
        self._bus.publish(event)

    async def _ask(self, call: BehindCall) -> dict[str, Any]:
        """Whatever a person was asked meanwhile: it is the tool that he was shown, or nothing."""
        offered = call.offered
        server = self._servers.get(offered.server)
        if server is None:
            raise ServerFailed(f"{offered.server} is not offered any more.")
        party = Party.of(call.asked.principal, call.came.session, call.came.caller)
        worker = self._own.of(server, party)
        lists = await worker.ready()
        is_same = self._offered().get(offered.name) == offered
        if is_same and worker is not server:
            now = definitions_of(lists.tools).get(offered.tool)
            if now is None:
                raise ServerFailed(f"{offered.server} has no {offered.tool} for this caller.")
            is_same = now == offered.definition
        if not is_same:
            raise ServerFailed(
                f"{offered.server} has changed its tool {offered.tool}: it is held back until a"
                " person has looked (llmgw tools list)."
            )
        return told_of(server.name, await self._called(worker, call, party))

    async def _called(self, worker: BehindServer, call: BehindCall, party: Party) -> dict[str, Any]:
        """Once more where its person was where the server wants them to be first."""
        params = {"name": call.offered.tool, "arguments": dict(call.asked.arguments)}
        given: dict[str, Any] = {"progress": call.asked.progress, "party": party}
        given["within_s"] = worker.server.answer_within_s
        try:
            return await worker.ask("tools/call", params, **given)
        except CallRefused as refused:
            visits, side = refused.visits, worker.side
            if not visits or side is None:
                raise
            try:
                may_go_on = await side.may_go_on(visits, party)
            except CallerRefused as error:
                raise ServerFailed(f"{refused} {error}") from error
            if may_go_on is None:
                raise VisitWanted(refused) from refused
            if not may_go_on:
                raise ServerFailed(f"{refused} Its person declined.") from refused
        return await worker.ask("tools/call", params, **given)

    async def _first(self, server: BehindServer) -> None:
        """Approve the first list of a server."""
        self._asked.add(server.name)
        try:
            lists = await server.ready()
        except ServerFailed as error:
            _log.warning("the tools of %s are not offered: %s", server.name, error)
            return
        pins = self._pins
        if pins is None or server.name in pins:
            return
        found = definitions_of(lists.tools)
        first = {name: ToolPin(definition=each) for name, each in found.items()}
        pins[server.name] = first
        try:
            await asyncio.to_thread(self._store.begin, server.name, first)
        except StoreError as error:
            _log.warning("the first list of %s is not kept: %s", server.name, error)
        _log.info("%s offers %s tools: %s", server.name, len(first), ", ".join(first)[:500])
        self._changed()

    def _listed(self, server: BehindServer) -> None:
        """It said what it has, the first time or anew."""
        held = [each for each in self._standing(server) if each.state in _HELD]
        if self._pins is not None and server.name in self._pins and held:
            names = ", ".join(each.tool for each in held)[:500]
            _log.warning("%s has new or changed tools, held back: %s", server.name, names)
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._names = None
        self._bus.publish(ToolServersChanged())

    async def _read_pins(self) -> None:
        if self._pins is not None or not self._servers:
            return
        async with self._reading:
            if self._pins is None:
                try:
                    self._pins = await asyncio.to_thread(self._store.all)
                except StoreError as error:  # nothing is known to be approved: nothing is offered
                    _log.warning("approved tools cannot be read: %s", error)
                    raise
                self._names = None

    def _standing(self, server: BehindServer) -> list[ServerTool]:
        now = None if server.lists is None else definitions_of(server.lists.tools)
        return standing_of(server.server, now, (self._pins or {}).get(server.name, {}))

    def _offered(self) -> dict[str, ToolBehind]:
        if self._names is None:
            taken: set[str] = set()  # ours have no `__`
            names: dict[str, ToolBehind] = {}
            for server in self._servers.values():
                for each in self._standing(server):
                    if each.state is ToolState.OFFERED:
                        offered = offered_as(server.server, each, taken)
                        taken.add(offered.name)
                        names[offered.name] = offered
            self._names = names
        return self._names

    def _allowed(self, principal: Principal, profile: Profile) -> Iterator[BehindServer]:
        for each in self._servers.values():
            if may_use(each.server, principal, profile):
                yield each


def _nothing(_: BehindServer) -> None:
    """What it lists for one caller is nobody else's list."""


_HELD = (ToolState.NEW, ToolState.CHANGED)
