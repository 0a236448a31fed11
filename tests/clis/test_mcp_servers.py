"""How each CLI is given MCP servers: what is secret never stands among its arguments."""

from __future__ import annotations

import orjson
import pytest

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.mcp_servers import with_servers
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest, LaunchPlan
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_server import GivenServer

SECRET = "sk-very-secret"
SERVERS = (
    GivenServer(name="local", command="serve", args=("--fast",), env={"EXA_KEY": SECRET}),
    GivenServer(
        name="far", url="https://mcp.test/mcp", headers={"Authorization": f"Bearer {SECRET}"}
    ),
)

TAKE_SERVERS = {name for name in NAMES if (use := cli_of(name).servers) and use.takes}


def planned(
    name: CliName, servers: tuple[GivenServer, ...], *, managed: bool = False
) -> LaunchPlan:
    cli: Cli = cli_of(name)
    plan = cli.plan(CliRequest(cli=name, prompt="hi"))
    return with_servers(cli_of(name), plan, servers, is_managed=managed)


@pytest.mark.parametrize("name", sorted(TAKE_SERVERS))
def test_no_secret_is_an_argument(name: CliName) -> None:
    plan = planned(name, SERVERS)
    assert SECRET not in " ".join(plan.arguments)
    everything = [each.content.decode() for each in plan.files] + list(plan.environment.values())
    assert any(SECRET in each for each in everything)
    assert SECRET not in repr(plan)


@pytest.mark.parametrize("name", sorted(set(NAMES) - TAKE_SERVERS))
def test_who_takes_none_says_so(name: CliName) -> None:
    with pytest.raises(InvalidRun, match="own settings") as caught:
        planned(name, SERVERS)
    assert caught.value.field == "mcpServers"
    assert planned(name, ()) == cli_of(name).plan(CliRequest(cli=name, prompt="hi"))


def test_who_asks_is_told_as_its_session_begins() -> None:
    for name in (CliName.GEMINI, CliName.GROK):
        plan = cli_of(name).asking.plan(CliRequest(cli=name, prompt="hi"))  # type: ignore[union-attr]
        assert with_servers(cli_of(name), plan, SERVERS, is_managed=False, asks=True) == plan
        with pytest.raises(InvalidRun, match="have it ask"):
            with_servers(cli_of(name), plan, SERVERS, is_managed=False)
    managed = with_servers(cli_of(CliName.GEMINI), plan, SERVERS, is_managed=True, asks=True)
    assert "--allowed-mcp-server-names=local,far" in managed.arguments
    session = orjson.loads(messages.session(2, "/work", SERVERS))["params"]
    local, far = session["mcpServers"]
    assert (local["command"], local["env"]) == ("serve", [{"name": "EXA_KEY", "value": SECRET}])
    assert (far["type"], far["url"]) == ("http", "https://mcp.test/mcp")
    assert far["headers"] == [{"name": "Authorization", "value": f"Bearer {SECRET}"}]


def test_copilot_would_not_ask_for_every_tool_of_theirs() -> None:
    plan = cli_of(CliName.COPILOT).plan(CliRequest(cli=CliName.COPILOT, prompt="hi"))
    with pytest.raises(InvalidRun, match="without asking"):
        with_servers(cli_of(CliName.COPILOT), plan, SERVERS, is_managed=False, asks=True)
    assert with_servers(cli_of(CliName.COPILOT), plan, SERVERS, is_managed=False) != plan


@pytest.mark.parametrize("name", NAMES)
def test_who_names_none_is_asked_as_before(name: CliName) -> None:
    assert planned(name, ()) == cli_of(name).plan(CliRequest(cli=name, prompt="hi"))


def test_claude_gets_these_and_no_others() -> None:
    plan = planned(CliName.CLAUDE, SERVERS)
    assert plan.arguments[:2] == ("--mcp-config={folder}/mcp.json", "--strict-mcp-config")
    (file,) = plan.files
    told = orjson.loads(file.content)["mcpServers"]
    assert told["local"] == {
        "type": "stdio",
        "command": "serve",
        "args": ["--fast"],
        "env": {"EXA_KEY": SECRET},
    }
    assert told["far"]["type"] == "http"
    managed = planned(CliName.CLAUDE, (), managed=True)
    assert orjson.loads(managed.files[0].content) == {"mcpServers": {}}


def test_codex_is_told_by_settings_and_variables() -> None:
    plan = planned(CliName.CODEX, SERVERS)
    first, second = plan.arguments[:2]
    assert first.startswith("--config=mcp_servers.local={")
    assert '"env_vars"=["EXA_KEY"]' in first
    assert '"env_http_headers"={"Authorization"="LLMGW_MCP_1_0"}' in second
    assert plan.environment["LLMGW_MCP_1_0"] == f"Bearer {SECRET}"
    assert plan.arguments[2] == "exec"
    twice = (SERVERS[0], GivenServer(name="b", command="b", env={"EXA_KEY": "other"}))
    with pytest.raises(InvalidRun, match="EXA_KEY"):
        planned(CliName.CODEX, twice)


def test_gemini_is_kept_from_the_persons_own() -> None:
    managed = planned(CliName.GEMINI, (), managed=True)
    assert managed.arguments[0] == "--allowed-mcp-server-names=llmgw-none"
    assert managed.files == ()


def test_opencode_keeps_what_its_environment_says_besides() -> None:
    plan = cli_of(CliName.OPENCODE).plan(CliRequest(cli=CliName.OPENCODE, prompt="hi"))
    told = {"model": "own/one", "mcp": {"mine": {"type": "local", "command": ["mine"]}}}

    def joined(said: str, servers: tuple[GivenServer, ...] = SERVERS) -> LaunchPlan:
        given = {"OPENCODE_CONFIG_CONTENT": said}
        return with_servers(
            cli_of(CliName.OPENCODE), plan, servers, is_managed=False, environment=given
        )

    content = orjson.loads(
        joined(orjson.dumps(told).decode()).environment["OPENCODE_CONFIG_CONTENT"]
    )
    assert content["model"] == "own/one"
    assert sorted(content["mcp"]) == ["far", "local", "mine"]
    assert joined("{} // mine", ()) == plan
    for unreadable in ("{} // mine", "[]", '{"mcp": []}'):
        with pytest.raises(InvalidRun, match="no plain JSON object"):
            joined(unreadable)
