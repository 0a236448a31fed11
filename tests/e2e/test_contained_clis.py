"""Each vendor's CLI as it is started where nothing is said: contained. It works in a worktree, its
session goes on there, and `llmgw mcp` reaches the gateway with nothing but the run's own key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.app.workspaces.workspaces import containment_here
from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.tool_choice import SHELL_COMMAND, SHELL_OUTPUT

WHY_NOT = containment_here(os.environ).problem()
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(660),
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
]

MAY: dict[CliName, dict[str, Any]] = {
    CliName.CLAUDE: {"dangerouslySkipPermissions": True},
    CliName.CODEX: {"dangerouslyBypassApprovalsAndSandbox": True},
    CliName.COPILOT: {"allowAllTools": True},
    CliName.GEMINI: {"approvalMode": "yolo"},
    CliName.GROK: {"alwaysApprove": True},
    CliName.OPENCODE: {"permissionMode": "bypassPermissions"},
    CliName.MISTRAL: {"permissionMode": "auto-approve", "trust": True},
}
MODEL = {CliName.OPENCODE: "gw/stub-ok", CliName.MISTRAL: "stub"}
NAMES_SERVERS = (CliName.CLAUDE, CliName.CODEX, CliName.COPILOT, CliName.OPENCODE)
"""Requests name the server; the others have it in the person's own settings."""
UNDESCRIBED = (CliName.MISTRAL, CliName.OPENCODE)
"""Their shell is called as that of others is, with one member less."""
SAID = "said by another model"
ASKED = {"model": "stub-500", "prompt": "and you?"}
_CODE = f"async function main() {{ return await tools.mcp_gw.llm_generate({json.dumps(ASKED)}); }}"
CALLS: dict[CliName, tuple[str, dict[str, Any]]] = {
    CliName.CLAUDE: ("mcp__gw__llm_generate", ASKED),
    CliName.CODEX: ("mcp__gw__llm_generate", ASKED),
    CliName.COPILOT: ("gw-llm_generate", ASKED),
    CliName.GEMINI: ("mcp_gw_llm_generate", ASKED),
    CliName.GROK: ("use_tool", {"tool_name": "gw__llm_generate", "tool_input": ASKED}),
    CliName.OPENCODE: ("gw_llm_generate", ASKED),
    CliName.MISTRAL: ("run_typescript", {"code": _CODE}),
}
OWN = {"command": sys.executable, "args": ["-m", "llmgw_desktop", "mcp"]}
OWN_TOML = "".join(f"{name} = {json.dumps(each)}\n" for name, each in OWN.items())
_LIBRARIES = str(Path(orjson.__file__).resolve().parents[1])
HERE = [each for each in (*sys.path, _LIBRARIES) if each.startswith("/") and Path(each).exists()]
"""What `llmgw mcp` is made of: installed as a package it lies where its interpreter does."""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, program_of: Callable[[CliName], Path]
) -> Iterator[CliHouse]:
    root, toml = tmp_path_factory.mktemp("contained"), f"[mcp_servers.gw]\n{OWN_TOML}"
    with open_cli_house(root, list(MAY), program_of, toml=toml, readable=HERE) as opened:
        _set_up_by_hand(opened)
        yield opened


def _set_up_by_hand(house: CliHouse) -> None:
    file = house.home_of(CliName.CLAUDE) / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text('{"env": {"ENABLE_TOOL_SEARCH": "false"}}')  # its model sees all tools at once
    file = house.home_of(CliName.GEMINI) / ".gemini/settings.json"
    servers = {"gw": {**OWN, "trust": True}}
    file.write_text(json.dumps({**json.loads(file.read_text()), "mcpServers": servers}))
    with (house.home_of(CliName.GROK) / ".grok/config.toml").open("a") as text:
        text.write(f"\n[mcp_servers.gw]\n{OWN_TOML}")
    with (house.home_of(CliName.MISTRAL) / ".vibe/config.toml").open("a") as text:
        text.write(f'\n[[mcp_servers]]\nname = "gw"\ntransport = "stdio"\n{OWN_TOML}')


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.txt").write_text("a\n")
    for words in ("init -q -b main", "add .", "commit -q -m one"):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words.split()]
        subprocess.run(git, cwd=folder, check=True, timeout=30)
    return folder


@pytest.mark.parametrize("name", list(MAY))
def test_it_works_goes_on_and_asks_the_gateway(
    house: CliHouse, repository: Path, name: CliName
) -> None:
    lane = house.lane("stub-ok")
    lane.always = Answer(tool_input={"command": SHELL_COMMAND} if name in UNDESCRIBED else None)
    asked = {**MAY[name], **({"mcpServers": ["gw"]} if name in NAMES_SERVERS else {})}
    model = {"model": MODEL.get(name, "stub-ok")}
    where = {"workingDir": str(repository), "worktree": True}
    begun = house.job(name, "run the echo", **model, **where, **asked)
    assert begun["state"] == "completed", begun
    assert begun["containment"]["contained"] is True
    (made,) = (house.gateway.home / "data/worktrees").glob("*/tool_out.txt")
    assert made.read_text().strip() == SHELL_OUTPUT
    made.unlink()
    assert not (repository / "tool_out.txt").exists()

    lane.forget()
    house.lane("stub-500").always = Answer(text=SAID, call_tools=False)
    tool, given = CALLS[name]
    lane.then(Answer(call_named=tool, tool_input=given, calls_again=True))
    lane.always = Answer(call_tools=False)
    # Vibe goes on with the model that its session began with.
    model = {} if name is CliName.MISTRAL else model
    resumed = house.job(name, "and now?", sessionId=begun["sessionId"], **model, **asked)
    assert resumed["state"] == "completed", resumed
    assert resumed["containment"]["contained"] is True
    heard = json.dumps(lane.requests[-1].json())
    assert all(each in heard for each in ("run the echo", "and now?", SAID)), resumed
    shown = house.call(f"/v1/jobs/{resumed['id']}")["job"]
    assert shown["flights"]["count"] == 3, "what was asked over MCP is the run's own as well"
    offered = [each["function"]["name"] for each in lane.requests[0].json()["tools"]]
    assert not [each for each in offered if each.endswith("llm_job_list")], "a person's key has it"
