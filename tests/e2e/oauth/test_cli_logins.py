"""Real Claude Code and real Codex log in to the MCP door as the gateway is started: nothing is set,
a real browser waits, a person answers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from llmgw_desktop.domain.access.consent import Grant
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.store.access.grants import GrantStore
from llmgw_desktop.store.paths import Places
from tests.support.chromium import Browser, chromium, missing_browser, person
from tests.support.cli_logins import Login, LoginDesk
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(660),
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "a browser is here"),
]
_ID = re.compile(r"^(\S+)  the browser shows: (\w+ \w+)$", re.MULTILINE)
_NAMES = {CliName.CLAUDE: "Claude Code (llmgw)", CliName.CODEX: "Codex"}
CLOSED = '[http.oauth]\nregistration_policy = "static_clients"\n'


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def setup(tmp_path: Path) -> GatewaySetup:
    return GatewaySetup(home=tmp_path / "home", arguments=("--port", str(_free_port())))


@pytest.fixture
def desk_of(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> Callable[[CliName], LoginDesk]:
    return lambda cli: LoginDesk(program=program_of(cli), home=tmp_path / "person")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with chromium(tmp_path_factory.mktemp("chromium")) as port:
        yield port


@pytest.fixture
async def browser(port: int) -> AsyncIterator[Browser]:
    async with person(port) as browser:
        yield browser


async def _let_in(gateway: Gateway, browser: Browser, login: Login, *words: str) -> str:
    """What the person saw; the words of the page and of the question are the same."""
    command = gateway.setup.command
    address = await asyncio.to_thread(login.address)
    await asyncio.to_thread(command, "consent", "list")  # from now on somebody is there
    await browser.go(address)
    told = await _question(gateway)
    (found,) = _ID.findall(told)
    question, two_words = found
    await browser.until(two_words, "It does not?")
    done = await asyncio.to_thread(command, "consent", "allow", question, *words)
    assert done.returncode == 0, done.stderr
    redirect = parse_qs(urlsplit(address).query)["redirect_uri"][0]
    async with asyncio.timeout(30):
        while not any(each.startswith(f"{redirect}?") for each in browser.visited):
            await asyncio.sleep(0.1)
    assert await asyncio.to_thread(login.ended) == 0, login.text
    return told


async def _question(gateway: Gateway) -> str:
    async with asyncio.timeout(60):
        while not _ID.search(told := (await asyncio.to_thread(_listed, gateway))):
            await asyncio.sleep(0.2)
    return told


def _listed(gateway: Gateway) -> str:
    return gateway.setup.command("consent", "list").stdout


def _grants(setup: GatewaySetup) -> Sequence[Grant]:
    store = GrantStore(Places.of(setup.child_environment()).gateway_db)
    try:
        return store.grants()
    finally:
        store.close()


async def _used(setup: GatewaySetup) -> Grant:
    """The only grant, once its token has opened the door."""
    async with asyncio.timeout(60):
        while True:
            (grant,) = await asyncio.to_thread(_grants, setup)
            if grant.last_used_at_s is not None:
                return grant
            await asyncio.sleep(0.2)


def _checks(told: str, cli: CliName, program: Path) -> None:
    assert f"“{_NAMES[cli]}”" in told
    assert "this computer, port" in told
    assert str(program.parents[1].resolve()) in told, "the program that was seen asking"


@pytest.mark.daily
async def test_claude_code(
    setup: GatewaySetup, desk_of: Callable[[CliName], LoginDesk], browser: Browser
) -> None:
    desk = desk_of(CliName.CLAUDE)
    with running_gateway(setup) as gateway:
        desk.run("mcp", "add", "--transport", "http", "llmgw", gateway.ready["mcp"])
        with desk.login("mcp", "login", "llmgw") as login:
            given = ("--scope", "mcp", "--scope", "models:list")
            told = await _let_in(gateway, browser, login, *given)
            assert "Authenticated" in login.text
        _checks(told, CliName.CLAUDE, desk.program)
        assert "Connected" in desk.run("mcp", "list")
        _claude_calls_a_tool(desk, gateway)
        assert (await _used(setup)).client_name == _NAMES[CliName.CLAUDE]
        before = _kept(desk.home / ".claude/.credentials.json", "expiresAt", "refreshToken")
        _claude_calls_a_tool(desk, gateway)
        after = _kept(desk.home / ".claude/.credentials.json", "expiresAt", "refreshToken")
        assert after != before, "it took the next pair when its access token was over"
        said = desk.run("mcp", "logout", "llmgw")
        assert "Connected" not in desk.run("mcp", "list"), said
        with desk.login("mcp", "login", "llmgw") as login:
            await _let_in(gateway, browser, login, "--for", "program")
        assert "Connected" not in desk.run("mcp", "list"), "what had asked was the command"


async def test_codex(
    setup: GatewaySetup, desk_of: Callable[[CliName], LoginDesk], browser: Browser
) -> None:
    desk = desk_of(CliName.CODEX)
    with running_gateway(setup) as gateway:
        with desk.login("mcp", "add", "llmgw", "--url", gateway.ready["mcp"]) as login:
            told = await _let_in(gateway, browser, login)
            assert "Successfully logged in" in login.text
        _checks(told, CliName.CODEX, desk.program)
        (server,) = json.loads(desk.run("mcp", "list", "--json"))
        assert server["auth_status"] == "o_auth", server
        _codex_asks(desk, gateway)
        assert (await _used(setup)).client_name == "Codex"
        before = _kept(desk.home / ".codex/.credentials.json", "expires_at", "refresh_token")
        _codex_asks(desk, gateway)
        after = _kept(desk.home / ".codex/.credentials.json", "expires_at", "refresh_token")
        assert after != before, "it took the next pair when its access token was over"
        with desk.login("mcp", "login", "llmgw") as login:
            await _let_in(gateway, browser, login, "--for", "30d")
        first, again = _grants(setup)
        assert first.client_id != again.client_id, "it registers with each login"


def _kept(file: Path, expiry: str, renewal: str) -> str:
    """The refresh token that the CLI keeps; from now on its access token looks expired."""
    kept: list[str] = []

    def turned(member: dict[str, object]) -> dict[str, object]:
        if renewal in member:
            kept.append(str(member[renewal]))
            member[expiry] = 1
        return member

    told = json.loads(file.read_text(), object_hook=turned)
    file.write_text(json.dumps(told))
    (only,) = kept
    return only


def _claude_calls_a_tool(desk: LoginDesk, gateway: Gateway) -> None:
    """The practice model calls the first that is offered: no more than what was allowed."""
    said = desk.run(
        *("-p", "which models are there?", "--model", "practice/tools", "--tools", ""),
        *("--allowedTools", "mcp__llmgw", "--disallowedTools", "mcp__llmgw__compare_answers"),
        *("--output-format", "stream-json", "--verbose"),
        ANTHROPIC_BASE_URL=gateway.url,
        ANTHROPIC_API_KEY=gateway.access_key(),
        MCP_CONNECTION_NONBLOCKING="0",
        ENABLE_TOOL_SEARCH="false",
    )
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    tools = next(event["tools"] for event in events if event.get("subtype") == "init")
    assert "mcp__llmgw__list_models" in tools
    assert "mcp__llmgw__llm_generate" not in tools, "models:use was not allowed"
    (result,) = [event for event in events if event.get("type") == "result"]
    assert not result["is_error"]
    assert "practice/echo" in result["result"], "the tool's own answer came back"


def _codex_asks(desk: LoginDesk, gateway: Gateway) -> None:
    """A turn, for which it connects to its servers first: without ours there is none."""
    provider = (
        f'model_providers.gw={{name="gw",base_url="{gateway.url}/v1",env_key="GATEWAY_KEY",'
        'wire_api="responses",supports_websockets=false}'
    )
    said = desk.run(
        *("exec", "--skip-git-repo-check", "--json", "-m", "practice/echo"),
        *("-c", provider, "-c", 'model_provider="gw"', "-c", "mcp_servers.llmgw.required=true"),
        *("-c", "check_for_update_on_startup=false", "-c", "analytics.enabled=false"),
        "say pong",
        GATEWAY_KEY=gateway.access_key(),
    )
    assert "say pong" in said


@pytest.mark.parametrize("cli", [CliName.CLAUDE, CliName.CODEX])
async def test_where_no_program_registers_a_person_makes_it_known(
    tmp_path: Path,
    desk_of: Callable[[CliName], LoginDesk],
    browser: Browser,
    cli: CliName,
) -> None:
    setup = GatewaySetup(
        home=tmp_path / "home", toml=CLOSED, arguments=("--port", str(_free_port()))
    )
    setup.write_config()
    host = "localhost" if cli is CliName.CLAUDE else "127.0.0.1"
    back = f"http://{host}/callback"
    made = setup.command("oauth", "client", "add", "CLI", "--public", "--redirect-uri", back)
    assert made.returncode == 0, made.stderr
    client_id = made.stdout.split()[1]
    desk = desk_of(cli)
    with running_gateway(setup) as gateway:
        url = gateway.ready["mcp"]
        if cli is CliName.CLAUDE:
            desk.run("mcp", "add", "--transport", "http", "--client-id", client_id, "llmgw", url)
            words = ["mcp", "login", "llmgw"]
        else:
            words = ["mcp", "add", "llmgw", "--url", url, "--oauth-client-id", client_id]
        with desk.login(*words) as login:
            await _let_in(gateway, browser, login)
    (grant,) = _grants(setup)
    assert grant.client_id == client_id
