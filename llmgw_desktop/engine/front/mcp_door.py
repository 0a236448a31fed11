"""`/mcp`: Streamable HTTP for MCP clients, served by the official SDK behind our own HTTP server.

The SDK takes a second and tens of megabytes to come in: it does so in a thread, with the first
request here or when one is expected, and never where nobody speaks MCP. It sees one request of our
server as an ASGI application does.

`/v1/tools`: other MCP servers behind it, their tools, and a person's word on them, for the key of
this computer's person alone: who approves a tool decides what every agent reads.
"""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.access.principal import Scope as Permission
from llmgw_desktop.domain.errors import ClientGone, MalformedRequest, RequestTooLarge
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_presentation import MAX_MESSAGE_BYTES
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, check_person
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.mcp_message import CALL, read_message
from llmgw_desktop.engine.front.mcp_short_way import ShortWay
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.offer import McpOffer, Visitor
from llmgw_desktop.engine.mcp.sessions import McpSessions, Message, Receive, Scope, Send
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.wire.errors import rpc_error_reply
from llmgw_desktop.wire.json_edits import read_object

if TYPE_CHECKING:
    from llmgw_desktop.engine.mcp.behind.pins import ServerTool
    from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers

_OF_THE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"date", b"server"}
)
_OF_THE_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})
"""It is handed over as it was meant."""
_LAST_CALLS_S = 2.0
"""So long a stop waits for calls that are about to be answered."""


class AsgiExchange:
    """`scope`, `receive` and `send` of one request. A whole answer keeps the connection."""

    def __init__(self, caller: HttpCaller, body: bytes) -> None:
        self._caller = caller
        self._body: bytes | None = body
        self._is_gone = False
        self._left = asyncio.Event()
        self._status = 500
        self._headers: list[tuple[str, str]] = []

    def scope(self) -> Scope:
        caller = self._caller
        headers = [
            (name.lower().encode("latin-1"), value.encode("utf-8", "surrogateescape"))
            for name, value in caller.headers.items()
            if name.lower() not in _OF_THE_BODY
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": caller.method,
            "scheme": "http",
            "path": caller.path,
            "raw_path": caller.path.encode(),
            "query_string": caller.query.encode(),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    def client_left(self) -> None:
        self._is_gone = True
        self._left.set()

    async def send(self, message: Message) -> None:
        """What comes after the client has left goes nowhere, as ASGI has it."""
        if not self._is_gone:
            try:
                await self._send(message)
            except ClientGone:
                self._is_gone = True

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
                if name.lower() not in _OF_THE_CONNECTION
            ]
            if any(value.startswith("text/event-stream") for _, value in self._headers):
                await self._caller.begin(self._status, self._headers)
                await self._caller.send_head()
        elif message["type"] == "http.response.body":
            await self._send_body(message.get("body", b""), bool(message.get("more_body")))

    async def _send_body(self, body: bytes, has_more: bool) -> None:
        caller = self._caller
        if not has_more and not caller.has_begun:
            await caller.reply(self._status, self._headers, body)
            return
        if not caller.has_begun:
            await caller.begin(self._status, self._headers)
        if body:
            await caller.write(body)
        if not has_more:
            await caller.end()


PROFILE_HEADER = "x-llmgw-profile"
_LEAVING_S = 5.0
"""So long the SDK has to end a request whose client has left."""
_SDK = "llmgw_desktop.engine.mcp.sdk_http"


class McpServing(Protocol):
    """What serves requests from the start of `run` to its end."""

    async def run(self, is_ready: Callable[[], None], stop: asyncio.Event) -> None: ...

    async def serve(self, scope: Scope, visitor: Visitor, receive: Receive, send: Send) -> None: ...


MakeServing = Callable[[McpOffer, McpSessions], McpServing]


