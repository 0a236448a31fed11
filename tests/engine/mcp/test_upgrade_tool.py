"""How a CLI is brought to another version: shown to who may ask, done for the person alone."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from llmgw_desktop.app.clis.upgrades import MOST_SHOWN, CliUpgrader
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools.version_tools import upgrade_tools
from tests.support.small_clis import Computer

CODEX = CliName.CODEX
AWAY = Principal(client_id="cli_1", name="editor", scopes=ALL_SCOPES)
WITHOUT = Principal(client_id="cli_2", name="x", scopes=ALL_SCOPES - {Scope.CLI_ADMIN})


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def install_by_npm(computer: Computer, version: str) -> None:
    """Into a prefix as npm's, with an npm that writes another version there."""
    prefix = computer.home / ".npm-global"
    package = prefix / "lib" / "node_modules" / "@openai" / "codex"
    package.mkdir(parents=True)
    (package / "package.json").write_text("{}")
    program = package / "codex.js"
    program.write_text(f"#!/bin/sh\necho codex-cli {version}\n")
    program.chmod(0o755)
    (prefix / "bin").mkdir()
    (prefix / "bin" / "codex").symlink_to(program)
    new = "printf '#!/bin/sh\\necho codex-cli 2.0.0\\n'"
    computer.install("npm", f"env > $HOME/seen; {new} > '{program}'; echo done; echo s3cret >&2")


async def ask(upgrader: CliUpgrader, who: Principal = LOCAL, /, **arguments: Any) -> ToolAnswer:
    tools = upgrade_tools(upgrader)
    answer = await Toolbox(tools).call("cli_upgrade", {"cli": "codex", **arguments}, who)
    jsonschema.validate(answer.structured, output_schema(tools[0]))
    return answer


async def test_it_is_only_shown_unless_it_is_asked_for(computer: Computer) -> None:
    install_by_npm(computer, "1.0.0")
    told = (await ask(computer.upgrader())).structured
    assert (told["success"], told["dryRun"]) == (True, True)
    assert told["plan"]["strategy"] == "npm-global"
    assert told["plan"]["command"] == str(computer.programs / "npm")
    assert told["plan"]["args"][-1] == "@openai/codex@latest"
    assert computer.asked("npm") == []


async def test_it_is_done_for_the_person_and_written_down(
    computer: Computer, caplog: pytest.LogCaptureFixture
) -> None:
    install_by_npm(computer, "1.0.0")
    computer.env["OPENAI_API_KEY"] = "sk-of-the-person"
    with caplog.at_level(logging.WARNING):
        answer = await ask(computer.upgrader(), dryRun=False, target="2.0.0")
    told = answer.structured
    assert not answer.is_error
    assert (told["success"], told["exitCode"]) == (True, 0)
    assert (told["versionBefore"], told["versionAfter"]) == ("1.0.0", "2.0.0")
    assert (told["stdout"], told["stderr"]) == ("done", "***")
    assert len(computer.asked("npm")) == 1
    assert "sk-of-the-person" not in (computer.home / "seen").read_text()
    lines = [each.getMessage() for each in caplog.records]
    assert any("local upgrades codex from 1.0.0 to 2.0.0" in line for line in lines)
    assert any("ended with exit code 0" in line for line in lines)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "-g",
        "--force",
        "1.0.0 && id",
        "git+https://x",
        "@evil/x",
        "a/b",
        "a:b",
        "a@b",
        "1.0.0\n",
        "$(id)",
        "x" * 65,
        "é",
    ],
)
async def test_a_target_is_a_bare_version_or_tag(computer: Computer, target: str) -> None:
    install_by_npm(computer, "1.0.0")
    answer = await ask(computer.upgrader(), target=target, dryRun=False)
    assert answer.is_error
    assert answer.structured["errorCategory"] == "invalid_input"
    assert answer.structured["field"] == "target"
    assert computer.asked("npm") == []


async def test_only_the_local_client_has_it_done(computer: Computer) -> None:
    install_by_npm(computer, "1.0.0")
    answer = await ask(computer.upgrader(), AWAY, dryRun=False)
    assert answer.structured["errorCategory"] == "permission_denied"
    assert computer.asked("npm") == []
    shown = (await ask(computer.upgrader(), AWAY)).structured["plan"]
    assert shown["command"] == "…/npm"
    assert str(computer.home) not in str(shown)
    nobodys = await ask(computer.upgrader(), WITHOUT)
    assert "no tool" in nobodys.structured["error"]


async def test_a_cli_in_use_is_left_alone(computer: Computer) -> None:
    install_by_npm(computer, "1.0.0")
    answer = await ask(computer.upgrader(running=[CODEX]), dryRun=False)
    assert "jobs of it go on" in answer.structured["error"]
    assert answer.structured["field"] == "cli"
    assert computer.asked("npm") == []


async def test_two_upgrades_at_once_are_one(computer: Computer) -> None:
    install_by_npm(computer, "1.0.0")
    computer.install("npm", 'until test -e "$HOME/go"; do sleep 0.05; done')
    upgrader = computer.upgrader()
    first = asyncio.ensure_future(ask(upgrader, dryRun=False))
    while not computer.asked("npm"):
        await asyncio.sleep(0.02)
    second = await ask(upgrader, dryRun=False)
    assert "another upgrade" in second.structured["error"]
    (computer.home / "go").touch()
    assert (await first).structured["success"] is True
    assert (await ask(upgrader, dryRun=False)).structured["success"] is True


async def test_what_fails_is_told_with_the_end_of_what_it_said(computer: Computer) -> None:
    install_by_npm(computer, "1.0.0")
    computer.install("npm", "printf '%20000s' ' ' | tr ' ' x >&2; echo END >&2; exit 7")
    answer = await ask(computer.upgrader(), dryRun=False)
    told = answer.structured
    assert answer.is_error
    assert (told["success"], told["exitCode"], told["errorCategory"]) == (False, 7, "cli_error")
    assert told["stderr"].endswith("END")
    assert len(told["stderr"]) <= MOST_SHOWN + 1
    assert told["versionAfter"] == "1.0.0"


async def test_what_is_not_installed_is_not_upgraded(computer: Computer) -> None:
    answer = await ask(computer.upgrader())
    assert "codex is not installed: npm install -g @openai/codex" in answer.structured["error"]
