"""The gateway's whole MCP door with the official client: models, vault, workspaces, approvals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pydantic.errors  # noqa: F401 - before the rest of pydantic where Qt is loaded
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.flights.flight import FlightState
from tests.engine.conftest import House
from tests.support.answers import Answer, Delivery

ERAS = ["auto", "legacy"]
FAMILIES = {
    *("llm_generate", "llm_models", "approval_list"),
    *("vault_store", "vault_list", "vault_delete"),
    *("vault_store_file", "vault_list_files", "vault_delete_file"),
    *("workspace_list", "workspace_get", "workspace_create", "workspace_register_existing_repo"),
}


def key(house: House, *scopes: Scope) -> str:
    clients, clock = house.container.access.clients, house.container.clock
    assert clients is not None
    return ClientKeys(clients, clock, TimedIds(clock)).add("agent", scopes)


@asynccontextmanager
async def client(house: House, mode: Any, bearer: str = "") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else house.headers()
    http = httpx2.AsyncClient(headers=headers, timeout=60)
    address = f"{house.url}/mcp?profile=full"
    transport = streamable_http_client(address, http_client=http)
    async with http, Client(transport, mode=mode) as session:
        yield session


@pytest.mark.parametrize("era", ERAS)
async def test_text_streams_to_whoever_asks_and_the_flight_is_his(house: House, era: str) -> None:
    house.lane.always = Answer(delivery=Delivery(pace_s=0.05))
    heard: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    bearer = key(house, Scope.MCP, Scope.MODELS_USE)
    async with client(house, era, bearer) as session:
        listed = {tool.name for tool in (await session.list_tools()).tools}
        fields = {"prompt": "ping", "model": "claude-stub"}
        told = await session.call_tool("llm_generate", fields, progress_callback=hear)
    assert listed & FAMILIES == {"llm_generate"}
    assert told.structured_content is not None
    assert "".join(heard) == told.structured_content["text"] == "pong from the upstream"
    assert len(heard) > 1
    (flight,) = house.closed
    assert (flight.client, flight.id) == ("agent", told.structured_content["flightId"])


async def test_a_call_that_is_given_up_lets_the_vendor_go(house: House) -> None:
    house.lane.always = Answer(text="one two three", delivery=Delivery(stall_after=4))
    async with client(house, "auto") as session:
        fields = {"prompt": "ping", "model": "gpt-stub"}
        call = asyncio.create_task(session.call_tool("llm_generate", fields))
        await asyncio.to_thread(house.lane.wait_for, 1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        seen = house.lane.only
        assert await asyncio.to_thread(seen.wait_over)
    assert seen.peer_closed_at is not None
    assert house.closed[0].state is FlightState.CANCELED


async def test_the_rest_is_joined(house: House) -> None:
    async with client(house, "auto") as session:
        listed = {tool.name for tool in (await session.list_tools()).tools}
        assert listed >= FAMILIES
        stored = await session.call_tool(
            "vault_store", {"provider": "openai", "apiKey": "sk-test-0123456789"}
        )
        assert stored.structured_content is not None
        gone = await session.call_tool("vault_delete", {"id": stored.structured_content["id"]})
        assert not gone.is_error
        for name, list_name in (
            ("workspace_list", "workspaces"),
            ("approval_list", "approvals"),
            ("vault_list", "credentials"),
        ):
            told = await session.call_tool(name, {})
            assert told.structured_content is not None
            assert told.structured_content[list_name] == []
        off = await session.call_tool("workspace_create", {"alias": "w", "root": "r", "slug": "s"})
        assert off.is_error
        assert off.structured_content is not None
        assert off.structured_content["errorCategory"] == "permission_denied"


async def test_a_review_by_alias_looks_where_the_alias_leads_now(
    house: House, tmp_path: Path
) -> None:
    folder, private = tmp_path / "repo", tmp_path / ".ssh"
    folder.mkdir()
    private.mkdir()
    workspaces = house.container.runs.service.workspaces
    workspaces.add("repo", str(folder), default=False, by="me")
    folder.rmdir()
    folder.symlink_to(private)
    async with client(house, "auto") as session:
        told = await session.call_tool("review_changes", {"workspace": "repo"})
    assert told.is_error
    assert told.structured_content is not None
    assert told.structured_content["field"] == "workspace"
