"""Sign-ins at servers behind us: begun by a person, kept in the vault, renewed, given back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from llmgw_desktop.domain.access.principal import RUN_KEY, RUN_URL
from llmgw_desktop.domain.mcp_server import GivenServer
from llmgw_desktop.domain.vault import EntryKind
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.sign_ins import SignIns
from llmgw_desktop.engine.mcp.behind.web import Web, challenge_of
from llmgw_desktop.engine.upstream.pool import Pool
from tests.engine.conftest import House, house_in
from tests.support.mcp_servers import client_of, facts, names, text_of
from tests.support.signing_server import SigningServer, signing_server


@asynccontextmanager
async def both(home: Path, more: str = "") -> AsyncIterator[tuple[SigningServer, House]]:
    async with signing_server() as server, house_in(home, server.table(more)) as house:
        yield server, house


async def begun(house: House) -> str:
    async with house.post("/v1/tools/sign-in", {"server": "desk"}) as answer:
        told = await answer.json()
        assert answer.status == 200, told
        return str(told["url"])


async def browsed(url: str) -> tuple[int, str]:
    """As a person's browser goes, to its end."""
    async with aiohttp.ClientSession() as browser, browser.get(url) as page:
        return page.status, await page.text()


async def signed_in(house: House) -> None:
    status, words = await browsed(await begun(house))
    assert status == 200, words
    assert "Signed in" in words
    async with asyncio.timeout(30):
        while not (facts(house)["desk"].is_running and _servers(house)._pins.get("desk")):
            await asyncio.sleep(0.01)


def _servers(house: House):  # type: ignore[no-untyped-def]
    assert house.container.tool_servers is not None
    return house.container.tool_servers


def _sign_ins(house: House) -> SignIns:
    found = _servers(house).sign_ins
    assert isinstance(found, SignIns)
    return found


async def state(house: House) -> str:
    async with house.get("/v1/tools") as answer:
        (server,) = (await answer.json())["servers"]
        return str(server["sign_in"])


async def test_a_person_signs_in_once_for_all_programs_and_signs_out(tmp_path: Path) -> None:
    async with both(tmp_path) as (server, house):
        async with client_of(house) as client:
            assert await names(client) == set()
        assert await state(house) == "wanted"
        assert "wants you to sign in" in facts(house)["desk"].last_error
        await signed_in(house)
        assert await state(house) == "done"
        for _ in range(2):
            async with client_of(house) as client:
                assert text_of(await client.call_tool("desk__echo", {})) == "done"
        assert server.registered[0]["redirect_uris"] == [f"{house.url}/v1/tools/signed-in"]
        assert server.grants == ["authorization_code"]
        (kept,) = house.container.vault.entries(EntryKind.FILE)
        assert kept.address.label == "desk/mcp-sign-in.json"
        async with house.post("/v1/tools/sign-out", {"server": "desk"}) as answer:
            assert (await answer.json())["was_signed_in"]
        assert server.revoked
        assert not house.container.vault.entries(EntryKind.FILE)
        assert await state(house) == "wanted"
        async with client_of(house) as client:
            refused = await client.call_tool("desk__echo", {})
            assert "llmgw tools sign-in desk" in text_of(refused)


async def test_a_run_reaches_a_server_with_a_sign_in_by_our_door_and_is_told_no_token(
    tmp_path: Path,
) -> None:
    async with both(tmp_path) as (server, house):
        given = house.container.runs.launcher.servers
        (before,) = await asyncio.to_thread(given.for_run, ("desk",), "")
        assert before.url == server.url
        await signed_in(house)
        assert facts(house)["desk"].last_error == "", "what was wrong before it is not told on"
        (desk,) = await asyncio.to_thread(given.for_run, ("desk",), "")
        assert desk.args[-3:] == ("mcp", "--server", "desk")
        assert (desk.url, dict(desk.env), dict(desk.headers)) == ("", {}, {})
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        own = {RUN_KEY: key, RUN_URL: f"{house.url}/mcp", "LLMGW_HOME": str(tmp_path)}
        env = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **own}
        params = StdioServerParameters(command=desk.command, args=list(desk.args), env=env)
        async with Client(stdio_client(params), mode="legacy") as client:
            assert {each.name for each in (await client.list_tools()).tools} == {"desk__echo"}
            assert text_of(await client.call_tool("desk__echo", {})) == "done"


async def test_a_sign_in_outlives_the_gateway_and_is_renewed_before_it_ends(
    tmp_path: Path,
) -> None:
    async with signing_server() as server:
        async with house_in(tmp_path, server.table()) as house:
            await signed_in(house)
        first = server.shown[-1]
        async with house_in(tmp_path, server.table()) as house, client_of(house) as client:
            assert text_of(await client.call_tool("desk__echo", {})) == "done"
            assert server.shown[-1] == first
            kept = _sign_ins(house)._kept["desk"]
            assert kept is not None
            object.__setattr__(kept, "expires_at_s", kept.expires_at_s - 3570)
            asked = [client.call_tool("desk__echo", {}) for _ in range(4)]
            assert {text_of(each) for each in await asyncio.gather(*asked)} == {"done"}
            assert server.shown[-1] != first
            assert server.grants == ["authorization_code", "refresh_token"], "renewed once for all"


