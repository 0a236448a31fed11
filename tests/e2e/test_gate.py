"""The gate with the vendors' own CLIs: how they are started, and what is on the disk then."""

from __future__ import annotations

import json
import subprocess
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.tool_choice import SHELL_OUTPUT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

BOTH = [CliName.CLAUDE, CliName.CODEX]
MANAGED = {"approvalStrategy": "mcp_managed", "forceRefresh": True, "model": "stub-ok"}
TOOLS: dict[CliName, dict[str, Any]] = {CliName.CLAUDE: {"tools": ["Bash"]}, CliName.CODEX: {}}
BYPASS: dict[CliName, dict[str, Any]] = {
    CliName.CLAUDE: {"dangerouslySkipPermissions": True},
    CliName.CODEX: {"dangerouslyBypassApprovalsAndSandbox": True},
}
SAFE = {
    CliName.CLAUDE: ("--permission-mode=acceptEdits", "--strict-mcp-config"),
    CliName.CODEX: ("--sandbox=read-only",),
}
WIDE = {
    CliName.CLAUDE: "--permission-mode=bypassPermissions",
    CliName.CODEX: "--dangerously-bypass-approvals-and-sandbox",
}


def logged(folder: Path, program_of: Callable[[CliName], Path]) -> Callable[[CliName], Path]:
    """The same programs, by way of a script that writes down how they were started."""

    def program(cli: CliName) -> Path:
        script = folder / cli
        log = folder / f"{cli}.log"
        real = program_of(cli)
        script.write_text(f'#!/bin/sh\necho "$*" >>{log}\nexec {real} "$@"\n')
        script.chmod(0o755)
        return script

    return program


class Gated:
    def __init__(self, house: CliHouse, logs: Path) -> None:
        self.house = house
        self._logs = logs

    def argv(self, cli: CliName) -> str:
        """Of the last run."""
        return (self._logs / f"{cli}.log").read_text().splitlines()[-1]

    def runs(self, cli: CliName) -> int:
        log = self._logs / f"{cli}.log"
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture(scope="module", params=["closed", "opted in"])
def gated(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    program_of: Callable[[CliName], Path],
) -> Iterator[tuple[Gated, bool]]:
    opted_in = request.param == "opted in"
    root = tmp_path_factory.mktemp("gate")
    (root / "bin").mkdir()
    toml = "[approvals]\nallow_bypass = true\n" if opted_in else ""
    programs = logged(root / "bin", program_of)
    # What the gate lets through is seen by what a run does outside of its folder.
    with open_cli_house(root, BOTH, programs, toml=toml, contain="never") as house:
        yield Gated(house, root / "bin"), opted_in


def tool_input(cli: CliName, path: Path) -> dict[str, str]:
    """A command that leaves the working folder."""
    command = f"echo {SHELL_OUTPUT} > {path}"
    if cli is CliName.CODEX:
        return {"cmd": command}
    return {"command": command, "description": "Write"}


def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.txt").write_text("a\n")
    for command in ("init -q -b main", "add .", "commit -q -m one"):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *command.split()],
            cwd=folder,
            check=True,
        )
    return folder


@pytest.mark.parametrize("cli", BOTH)
def test_the_three_columns(gated: tuple[Gated, bool], tmp_path: Path, cli: CliName) -> None:
    gate, opted_in = gated
    folder = project(tmp_path)
    wrote = tmp_path / "outside.txt"
    answer = Answer(tool_input=tool_input(cli, wrote))
    asked = {"workingDir": str(folder), **TOOLS[cli]}
    gate.house.lane("stub-ok").always = answer
    legacy = gate.house.job(cli, "run the echo", model="stub-ok", **asked, **BYPASS[cli])
    assert legacy["state"] == "completed", legacy
    assert WIDE[cli] in gate.argv(cli)
    assert wrote.read_text().strip() == SHELL_OUTPUT
    wrote.unlink()
    gate.house.lane("stub-ok").always = answer
    safe = gate.house.job(cli, "run the echo", **asked, **MANAGED)
    assert safe["approval"]["status"] == "approved"
    assert all(each in gate.argv(cli) for each in SAFE[cli])
    assert WIDE[cli] not in gate.argv(cli)
    assert not wrote.exists(), "nobody allowed that command"
    gate.house.lane("stub-ok").always = answer
    before = gate.runs(cli)
    if not opted_in:
        with pytest.raises(urllib.error.HTTPError) as caught:
            gate.house.job(cli, "run the echo", **asked, **MANAGED, **BYPASS[cli])
        error = json.loads(caught.value.read())["error"]
        assert (caught.value.code, error["code"]) == (403, "approval_denied")
        assert gate.runs(cli) == before
        assert not wrote.exists()
        return
    wide = gate.house.job(cli, "run the echo", **asked, **MANAGED, **BYPASS[cli])
    assert wide["state"] == "completed", wide
    assert wide["approval"]["bypassRequested"] is True
    assert WIDE[cli] in gate.argv(cli)
    assert wrote.read_text().strip() == SHELL_OUTPUT


@pytest.mark.parametrize("cli", BOTH)
def test_a_worktree_leaves_the_persons_files_alone(
    gated: tuple[Gated, bool], tmp_path: Path, cli: CliName
) -> None:
    gate, opted_in = gated
    if opted_in:
        assert gate.house.url, "the same in both houses: one is enough"
        return
    folder = project(tmp_path)
    gate.house.lane("stub-ok")
    told = gate.house.job(
        cli,
        "run the echo",
        model="stub-ok",
        workingDir=str(folder / "src"),
        worktree={"name": f"of-{cli}"},
        **TOOLS[cli],
        **BYPASS[cli],
    )
    assert told["state"] == "completed", told
    assert not (folder / "src" / "tool_out.txt").exists()
    tree = told["worktree"]["id"]
    diff = gate.house.call(f"/v1/worktrees/{tree}/diff")
    assert diff["files"] == ["src/tool_out.txt"]
    assert f"+{SHELL_OUTPUT}" in diff["patch"]
