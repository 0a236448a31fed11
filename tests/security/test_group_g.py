"""G: MCP's sessions and tools, and strangers who ask to be let in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.security.door import JSON, Door
from tests.support.gateway import GatewaySetup

pytestmark = pytest.mark.e2e

ACCEPT = "Accept: application/json, text/event-stream"
VERSION = "MCP-Protocol-Version: 2025-06-18"
OPEN_DEV = {"LLM_GATEWAY_OAUTH_OPEN_DEV": "1"}


@pytest.mark.parametrize(
    ("http", "oauth", "environment"),
    [
        ('public_url = "https://gw.example.com"', 'registration_policy = "open_dev"', OPEN_DEV),
        ("", 'registration_policy = "open_dev"', OPEN_DEV | {"LLM_GATEWAY_TUNNEL_PROVIDER": "x"}),
        ('public_url = "https://gw.example.com"', 'registration_policy = "this_computer"', {}),
        ('public_url = "https://gw.example.com"', "allow_public_clients = true", {}),
        ("tls_at_proxy = true", "allow_public_clients = true", {}),
        ("", "allow_public_clients = true", {"LLM_GATEWAY_TUNNEL_PROVIDER": "cloudflared"}),
        ("", "allow_public_clients = true", {"LLM_GATEWAY_PUBLIC_URL": "https://gw.example.com"}),
    ],
)
def test_g3_strangers_ask_from_elsewhere_only_where_it_is_meant(
    tmp_path: Path, http: str, oauth: str, environment: dict[str, str]
) -> None:
    setup = GatewaySetup(
        home=tmp_path / "home",
        toml=f"[http]\nport = 0\n{http}\n[http.oauth]\n{oauth}\n",
        environment=environment,
    )
    setup.write_config()
    done = setup.command("serve")
    assert done.returncode == 2
    assert "programs that nobody here knows could ask to be let in from elsewhere" in done.stderr
    assert "LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE=1" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(
    "tool", ["vault_store", "VAULT_LIST", "vault_list", "cli_upgrade", "no_such"]
)
def test_g5_a_tool_that_is_not_ones_own_is_not_there_by_its_name(door: Door, tool: str) -> None:
    called = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {}},
    }
    session = _session(door)
    lines = (JSON, ACCEPT, VERSION, f"Mcp-Session-Id: {session}")
    said = door.ask("POST", "/mcp", *lines, key=door.agent, body=json.dumps(called).encode())
    unknown = called | {"params": {"name": "x" * len(tool), "arguments": {}}}
    never = door.ask("POST", "/mcp", *lines, key=door.agent, body=json.dumps(unknown).encode())
    assert b"result" not in said.body or b'"isError":true' in said.body.replace(b" ", b"")
    plain = said.body.replace(tool.encode(), b"NAME")
    assert plain == never.body.replace(b"x" * len(tool), b"NAME")
    batch = json.dumps([called, called]).encode()
    assert door.ask("POST", "/mcp", *lines, key=door.agent, body=batch).status >= 400


def _session(door: Door) -> str:
    params = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    asked = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
    said = door.ask("POST", "/mcp", JSON, ACCEPT, key=door.agent, body=json.dumps(asked).encode())
    assert said.status == 200, said.body
    return said.header("mcp-session-id")
