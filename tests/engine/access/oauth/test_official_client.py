"""The official MCP client against a whole gateway: from a 401 to a tool, and to more scopes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.conftest import House, house_in
from tests.support.oauth_flow import Kept, PersonInHouse, oauth_client


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home") as house:
        yield house


async def test_from_a_401_to_a_tool(house: House) -> None:
    kept, person = Kept(), PersonInHouse(house.container.oauth.server)
    async with oauth_client(f"{house.url}/mcp", kept, person.browse) as mcp:
        names = {tool.name for tool in (await mcp.list_tools()).tools}
        assert {"claude_request", "llm_generate"} <= names
    assert kept.client is not None
    assert kept.client.client_secret is None
    assert kept.tokens is not None
    assert kept.tokens.refresh_token
    assert set((kept.tokens.scope or "").split()) == {
        "mcp",
        "models:use",
        "models:list",
        "jobs:run",
    }
    assert len(kept.opened) == 1


async def test_a_tool_that_needs_more_asks_the_person_again(house: House) -> None:
    kept, person = Kept(), PersonInHouse(house.container.oauth.server, Scope.MCP, Scope.MODELS_LIST)
    async with oauth_client(f"{house.url}/mcp", kept, person.browse) as mcp:
        names = {tool.name for tool in (await mcp.list_tools()).tools}
        assert "llm_generate" not in names
        person.scopes = ()
        answer = await mcp.call_tool("llm_generate", {"prompt": "ping", "model": "practice/echo"})
        assert not answer.is_error, answer
    assert len(kept.opened) == 2
    assert kept.tokens is not None
    assert "models:use" in (kept.tokens.scope or "")


async def test_tokens_are_renewed(house: House) -> None:
    kept, person = Kept(), PersonInHouse(house.container.oauth.server)
    async with oauth_client(f"{house.url}/mcp", kept, person.browse) as mcp:
        await mcp.list_tools()
    assert kept.tokens is not None
    first = kept.tokens
    kept.tokens = first.model_copy(update={"access_token": "llmgw-at-lost", "expires_in": 3600})
    server = house.container.oauth.server
    form = {
        "grant_type": "refresh_token",
        "refresh_token": first.refresh_token or "",
        "client_id": kept.client.client_id if kept.client else "",
    }
    pair = await server.exchanged(form)
    kept.tokens = first.model_copy(
        update={"access_token": pair.access_token, "refresh_token": pair.refresh_token}
    )
    async with oauth_client(f"{house.url}/mcp", kept, person.browse) as mcp:
        await mcp.list_tools()
    assert len(kept.opened) == 1
