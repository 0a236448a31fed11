"""The official MCP client lets itself in to the program as it is started, over real HTTP: a 401,
registration, a page that waits, a person's answer by command, tokens, tools, renewal, the end."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import httpx2
import pytest
from mcp.client.auth import OAuthFlowError

from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.oauth_browser import PersonAtTerminal
from tests.support.oauth_flow import REDIRECT, Kept, oauth_client

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
CLOSED = '[http.oauth]\nregistration_policy = "static_clients"\n'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def setup(tmp_path: Path) -> GatewaySetup:
    """With a port that stays: another one would be another issuer."""
    return GatewaySetup(home=tmp_path / "home", arguments=("--port", str(_free_port())))


async def _post(gateway: Gateway, path: str, **form: str | None) -> httpx2.Response:
    told = {name: value for name, value in form.items() if value is not None}
    async with httpx2.AsyncClient() as http:
        return await http.post(f"{gateway.url}{path}", data=told)


async def _status_with(gateway: Gateway, token: str) -> int:
    async with httpx2.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {token}"}
        return (await http.post(gateway.ready["mcp"], json={}, headers=headers)).status_code


async def test_let_in_renewed_restarted_and_sent_away(setup: GatewaySetup) -> None:
    kept = Kept()
    with running_gateway(setup) as gateway:
        person = PersonAtTerminal(gateway, ("mcp", "models:list"))
        async with oauth_client(gateway.ready["mcp"], kept, person.browse) as mcp:
            names = {tool.name for tool in (await mcp.list_tools()).tools}
            assert "llm_generate" not in names
            person.scopes = ("mcp", "models:list", "models:use")
            asked = {"prompt": "ping", "model": "practice/echo"}
            answer = await mcp.call_tool("llm_generate", asked)
            assert not answer.is_error, answer
            assert "ping" in json.dumps(answer.structured_content)
            assert len(kept.opened) == 2, "a tool that needed more asked the person again"
            assert kept.tokens is not None
            first = kept.tokens
            assert kept.auth is not None
            kept.auth.context.token_expiry_time = 1.0  # as if an hour had passed
            assert not (await mcp.call_tool("llm_generate", asked)).is_error  # lists are kept
            assert kept.tokens.refresh_token != first.refresh_token
            assert len(kept.opened) == 2
        assert "Tests’ agent" in person.seen[0]
        assert REDIRECT.removesuffix("/callback") in person.seen[0]
    with running_gateway(setup) as gateway:
        person = PersonAtTerminal(gateway, ())
        async with oauth_client(gateway.ready["mcp"], kept, person.browse) as mcp:
            assert {tool.name for tool in (await mcp.list_tools()).tools} >= {"llm_generate"}
        assert len(kept.opened) == 2, "tokens outlast a restart"
        assert kept.client is not None
        access, renewal = kept.tokens.access_token, kept.tokens.refresh_token
        assert await _status_with(gateway, access) != 401
        client_id = kept.client.client_id
        done = await _post(gateway, "/oauth/revoke", token=renewal, client_id=client_id)
        assert done.status_code == 200
        assert await _status_with(gateway, access) == 401
        again = await _post(
            gateway,
            "/oauth/token",
            grant_type="refresh_token",
            refresh_token=renewal,
            client_id=client_id,
        )
        assert again.json()["error"] == "invalid_grant"
        with pytest.raises(BaseExceptionGroup) as refused:
            async with oauth_client(gateway.ready["mcp"], kept, person.browse) as mcp:
                await mcp.list_tools()
        assert refused.group_contains(AssertionError) or refused.group_contains(OAuthFlowError)
    recorded = b"".join(each.read_bytes() for each in setup.home.rglob("*") if each.is_file())
    for secret in (access, renewal, first.access_token, first.refresh_token):
        assert (secret or "?").encode() not in recorded


async def test_a_program_that_a_person_made_known(setup: GatewaySetup) -> None:
    closed = GatewaySetup(home=setup.home, toml=CLOSED, arguments=setup.arguments)
    closed.write_config()
    back = ("--redirect-uri", "http://127.0.0.1/callback")
    done = closed.command("oauth", "client", "add", "Agent", "--public", *back)
    assert done.returncode == 0, done.stderr
    client_id = done.stdout.split()[1]
    with running_gateway(closed) as gateway:
        kept = Kept.known(client_id)
        person = PersonAtTerminal(gateway, ("mcp",))
        async with oauth_client(gateway.ready["mcp"], kept, person.browse) as mcp:
            await mcp.list_tools()
        assert kept.tokens is not None
        assert kept.tokens.scope == "mcp"
        done = closed.command("oauth", "client", "revoke", "Agent")
        assert done.returncode == 0, done.stderr
        async with asyncio.timeout(20):  # another process did it: seen within a second
            while await _status_with(gateway, kept.tokens.access_token) != 401:
                await asyncio.sleep(0.1)
