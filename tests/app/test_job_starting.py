"""A job of the window in a whole gateway, with a program that speaks as Claude Code does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.jobs.starting import NewJob
from llmgw_desktop.app.jobs.words import linked_words
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.store.paths import Places
from tests.support.fake_clis import claude_table, make_fake_clis


@pytest_asyncio.fixture
async def container(tmp_path: Path) -> AsyncIterator[Container]:
    env = {"LLMGW_HOME": str(tmp_path / "home"), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    places = Places.of(env)
    places.make()
    program = make_fake_clis(tmp_path / "bin")["claude"]
    places.config_file.write_text(f'[http]\nport = 0\n{claude_table(program)}contain = "never"\n')
    made = Container(places, env)
    await made.start()
    yield made
    jobs = made.runs.supervisor.list()
    await made.runs.supervisor.stop_all()
    await made.stop()
    for job in jobs:
        assert await ProcessTree(job.id, None).end(0.0) == 0


async def test_what_is_chosen_is_what_runs(container: Container, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    starter = container.job_starter
    assert "claude" in [each.name for each in starter.choices().clis]
    wish = NewJob(cli="claude", prompt="answer done", folder=str(folder))
    job = await starter.start(wish)
    ended = await container.runs.supervisor.wait(job.id)
    assert ended is not None
    assert (ended.state, ended.owner) == (JobState.COMPLETED, LOCAL.client_id)
    assert await container.jobs.answer(job.id) == "done"
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith(f"{folder} ")
    again = await starter.start(wish)
    assert again.id != job.id, "a person who starts it twice wants two"
    await container.runs.supervisor.wait(again.id)
    [place] = starter.choices().places
    assert (place.path, place.is_git) == (str(folder), True)


async def test_one_that_goes_on_from_a_conversation_is_linked_to_it(
    container: Container, tmp_path: Path
) -> None:
    """As by `llmgw jobs move`: the job names the flight, and the flight's conversation the job."""
    folder = tmp_path / "project"
    folder.mkdir()
    wish = NewJob(cli="claude", prompt="answer done", folder=str(folder), goes_on_from="flt_1")
    job = await container.job_starter.start(wish)
    ended = await container.runs.supervisor.wait(job.id)
    assert ended is not None
    assert (ended.state, ended.handed_from) == (JobState.COMPLETED, "flt_1")
    assert linked_words(ended, lambda _: None) == (
        "Goes on from a recorded conversation.",
        "flt_1",
    )
    again = await container.job_starter.start(wish)
    assert again.id != job.id, "a person who starts it twice wants two"
    await container.runs.supervisor.wait(again.id)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (NewJob(cli="claude", prompt="  "), "prompt"),
        (NewJob(cli="claude", prompt="answer done", folder="/gone"), "workingDir"),
        (NewJob(cli="claude", prompt="answer done", own_worktree=True), "worktree"),
    ],
)
async def test_a_refusal_names_the_field_of_the_form(
    container: Container, wish: NewJob, field: str
) -> None:
    with pytest.raises(InvalidRun) as told:
        await container.job_starter.start(wish)
    assert told.value.field == field
    assert container.runs.supervisor.list() == []


async def test_folders_that_the_gateway_made_for_jobs_are_no_choice(
    container: Container, tmp_path: Path
) -> None:
    job = await container.job_starter.start(NewJob(cli="claude", prompt="answer done"))
    await container.runs.supervisor.wait(job.id)
    assert container.job_starter.choices().places == ()
    assert "mistral" not in [each.name for each in container.job_starter.choices().clis]
