"""The official MCP client against the program as it is started, both eras; and who may not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from llmgw_desktop.engine.mcp.tool import Profile
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
ERAS = ("auto", "legacy")
_AT_MOST = {Profile.CORE: 30 * 1024, Profile.FULL: 90 * 1024}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    home = tmp_path_factory.mktemp("mcp") / "home"
    with running_gateway(GatewaySetup(home=home)) as gateway:
        yield gateway


@asynccontextmanager
async def client(
    gateway: Gateway, era: str, *, query: str = "", key: str = ""
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key or gateway.access_key()}"}
    http = httpx2.AsyncClient(headers=headers, timeout=120)
    transport = streamable_http_client(gateway.ready["mcp"] + query, http_client=http)
    async with http, Client(transport, mode=era) as client:
        yield client


@pytest.mark.parametrize("era", ERAS)
async def test_tools_are_listed_and_a_model_is_asked(gateway: Gateway, era: str) -> None:
    async with client(gateway, era) as mcp:
        names = {tool.name for tool in (await mcp.list_tools()).tools}
        assert {"claude_request", "llm_generate", "llm_job_watch", "validate_with_models"} <= names
        answer = await mcp.call_tool("llm_generate", {"prompt": "ping", "model": "practice/echo"})
        assert not answer.is_error, answer
        assert "ping" in json.dumps(answer.structured_content)
        wrong = await mcp.call_tool("llm_generate", {"prompt": 7})
        assert wrong.is_error
        assert wrong.structured_content is not None
        assert wrong.structured_content["field"] == "prompt"
        missing = await mcp.call_tool("llm_job_status", {"jobId": "job_of_somebody"})
        assert missing.structured_content is not None
        assert missing.structured_content["errorCategory"] == "not_found"
        assert {prompt.name for prompt in (await mcp.list_prompts()).prompts} >= {
            "three_reviewers",
            "red_and_blue",
        }
        assert (await mcp.list_resources()).resources


@pytest.mark.parametrize("profile", list(Profile))
async def test_a_list_is_no_larger_than_its_profile_allows(
    gateway: Gateway, profile: Profile
) -> None:
    async with client(gateway, "legacy", query=f"?profile={profile}") as mcp:
        listed = await mcp.list_tools()
    size = len(listed.model_dump_json(by_alias=True, exclude_none=True).encode())
    assert size <= _AT_MOST.get(profile, 90 * 1024), f"{profile}: {size:,} bytes"


async def test_a_client_of_its_own_key_sees_what_it_may(gateway: Gateway) -> None:
    done = gateway.setup.command("key", "add", "small", "--scope", "mcp")
    assert done.returncode == 0, done.stderr
    async with client(gateway, "auto", key=done.stdout.strip()) as mcp:
        names = {tool.name for tool in (await mcp.list_tools()).tools}
        assert "claude_request" not in names
        refused = await mcp.call_tool("claude_request", {"prompt": "a"})
        assert refused.is_error


async def test_who_has_no_key_or_comes_from_a_foreign_page_is_turned_away(
    gateway: Gateway,
) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    async with httpx2.AsyncClient(timeout=60) as http:
        url = gateway.ready["mcp"]
        assert (await http.post(url, json=message)).status_code == 401
        own = {"Authorization": f"Bearer {gateway.access_key()}"}
        foreign = await http.post(url, json=message, headers={**own, "Origin": "https://a.example"})
        assert foreign.status_code == 403
        unknown = await http.post(f"{url}?profile=tiny", json=message, headers=own)
        assert unknown.status_code == 400


def test_neither_the_sdk_nor_another_http_is_read_in_before_it_is_needed(tmp_path: Path) -> None:
    with running_gateway(GatewaySetup(home=tmp_path / "home")) as gateway:
        maps = Path(f"/proc/{gateway.process.pid}/maps")
        if not maps.exists():
            pytest.skip("this system has no /proc")
        loaded = maps.read_text()
        assert "httptools" in loaded
        assert "pydantic_core" not in loaded
        assert "aiohttp" not in loaded
