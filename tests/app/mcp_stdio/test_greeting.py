"""The greetings are those of the engine, and refuse what it would refuse."""

import json
from typing import Any

import pytest

from llmgw_desktop.app.mcp.messages import Greeting, StdioMessage, read

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"


def asked(greeting: Greeting, method: str, **params: Any) -> Any:
    line = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()
    message = read(line, 10_000)
    assert isinstance(message, StdioMessage)
    reply = greeting.reply(message)
    return None if reply is None else json.loads(reply)


@pytest.mark.parametrize(
    ("version", "agreed"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-11-25", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
    ],
)
def test_a_version_is_agreed_on(version: str, agreed: str) -> None:
    greeting = Greeting()
    client = {"name": "x", "version": "1"}
    told = asked(
        greeting, "initialize", protocolVersion=version, capabilities={}, clientInfo=client
    )
    assert told["id"] == 7
    assert told["result"]["protocolVersion"] == agreed
    assert told["result"]["serverInfo"]["name"] == "llmgw"
    assert greeting.version == agreed
    assert greeting.params is not None
    assert greeting.params["protocolVersion"] == agreed
    assert greeting.params["clientInfo"] == client


def test_an_initialize_that_says_nothing_is_refused() -> None:
    greeting = Greeting()
    assert asked(greeting, "initialize")["error"]["code"] == -32602
    assert greeting.params is None


def test_the_newer_era_discovers() -> None:
    meta = {VERSION_KEY: "2026-07-28", CAPABILITIES_KEY: {}}
    result = asked(Greeting(), "server/discover", _meta=meta)["result"]
    assert result["supportedVersions"] == ["2026-07-28"]
    assert result["resultType"] == "complete"


def test_a_version_that_is_not_known_is_refused_with_those_that_are() -> None:
    meta = {VERSION_KEY: "2031-01-01", CAPABILITIES_KEY: {}}
    wrong = asked(Greeting(), "server/discover", _meta=meta)["error"]
    assert wrong["code"] == -32022
    assert wrong["data"] == {"supported": ["2026-07-28"], "requested": "2031-01-01"}


@pytest.mark.parametrize("meta", [{}, {VERSION_KEY: "2026-07-28"}, {CAPABILITIES_KEY: {}}])
def test_half_an_envelope_is_refused(meta: dict[str, object]) -> None:
    assert asked(Greeting(), "server/discover", _meta=meta)["error"]["code"] == -32602


def test_what_takes_an_engine_is_left_to_it() -> None:
    assert asked(Greeting(), "tools/list") is None
    assert asked(Greeting(), "ping")["result"] == {}
