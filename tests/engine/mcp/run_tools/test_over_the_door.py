"""Runs asked for by the official client over a real socket, in both eras of the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import jsonschema
import orjson
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.engine.mcp.run_tools.test_requests import OK
from tests.engine.runs.conftest import RunHouse

SLOW = 'begin; say one; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; say two; answer three'
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])


@asynccontextmanager
async def connected(house: RunHouse, mode: str, query: str = "") -> AsyncIterator[Client]:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {house.key}"}, timeout=60)
    transport = streamable_http_client(house.container.mcp_url + query, http_client=http)
    async with http, Client(transport, mode=mode) as client:
        yield client


@ERAS
async def test_a_run_with_what_it_says_meanwhile(house: RunHouse, mode: str) -> None:
    heard: list[str] = []
    first = asyncio.Event()

    async def hear(done: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")
        first.set()

    async with connected(house, mode) as client:
        asked = {"prompt": SLOW}
        call = asyncio.ensure_future(
            client.call_tool("claude_request", asked, progress_callback=hear)
        )
        await first.wait()
        assert heard == ["one"]
        (house.home / "go").touch()
        result = await call
        assert "".join(heard).split() == ["one", "two", "three"]
        assert not result.is_error
        assert result.structured_content is not None
        assert result.structured_content["response"] == "three"
        assert result.content[0].text == "three"


@ERAS
async def test_a_client_that_vanishes_loses_nothing(house: RunHouse, mode: str) -> None:
    heard = asyncio.Event()

    async def hear(done: float, total: float | None, message: str | None) -> None:
        heard.set()

    async with connected(house, mode) as client:
        call = asyncio.ensure_future(client.call_tool("claude_request", {"prompt": SLOW}))
        while not house.asked:
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await client.list_tools()  # the SDK's client breaks where an answer comes as it closes
    (job,) = house.container.runs.supervisor.live
    async with connected(house, mode) as client:
        asked = {"prompt": SLOW}
        again = asyncio.ensure_future(
            client.call_tool("claude_request", asked, progress_callback=hear)
        )
        await heard.wait()
        (house.home / "go").touch()
        told = (await again).structured_content
        assert told is not None
        assert (told["response"], told["jobId"], told["deduped"]) == ("three", job.id, True)
        collected = await client.call_tool("llm_job_result", {"jobId": job.id})
        assert collected.content[0].text == "three"
    assert len(house.asked) == 1


@ERAS
async def test_lists_are_short_and_answers_fit_them(house: RunHouse, mode: str) -> None:
    for query, most in (("?profile=core", 18), ("?profile=full", 48)):
        async with connected(house, mode, query) as client:
            tools = (await client.list_tools()).tools
            ours = [each for each in tools if "_request" in each.name or "job_" in each.name]
            assert len(ours) >= 18
            size = sum(len(each.model_dump_json(by_alias=True, exclude_none=True)) for each in ours)
            assert size <= most * 1024
            told = await client.call_tool("claude_request", {"prompt": OK})
            schema = next(each for each in ours if each.name == "claude_request").output_schema
            assert schema is not None
            jsonschema.validate(told.structured_content, schema)


@ERAS
async def test_what_is_wrong_is_told_as_a_result(house: RunHouse, mode: str) -> None:
    async with connected(house, mode) as client:
        result = await client.call_tool("claude_request", {"prompt": "a", "nonsense": 1})
        assert result.is_error
        assert result.structured_content is not None
        assert result.structured_content["field"] == "nonsense"
        read = await client.read_resource("sessions://all")
        assert orjson.loads(read.contents[0].text)["total"] == 0
    assert house.asked == []
