"""What holds and what says so: told to whom it concerns, and nothing secret in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.access.principal import LOCAL, Principal, PrincipalKind, Scope
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.store.paths import Places

RUNNER = Principal(client_id="cli_1", name="anna", scopes=frozenset({Scope.JOBS_RUN}))
ELSEWHERE = replace(LOCAL, client_id="web_1", name="web", kind=PrincipalKind.OAUTH)
SETTINGS = """
[jobs]
retries = 5

[providers.work]
kind = "anthropic"
base_url = "https://api.anthropic.com"
api_key_env = "WORK_KEY"

[[providers.work.accounts]]
name = "firm"
api_key_env = "FIRM_KEY"

[[workspaces.repos]]
alias = "site"
path = "{site}"

[pins.site]
folder = "{site}"
account = "work/firm"

[[rules]]
name = "no pushes"
action = "deny"
commands = ["git push *"]

[[rules]]
name = "codex in shop"
action = "allow"
commands = ["make"]
clis = ["codex"]
workspaces = ["shop"]

[[rules]]
name = "of ben"
action = "ask"
commands = ["rm *"]
clients = ["ben"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "site/src").mkdir(parents=True)
    (tmp_path / "site/CLAUDE.md").write_text("Be brief.")
    (tmp_path / "AGENTS.md").write_text("Be kind.")
    config = tmp_path / "home/config/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(SETTINGS.format(site=tmp_path / "site"))
    return tmp_path


async def asked(home: Path, name: str, who: Principal = LOCAL, **arguments: Any) -> ToolAnswer:
    places = Places.of({"LLMGW_HOME": str(home / "home")})
    places.make()
    container = Container(places, {"LLM_GATEWAY_HTTP_PORT": "4711", "WORK_KEY": "sk-secret"})
    try:
        toolbox = container.mcp_offer().toolbox
        answer = await toolbox.call(name, arguments, who)
        (tool,) = [each for each in toolbox if each.name == name]
        jsonschema.validate(answer.structured, output_schema(tool))
    finally:
        container.access.close()
    return answer


async def test_settings_are_told_with_what_says_so(home: Path) -> None:
    changed = (await asked(home, "config_list")).structured
    said = {each["name"]: (each["value"], each["saidBy"]) for each in changed["settings"]}
    assert said["jobs.retries"] == (5, "file")
    assert said["http.port"] == (4711, "LLM_GATEWAY_HTTP_PORT")
    assert "jobs.retention_days" not in said
    assert "sk-secret" not in str(changed)
    below = (await asked(home, "config_list", below="jobs.")).structured
    names = {each["name"] for each in below["settings"]}
    assert "jobs.retention_days" in names
    assert all(name.startswith("jobs.") for name in names)
    few = (await asked(home, "config_list", below="jobs.", changedOnly=True)).structured
    assert [each["name"] for each in few["settings"]] == ["jobs.retries"]


async def test_they_are_for_whom_may_change_them(home: Path) -> None:
    refused = await asked(home, "config_list", RUNNER)
    assert refused.is_error
    assert "jobs.retries" not in str(refused.structured)


async def test_what_would_hold_in_a_folder_is_told(home: Path) -> None:
    told = (await asked(home, "explain_effective_config", RUNNER, workspace="site")).structured
    assert told["folder"] == str(home / "site")
    assert (told["pin"]["name"], told["pin"]["to"]) == ("site", "work/firm")
    assert [each["name"] for each in told["rules"]] == ["no pushes"], "others' are not its own"
    assert told["limits"]["client"] == "anna"
    assert [each["name"] for each in told["settings"]] == ["jobs.retries"]
    assert told["instructionFiles"][:2] == [str(home / "site/CLAUDE.md"), str(home / "AGENTS.md")]
    inner = await asked(home, "explain_effective_config", workingDir=str(home / "site/src"))
    assert inner.structured["pin"]["name"] == "site"
    shop = await asked(home, "explain_effective_config", RUNNER, cli="codex")
    assert [each["name"] for each in shop.structured["rules"]] == ["no pushes", "codex in shop"]
    assert (shop.structured["folder"], shop.structured["instructionFiles"]) == (None, [])


async def test_who_sits_elsewhere_learns_of_workspaces_alone(home: Path) -> None:
    refused = await asked(home, "explain_effective_config", ELSEWHERE, workingDir="/etc")
    assert refused.is_error
    told = (await asked(home, "explain_effective_config", ELSEWHERE, workspace="site")).structured
    assert told["instructionFiles"] == [str(home / "site/CLAUDE.md")]
    assert told["settings"] == []
    assert [each["action"] for each in told["rules"]] == ["deny"], "what names nobody allows none"
    missing = await asked(home, "explain_effective_config", RUNNER, workspace="nothing")
    assert missing.structured["errorCategory"] == "not_found"