class McpDoor:
    """`offer` is asked for once, with the first request; a stop leaves a door that opens again."""

    def __init__(
        self,
        gate: Gate,
        offer: Callable[[], McpOffer],
        make_serving: MakeServing | None = None,
        *,
        path: str = "/mcp",
    ) -> None:
        """`make_serving`, left out: the SDK's."""
        self._gate = gate
        self._path = path
        self._make_offer = offer
        self._make_serving = make_serving or _sdk_serving
        self._tasks = Tasks()
        self._calls = Tasks()
        """Those of tools that the SDK serves."""
        self._open: asyncio.Task[_Open] | None = None

    def add_to(self, table: DoorTable) -> None:
        methods = (f"{method} {self._path}" for method in ("GET", "POST", "DELETE"))
        answers = dict.fromkeys(methods, self.answer)
        table.add_own(Permission.MCP, answers, refusal=rpc_error_reply)

    def warm(self) -> None:
        """Clients are expected: what takes long is read in before the first comes. Some wait no
        longer than a few seconds for their answer."""
        self._tasks.start(self._warm(), name="read MCP in")

    async def answer(self, caller: HttpCaller) -> None:
        """Raises MalformedRequest, RequestTooLarge, MissingScope, GatewayClosed and what reading a
        body does."""
        self._gate.check_open()
        visitor = _visitor(caller)
        body = await _body(caller)
        door = await self._opened()
        if caller.method == "POST" and await door.short_way.answer(caller, visitor, body):
            return
        serving = await self._serving(door)
        exchange = AsgiExchange(caller, body)
        work = serving.serve(exchange.scope(), visitor, exchange.receive, exchange.send)
        is_call = caller.method == "POST" and (read_message(body) or {}).get("method") == CALL
        task = (self._calls if is_call else self._tasks).start(work, name="MCP request")
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            exchange.client_left()
            asyncio.get_running_loop().call_later(_LEAVING_S, task.cancel)
            raise

    @property
    def open_sessions(self) -> int:
        opening = self._open
        if opening is None or not opening.done() or _has_failed(opening):
            return 0
        return len(opening.result().sessions)

    async def close(self) -> None:
        """All sessions end, and what still streams to them."""
        opening, self._open = self._open, None
        if opening is None:
            return
        with suppress(Exception):  # whoever asked for it was told
            door = await opening
            await asyncio.gather(
                door.short_way.close(_LAST_CALLS_S), self._calls.ended(_LAST_CALLS_S)
            )
            door.stop.set()
        await self._calls.finish(within_s=1.0)
        await self._tasks.finish(within_s=1.0)

    async def _warm(self) -> None:
        await self._serving(await self._opened())

    async def _opened(self) -> "_Open":
        if self._open is None or _has_failed(self._open):
            self._open = self._tasks.start(self._make_open(), name="open the MCP door")
        return await asyncio.shield(self._open)

    async def _make_open(self) -> "_Open":
        # All tools with their schemas: too long for the loop.
        return _Open(await asyncio.to_thread(self._make_offer), self._may)

    def _may(self, principal: Principal, scope: Permission) -> None:
        self._gate.check_scope(principal, scope, self._path)

    async def _serving(self, door: "_Open") -> McpServing:
        if door.serving is None:
            door.serving = asyncio.get_running_loop().create_future()
            self._tasks.start(self._run(door, door.serving), name="serve MCP")
        return await asyncio.shield(door.serving)

    async def _run(self, door: "_Open", opened: "asyncio.Future[McpServing]") -> None:
        try:
            serving = await asyncio.to_thread(self._make_serving, door.offer, door.sessions)
            await serving.run(lambda: opened.set_result(serving), door.stop)
        except BaseException as error:
            if not opened.done():
                opened.set_exception(error)
                opened.exception()  # told to whoever waits, and perhaps nobody does
            raise
        finally:
            door.serving = None  # the next request tries again


class _Open:
    """What there is from the first request until the door closes."""

    def __init__(self, offer: McpOffer, may: Callable[[Principal, Permission], None]) -> None:
        self.offer = offer
        self.sessions = McpSessions()
        self.short_way = ShortWay(offer, self.sessions, may)
        self.serving: asyncio.Future[McpServing] | None = None
        self.stop = asyncio.Event()


