"""`/mcp`: Streamable HTTP for MCP clients, served by the official SDK behind our own HTTP server.

The SDK takes a second and tens of megabytes to come in: it does so in a thread, with the first
request here or when one is expected, and never where nobody speaks MCP. It sees one request of our
server as an ASGI application does.

`/v1/tools`: other MCP servers behind it, their tools, sign-ins at them, and a person's word, for
the key of this computer's person alone: who approves a tool decides what every agent reads.
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
from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest, RequestTooLarge
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_presentation import MAX_MESSAGE_BYTES
from llmgw_desktop.domain.mcp_server import SIGNED_IN_PATH as CAME_BACK
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, check_person
from llmgw_desktop.engine.front.guard import DoorOpening
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.mcp_message import CALL, AsgiExchange, read_message
from llmgw_desktop.engine.front.mcp_short_way import ShortWay
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.offer import McpOffer, Visitor
from llmgw_desktop.engine.mcp.sessions import McpSessions, Receive, Scope, Send
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.wire.errors import rpc_error_reply
from llmgw_desktop.wire.json_edits import read_object

if TYPE_CHECKING:
    from llmgw_desktop.engine.mcp.behind.pins import ServerTool
    from llmgw_desktop.engine.mcp.behind.sign_ins import SignIns
    from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers

_LAST_CALLS_S = 2.0
"""So long a stop waits for calls that are about to be answered."""


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
        server=parse_qs(caller.query).get("server", [""])[0] if "server=" in caller.query else "",
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


class PageTelling(Protocol):
    """Shows a browser a page of ours."""

    async def __call__(self, caller: HttpCaller, heading: str, words: str, status: int) -> None: ...


_NOT_YOURS = (
    "Tools of other MCP servers are approved by this computer's person alone; '{name}' is another"
    " client. Look in a terminal of the user whose gateway it is: `llmgw tools list`."
)
_NONE = "no MCP server is offered: `offer = true` in [mcp_servers.NAME] of the settings does that"
_LONGEST_FIELD, _LONGEST_ANSWER = 300, 8_000


class ToolsDoor:
    """`servers`: None where none is offered."""

    def __init__(self, servers: "Callable[[], ToolServers | None]", page: PageTelling) -> None:
        self._servers = servers
        self._page = page

    def add_to(self, table: DoorTable) -> None:
        came = {f"GET {CAME_BACK}": self.signed_in}
        table.add_own(None, came, opening=DoorOpening(is_page=True))
        table.add_own(
            Permission.ADMIN,
            {
                "GET /v1/tools": self.list_all,
                "POST /v1/tools/decide": self.decide,
                "POST /v1/tools/look": self.look,
                "POST /v1/tools/sign-in": self.sign_in,
                "POST /v1/tools/sign-in/wait": self.wait,
                "POST /v1/tools/sign-out": self.sign_out,
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

    async def sign_in(self, caller: HttpCaller) -> None:
        """`{"server"}`: where a browser has to go. With `"answer"`: the address to which a browser
        was sent that cannot come here."""
        check_person(caller, _NOT_YOURS)
        fields = dict(read_object(await caller.read_body()))
        answer = fields.get("answer")
        if answer is not None:
            name = await self._sign_ins().came_back(_field(fields, "answer", _LONGEST_ANSWER))
            await caller.reply(200, JSON, orjson.dumps({"server": name}))
            return
        server = self._server(fields)
        url = await self._sign_ins().begin(server)
        await caller.reply(200, JSON, orjson.dumps({"server": server.name, "url": url}))

    async def wait(self, caller: HttpCaller) -> None:
        """`{"server"}`: answered once the browser has come back."""
        check_person(caller, _NOT_YOURS)
        server = self._server(dict(read_object(await caller.read_body())))
        await self._sign_ins().outcome(server.name)
        await caller.reply(200, JSON, orjson.dumps({"server": server.name}))

    async def sign_out(self, caller: HttpCaller) -> None:
        """`{"server"}`."""
        check_person(caller, _NOT_YOURS)
        server = self._server(dict(read_object(await caller.read_body())))
        was = await self._found().sign_out(server)
        await caller.reply(200, JSON, orjson.dumps({"server": server.name, "was_signed_in": was}))

    async def signed_in(self, caller: HttpCaller) -> None:
        """A browser comes back from where its person signed in; it shows no key, but what only
        that browser was given."""
        try:
            name = await self._sign_ins().came_back(caller.whole_query)
        except LlmgwError as error:
            await self._page(caller, "This did not work", str(error), 400)
        else:
            words = f"Every program here can use {name} by the gateway. You can close this page."
            await self._page(caller, "Signed in", words, 200)

    def _sign_ins(self) -> "SignIns":
        found = self._found().sign_ins
        if found is None:
            raise InvalidRun(_NONE, field="server")
        return found

    def _server(self, fields: Mapping[str, Any]) -> McpServer:
        name = _field(fields, "server")
        server = self._found().server(name)
        if server is None:
            raise InvalidRun(f"there is no server {name[:80]} that is offered", field="server")
        return server

    def _found(self) -> "ToolServers":
        servers = self._servers()
        if servers is None:
            raise InvalidRun(_NONE, field="server")
        return servers


async def listed(servers: "ToolServers") -> dict[str, Any]:
    """As the door tells it. Raises StoreError."""
    tools, signed = await servers.tools(), await servers.sign_in_states()
    return {
        "servers": [
            {**asdict(each), "sign_in": str(signed.get(each.name, ""))}
            for each in servers.standings()
        ],
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


def _field(fields: Mapping[str, Any], name: str, longest: int = _LONGEST_FIELD) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= longest:
        raise InvalidRun("it must be a text", field=name)
    return text
