"""An MCP door with a few small tools behind it, on a port of its own, and two clients with keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import httpx2
import mcp.types as t
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.clis.fields import ON, TEXT, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import JobChanged, SettingsChanged
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.engine.front import model_doors
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import DoorTable
from llmgw_desktop.engine.front.http_server import HttpServer
from llmgw_desktop.engine.front.mcp_door import MakeServing, McpDoor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp.offer import McpOffer, McpPrompt, PromptArgument, Resource
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, McpTool, McpToolCall, NotFound, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from tests.engine.conftest import House

__all__ = ["MCPError", "McpScene", "Tools", "mcp_scene", "t", "until"]

MODERN, LEGACY = "2026-07-28", "2025-11-25"
BOTH = "application/json, text/event-stream"
CLIENT = {"name": "tests", "version": "1"}


@dataclass
class Tools:
    """What the tools were told and how they ended."""

    calls: list[McpToolCall] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ends: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def all(self) -> tuple[McpTool, ...]:
        words = option("words", TEXT, "What to say.")
        echo = McpTool(
            name="echo",
            title="Echo",
            description="Says it again.",
            takes=(words, option("loud", ON, "Louder.")),
            needs=frozenset({"words"}),
            tells={"said": {"type": "string"}},
            call=self.echo,
            scope=Scope.MCP,
            reads_only=True,
        )
        return (
            echo,
            replace(echo, name="steps", call=self.steps, takes=(), needs=frozenset()),
            replace(echo, name="wait", call=self.wait, takes=(), needs=frozenset()),
            replace(echo, name="rare", profiles=FULL_ALONE),
            replace(echo, name="owners", scope=Scope.VAULT_ADMIN),
        )

    async def echo(self, call: McpToolCall) -> ToolAnswer:
        self.calls.append(call)
        return ToolAnswer(structured={"success": True, "said": call.arguments["words"]})

    async def steps(self, call: McpToolCall) -> ToolAnswer:
        self.calls.append(call)
        if call.progress is not None:
            for number in range(1, 4):
                await call.progress(number, 3, f"step {number}")
        return ToolAnswer(structured={"success": True, "said": "done"}, text="done")

    async def wait(self, call: McpToolCall) -> ToolAnswer:
        self.calls.append(call)
        self.begun.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.ends.append("canceled")
            raise
        self.ends.append("done")
        return ToolAnswer(structured={"success": True, "said": "waited"})

    async def note(self, principal: Principal, places: Mapping[str, str]) -> str:
        """Each client has its own."""
        try:
            return self.notes[f"{principal.client_id}/{places['name']}"]
        except KeyError:
            raise NotFound("There is no such note.") from None


@dataclass
class McpScene:
    house: House
    url: str
    tools: Tools
    door: McpDoor
    bus: Bus

    def key(self, name: str = "other", *scopes: Scope) -> str:
        """Of another client."""
        clients, clock = self.house.container.access.clients, self.house.container.clock
        assert clients is not None
        return ClientKeys(clients, clock, TimedIds(clock)).add(name, scopes or (Scope.MCP,))

    def headers(self, key: str = "", **more: str) -> dict[str, str]:
        own = self.house.headers() if not key else {"Authorization": f"Bearer {key}"}
        return {
            "accept": BOTH,
            **own,
            **{name.replace("_", "-"): each for name, each in more.items()},
        }

    @asynccontextmanager
    async def client(self, mode: str, *, query: str = "", key: str = "") -> AsyncIterator[Client]:
        """`mode`: auto speaks the latest revision, legacy opens a session."""
        http = httpx2.AsyncClient(headers=self.headers(key), timeout=60)
        transport = streamable_http_client(self.url + query, http_client=http)
        async with http, Client(transport, mode=mode) as client:
            yield client

    async def post(self, message: Any, key: str = "", **headers: str) -> aiohttp.ClientResponse:
        """Its answer, read to the end."""
        answer = await self.house.session.post(
            self.url, json=message, headers=self.headers(key, **headers)
        )
        await answer.read()
        return answer

    async def open_session(self, key: str = "", version: str = LEGACY) -> str:
        greeting = {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT}
        opened = await self.post(call("initialize", greeting, number=0), key)
        assert opened.status == 200, await opened.text()
        session = opened.headers["mcp-session-id"]
        told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert (await self.post(told, key, mcp_session_id=session)).status == 202
        return session

    async def alone(self, method: str, key: str = "", **params: Any) -> aiohttp.ClientResponse:
        """One request of the era without sessions."""
        name = {"mcp_name": params["name"]} if "name" in params else {}
        params["_meta"] = modern_meta() | params.get("_meta", {})
        return await self.post(
            call(method, params), key, mcp_protocol_version=MODERN, mcp_method=method, **name
        )


def call(method: str, params: Any = None, *, number: Any = 1) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "id": number, "method": method}
    return message if params is None else {**message, "params": params}


def modern_meta() -> dict[str, Any]:
    start = "io.modelcontextprotocol/"
    return {start + "protocolVersion": MODERN, start + "clientCapabilities": {}}


@asynccontextmanager
async def mcp_scene(
    house: House, make_serving: MakeServing | None = None, **more: Any
) -> AsyncIterator[McpScene]:
    """`more`: other parts of the Offer."""
    tools, bus = Tools(), Bus()
    engine = house.container.gateway._engine
    offer = McpOffer(
        **{
            "toolbox": Toolbox(tools.all()),
            "resources": _resources(tools),
            "prompts": (_prompt(),),
            "bus": bus,
            **more,
        }
    )
    door = McpDoor(engine.gate, lambda: offer, make_serving)
    table = DoorTable(model_doors.openai_dialect())
    door.add_to(table)
    server = HttpServer(
        pipeline=engine.pipeline, gate=engine.gate, doors=table, crowd=Crowd(SystemClock())
    )
    port = await server.open(HttpSettings(port=0))
    try:
        yield McpScene(house, f"http://127.0.0.1:{port}/mcp", tools, door, bus)
    finally:
        await server.stop_listening()
        await door.close()
        await server.close()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not happened():
            await asyncio.sleep(0.01)


def _resources(tools: Tools) -> tuple[Resource, ...]:
    async def about(principal: Principal, places: Mapping[str, str]) -> str:
        return principal.client_id

    about_you = Resource(
        uri="note://you",
        name="you",
        description="Who you are.",
        read=about,
        scope=Scope.MCP,
        changes_with=frozenset({SettingsChanged}),
    )
    notes = replace(
        about_you,
        uri="note://{name}",
        name="note",
        read=tools.note,
        changes_with=frozenset({JobChanged}),
        choices={"name": ("first", "second")},
    )
    return (about_you, notes, replace(about_you, uri="note://vault", scope=Scope.VAULT_ADMIN))


def _prompt() -> McpPrompt:
    return McpPrompt(
        name="review",
        title="Review",
        description="How to review.",
        arguments=(
            PromptArgument(name="what", description="What to look at.", is_needed=True),
            PromptArgument(name="by", description="Who.", choices=("claude", "codex")),
        ),
        text=lambda given: f"Look at {given['what']}.",
    )
