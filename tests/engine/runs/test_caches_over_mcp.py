"""Prompts in parts and what caches did for them, by the MCP door of a whole gateway."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import httpx2
import orjson
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"
PARTS = {"system": "true", "task": OK, "cacheControl": {"system": False}}
DIGEST = hashlib.sha256(b"true").hexdigest()


@asynccontextmanager
async def _client(house: RunHouse, key: str = "") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key or house.key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        url = f"{house.container.gateway.status.url}/mcp"
        async with Client(streamable_http_client(url, http_client=http)) as client:
            yield client


async def _read(client: Client, place: str) -> Any:
    told = await client.read_resource(f"cache-state://{place}")
    return orjson.loads(told.contents[0].text)  # type: ignore[union-attr]


async def test_what_is_asked_in_parts_is_found_by_its_beginning(house: RunHouse) -> None:
    stranger = house.client("stranger", Scope.MCP, Scope.JOBS_RUN)
    async with _client(house) as client:
        done = await client.call_tool(
            "claude_request", {"promptParts": PARTS, "optimizeResponse": True}
        )
        told = done.structured_content
        assert told is not None
        assert told["success"], told
        assert told["compression"]["response"] == {"tokensBefore": 2, "tokensAfter": 2}
        assert told["stablePrefixHash"] == DIGEST
        whole = await _read(client, "global")
        of_prefix = await _read(client, f"prefix/{DIGEST}")
        of_session = await _read(client, f"session/{told['sessionId']}")
        got = await client.call_tool("session_get", {"sessionId": told["sessionId"]})
    # 3 of 13 prompt tokens came from a cache; nobody knows the price of the stand-in's model.
    for each in (whole, of_prefix, of_session):
        assert each["hitRate"] == pytest.approx(3 / 13)
        assert each["totalCacheReadTokens"] == 3
        assert each["estimatedSavingsUsd"] is None
    assert whole["perCli"][0]["cli"] == "claude"
    assert of_prefix["cliBreakdown"] == [{"cli": "claude", "model": "claude-fake", "count": 1}]
    assert 0 < of_session["ttlRemainingMs"] <= 300_000
    assert got.structured_content is not None
    assert "hitRate" in orjson.dumps(got.structured_content).decode()
    async with _client(house, stranger) as client:
        assert (await _read(client, "global"))["totalRequests"] == 0
        for place in (f"prefix/{DIGEST}", f"session/{told['sessionId']}"):
            with pytest.raises(MCPError):
                await _read(client, place)


async def test_both_prompts_or_none_start_nothing(house: RunHouse) -> None:
    async with _client(house) as client:
        both = await client.call_tool("claude_request", {"prompt": "a", "promptParts": PARTS})
        none = await client.call_tool("claude_request", {})
        long = await client.call_tool("claude_request", {"prompt": "x" * 100_001})
    for done, words, category in (
        (both, "provide exactly one of `prompt` or `promptParts`", "invalid_input"),
        (none, "one of `prompt` or `promptParts` is required", "invalid_input"),
        (long, "100,001 characters long (UTF-16 code units), and 100,000", "input_too_large"),
    ):
        assert done.is_error
        assert done.structured_content is not None
        assert words in done.structured_content["error"]
        assert done.structured_content["errorCategory"] == category
    assert house.container.runs.supervisor.list() == []


async def test_a_session_whose_cache_is_about_to_be_forgotten_warns(make_house: MakeHouse) -> None:
    house = await make_house("[cache_awareness]\nwarn_on_ttl_expiry = true")
    begun = await house.run(OK)
    assert begun["warnings"] == []
    # As if it had ended 280 s ago; without marks the cache is taken to live for 300 s.
    path = house.container.places.gateway_db
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE jobs SET ended_at_s = ended_at_s - 280")
    told = await house.run(OK, sessionId=begun["sessionId"])
    (warning,) = told["warnings"]
    assert warning["code"] == "cache_ttl_expiring_soon"
    again = await house.run(OK, sessionId=begun["sessionId"])
    assert again["warnings"] == []
