"""MCP servers by name: from the settings and the vault to the file that a CLI is given."""

from __future__ import annotations

import json
from typing import Any

from llmgw_desktop.domain.vault import EntryKind, address
from tests.engine.runs.conftest import MakeHouse, RunHouse

SHOWS = (
    'for each in $(tail -1 "$HOME/asked"); do case $each in --mcp-config=*)'
    ' cp "${each#*=}" "$HOME/given";; esac; done; answer ok'
)


async def make(make_house: MakeHouse) -> RunHouse:
    house: RunHouse = await make_house()
    settings = house.container.places.config_file
    settings.write_text(
        settings.read_text()
        + """
[mcp_servers.exa]
command = "npx"
args = ["exa"]
env = { EXA_API_KEY = "${vault:exa/default}" }
[mcp_servers.sqry]
command = "sqry-mcp"
managed = true
[mcp_servers.off]
command = "x"
enabled = false
"""
    )
    house.container.check_settings()
    return house


def given(house: RunHouse) -> Any:
    return json.loads((house.home / "given").read_text())["mcpServers"]


async def test_a_run_gets_those_that_it_names(make_house: MakeHouse) -> None:
    house = await make(make_house)
    entry = address(EntryKind.API_KEY, "exa", "default")
    house.container.vault.put(entry, b"sk-exa-secret-1234", by="me")
    told = await house.run(SHOWS, mcpServers=["exa", "sqry", "nope", "off", "exa"])
    assert told["state"] == "completed", told
    assert told["mcpServers"] == {
        "requested": ["exa", "sqry", "nope", "off"],
        "enabled": ["exa", "sqry"],
        "missing": ["nope", "off"],
    }
    codes = [each["code"] for each in told["warnings"]]
    assert "mcp_servers_missing" in codes
    assert given(house)["exa"]["env"] == {"EXA_API_KEY": "sk-exa-secret-1234"}
    assert given(house)["sqry"]["command"] == "sqry-mcp"
    assert "sk-exa" not in house.asked[-1]
    folder = house.container.places.jobs_folder / told["id"]
    kept = [each.read_bytes() for each in folder.rglob("*") if each.is_file()]
    assert not any(b"sk-exa-secret" in each for each in kept)


async def test_what_the_vault_does_not_have_starts_nothing(make_house: MakeHouse) -> None:
    house = await make(make_house)
    status, error = await house.refused(prompt="answer ok", mcpServers=["exa"])
    assert (status, error["field"], error["category"]) == (400, "mcpServers", "auth_error")
    assert house.asked == []


async def test_a_managed_run_has_those_that_are_allowed_for_it(make_house: MakeHouse) -> None:
    house = await make(make_house)
    managed = {"approvalStrategy": "mcp_managed"}
    status, error = await house.refused(prompt="answer ok", mcpServers=["exa", "sqry"], **managed)
    assert (status, error["field"]) == (400, "mcpServers")
    assert "exa" in error["message"]
    assert "sqry" not in error["message"]
    told = await house.run(SHOWS, mcpServers=["sqry"], **managed)
    assert list(given(house)) == ["sqry"]
    assert told["approval"]["requestedMcpServers"] == ["sqry"]
    assert told["approval"]["score"] == 0


async def test_a_managed_codex_has_none_of_the_persons_own(make_house: MakeHouse) -> None:
    house = await make(make_house)
    own = house.home / ".codex"
    own.mkdir()
    (own / "config.toml").write_text('[mcp_servers.mine]\ncommand = "x"\n')
    await house.run(
        "answer hi 1 1", cli="codex", mcpServers=["sqry"], approvalStrategy="mcp_managed"
    )
    assert "--config=mcp_servers.mine.enabled=false" in house.asked[-1]
    assert "--config=mcp_servers.sqry={" in house.asked[-1]
    await house.run("answer hi 1 1", cli="codex", forceRefresh=True)
    assert "mcp_servers" not in house.asked[-1]


async def test_who_takes_no_servers_says_so(make_house: MakeHouse) -> None:
    house = await make(make_house)
    status, error = await house.refused(prompt="hi", cli="grok", mcpServers=["sqry"])
    assert (status, error["field"]) == (400, "mcpServers")
