"""The real Claude Code asks before it acts: each way to answer, and what is on the disk then."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, SessionWish
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
    nobody_answered,
)
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support.answers import Answer
from tests.support.asking_scene import AskingYard
from tests.support.lane import Lane
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

REPO = Path(__file__).parents[2]


def bash(command: str) -> Answer:
    return tool("Bash", {"command": command, "description": "Make a file"})


def tool(name: str, given: dict[str, Any]) -> Answer:
    return Answer(call_named=name, tool_input=given, calls_again=True)


TOUCH = bash("touch made.txt")
LAST = Answer(call_tools=False)


@dataclass
class Scene:
    root: Path
    program: Path
    lane: Lane

    @property
    def folder(self) -> Path:
        return self.root / "project"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def said(self) -> dict[str, Any]:
        env = {"ANTHROPIC_BASE_URL": self.lane.root_url, "ANTHROPIC_API_KEY": "a key"}
        return {"command": str(self.program), "env": env}

    def yard(self) -> AskingYard:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home)}
        return AskingYard(
            self.root / "yard", cli_of(CliName.CLAUDE), env=env, said=self.said, contained=True
        )

    def made(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())

    def told_the_model(self, number: int = -1) -> str:
        """What stands in a request to it."""
        return json.dumps(self.lane.requests[number].json()["messages"])


@pytest.fixture
async def scene(tmp_path: Path, claude_program: Path) -> AsyncIterator[Scene]:
    async with Upstream() as upstream:
        made = Scene(root=tmp_path, program=claude_program, lane=upstream.lane("claude"))
        made.folder.mkdir()
        made.home.mkdir()
        yield made


@pytest.fixture
async def yard(scene: Scene) -> AsyncIterator[AskingYard]:
    opened = scene.yard()
    await opened.supervisor.start()
    yield opened
    await opened.supervisor.stop_all()
    jobs = opened.store.recent()
    await opened.close()
    for job in jobs:
        assert await ProcessTree(job.id, None).end(0.0) == 0


async def ended(yard: AskingYard, job: Job) -> Job:
    done = await yard.ended(job)
    assert done.state is JobState.COMPLETED, (done.error, yard.folder(job).stderr.read_text())
    return done


@pytest.mark.daily
async def test_allowed_once_it_is_done_and_asked_again_the_next_time(
    scene: Scene, yard: AskingYard
) -> None:
    scene.lane.then(TOUCH, TOUCH)
    scene.lane.always = LAST
    job = await yard.ask("make it", str(scene.folder))
    ask = await yard.people.next_ask()
    assert (ask.kind, ask.command) == (PermissionKind.COMMAND, "touch made.txt")
    assert (ask.cwd, ask.agent_words) == (str(scene.folder), "Make a file")
    assert scene.made() == []
    yard.people.answer(ask, Decision.ONCE)
    again = await yard.people.next_ask(2)
    assert scene.made() == ["made.txt"]
    yard.people.answer(again, Decision.ONCE)
    await ended(yard, job)
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text.startswith("The tool said")


async def test_denied_it_is_not_done_and_goes_on(scene: Scene, yard: AskingYard) -> None:
    scene.lane.then(TOUCH)
    scene.lane.always = LAST
    job = await yard.ask("make it", str(scene.folder))
    yard.people.answer(await yard.people.next_ask(), Decision.DENY)
    await ended(yard, job)
    assert scene.made() == []
    assert "The person did not allow this." in scene.told_the_model()


async def test_a_note_reaches_the_model_as_it_was_written(scene: Scene, yard: AskingYard) -> None:
    note = 'Nicht so: "made.txt" — nimm other.txt ☂'
    scene.lane.then(TOUCH, bash("touch other.txt"))
    scene.lane.always = LAST
    job = await yard.ask("make it", str(scene.folder))
    yard.people.answer(await yard.people.next_ask(), Decision.DENY, note)
    second = await yard.people.next_ask(2)
    assert json.dumps(note)[1:-1] in scene.told_the_model(1)
    yard.people.answer(second, Decision.ONCE)
    await ended(yard, job)
    assert scene.made() == ["other.txt"]


async def test_a_rule_of_the_gateway_allows_this_and_nothing_else(
    scene: Scene, yard: AskingYard
) -> None:
    """The agent is told `once` each time: it knows of no rule."""
    scene.lane.then(TOUCH, bash("rm made.txt"), TOUCH, bash("touch other.txt"))
    scene.lane.always = LAST
    allowed: list[str] = []

    def rule(ask: Ask) -> PermissionAnswer | None:
        if ask.command not in allowed:
            return None
        return PermissionAnswer(decision=Decision.ONCE, way=DecisionWay.RULE, at_s=1.0)

    yard.people.rule = rule
    job = await yard.ask("make it", str(scene.folder))
    first = await yard.people.next_ask()
    allowed.append(first.command)
    yard.people.answer(first, Decision.JOB)
    yard.people.answer(await yard.people.next_ask(2), Decision.ONCE)
    other = await yard.people.next_ask(4)
    assert [each.command for each in yard.people.asked[2:]] == ["touch made.txt", "touch other.txt"]
    yard.people.answer(other, Decision.DENY)
    await ended(yard, job)
    assert scene.made() == ["made.txt"]


@pytest.mark.parametrize("way", ["person", "cancel"])
async def test_stopped_it_ends_and_nothing_was_done(
    scene: Scene, yard: AskingYard, way: str
) -> None:
    scene.lane.always = TOUCH
    job = await yard.ask("make it", str(scene.folder))
    ask = await yard.people.next_ask()
    if way == "person":
        yard.people.answer(ask, Decision.STOP)
    else:
        await yard.supervisor.cancel(job.id)
    assert (await yard.ended(job)).state is JobState.CANCELED
    assert scene.made() == []
    assert yard.people.open == {}
    assert len(scene.lane.requests) == 1, "it was not asked what to do next"


async def test_what_nobody_answers_is_denied_with_words(scene: Scene, yard: AskingYard) -> None:
    """Whoever keeps the time says so; here at once."""
    words = nobody_answered(1)
    scene.lane.then(TOUCH)
    scene.lane.always = LAST
    yard.people.rule = lambda _ask: PermissionAnswer(
        decision=Decision.DENY, way=DecisionWay.TIMEOUT, at_s=1.0, note=words
    )
    job = await yard.ask("make it", str(scene.folder))
    await ended(yard, job)
    assert scene.made() == []
    assert words in scene.told_the_model()


@pytest.mark.parametrize(("decision", "made"), [(Decision.ONCE, True), (Decision.DENY, False)])
async def test_a_question_outlives_the_gateway_and_the_next_one_answers_it(
    scene: Scene, decision: Decision, made: bool
) -> None:
    scene.lane.then(TOUCH)
    scene.lane.always = LAST
    job_id = await killed(scene)
    assert scene.made() == []
    yard = scene.yard()
    await yard.supervisor.start()
    ask = await yard.people.next_ask()
    assert ask.command == "touch made.txt"
    yard.people.answer(ask, decision)
    done = await yard.supervisor.wait(job_id)
    await yard.close()
    assert done is not None
    assert done.state is JobState.COMPLETED, done.error
    assert ("made.txt" in scene.made()) is made
    assert len(scene.lane.requests) == 2


async def killed(scene: Scene) -> str:
    """A program that was killed while its job's question was open; the job's id."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.asking_child",
        *(str(scene.root / "yard"), str(scene.folder), "make it", json.dumps(scene.said)),
        cwd=REPO,
        env={**os.environ, "HOME": str(scene.home)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    job_id = (await child.stdout.readline()).decode().strip()
    child.send_signal(signal.SIGKILL)
    await child.wait()
    assert job_id
    return job_id


EDITS = [
    (
        "Write",
        {"file_path": "{folder}/new.txt", "content": "hello\n"},
        (None, "hello\n"),
    ),
    (
        "Edit",
        {"file_path": "{folder}/old.txt", "old_string": "one", "new_string": "two"},
        ("one", "two"),
    ),
]


@pytest.mark.parametrize(("name", "given", "change"), EDITS)
@pytest.mark.parametrize("decision", [Decision.ONCE, Decision.DENY])
async def test_changes_of_files_are_shown_whole(
    scene: Scene,
    yard: AskingYard,
    name: str,
    given: dict[str, str],
    change: tuple[str | None, str],
    decision: Decision,
) -> None:
    old = scene.folder / "old.txt"
    old.write_text("one\n")
    path = given["file_path"].format(folder=scene.folder)
    scene.lane.then(tool("Read", {"file_path": str(old)}), tool(name, given | {"file_path": path}))
    scene.lane.always = LAST
    job = await yard.ask("change it", str(scene.folder))
    ask = await yard.people.next_ask()
    (shown,) = ask.changes
    assert (ask.kind, shown.path, (shown.old, shown.new)) == (PermissionKind.EDIT, path, change)
    yard.people.answer(ask, decision)
    await ended(yard, job)
    is_done = Path(path).exists() and "one" not in Path(path).read_text()
    assert is_done is (decision is Decision.ONCE)


async def test_settings_that_allow_things_beforehand_count_for_nothing(
    scene: Scene, yard: AskingYard
) -> None:
    """Of the person, of the folder, and a hook that allows everything."""
    allows = {
        "permissions": {"allow": ["Bash", "Bash(touch:*)", "Write"], "defaultMode": "acceptEdits"},
        "hooks": {
            "PreToolUse": [
                {
                    "matcher": "*",
                    "hooks": [
                        {
                            "type": "command",
                            "command": 'touch hooked.txt; echo \'{"hookSpecificOutput":'
                            '{"hookEventName":"PreToolUse","permissionDecision":"allow"}}\'',
                        }
                    ],
                }
            ]
        },
    }
    for place in (scene.home / ".claude", scene.folder / ".claude"):
        place.mkdir()
        (place / "settings.json").write_text(json.dumps(allows))
    (scene.folder / ".claude" / "settings.local.json").write_text(json.dumps(allows))
    scene.lane.then(TOUCH)
    scene.lane.always = LAST
    job = await yard.ask("make it", str(scene.folder))
    yard.people.answer(await yard.people.next_ask(), Decision.DENY)
    await ended(yard, job)
    assert scene.made() == [".claude"]


async def test_a_question_of_the_agent_itself_is_answered_by_the_note(
    scene: Scene, yard: AskingYard
) -> None:
    question = {
        "questions": [
            {
                "question": "Which colour?",
                "header": "Colour",
                "multiSelect": False,
                "options": [
                    {"label": "Red", "description": "warm"},
                    {"label": "Blue", "description": "cold"},
                ],
            }
        ]
    }
    scene.lane.then(tool("AskUserQuestion", question))
    scene.lane.always = LAST
    job = await yard.ask("ask me", str(scene.folder))
    ask = await yard.people.next_ask()
    assert (ask.kind, ask.tool) == (PermissionKind.OTHER, "AskUserQuestion")
    assert ask.agent_words == "Colour: Which colour?\n- Red: warm\n- Blue: cold"
    yard.people.answer(ask, Decision.ONCE, "Green, please")
    await ended(yard, job)
    assert "Green, please" in scene.told_the_model()


async def test_a_long_prompt_arrives_whole_and_its_session_goes_on_asking(
    scene: Scene, yard: AskingYard
) -> None:
    """Far more than a pipe holds, before it reads at all."""
    scene.lane.always = LAST
    words = " ".join(str(number) for number in range(60_000))
    first = await ended(yard, await yard.ask(words, str(scene.folder)))
    assert words in scene.told_the_model()
    scene.lane.then(TOUCH)
    job = await yard.ask(
        "and now make it",
        str(scene.folder),
        wish=SessionWish.RESUME,
        session_id=first.figures.provider_session_id,
    )
    yard.people.answer(await yard.people.next_ask(), Decision.ONCE)
    await ended(yard, job)
    assert scene.made() == ["made.txt"]
    assert words in scene.told_the_model()
