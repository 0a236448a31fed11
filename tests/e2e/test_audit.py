"""The audit log of the real program: who acted at which door, by hand, and sealed."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = pytest.mark.e2e

SECRET = "an-odd-key-of-no-known-family-0123456789"


_MCP = {
    "Accept": "application/json, text/event-stream",
    "Mcp-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": "vault_store",
}
_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def _ask(gateway: Gateway, method: str, path: str, body: object = None, key: str = "") -> Any:
    request = urllib.request.Request(
        gateway.url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "authorization": f"Bearer {key or gateway.access_key()}",
            "content-type": "application/json",
            **(_MCP if path == "/mcp" else {}),
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _until(gateway: Gateway, true_of: Callable[[dict[str, dict[str, Any]]], bool]) -> Any:
    """The newest entry of each verb; what is written behind is here soon."""
    for _ in range(150):
        found = _ask(gateway, "GET", "/v1/audit?limit=1000")["entries"]
        newest = {each["act"]["verb"]: each for each in reversed(found)}
        if true_of(newest):
            return newest
        time.sleep(0.1)
    raise AssertionError(newest)


def test_each_door_is_named_and_the_log_is_sealed(tmp_path: Path) -> None:
    setup = GatewaySetup(home=tmp_path / "home", environment={"LLM_GATEWAY_MASTER_KEY": "ab" * 32})
    with running_gateway(setup) as gateway:
        key = setup.command("key", "add", "shop", "--scope", "mcp", "--scope", "vault:admin")
        shop = key.stdout.strip()
        _ask(gateway, "POST", "/v1/credentials", {"provider": "openai", "apiKey": SECRET})
        call = {
            "name": "vault_store",
            "arguments": {"provider": "groq", "apiKey": SECRET},
            "_meta": _META,
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        told = _ask(gateway, "POST", "/mcp", message, key=shop)
        with setup.config_file.open("a") as file:
            file.write('[limits]\nmax_running_jobs = 3\n[clis.claude]\nenv = {T = "s3cr"}\n')
        newest = _until(
            gateway, lambda all_: {"settings.changed", "gateway.started"} <= all_.keys()
        )
        by_hand = newest["settings.changed"]
        assert by_hand["actor"]["door"] == "file"
        assert by_hand["act"]["after"] == {
            "limits.max_running_jobs": 3,
            "clis.claude.env.T": "[masked]",
        }
        assert newest["gateway.started"]["actor"]["door"] == "gateway"
        assert newest["key.made"]["actor"]["door"] == "command"
        stored = _ask(gateway, "GET", "/v1/audit?what=vault.stored&limit=2")
        actors = {each["act"]["subject"]: each["actor"] for each in stored["entries"]}
        everything = _ask(gateway, "GET", "/v1/audit?what=vault.stored&limit=1000")["entries"]
        actors |= {each["act"]["subject"]: each["actor"] for each in everything}
        assert actors["openai/default"]["door"] == "http"
        assert actors["openai/default"]["client_id"] == "local"
        assert actors["groq/default"] | {"client_id": ""} == {
            "name": "shop",
            "door": "mcp",
            "client_id": "",
            "address": "",
        }, told
        page = _ask(gateway, "GET", "/v1/audit?limit=2")
        after = _ask(gateway, "GET", page["next"])
        assert after["entries"][0]["number"] == page["entries"][-1]["number"] - 1
        with pytest.raises(urllib.error.HTTPError, match="403"):
            _ask(gateway, "GET", "/v1/audit", key=shop)
    done = setup.command("audit", "verify")
    assert done.returncode == 0, done.stderr
    count = int(done.stdout.split()[0])
    assert f"sealed up to entry {count:,}." in done.stdout
    # where nothing was sealed before, the key for it is made at the very end
    newest_words = setup.command("audit", "list", "--limit", "2").stdout
    assert "Gateway stopped" in newest_words
    for path in (tmp_path / "home" / "data").iterdir():
        if path.name.startswith(("gateway.db", "audit")):
            assert SECRET.encode() not in path.read_bytes()
            assert b"s3cr" not in path.read_bytes()
    head = tmp_path / "home" / "data" / "audit-head.json"
    assert head.stat().st_mode & 0o077 == 0
