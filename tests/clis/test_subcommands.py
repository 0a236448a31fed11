"""The catalogue of subcommands is well formed, and offers nothing that it should not."""

from __future__ import annotations

import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.clis.subcommand import Exposure, Risk, SubcommandTier, subcommands
from llmgw_desktop.domain.cli import CliName

_NOT_FOR_CLIENTS = {Risk.AUTH, Risk.DESTRUCTIVE, Risk.STARTS_SERVER, Risk.WRITES_LOCAL_CONFIG}


@pytest.mark.parametrize("name", CliName)
def test_each_cli_has_some_each_once(name: CliName) -> None:
    paths = [each.path for each in cli_of(name).subcommands]
    assert paths
    assert len(paths) == len(set(paths))
    assert all(part and not part.startswith("-") for path in paths for part in path)


@pytest.mark.parametrize("name", CliName)
def test_what_changes_a_persons_things_is_not_exposed(name: CliName) -> None:
    exposed = [
        each.name
        for each in cli_of(name).subcommands
        if each.risk in _NOT_FOR_CLIENTS
        and each.exposure in (Exposure.MCP_READONLY, Exposure.MCP_REQUIRES_APPROVAL)
    ]
    assert exposed == []


def test_a_table_is_read() -> None:
    (one, two) = subcommands(
        "mcp list | inspect | read_only | tracked_only | Lists\n"
        "    --json --all\n"
        "    --deep\n"
        "login | catalog | auth | not_exposed | Signs in",
        frozenset({"--debug"}),
    )
    assert one.path == ("mcp", "list")
    assert (one.tier, one.risk) == (SubcommandTier.INSPECT, Risk.READ_ONLY)
    assert one.flags == {"--json", "--all", "--deep"}
    assert one.everywhere == {"--debug"}
    assert (two.name, two.flags) == ("login", frozenset())


def test_another_command_has_none_that_are_known() -> None:
    assert cli_of(CliName.GEMINI, "/opt/agy").subcommands == ()
