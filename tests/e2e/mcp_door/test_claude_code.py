"""The real Claude Code as a client of the MCP door: it connects, lists the tools and calls one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.answers import Answer
from tests.support.claude_cli import MODEL, ClaudeCli
from tests.support.gateway import GatewaySetup, anthropic_provider, running_gateway
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]
TOOL = "mcp__llmgw__workspace_list"


def test_it_lists_the_tools_and_calls_one(
    claude_program: Path, upstream: Upstream, own_home: Path, tmp_path: Path
) -> None:
    lane = upstream.lane("claude-mcp")
    lane.always = Answer(call_named=TOOL)
    setup = GatewaySetup(home=own_home, providers=[anthropic_provider(lane, MODEL)])
    with running_gateway(setup) as gateway:
        key = gateway.access_key()
        server = {
            "type": "http",
            "url": gateway.ready["mcp"],
            "headers": {"Authorization": f"Bearer {key}"},
        }
        claude = ClaudeCli(
            program=claude_program, root=tmp_path / "claude", base_url=gateway.url, key=key
        )
        run = claude.run(
            "which folders are there?",
            "--mcp-config",
            json.dumps({"mcpServers": {"llmgw": server}}),
            "--strict-mcp-config",
            "--tools",
            "",
            "--allowedTools",
            TOOL,
        )
    assert run.returncode == 0, run.stderr
    init = next(event for event in run.events if event.get("subtype") == "init")
    assert init["mcp_servers"][0]["status"] == "connected"
    assert {TOOL, "mcp__llmgw__claude_request"} <= set(init["tools"])
    assert run.result["is_error"] is False
    assert "success" in json.dumps(run.events[-3:])
