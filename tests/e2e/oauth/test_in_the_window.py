"""The official MCP client lets itself in to the desktop app: a real browser waits with two words,
the window asks with the same, a real mouse allows; then a tool, a renewal and the end of it."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.support.chromium import Browser, chromium, missing_browser, person
from tests.support.consent_house import WaitingProgram
from tests.support.gateway import GatewaySetup
from tests.support.oauth_flow import Kept, oauth_client
from tests.support.watched_desktop import WatchedDesktop, watched_desktop
from tests.support.x_screen import missing_screen, x_screen

_MISSING = missing_browser() or missing_screen()
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(_MISSING), reason=_MISSING or "a screen and a browser are here"),
]


@dataclass
class PersonAtScreen:
    """Looks at both and says yes."""

    desktop: WatchedDesktop
    browser: Browser
    program: WaitingProgram
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def browse(self, address: str) -> str:
        await self.browser.go(address)
        question = await asyncio.to_thread(self.desktop.question)
        await self.browser.until(question["words"], "It does not?")
        assert not question["is_armed"], "nobody has turned to it"
        self.desktop.allow(question)  # a click that is too early, which only brings it forward
        assert self.program.heard == [], "".join(self.desktop.told)
        question = await asyncio.to_thread(self.desktop.turn_to, question)
        assert self.program.heard == []
        self.seen.append(question)
        self.desktop.allow(question)
        await self.browser.until("the program")
        await asyncio.to_thread(self.desktop.gone)
        return f"{self.program.url}?{urlencode(self.program.heard[-1])}"


async def _post(url: str, **form: str | None) -> httpx2.Response:
    told = {name: value for name, value in form.items() if value is not None}
    async with httpx2.AsyncClient() as http:
        return await http.post(url, data=told)


async def _status_with(url: str, token: str) -> int:
    async with httpx2.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {token}"}
        return (await http.post(url, json={}, headers=headers)).status_code


@pytest.fixture
def setup(tmp_path: Path) -> GatewaySetup:
    return GatewaySetup(home=tmp_path / "home", environment={"LLM_GATEWAY_HTTP_PORT": "0"})


async def test_from_the_first_refusal_to_the_last(setup: GatewaySetup, tmp_path: Path) -> None:
    with (
        x_screen("1280x900") as screen,
        chromium(tmp_path / "chromium") as port,
        watched_desktop(setup, screen) as desktop,
    ):
        url = await asyncio.to_thread(lambda: desktop.url)
        async with person(port) as browser, WaitingProgram().listening() as program:
            who = PersonAtScreen(desktop, browser, program)
            await _whole_way(url, who)


async def _whole_way(url: str, who: PersonAtScreen) -> None:
    kept, mcp_url = Kept(), f"{url}/mcp"
    back = [who.program.url]
    async with oauth_client(mcp_url, kept, who.browse, redirect_uris=back) as mcp:
        asked = {"prompt": "ping", "model": "practice/echo"}
        answer = await mcp.call_tool("llm_generate", asked)
        assert "ping" in json.dumps(answer.structured_content)
        assert kept.tokens is not None
        assert kept.auth is not None
        first = kept.tokens
        kept.auth.context.token_expiry_time = 1.0  # as if an hour had passed
        assert not (await mcp.call_tool("llm_generate", asked)).is_error
        assert kept.tokens.refresh_token != first.refresh_token
    (question,) = who.seen
    assert question["name"] == "“Tests’ agent”"
    assert f"pid {os.getpid()} " in f"{question['seen']} "
    assert question["origin"] == who.program.url.removesuffix("/callback")
    assert question["term"] == "8h"
    assert question["chosen"] == ["models:use", "models:list", "mcp"], "jobs:run is not ticked"
    assert set((first.scope or "").split()) == set(question["chosen"])
    assert kept.client is not None
    access, renewal = kept.tokens.access_token, kept.tokens.refresh_token
    assert await _status_with(mcp_url, access) != 401
    client_id = kept.client.client_id
    done = await _post(f"{url}/oauth/revoke", token=renewal, client_id=client_id)
    assert done.status_code == 200
    assert await _status_with(mcp_url, access) == 401
    form = {"grant_type": "refresh_token", "refresh_token": renewal, "client_id": client_id}
    assert (await _post(f"{url}/oauth/token", **form)).json()["error"] == "invalid_grant"
