"""Real CLIs with what `llmgw connect --rules` writes into their own settings: they obey in their
modes without questions (`--approval-mode yolo`, `--auto`, `--always-approve`), too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from llmgw_desktop.app.connect.native_rules import FORMS
from llmgw_desktop.app.connect.programs import Ground
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from tests.support import cli_benches
from tests.support.answers import Answer
from tests.support.cli_bench import Bench
from tests.support.gemini_cli import GeminiCli, GeminiRun
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RULES = (
    StandingRule(name="making", verdict=RuleVerdict.DENY, commands=("mkdir",)),
    StandingRule(name="touching", verdict=RuleVerdict.ASK, commands=("touch asked.txt",)),
)


async def test_gemini_cli_obeys(tmp_path: Path, program_of: Callable[[CliName], Path]) -> None:
    form = FORMS["gemini-cli"]
    put, *_ = form.puts(Ground(env={"HOME": str(tmp_path / "home")}), form.found(RULES), "")
    put.file.parent.mkdir(parents=True)
    put.file.write_text(str(put.value))
    async with Upstream() as upstream:
        lane = upstream.lane("gemini")
        cli = GeminiCli(
            program=program_of(CliName.GEMINI),
            root=tmp_path,
            base_url=lane.root_url,
            key="k",
            model="gemini-2.5-pro",
        )

        async def run(command: str) -> GeminiRun:
            given = {"command": command, "description": "A step"}
            lane.then(Answer(call_named="run_shell_command", tool_input=given, calls_again=True))
            lane.always = Answer(call_tools=False)
            return await asyncio.to_thread(cli.run, "do it")

        def tool(run: GeminiRun) -> str:
            (told,) = [each for each in run.events if each.get("type") == "tool_result"]
            return json.dumps(told)

        assert "success" in tool(await run("touch free.txt"))
        for command in ("mkdir made", "bash -c 'mkdir inner'", "touch two.txt && mkdir after"):
            assert "denied by policy" in tool(await run(command)), command
        asked = tool(await run("touch asked.txt"))
        assert "requires user confirmation" in asked, "without a screen that is a denial"
        assert "success" in tool(await run("timeout 5 mkdir behind")), "its policies stop there"
        project = tmp_path / "project"
        assert {each.name for each in project.iterdir()} == {"free.txt", "behind"}


def write_opencode(bench: Bench) -> None:
    home = bench.made("home")
    form = FORMS["opencode"]
    puts = list(form.puts(Ground(env={"HOME": str(home)}), form.found(RULES), ""))
    rules = [put for put in puts if put.path[0] == "permission"]
    said = {put.path[2]: put.value for put in rules}
    bench.write(str(rules[0].file.relative_to(home)), json.dumps({"permission": {"bash": said}}))


def write_grok(bench: Bench) -> None:
    form = FORMS["grok"]
    _, put = form.puts(Ground(env={"HOME": str(bench.made("home"))}), form.found(RULES), "")
    assert isinstance(put.value, dict)
    lines = [f"{name} = {json.dumps(words)}" for name, words in put.value.items()]
    put.file.write_text("\n".join((put.file.read_text(), "[permission]", *lines, "")))


@pytest.mark.parametrize(
    ("cli", "tool", "write", "runs"),
    [
        (CliName.OPENCODE, "bash", write_opencode, {"free.txt", "asked.txt", "behind", "inner"}),
        (CliName.GROK, "run_terminal_command", write_grok, {"free.txt", "asked.txt"}),
    ],
)
async def test_told_to_ask_nobody_it_still_denies(
    tmp_path: Path,
    program_of: Callable[[CliName], Path],
    cli: CliName,
    tool: str,
    write: Callable[[Bench], None],
    runs: set[str],
) -> None:
    """What is asked runs unasked then. opencode looks behind `&&`, not into `bash -c`."""
    async with Upstream() as upstream:
        lane = upstream.lane("models")
        bench = cli_benches.bench_of(cli, program_of(cli), tmp_path, lane.root_url, "k")
        write(bench)
        commands = ("touch free.txt", "mkdir made", "touch asked.txt", "timeout 5 mkdir behind")
        for command in (*commands, "bash -c 'mkdir inner'", "touch two.txt && mkdir after"):
            given = {"command": command, "description": "A step"}
            lane.always = Answer(call_named=tool, tool_input=given)
            await asyncio.to_thread(bench.run, "do it")
        assert {each.name for each in bench.folder.iterdir()} == runs
