"""Real MCP servers from PyPI and npm, and one that does what it is told."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.engine.conftest import House
from tests.support import npm_cli, pip_program

_SCRIPT = Path(__file__).with_name("mcp_odd_server.py")
_NPM = "2026.8.31"


def everything() -> list[str]:
    return [_node("everything")]


def memory() -> list[str]:
    return [_node("memory")]


def filesystem(*folders: Path) -> list[str]:
    return [_node("filesystem"), *map(str, folders)]


def time() -> list[str]:
    return [str(pip_program.install("mcp-server-time", "2026.10.19", "mcp-server-time"))]


def fetch() -> list[str]:
    """Also of this computer, and of a site that has no `robots.txt`."""
    program = pip_program.install("mcp-server-fetch", "2026.10.24", "mcp-server-fetch")
    return [str(program), "--ignore-robots-txt", "--allow-private-ips"]


def git(repository: Path) -> list[str]:
    program = pip_program.install("mcp-server-git", "2026.10.19", "mcp-server-git")
    return [str(program), "--repository", str(repository)]


def odd(*words: str) -> list[str]:
    """Told by its arguments what is wrong with it."""
    return [sys.executable, str(_SCRIPT), *words]


def _node(name: str) -> str:
    package = f"@modelcontextprotocol/server-{name}"
    return str(npm_cli.install(package, _NPM, f"mcp-server-{name}"))


def table(name: str, command: Sequence[str], more: str = "") -> str:
    """`[mcp_servers.NAME]` that offers it. Nobody is asked about calls, unless `more` says so."""
    more = more if "ask =" in more else f'ask = "nothing"\n{more}'
    return (
        f"[mcp_servers.{name}]\noffer = true\n"
        f"command = {json.dumps(command[0])}\nargs = {json.dumps(list(command[1:]))}\n{more}\n"
    )


@asynccontextmanager
async def client_of(
    house: House, *, key: str = "", query: str = "", mode: str = "legacy", **more: Any
) -> AsyncIterator[Client]:
    """The SDK's, at the MCP door of a whole gateway."""
    headers = {"Authorization": f"Bearer {key}"} if key else house.headers()
    http = httpx2.AsyncClient(headers=headers, timeout=60)
    transport = streamable_http_client(f"{house.url}/mcp{query}", http_client=http)
    async with http, Client(transport, mode=mode, **more) as client:
        yield client


async def names(client: Client) -> set[str]:
    """Of tools that are not the gateway's own."""
    return {each.name for each in (await client.list_tools()).tools if "__" in each.name}


def text_of(result: Any) -> str:
    return "".join(block.text for block in result.content if block.type == "text")


def facts(house: House) -> Mapping[str, Any]:
    servers = house.container.tool_servers
    assert servers is not None
    return {each.name: each for each in servers.standings()}