async def test_a_token_that_counts_for_nothing_any_more_is_renewed_once(tmp_path: Path) -> None:
    async with both(tmp_path) as (server, house):
        await signed_in(house)
        async with client_of(house) as client:
            server.access.clear()
            assert text_of(await client.call_tool("desk__echo", {})) == "done"
            server.access.clear()
            server.refresh.clear()
            refused = await client.call_tool("desk__echo", {})
            assert "wants you to sign in" in text_of(refused)
        assert await state(house) == "wanted"
        await signed_in(house)
        async with client_of(house) as client:
            assert text_of(await client.call_tool("desk__echo", {})) == "done"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"refuses": "access_denied"}, "says: access_denied"),
        ({"issuer_said": "https://elsewhere.example"}, "The answer did not come from"),
    ],
)
async def test_an_answer_that_is_a_no_or_anothers_lets_nobody_in(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    async with both(tmp_path) as (server, house):
        for name, text in change.items():
            setattr(server, name, text)
        url = await begun(house)
        waits = asyncio.create_task(_sign_ins(house).outcome("desk"))
        await asyncio.sleep(0)
        status, words = await browsed(url)
        assert (status, said in words) == (400, True)
        with pytest.raises(ServerFailed, match=said):
            await waits
        assert not house.container.vault.entries(EntryKind.FILE)


@pytest.mark.parametrize(
    ("where", "told", "said"),
    [
        ("metadata", {"issuer": "https://elsewhere.example"}, "not itself"),
        ("metadata", {"code_challenge_methods_supported": ["plain"]}, "does not offer PKCE"),
        ("metadata", {"token_endpoint": "file:///etc/passwd"}, "which is not followed"),
        ("metadata", {"authorization_endpoint": "javascript:alert(1)"}, "which is not followed"),
        ("metadata", {"registration_endpoint": ""}, "oauth_client_id"),
        ("resource", {"resource": "https://elsewhere.example/mcp"}, "which is not its address"),
        ("resource", {"authorization_servers": ["http://10.0.0.1/"]}, "which is not followed"),
    ],
)
async def test_what_a_server_leads_astray_with_is_not_followed(
    tmp_path: Path, where: str, told: dict[str, object], said: str
) -> None:
    async with both(tmp_path) as (server, house):
        setattr(server, where, told)
        async with house.post("/v1/tools/sign-in", {"server": "desk"}) as answer:
            assert answer.status >= 400
            assert said in (await answer.json())["error"]["message"]


async def test_a_program_of_ones_own_is_used_where_none_is_registered(tmp_path: Path) -> None:
    more = 'oauth_client_id = "mine"\noauth_scopes = ["write", "admin"]'
    async with both(tmp_path, more) as (server, house):
        server.is_registering = False
        url = await begun(house)
        assert "client_id=mine" in url
        assert "scope=write+admin" in url
        assert not server.registered


async def test_nobody_brings_an_answer_that_was_not_waited_for(tmp_path: Path) -> None:
    async with both(tmp_path) as (server, house):
        place = f"{house.url}/v1/tools/signed-in?code=x&iss={server.origin}&state="
        status, words = await browsed(f"{place}guess")
        assert (status, "Nobody waits for this sign-in" in words) == (400, True)
        first = await begun(house)
        assert first != await begun(house)
        assert (await browsed(first))[0] == 400, "another one was begun since"
        _sign_ins(house).cancel("desk")
        assert await state(house) == "wanted"


async def test_the_address_that_a_browser_elsewhere_ended_at_can_be_given(tmp_path: Path) -> None:
    async with both(tmp_path) as (_, house):
        url = await begun(house)
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(url, allow_redirects=False) as page,
        ):
            end = page.headers["Location"]
        body = {"server": "desk", "answer": end}
        async with house.post("/v1/tools/sign-in", body) as answer:
            assert answer.status == 200
        assert await state(house) == "done"
        async with house.post("/v1/tools/sign-in", body) as answer:
            assert answer.status >= 400, "it counts once"


async def test_a_sign_in_is_not_shown_to_another_address_of_the_same_name(tmp_path: Path) -> None:
    async with signing_server() as server, signing_server() as other:
        async with house_in(tmp_path, server.table()) as house:
            await signed_in(house)
        async with house_in(tmp_path, other.table()) as house, client_of(house) as client:
            await client.call_tool("desk__echo", {})
        assert set(other.shown) == {""}


@pytest.mark.parametrize(
    ("url", "is_fit"),
    [
        ("https://id.example/authorize", True),
        ("http://id.example/authorize", False),
        ("https://10.0.0.7/authorize", False),
        ("https://localhost/authorize", False),
        ("https://someone@id.example/", False),
        ("https://id.example/\r\nX: y", False),
        ("file:///etc/passwd", False),
        ("", False),
        (None, False),
    ],
)
def test_a_server_of_the_open_internet_leads_nobody_into_ones_own_network(
    url: object, is_fit: bool
) -> None:
    web = Web(GivenServer(name="far", url="https://mcp.example/mcp"), Pool())
    if is_fit:
        assert web.checked(url, "page") == url
    else:
        with pytest.raises(ServerFailed, match="which is not followed"):
            web.checked(url, "page")


def test_a_challenge_is_read_whatever_its_quotes() -> None:
    found = challenge_of('Bearer realm="a, b", error=insufficient_scope, scope="one two"')
    assert (found.error, found.scope, found.metadata_url) == ("insufficient_scope", "one two", "")
