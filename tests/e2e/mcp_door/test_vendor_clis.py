"""The vendors' own CLIs as clients of the MCP door: they connect, offer our tools to their model,
call the one that it names, and tell it what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer
from tests.support.mcp_clients import MODEL, McpClient, McpDesk, mcp_desk, offered, result_in
from tests.support.upstream import Upstream, upstream_thread

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

OPEN = [CliName.CODEX, CliName.GEMINI, CliName.COPILOT, CliName.OPENCODE]
"""Those whose model sees our tools themselves."""
TOOL = "llm_models"
IN_FULL_ALONE = "llm_process_health"
_VIBE_CODE = f"async function main() {{ return await tools.mcp_llmgw.{TOOL}({{}}); }}"
_GROK_CALL = {"tool_name": f"llmgw__{TOOL}", "tool_input": {}}


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, program_of: Callable[[CliName], Path]
) -> Iterator[McpDesk]:
    with (
        upstream_thread() as upstream,
        mcp_desk(tmp_path_factory.mktemp("mcp"), upstream, program_of) as opened,
    ):
        opened.open_door()
        yield opened


@pytest.mark.parametrize("cli", OPEN)
@pytest.mark.parametrize("profile", ["", "core"])
def test_it_offers_our_tools_and_calls_one(desk: McpDesk, cli: CliName, profile: str) -> None:
    said = offered_and_called(desk.client(cli, profile=profile), in_full=not profile)
    assert "The tool said" in said


@pytest.mark.daily
def test_codex_starts_our_engine_itself(desk: McpDesk) -> None:
    assert "The tool said" in offered_and_called(
        desk.client(CliName.CODEX, "--stdio"), in_full=True
    )


@pytest.mark.parametrize("how", [(), ("--stdio",)])
def test_codex_has_our_tools_though_nobody_spoke_mcp_before(
    upstream: Upstream, tmp_path: Path, program_of: Callable[[CliName], Path], how: tuple[str, ...]
) -> None:
    """Its first turn waits until the gateway has read in what speaks MCP."""
    with mcp_desk(tmp_path, upstream, program_of) as fresh:
        said = offered_and_called(fresh.client(CliName.CODEX, *how), in_full=True)
    assert "The tool said" in said


def offered_and_called(client: McpClient, *, in_full: bool) -> str:
    """What the CLI said at its end."""
    client.lane.always = Answer(call_named=client.name_of(TOOL))
    done = client.run()
    first, second = client.turns()
    tools = offered(first)
    assert tools[client.name_of("claude_request")]["properties"]["prompt"]["type"] == "string"
    assert tools[client.name_of("llm_job_watch")]["required"] == ["jobId"]
    assert (client.name_of(IN_FULL_ALONE) in tools) is in_full, sorted(tools)
    ours = [name for name in tools if name.startswith(client.habits.prefix)]
    assert all(tools[name]["type"] == "object" for name in ours)
    assert f'"id":"{MODEL}"' in result_in(second).replace(" ", "")
    return str(done.stdout)


@pytest.mark.parametrize("profile", ["", "core"])
def test_grok_finds_our_tools_and_calls_one(desk: McpDesk, profile: str) -> None:
    client = desk.client(CliName.GROK, profile=profile)
    client.lane.always = Answer(call_named="search_tool", tool_input={"query": f"llmgw {TOOL}"})
    client.run()
    asked, found = client.turns()
    assert "One gateway to the coding CLIs" in json.dumps(asked["messages"])
    assert client.name_of(TOOL) in result_in(found)
    client.lane.forget()
    client.lane.always = Answer(call_named="use_tool", tool_input=_GROK_CALL)
    done = client.run()
    assert f'"id":"{MODEL}"' in result_in(client.turns()[1])
    assert json.loads(done.stdout)["stopReason"] == "end_turn"


def test_vibe_finds_our_tools_and_calls_one(desk: McpDesk) -> None:
    """It is slow to start: what it finds is of the whole list, the call goes by a profile."""
    client = desk.client(CliName.MISTRAL)
    wanted = {"mode": "details", "functions": [client.name_of(TOOL)]}
    client.lane.always = Answer(call_named="search_tool_functions", tool_input=wanted)
    client.run()
    assert TOOL in result_in(client.turns()[1])
    client = desk.client(CliName.MISTRAL, profile="core")
    client.lane.always = Answer(call_named="run_typescript", tool_input={"code": _VIBE_CODE})
    done = client.run()
    assert MODEL in result_in(client.turns()[1])
    assert "The tool said" in done.stdout