def _has_failed(task: "asyncio.Task[_Open]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _sdk_serving(offer: McpOffer, sessions: McpSessions) -> McpServing:
    sdk: Any = importlib.import_module(_SDK)
    serving: McpServing = sdk.Serving(offer, sessions)
    return serving


def _visitor(caller: HttpCaller) -> Visitor:
    """Raises MalformedRequest."""
    assert caller.principal is not None, "the gate has let nobody in"
    return Visitor(
        principal=caller.principal,
        profile=_profile(caller),
        project=caller.headers.get("x-project", ""),
    )


async def _body(caller: HttpCaller) -> bytes:
    if caller.method != "POST":
        return b""
    body = await caller.read_body()
    if len(body) > MAX_MESSAGE_BYTES:
        raise RequestTooLarge(f"A message to the MCP door has at most {MAX_MESSAGE_BYTES:,} bytes.")
    return body


def _profile(caller: HttpCaller) -> Profile:
    """Raises MalformedRequest."""
    asked = parse_qs(caller.query).get("profile", [caller.headers.get(PROFILE_HEADER, "")])[0]
    try:
        return Profile(asked) if asked else Profile.FULL
    except ValueError as error:
        known = ", ".join(Profile)
        raise MalformedRequest(
            f"There is no profile '{asked[:40]}'. Known are {known}: ?profile=… in the address, "
            f"or the header {PROFILE_HEADER}."
        ) from error


_NOT_YOURS = (
    "Tools of other MCP servers are approved by this computer's person alone; '{name}' is another"
    " client. Look in a terminal of the user whose gateway it is: `llmgw tools list`."
)
_NONE = "no MCP server is offered: `offer = true` in [mcp_servers.NAME] of the settings does that"
_LONGEST_FIELD = 300


class ToolsDoor:
    """`servers`: None where none is offered."""

    def __init__(self, servers: "Callable[[], ToolServers | None]") -> None:
        self._servers = servers

    def add_to(self, table: DoorTable) -> None:
        table.add_own(
            Permission.ADMIN,
            {
                "GET /v1/tools": self.list_all,
                "POST /v1/tools/decide": self.decide,
                "POST /v1/tools/look": self.look,
            },
        )

    async def list_all(self, caller: HttpCaller) -> None:
        check_person(caller, _NOT_YOURS)
        servers = self._servers()
        if servers is None:
            await caller.reply(200, JSON, b'{"servers":[],"tools":[]}')
            return
        await servers.known()
        body = await listed(servers)
        await caller.reply(200, JSON, await asyncio.to_thread(orjson.dumps, body))

    async def decide(self, caller: HttpCaller) -> None:
        """`{"server", "tool", "decision": "approve" | "hide"}`."""
        check_person(caller, _NOT_YOURS)
        fields = dict(read_object(await caller.read_body()))
        server, tool, word = (_field(fields, each) for each in ("server", "tool", "decision"))
        if word not in ("approve", "hide"):
            raise InvalidRun("it must be approve or hide", field="decision")
        servers = self._found()
        await servers.known()
        await servers.decide(server, tool, hide=word == "hide")
        told = {"server": server, "tool": tool, "decision": word}
        await caller.reply(200, JSON, orjson.dumps(told))

    async def look(self, caller: HttpCaller) -> None:
        """`{"server"}`: started anew, and asked what it has."""
        check_person(caller, _NOT_YOURS)
        server = _field(dict(read_object(await caller.read_body())), "server")
        servers = self._found()
        await servers.known()
        await servers.look(server)
        await caller.reply(200, JSON, orjson.dumps({"server": server}))

    def _found(self) -> "ToolServers":
        servers = self._servers()
        if servers is None:
            raise InvalidRun(_NONE, field="server")
        return servers


async def listed(servers: "ToolServers") -> dict[str, Any]:
    """As the door tells it. Raises StoreError."""
    tools = await servers.tools()
    return {
        "servers": [asdict(each) for each in servers.standings()],
        "tools": [tool_object(each, servers.name_of(each.server, each.tool)) for each in tools],
    }


def tool_object(tool: "ServerTool", name: str) -> dict[str, Any]:
    """`name`: as clients see it."""
    return {
        "server": tool.server,
        "tool": tool.tool,
        "name": name,
        "state": str(tool.state),
        "now": dict(tool.now),
        "approved": dict(tool.approved),
    }


def _field(fields: Mapping[str, Any], name: str) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_FIELD:
        raise InvalidRun("it must be a text", field=name)
    return text
