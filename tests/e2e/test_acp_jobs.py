"""Jobs of the real CLIs that speak the Agent Client Protocol: each way to answer what they ask, and
what is on the disk then."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import certifi
import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.domain.permission import (
    NOBODY_ANSWERED,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support import cli_benches
from tests.support.acp_talk import SPEAK
from tests.support.answers import Answer
from tests.support.asking_scene import AskingYard
from tests.support.cli_bench import Bench
from tests.support.lane import Lane
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

COMMAND = "touch made.txt"
MODELS = {CliName.OPENCODE: "gw/stub-ok", CliName.MISTRAL: "stub"}
UNDESCRIBED = (CliName.GEMINI, CliName.MISTRAL)
QUIET = Answer(call_tools=False)


@dataclass
class Scene:
    bench: Bench
    lane: Lane

    def yard(self) -> AskingYard:
        # Copilot does not start where it finds no certificates, though it needs none here.
        env = {**self.bench.environment_with({}), "SSL_CERT_FILE": certifi.where()}
        said = {"command": str(self.bench.program), "env": env}
        return AskingYard(self.bench.root / "yard", cli_of(self.bench.cli.name), env=env, said=said)

    async def ask(self, yard: AskingYard) -> Job:
        described = {} if self.bench.cli.name in UNDESCRIBED else {"description": "Make a file"}
        self.lane.always = Answer(tool_input={"command": COMMAND, **described})
        model = MODELS.get(self.bench.cli.name, "stub-ok")
        return await yard.ask("make the file", str(self.bench.folder), model=model)

    def made(self) -> list[str]:
        return sorted(each.name for each in self.bench.folder.iterdir())

    def told_the_model(self) -> str:
        return json.dumps(self.lane.requests[-1].json())


@pytest.fixture(params=SPEAK, ids=str)
async def scene(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    program_of: Callable[[CliName], Path],
) -> AsyncIterator[Scene]:
    name: CliName = request.param
    async with Upstream() as upstream:
        lane = upstream.lane("main")
        bench = cli_benches.bench_of(name, program_of(name), tmp_path, lane.root_url, "key")
        cache = tmp_path_factory.getbasetemp() / f"{name}-cache"
        cache.mkdir(exist_ok=True)
        (bench.made("home") / ".cache").symlink_to(cache)
        assert bench.folder.is_dir()
        yield Scene(bench=bench, lane=lane)


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


async def test_denied_it_is_not_done_and_goes_on(scene: Scene, yard: AskingYard) -> None:
    job = await scene.ask(yard)
    ask = await yard.people.next_ask()
    assert (ask.kind, ask.command) == (PermissionKind.COMMAND, COMMAND)
    assert ask.cwd == str(scene.bench.folder)
    yard.people.answer(ask, Decision.DENY)
    done = await yard.ended(job)
    assert done.state is JobState.COMPLETED, (done.error, yard.folder(job).stderr.read_text())
    assert scene.made() == []


async def test_allowed_once_it_is_done(scene: Scene, yard: AskingYard) -> None:
    job = await scene.ask(yard)
    yard.people.answer(await yard.people.next_ask(), Decision.ONCE)
    done = await yard.ended(job)
    assert done.state is JobState.COMPLETED, (done.error, yard.folder(job).stderr.read_text())
    assert scene.made() == ["made.txt"]
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text.startswith("The tool said")
    assert done.figures.provider_session_id


async def test_a_note_reaches_the_model(scene: Scene, yard: AskingYard) -> None:
    note = 'Nicht so: "made.txt" — nimm other.txt ☂'
    job = await scene.ask(yard)
    ask = await yard.people.next_ask()
    scene.lane.always = QUIET
    yard.people.answer(ask, Decision.DENY, note)
    done = await yard.ended(job)
    assert done.state is JobState.COMPLETED, (done.error, yard.folder(job).stderr.read_text())
    assert json.dumps(note)[1:-1] in scene.told_the_model()
    assert COMMAND in scene.told_the_model()
    assert scene.made() == []


@pytest.mark.parametrize("way", ["person", "cancel"])
async def test_stopped_it_ends_and_nothing_was_done(
    scene: Scene, yard: AskingYard, way: str
) -> None:
    job = await scene.ask(yard)
    ask = await yard.people.next_ask()
    if way == "person":
        yard.people.answer(ask, Decision.STOP)
    else:
        await yard.supervisor.cancel(job.id)
    assert (await yard.ended(job)).state is JobState.CANCELED
    assert scene.made() == []
    assert yard.people.open == {}


async def test_what_nobody_answers_is_denied_with_words(scene: Scene, yard: AskingYard) -> None:
    words = NOBODY_ANSWERED.format(minutes=1)
    denied = PermissionAnswer(decision=Decision.DENY, way=DecisionWay.TIMEOUT, at_s=1.0, note=words)

    def nobody(_: object) -> PermissionAnswer:
        scene.lane.always = QUIET
        return denied

    yard.people.rule = nobody
    done = await yard.ended(await scene.ask(yard))
    assert done.state is JobState.COMPLETED, done.error
    assert scene.made() == []
    assert words in scene.told_the_model()


@pytest.mark.parametrize(("decision", "made"), [(Decision.ONCE, True), (Decision.DENY, False)])
async def test_a_question_outlives_the_program_and_the_next_one_answers_it(
    scene: Scene, decision: Decision, made: bool
) -> None:
    first = scene.yard()
    await first.supervisor.start()
    job = await scene.ask(first)
    await first.people.next_ask()
    await first.close()
    assert scene.made() == []
    yard = scene.yard()
    await yard.supervisor.start()
    ask = await yard.people.next_ask()
    assert ask.command == COMMAND
    yard.people.answer(ask, decision)
    done = await yard.supervisor.wait(job.id, 60.0)
    await yard.supervisor.stop_all()
    await yard.close()
    assert done is not None
    assert done.state is JobState.COMPLETED, done.error
    assert ("made.txt" in scene.made()) is made
