"""`/mcp`: Streamable HTTP for MCP clients, served by the official SDK behind our own HTTP server.

The SDK takes a second and tens of megabytes to come in: it does so with the first request here, in
a thread, and never where nobody speaks MCP.
"""

import asyncio
import importlib
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs

from llmgw_desktop.domain.errors import MalformedRequest, RequestTooLarge
from llmgw_desktop.domain.principal import Scope as Permission
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.asgi_exchange import AsgiExchange
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.mcp.asgi import Receive, Scope, Send
from llmgw_desktop.engine.mcp.offer import Offer, Visitor
from llmgw_desktop.engine.mcp.tool import Profile
from llmgw_desktop.engine.tasks import Tasks

PROFILE_HEADER = "x-llmgw-profile"
MOST_BODY_BYTES = 16 * 1024 * 1024
"""It is parsed in one go, and the loop waits meanwhile."""
_SDK = "llmgw_desktop.engine.mcp.sdk_http"


class Serving(Protocol):
    """What serves requests from the start of `run` to its end."""

    async def run(self, is_ready: Callable[[], None], stop: asyncio.Event) -> None: ...

    async def serve(self, scope: Scope, visitor: Visitor, receive: Receive, send: Send) -> None: ...


class McpDoor:
    """`offer` is asked for once, with the first request; a stop leaves a door that opens again."""

    def __init__(
        self,
        gate: Gate,
        offer: Callable[[], Offer],
        make_serving: Callable[[Offer], Serving] | None = None,
    ) -> None:
        """`make_serving`, left out: the SDK's."""
        self._gate = gate
        self._offer = offer
        self._make_serving = make_serving or _sdk_serving
        self._tasks = Tasks()
        self._opening: asyncio.Future[Serving] | None = None
        self._stop = asyncio.Event()

    async def answer(self, caller: HttpCaller) -> None:
        """Raises MalformedRequest, RequestTooLarge, GatewayClosed and what reading a body does."""
        self._gate.check_open()
        assert caller.principal is not None, "the gate has let nobody in"
        visitor = Visitor(
            principal=caller.principal,
            profile=_profile(caller),
            project=caller.headers.get("x-project", ""),
        )
        exchange = AsgiExchange(caller, await _body(caller))
        serving = await self._serving()
        await serving.serve(exchange.scope(), visitor, exchange.receive, exchange.send)

    async def close(self) -> None:
        """All sessions end, and what still streams to them."""
        self._stop.set()
        await self._tasks.finish(within_s=1.0)
        self._opening = None
        self._stop = asyncio.Event()

    async def _serving(self) -> Serving:
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_future()
            self._tasks.start(self._run(self._opening, self._stop), name="serve MCP")
        return await asyncio.shield(self._opening)

    async def _run(self, opening: "asyncio.Future[Serving]", stop: asyncio.Event) -> None:
        try:
            offer = self._offer()
            serving = await asyncio.to_thread(self._make_serving, offer)
            await serving.run(lambda: opening.set_result(serving), stop)
        except BaseException as error:
            self._opening = None  # the next request tries again
            if not opening.done():
                opening.set_exception(error)
                opening.exception()  # told to whoever waits, and nobody has to
            raise
        finally:
            if not opening.done():
                opening.cancel()


def add_doors(table: DoorTable, door: McpDoor, path: str, plain: Dialect) -> None:
    for method in ("GET", "POST", "DELETE"):
        table.add(method, path, OwnDoor(dialect=plain, answer=door.answer, scope=Permission.MCP))


def _sdk_serving(offer: Offer) -> Serving:
    sdk: Any = importlib.import_module(_SDK)
    serving: Serving = sdk.serving(offer)
    return serving


async def _body(caller: HttpCaller) -> bytes:
    if caller.method != "POST":
        return b""
    body = await caller.read_body()
    if len(body) > MOST_BODY_BYTES:
        raise RequestTooLarge(f"A message to the MCP door has at most {MOST_BODY_BYTES:,} bytes.")
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
