"""The real Claude Code as a person runs it, set up by `llmgw connect --rules`: held to the rules,
and its question answered from the list."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from llmgw_desktop.app.command_line.this_program import own_argv
from llmgw_desktop.app.connect.native_rules import FORMS
from llmgw_desktop.app.connect.programs import Ground
from llmgw_desktop.domain.jobs.approval import ApprovalSettings
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer
from tests.support.claude_cli import ClaudeCli, ClaudeRun
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

DENIED = StandingRule(
    name="pushing", verdict=RuleVerdict.DENY, commands=("git push",), workspaces=("*",)
)
PLAIN = StandingRule(name="making", verdict=RuleVerdict.DENY, commands=("mkdir",))


def bash(command: str) -> Answer:
    given = {"command": command, "description": "A step"}
    return Answer(call_named="Bash", tool_input=given, calls_again=True)


def set_up(house: House, home: Path, *rules: StandingRule) -> None:
    """As the command does."""
    gateway = house.container.places.data_folder.parent
    form = FORMS["claude-code"]
    hook = f"LLMGW_HOME={gateway} {' '.join(own_argv({}))} hook claude"
    said: dict[str, dict[str, list[object]]] = {}
    for put in form.puts(Ground(env={"HOME": str(home)}), form.found(rules), hook):
        said.setdefault(put.path[0], {}).setdefault(put.path[1], []).append(put.value)
    (home / ".claude").mkdir(parents=True)
    (home / ".claude/settings.json").write_text(json.dumps(said))


@pytest.mark.daily
async def test_it_is_held_to_the_rules_and_asks_in_the_list(
    tmp_path: Path, claude_program: Path
) -> None:
    async with house_in(tmp_path / "gateway") as house, Upstream() as upstream:
        lane = upstream.lane("claude")
        set_up(house, tmp_path / "home", DENIED, PLAIN)
        held = StandingRule(name="pushing", verdict=RuleVerdict.DENY, commands=("git push",))
        house.container.runs.permissions.apply(ApprovalSettings(), (held,))
        cli = ClaudeCli(program=claude_program, root=tmp_path, base_url=lane.root_url, key="k")

        async def run(command: str) -> ClaudeRun:
            lane.then(bash(command))
            lane.always = Answer(call_tools=False)
            return await asyncio.to_thread(cli.run, "do it")

        def told(run: ClaudeRun) -> str:
            return json.dumps([each for each in run.events if each.get("type") == "user"])

        assert "The rule pushing says deny." in told(await run("timeout 5 git push"))
        asking = asyncio.ensure_future(run("touch made.txt"))
        async with asyncio.timeout(60):
            while not len(house.container.question_list):
                await asyncio.sleep(0.01)
        question = house.container.question_list.waiting[0]
        assert question.title == "Claude Code wants to run touch made.txt"
        path = f"/v1/questions/{question.id}"
        async with house.post(path, {"choice": "once"}) as answer:
            assert answer.status == 200
        assert (await asking).result["permission_denials"] == []
        assert (tmp_path / "project/made.txt").exists()
        await house.container.gateway.stop()
        assert "has been denied" in told(await run("mkdir x")), "by its own settings"


class Unasked(ClaudeCli):
    """As a person starts it who wants no questions; elsewhere than in a sandbox it refuses root."""

    def _environment(self) -> dict[str, str]:
        return {**ClaudeCli._environment(self), "IS_SANDBOX": "1"}


async def test_told_to_ask_nobody_its_hook_still_denies(
    tmp_path: Path, claude_program: Path
) -> None:
    async with house_in(tmp_path / "gateway") as house, Upstream() as upstream:
        lane = upstream.lane("claude")
        set_up(house, tmp_path / "home", DENIED, PLAIN)
        held = StandingRule(name="pushing", verdict=RuleVerdict.DENY, commands=("git push",))
        asks = StandingRule(name="touching", verdict=RuleVerdict.ASK, commands=("touch asked.txt",))
        house.container.runs.permissions.apply(ApprovalSettings(), (held, asks))
        cli = Unasked(program=claude_program, root=tmp_path, base_url=lane.root_url, key="k")

        async def run(command: str) -> ClaudeRun:
            lane.then(bash(command))
            lane.always = Answer(call_tools=False)
            return await asyncio.to_thread(cli.run, "do it", "--dangerously-skip-permissions")

        def told(run: ClaudeRun) -> str:
            return json.dumps([each for each in run.events if each.get("type") == "user"])

        denied = await run("touch made.txt && timeout 5 git push")
        assert "The rule pushing says deny." in told(denied)
        assert not (tmp_path / "project/made.txt").exists()
        await run("touch free.txt")
        assert (tmp_path / "project/free.txt").exists(), "no rule speaks of it"
        asked = await run("touch asked.txt")
        assert "The rule touching says ask." in told(asked), "without a screen it denies by itself"
        assert not (tmp_path / "project/asked.txt").exists()
        await house.container.gateway.stop()
        assert "has been denied" in told(await run("mkdir x")), "by its own settings"
        await run("touch pushed.txt && timeout 5 git push")
        assert (tmp_path / "project/pushed.txt").exists(), "nobody holds it while we are away"


async def test_what_was_said_in_a_terminal_goes_over_to_another_cli(
    tmp_path: Path, claude_program: Path
) -> None:
    """Its requests come through the gateway: their record tells what was said, and where."""
    async with house_in(tmp_path / "gateway") as house:
        key = house.container.places.access_key_file.read_text().strip()
        cli = ClaudeCli(program=claude_program, root=tmp_path, base_url=house.url, key=key)
        house.lane.then(bash("ls"))
        house.lane.always = Answer(call_tools=False)
        done = await asyncio.to_thread(cli.run, "How is my shoe?", "--model", "claude-stub")
        assert "The tool said" in done.result["result"]
        flights = house.container.flights
        told = None
        async with asyncio.timeout(60):  # what it was asked last is written down a moment later
            while told is None or "The tool said" not in told.prompt:
                await asyncio.sleep(0.05)
                last = max(house.closed, key=lambda it: it.request_bytes).id
                if flights.record(last) is not None:
                    told = await asyncio.to_thread(flights.handed_over, last)
        assert told.folder == str(tmp_path / "project")
        assert "Person: How is my shoe?" in told.prompt
        assert "Bash" in told.prompt, told.prompt
