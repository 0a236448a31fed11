"""Real CLIs on a person's screen, set up by `llmgw connect --rules`: what they ask themselves
stands in the one list, where it is answered, or told of those that let nobody else answer."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import ApprovalSettings
from llmgw_desktop.engine.questions.waiting.item import OpenQuestion
from tests.e2e.test_hooks_of_clis import RULES, TERMINALS, hook_of, set_up
from tests.engine.conftest import House, house_in
from tests.support import cli_benches
from tests.support.answers import Answer
from tests.support.cli_bench import Bench
from tests.support.lane import Lane
from tests.support.terminal_screen import TerminalScreen, on_a_screen
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

ARGUMENTS = {
    CliName.GEMINI: ("-i", "do it", "-m", "gemini-2.5-pro"),
    CliName.GROK: ("do it", "-m", "practice/echo"),
    CliName.COPILOT: ("-i", "do it", "--model", "practice/echo"),
    CliName.OPENCODE: ("--prompt", "do it", "-m", "gw/practice/echo"),
    CliName.MISTRAL: ("do it",),
}
YES = {CliName.GEMINI: "\r", CliName.GROK: "3", CliName.COPILOT: "\r", CliName.OPENCODE: "\r"}
"""What a person presses who allows it once."""


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(200):
        while not there():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def in_a_terminal(
    tmp_path: Path, program: Path, cli: CliName, *commands: str
) -> AsyncIterator[tuple[House, Bench, TerminalScreen, Lane]]:
    """It runs these, one after the other, in its usual mode."""
    terminal = TERMINALS[cli]
    async with house_in(tmp_path / "gateway") as house, Upstream() as upstream:
        house.container.runs.permissions.apply(ApprovalSettings(), RULES)
        lane = upstream.lane(terminal.lane)
        bench = cli_benches.bench_of(cli, program, tmp_path, lane.root_url, "k")
        environment = {**bench.environment, **terminal.env}
        if cli is CliName.OPENCODE:
            told = json.loads(environment["OPENCODE_CONFIG_CONTENT"])
            told["permission"] = {"bash": "ask"}
            environment["OPENCODE_CONFIG_CONTENT"] = json.dumps(told)
        if cli is CliName.COPILOT:
            trusted = {"trusted_folders": [str(bench.folder)]}
            bench.write(".copilot/config.json", json.dumps(trusted))
        bench = bench.with_(environment=environment)
        set_up(bench, terminal.program, hook_of(house, cli))
        said = {} if cli is CliName.MISTRAL else {"description": "A step"}
        given = [{"command": each, **said} for each in commands]
        lane.always = Answer(steps=deque((terminal.tool, each) for each in given), call_tools=False)
        argv = [str(bench.program), *ARGUMENTS[cli]]
        async with on_a_screen(argv, bench.folder, bench.environment_with({})) as screen:
            yield house, bench, screen, lane


async def asked(house: House) -> OpenQuestion:
    listed = house.container.question_list
    await until(lambda: len(listed))
    (question,) = listed.waiting
    return question


async def test_what_opencode_asks_is_answered_in_the_list_or_there(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    cli = CliName.OPENCODE
    files = ("once.txt", "there.txt", "asked.txt", "denied.txt")
    commands = (f"touch {each}" for each in files)
    async with in_a_terminal(tmp_path, program_of(cli), cli, *commands) as (
        house,
        bench,
        screen,
        lane,
    ):

        async def answered(choice: str, **more: str) -> str:
            question = await asked(house)
            path = f"/v1/questions/{question.id}"
            async with house.post(path, {"choice": choice, **more}) as answer:
                assert answer.status == 200, await answer.text()
            await until(lambda: house.container.question_list.find(question.id) is None)
            return question.title

        listed = house.container.question_list
        assert await answered("once") == "opencode wants to run touch once.txt"
        await until((bench.folder / "once.txt").exists)
        assert (await asked(house)).title == "opencode wants to run touch there.txt"
        await until(lambda: screen.shown.count(b"Allow once") > 1)  # painted after it was told
        screen.press(YES[cli])
        await until((bench.folder / "there.txt").exists)
        await until(lambda: "asked" in "".join(each.title for each in listed.waiting))
        assert await answered("once") == "opencode wants to run touch asked.txt", "by a rule"
        await until((bench.folder / "asked.txt").exists)
        assert await answered("deny", note="Not in this folder.") == (
            "opencode wants to run touch denied.txt"
        ), "what was allowed before is not asked twice"
        await until(lambda: any(b"Not in this folder." in each.body for each in lane.requests))
        assert not (bench.folder / "denied.txt").exists()


@pytest.mark.parametrize(
    ("cli", "title"),
    [
        (CliName.GEMINI, "Gemini CLI asks in its terminal: run python3 -c"),
        (CliName.GROK, "Grok asks in its terminal: run python3 -c"),
        (CliName.COPILOT, "GitHub Copilot asks in its terminal: run python3 -c"),
    ],
)
async def test_what_others_ask_is_told_until_it_is_answered_there(
    tmp_path: Path, program_of: Callable[[CliName], Path], cli: CliName, title: str
) -> None:
    command = """python3 -c "open('made.txt', 'w')\""""
    async with in_a_terminal(tmp_path, program_of(cli), cli, command) as (house, bench, screen, _):
        question = await asked(house)
        assert question.title.startswith(title)
        assert [each.id for each in question.choices] == ["seen"]
        await asyncio.sleep(1)  # its screen may be painted after the notice
        screen.press(YES[cli])
        await until((bench.folder / "made.txt").exists)
        await until(lambda: not len(house.container.question_list))


async def test_of_vibes_own_question_no_hook_tells(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """It has a hook before a tool, after it, and at the turn's end; its question stands between."""
    cli = CliName.MISTRAL
    async with in_a_terminal(tmp_path, program_of(cli), cli, "touch made.txt") as (
        house,
        bench,
        screen,
        _,
    ):
        await until(lambda: b"state=blocked:kind=permission" in screen.shown)
        assert not len(house.container.question_list)
        await asyncio.sleep(1)
        screen.press("\r")
        await until((bench.folder / "made.txt").exists)
