"""The protocol's own conformance suite for authorization servers against ours."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import aiohttp
import pytest

from llmgw_desktop.domain.access.consent import ClientMade, OauthClient
from tests.engine.conftest import house_in
from tests.support.mcp_conformance import run_authorization
from tests.support.oauth_flow import PersonInHouse

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _opened(session: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with session.get(address) as answer:
            await answer.read()
    except aiohttp.ClientConnectorError:
        return False
    return True


@pytest.mark.daily
async def test_authorization(tmp_path: Path) -> None:
    port = _free_port()
    async with house_in(tmp_path / "home") as house:
        oauth = house.container.oauth
        client = OauthClient(
            id="oac_conformance",
            name="Conformance",
            made=ClientMade.STATIC,
            redirect_uris=(f"http://127.0.0.1:{port}/callback",),
        )
        await asyncio.to_thread(oauth.clients.add, client)
        person = PersonInHouse(oauth.server)

        async def browse(address: str) -> None:
            sent_to = await person.browse(address)
            async with aiohttp.ClientSession() as session, asyncio.timeout(20):
                while not await _opened(session, sent_to):
                    await asyncio.sleep(0.1)  # it prints the address before it listens

        arguments = [
            *("--url", house.url, "--client-id", client.id),
            *("--resource", f"{house.url}/mcp", "-p", str(port)),
        ]
        status, said = await run_authorization(
            "0.2.0-alpha.12", arguments, tmp_path, browse, timeout_s=300
        )
    assert status == 0, said[-30_000:]
    checks = [
        check
        for file in (tmp_path / "results").rglob("checks.json")
        for check in json.loads(file.read_text())
    ]
    assert len(checks) >= 2, said
    failed = [check for check in checks if check["status"] == "FAILURE"]
    assert not failed, failed
