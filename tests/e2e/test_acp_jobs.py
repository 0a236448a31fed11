"""Jobs of the real CLIs that speak the Agent Client Protocol: each way to answer what they ask, and
what is on the disk then."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import certifi
import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
    nobody_answered,
)
from llmgw_desktop.domain.jobs.cli_settings import ContainSettings
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support import cli_benches
from tests.support.acp_talk import SPEAK
from tests.support.answers import Answer
from tests.support.asking_scene import AskingYard
from tests.support.cli_bench import Bench
from tests.support.lane import Lane
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

COMMAND = "touch made.txt"
MODELS = {CliName.OPENCODE: "gw/stub-ok", CliName.MISTRAL: "stub"}
CERTIFICATES = ContainSettings(readable=(certifi.where(),))
UNDESCRIBED = (CliName.GEMINI, CliName.MISTRAL)


@dataclass
class Scene:
    bench: Bench
    lane: Lane

    def yard(self) -> AskingYard:
        # Copilot does not start where it finds no certificates, though it needs none here.
        env = {**self.bench.environment_with({}), "SSL_CERT_FILE": certifi.where()}
        said = {"command": str(self.bench.program), "env": env, "containment": CERTIFICATES}
        home, cli = self.bench.root / "yard", cli_of(self.bench.cli.name)
        return AskingYard(home, cli, env=env, said=said, contained=True)

    @property
    def call(self) -> Answer:
        described = {} if self.bench.cli.name in UNDESCRIBED else {"description": "Make a file"}
        return Answer(tool_input={"command": COMMAND, **described})

    async def ask(self, yard: AskingYard, *, again: bool = False) -> Job:
        """`again`: whatever comes of a call, the model wants the next one."""
        self.lane.always = replace(self.call, calls_again=again)
        model = MODELS.get(self.bench.cli.name, "stub-ok")
        return await yard.ask("make the file", str(self.bench.folder), model=model)

    def made(self) -> list[str]:
        return sorted(each.name for each in self.bench.folder.iterdir())

    def was_told(self, words: str) -> bool:
        """The model, with what it had been about to do."""
        told = [json.dumps(each.json()) for each in self.lane.requests if each.body]
        return any(json.dumps(words)[1:-1] in each and COMMAND in each for each in told)


DAILY = CliName.GROK
SPEAKERS = [
    pytest.param(name, marks=pytest.mark.daily if name is DAILY else (), id=str(name))
    for name in SPEAK
]


@pytest.fixture(params=SPEAKERS)
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


async def test_each_way_to_answer_in_one_run(scene: Scene, yard: AskingYard) -> None:
    """A start of these takes seconds: denied, left by everybody, denied with a note, allowed."""
    words = nobody_answered(1)
    note = 'Nicht so: "made.txt" — nimm other.txt ☂'
    nobody = PermissionAnswer(decision=Decision.DENY, way=DecisionWay.TIMEOUT, at_s=1.0, note=words)
    yard.people.rule = lambda _: nobody if len(yard.people.asked) == 2 else None
    job = await scene.ask(yard, again=True)
    ask = await yard.people.next_ask()
    assert (ask.kind, ask.command) == (PermissionKind.COMMAND, COMMAND)
    assert ask.cwd == str(scene.bench.folder)
    yard.people.answer(ask, Decision.DENY)
    ask = await yard.people.next_ask(3)
    assert scene.was_told(words)
    assert not scene.was_told(note)
    yard.people.answer(ask, Decision.DENY, note)
    ask = await yard.people.next_ask(4)
    assert scene.was_told(note)
    assert scene.made() == [], "nothing was allowed yet"
    scene.lane.always = replace(scene.call, calls_again=False)
    yard.people.answer(ask, Decision.ONCE)
    done = await yard.ended(job)
    assert done.state is JobState.COMPLETED, (done.error, yard.folder(job).stderr.read_text())
    assert scene.made() == ["made.txt"]
    assert len(yard.people.asked) == 4
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert "The tool said" in result.text
    assert done.figures.provider_session_id


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


async def test_a_question_outlives_the_program_and_the_next_one_answers_it(scene: Scene) -> None:
    first = scene.yard()
    await first.supervisor.start()
    job = await scene.ask(first, again=True)
    await first.people.next_ask()
    await first.close()
    assert scene.made() == []
    yard = scene.yard()
    await yard.supervisor.start()
    ask = await yard.people.next_ask()
    assert ask.command == COMMAND
    yard.people.answer(ask, Decision.DENY)
    ask = await yard.people.next_ask(2)
    assert scene.made() == []
    scene.lane.always = replace(scene.call, calls_again=False)
    yard.people.answer(ask, Decision.ONCE)
    done = await yard.supervisor.wait(job.id, 60.0)
    await yard.supervisor.stop_all()
    await yard.close()
    assert done is not None
    assert done.state is JobState.COMPLETED, done.error
    assert scene.made() == ["made.txt"]
