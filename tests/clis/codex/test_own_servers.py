"""A person's MCP servers are switched off where Codex only answers."""

from __future__ import annotations

import pytest

from llmgw_desktop.clis.codex import CLI
from llmgw_desktop.clis.codex.plan import without_servers
from llmgw_desktop.domain.cli import CliName, CliRequest

SETTINGS = b"""
model = "x"
[mcp_servers.one]
command = "one"
[mcp_servers.two-2]
url = "http://127.0.0.1/mcp"
[mcp_servers."odd name"]
command = "odd"
[mcp_servers.one.env]
A = "1"
"""


def test_each_is_off_and_the_rest_stays() -> None:
    options = without_servers(CLI.model_use.options, SETTINGS)
    plan = CLI.plan(CliRequest(cli=CliName.CODEX, prompt="hi", options=options))
    assert "--config=mcp_servers.one.enabled=false" in plan.arguments
    assert "--config=mcp_servers.two-2.enabled=false" in plan.arguments
    assert "--config=web_search=disabled" in plan.arguments
    assert not any("odd" in each for each in plan.arguments)


@pytest.mark.parametrize(
    "settings", [b"", b"model = 1", b"[mcp_servers", b"\xff\xfe", b"mcp_servers = 3", b"[" * 9999]
)
def test_settings_without_servers_change_nothing(settings: bytes) -> None:
    assert without_servers(CLI.model_use.options, settings) == CLI.model_use.options


def test_where_it_only_answers_the_model_is_told_of_no_skills_and_no_folder():
    told = CLI.model_use.options["configOverrides"]
    assert isinstance(told, dict)
    assert told["skills.include_instructions"] is False
    assert told["include_environment_context"] is False
