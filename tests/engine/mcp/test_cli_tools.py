"""Tools that tell of CLIs, over small real programs; each answer fits its own schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from llmgw_desktop.app.clis.desk import CliDesk
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.engine.mcp.listing import input_schema, output_schema
from llmgw_desktop.engine.mcp.tool import McpTool, Profile
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools.cli_tools import (
    capability_tools,
    cli_model_tools,
    subcommand_tools,
)
from llmgw_desktop.engine.mcp.tools.version_tools import upgrade_tools, version_tools
from llmgw_desktop.wire.models import ModelEntry
from tests.support.small_clis import Computer
from tests.support.turned_clock import TurnedClock

CLAUDE, CODEX, GROK = CliName.CLAUDE, CliName.CODEX, CliName.GROK
AWAY = Principal(
    client_id="cli_1", name="editor", scopes=frozenset({Scope.JOBS_RUN, Scope.MODELS_LIST})
)
LISTER = Principal(client_id="cli_2", name="lister", scopes=frozenset({Scope.MODELS_LIST}))
ENTRIES = (
    ModelEntry(id="best", provider="lab", stands_for=("lab/one",)),
    ModelEntry(id="lab/one", provider="lab"),
    ModelEntry(id="codex-cli/default", provider="codex-cli"),
    ModelEntry(id="practice/echo", provider="practice", is_practice=True),
)
GROK_MODELS = (
    "if [ \"$1\" = models ]; then printf 'Available:\\n  * g-2 (default)\\n  - g-1\\n'; exit; fi"
)


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


@pytest.fixture
def desk(computer: Computer) -> Iterator[CliDesk]:
    made = computer.desk()
    yield made
    made.close()


async def _catalogue() -> tuple[ModelEntry, ...]:
    return ENTRIES


def tools_of(desk: CliDesk) -> tuple[McpTool, ...]:
    families = (version_tools(desk), capability_tools(desk), subcommand_tools(desk))
    return (*cli_model_tools(desk, _catalogue), *(tool for family in families for tool in family))


async def ask(
    desk: CliDesk, name: str, who: Principal = LOCAL, /, **arguments: Any
) -> dict[str, Any]:
    tools = tools_of(desk)
    answer = await Toolbox(tools).call(name, arguments, who)
    assert not answer.is_error, answer.structured
    tool = next(each for each in tools if each.name == name)
    told: dict[str, Any] = json.loads(orjson.dumps(answer.structured))
    jsonschema.validate(told, output_schema(tool))
    return told


async def test_models_are_what_settings_and_programs_say_and_hints_say_so(
    computer: Computer,
) -> None:
    computer.install("grok", f"{GROK_MODELS}\necho grok 1.0.0")
    said = (CliSettings(name=CLAUDE, models=("mine",), default_model="mine"),)
    desk = computer.desk(*said)
    told = await ask(desk, "list_models")
    assert set(told) == {"success", "apiProviders", *CliName}
    assert told["apiProviders"] == {"lab": ["lab/one"]}
    assert told["grok"]["modelOrder"] == ["g-2", "g-1"]
    assert (told["grok"]["defaultModel"], told["grok"]["defaultModelSource"]) == ("g-2", "cli")
    assert told["grok"]["warnings"] == []
    claude = told["claude"]
    assert claude["models"] == {"mine": {"source": "settings"}}
    assert claude["defaultModelSource"] == "settings"
    assert "opus" in claude["unverifiedModelHints"]
    assert claude["warnings"] == ["It is not installed."]
    assert told["gemini"]["models"] == told["gemini"]["unverifiedModelHints"] == {}
    assert "defaultModel" not in told["gemini"]
    desk.close()


async def test_a_program_is_asked_for_models_once_and_only_for_who_may_run_it(
    computer: Computer, desk: CliDesk
) -> None:
    computer.install("grok", f"{GROK_MODELS}\necho grok 1.0.0")
    told = await ask(desk, "list_models", LISTER, cli="grok")
    assert computer.asked("grok") == []
    assert "not listed its models yet" in told["grok"]["warnings"][0]
    for _ in range(3):
        await ask(desk, "list_models", AWAY, cli="grok")
    assert computer.asked("grok") == ["models"]
    told = await ask(desk, "list_models", LISTER, cli="grok")
    assert told["grok"]["modelOrder"] == ["g-2", "g-1"]
    assert "apiProviders" not in told
    assert "claude" not in told


async def test_a_slow_list_is_not_waited_for_and_is_there_later(computer: Computer) -> None:
    wait = 'until test -e "$HOME/go"; do sleep 0.05; done'
    computer.install("grok", f"{wait}; {GROK_MODELS}")
    desk = CliDesk(computer.survey(), computer.env, tuple, patience_s=0.01)
    for _ in range(3):
        told = await ask(desk, "list_models", cli="grok")
        assert "ask again" in told["grok"]["warnings"][0]
    (computer.home / "go").touch()
    while not told["grok"]["models"]:
        told = await ask(desk, "list_models", cli="grok")
    assert told["grok"]["modelOrder"] == ["g-2", "g-1"]
    assert computer.asked("grok") == ["models"]
    desk.close()


async def test_a_program_that_does_not_tell_its_models_is_left_alone_for_a_while(
    computer: Computer,
) -> None:
    computer.install("grok", "echo 'Sign in first.' >&2; exit 1")
    clock = TurnedClock()
    desk = CliDesk(computer.survey(), computer.env, tuple, clock=clock)
    for _ in range(3):
        told = await ask(desk, "list_models", cli="grok")
        assert "ask again" in told["grok"]["warnings"][0]
    assert computer.asked("grok") == ["models"]
    clock.pass_s(31)
    await ask(desk, "list_models", cli="grok")
    assert computer.asked("grok") == ["models", "models"]
    desk.close()


async def test_the_plain_list_has_every_name(desk: CliDesk) -> None:
    told = await ask(desk, "list_available_models")
    assert told["count"] == 4
    assert [each["kind"] for each in told["models"]] == ["alias", "api", "cli", "practice"]
    assert told["models"][0]["standsFor"] == ["lab/one"]


async def test_versions_say_what_is_here_and_how_to_sign_in(
    computer: Computer, desk: CliDesk
) -> None:
    program = computer.install_cli(CLAUDE, version="9.1.0")
    computer.install("codex", "echo no >&2; exit 3")
    told = {each["cli"]: each for each in (await ask(desk, "cli_versions"))["versions"]}
    assert list(told) == list(CliName)
    assert (told["claude"]["installed"], told["claude"]["version"]) == (True, "9.1.0")
    assert told["claude"]["program"] == str(program)
    assert told["claude"]["loginGuidance"]["summary"] == cli_of(CLAUDE).sign_in.guidance
    assert "exit code 3" in told["codex"]["problem"]
    assert told["grok"]["install"] == "npm install -g @xai-official/grok"
    away = await ask(desk, "cli_versions", AWAY, cli="claude")
    assert str(computer.home) not in orjson.dumps(away).decode()
    assert "program" not in away["versions"][0]


async def test_what_is_switched_off_is_not_started(computer: Computer) -> None:
    computer.install_cli(CLAUDE)
    desk = computer.desk(CliSettings(name=CLAUDE, enabled=False))
    told = await ask(desk, "cli_versions", cli="claude")
    assert told["versions"][0]["enabled"] is False
    await ask(desk, "upstream_contracts", cli="claude", probeInstalled=True)
    await ask(desk, "provider_version_guard", cli="claude")
    await ask(desk, "provider_subcommand_drift", provider="claude")
    await ask(desk, "provider_tool_capabilities", cli="claude", refresh=True)
    await ask(desk, "list_models", cli="claude")
    assert computer.asked("claude") == []
    desk.close()


async def test_contracts_are_compared_only_where_it_is_asked_for(
    computer: Computer, desk: CliDesk
) -> None:
    computer.install_cli(CLAUDE, lacks=("--effort",))
    plain = (await ask(desk, "upstream_contracts", cli="claude"))["contracts"][0]
    assert "--effort" in plain["flags"]
    assert "probe" not in plain
    assert computer.asked("claude") == []
    told = await ask(desk, "upstream_contracts", probeInstalled=True)
    probes = {each["cli"]: each["probe"] for each in told["contracts"]}
    assert probes["claude"]["state"] == "drifted"
    assert probes["claude"]["missingFlags"] == ["--effort"]
    assert probes["claude"]["affectedFields"] == {"--effort": ["effort"]}
    assert probes["codex"] == {"state": "not_installed"}


async def test_flags_that_came_since_are_told(computer: Computer, desk: CliDesk) -> None:
    listing = "\\n".join(f"      {flag} <x>   It" for flag in sorted(cli_of(GROK).flags))
    script = f"case $* in *--help*) printf '{listing}\\n      --brand-new   It\\n';;"
    computer.install("grok", f"{script} *) echo grok 1.0.0;; esac")
    told = await ask(desk, "upstream_contracts", cli="grok", probeInstalled=True)
    assert told["contracts"][0]["probe"]["extraFlags"] == ["--brand-new"]
    assert told["contracts"][0]["probe"]["state"] == "clean"


@pytest.mark.parametrize(
    ("version", "state"), [("", "match"), ("99.0.0", "newer"), ("0.0.1", "older")]
)
async def test_the_guard_compares_versions(
    computer: Computer, desk: CliDesk, version: str, state: str
) -> None:
    computer.install_cli(CLAUDE, version=version)
    computer.install("codex", "exit 3")
    told = await ask(desk, "provider_version_guard")
    assert told["providers"][0]["state"] == state
    assert told["ok"] is (state == "match")
    assert told["drifted"] == ([] if state == "match" else ["claude"])
    assert told["unknown"] == ["codex"]
    assert "grok" in told["notInstalled"]
    assert told["upgradesChecked"] is False


async def test_the_guard_asks_registries_and_says_where_it_could_not(
    computer: Computer, desk: CliDesk
) -> None:
    computer.install_cli(CLAUDE, version="1.0.0")
    computer.install_cli(CODEX, version="2.0.0")
    computer.install_cli(GROK)
    script = "case $* in *claude*) echo 1.2.0;; *codex*) echo 2.0.0;; *) exit 1;; esac"
    computer.install("npm", f'env > "$HOME/seen"; {script}')
    told = await ask(desk, "provider_version_guard", checkUpgrades=True, timeoutMs=20_000)
    upgrades = {each["cli"]: each for each in told["upgrades"]}
    assert told["upgradeAvailable"] == ["claude"]
    assert (upgrades["claude"]["latest"], upgrades["claude"]["source"]) == ("1.2.0", "npm")
    assert upgrades["codex"]["state"] == "current"
    assert upgrades["grok"]["state"] == "unknown"
    assert "could not reach" in upgrades["grok"]["detail"]
    assert upgrades["gemini"]["state"] == "not_installed"
    assert told["upgradeCommands"]["claude"]["tool"] == "cli_upgrade"


async def test_a_registry_that_does_not_answer_is_left(computer: Computer, desk: CliDesk) -> None:
    computer.install_cli(CLAUDE)
    computer.install("npm", "exec sleep 600")
    told = await ask(
        desk, "provider_version_guard", cli="claude", checkUpgrades=True, timeoutMs=1000
    )
    assert told["upgrades"][0]["state"] == "unknown"
    assert "in time" in told["upgrades"][0]["detail"]


async def test_capabilities_come_out_of_facts_and_fields(computer: Computer, desk: CliDesk) -> None:
    computer.install_cli(CLAUDE)
    skill = computer.home / ".claude" / "skills" / "deploy" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("x")
    told = await ask(desk, "provider_tool_capabilities", includePaths=True)
    assert told["schemaVersion"] == "provider-tool-capabilities.v2"
    claude, gemini = told["providers"]["claude"], told["providers"]["gemini"]
    assert claude["features"]["forks"] is True
    assert "bypassPermissions" in claude["permissions"]["permissionMode"]
    assert claude["providerTools"]["allowedTools"] == "array"
    assert claude["wants"]["structuredOutput"] == ["jsonSchema"]
    assert claude["fields"]["effort"] == "--effort"
    assert claude["skills"] == [{"name": "deploy", "path": str(skill)}]
    assert {"forks", "structuredOutput"} <= set(gemini["unsupported"])
    assert computer.asked("claude") == []
    anew = await ask(desk, "provider_tool_capabilities", cli="claude", refresh=True)
    assert anew["providers"]["claude"]["version"] == cli_of(CLAUDE).contract_version
    assert anew["providers"]["claude"]["missingFlags"] == []


async def test_parts_of_the_catalogue_can_be_left_out_and_paths_stay_here(
    computer: Computer, desk: CliDesk
) -> None:
    computer.install_cli(CLAUDE)
    told = await ask(
        desk,
        "provider_tool_capabilities",
        AWAY,
        cli="claude",
        includeSkills=False,
        includeProviderTools=False,
        includeUnsupported=False,
        includePaths=True,
    )
    assert not {"skills", "providerTools", "unsupported", "paths"} & set(
        told["providers"]["claude"]
    )
    assert str(computer.programs) not in orjson.dumps(told).decode()


async def test_subcommands_are_found_by_what_they_are(desk: CliDesk) -> None:
    told = await ask(desk, "provider_subcommands_list")
    assert told["total"] == sum(len(cli_of(name).subcommands) for name in CliName)
    told = await ask(
        desk, "provider_subcommands_list", provider="codex", commandPathPrefix=["exec"]
    )
    assert [each["commandPath"] for each in told["subcommands"]] == [
        ["exec"],
        ["exec", "fork"],
        ["exec", "resume"],
    ]
    told = await ask(desk, "provider_subcommands_list", risk="updates_binary", provider="codex")
    assert [each["commandPath"] for each in told["subcommands"]] == [["update"]]
    one = await ask(
        desk, "provider_subcommand_contract", provider="codex", commandPath=["exec", "fork"]
    )
    assert "--ephemeral" in one["contract"]["flags"]
    assert one["contract"]["contractVersion"] == cli_of(CODEX).contract_version


async def test_an_unknown_subcommand_is_not_found(desk: CliDesk) -> None:
    arguments = {"provider": "codex", "commandPath": ["rm", "-rf"]}
    answer = await Toolbox(tools_of(desk)).call("provider_subcommand_contract", arguments, LOCAL)
    assert answer.is_error
    assert answer.structured["errorCategory"] == "not_found"


async def test_what_has_become_of_subcommands_shows_in_their_help(
    computer: Computer, desk: CliDesk
) -> None:
    rows = {each.name: each for each in cli_of(CliName.MISTRAL).subcommands}
    add = "\\n".join(f"  {flag} x" for flag in sorted(rows["mcp add"].flags - {"--env"}))
    script = f"""case $* in
      'mcp add --help') printf 'Usage\\n{add}\\n  --brand-new\\n';;
      'mcp remove --help') exit 4;;
      '--help'|'mcp --help') echo 'all of it';;
    esac"""
    computer.install("vibe", script)
    told = await ask(desk, "provider_subcommand_drift", provider="mistral", includeClean=True)
    found = {" ".join(each["commandPath"]): each for each in told["results"]}
    assert (told["checked"], told["drifted"]) == (3, 3)
    assert found["mcp add"]["missingFlags"] == ["--env"]
    assert found["mcp add"]["extraFlags"] == ["--brand-new"]
    assert found["mcp remove"]["state"] == "gone"
    assert found["mcp remove"]["helpExitedNonzero"] is True
    assert found["mcp"]["state"] == "gone"
    asked = len(computer.asked("vibe"))
    await ask(desk, "provider_subcommand_drift", provider="mistral")
    assert len(computer.asked("vibe")) == asked


async def test_drift_has_an_end_and_goes_on_with_the_next_call(computer: Computer) -> None:
    computer.install("vibe", "echo x")
    desk = computer.desk()
    (tool,) = (each for each in subcommand_tools(desk, -1.0) if each.name.endswith("drift"))
    answer = await Toolbox([tool]).call(tool.name, {"provider": "mistral"}, LOCAL)
    assert (answer.structured["checked"], answer.structured["notYetChecked"]) == (0, 3)
    assert computer.asked("vibe") == []
    desk.close()


def tool_shown(tool: McpTool, profile: Profile) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": input_schema(tool, profile),
        "outputSchema": output_schema(tool),
        "annotations": {"title": tool.title, "readOnlyHint": True, "openWorldHint": False},
    }


def test_the_tools_are_small(desk: CliDesk, computer: Computer) -> None:
    tools = (*tools_of(desk), *upgrade_tools(computer.upgrader()))
    full = len(orjson.dumps([tool_shown(each, Profile.FULL) for each in tools]))
    core = [each for each in tools if Profile.CORE in each.profiles]
    assert {each.name for each in core} == {"list_models", "cli_versions"}
    assert len(orjson.dumps([tool_shown(each, Profile.CORE) for each in core])) <= 2048
    assert full <= 12 * 1024, full
