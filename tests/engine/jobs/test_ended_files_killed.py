"""kill -9 at any moment while files of ended jobs are encrypted, encrypted anew or made plain:
nothing is unreadable, and the next start finds what is left."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import closing

import pytest

from llmgw_desktop.engine.jobs.ended_files import EndedFiles
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.files import BESIDE
from tests.engine.jobs.test_ended_files import ASKED, SAID, SCRIPT, lies_open, told
from tests.store.at_rest.converting_child import home
from tests.support.killed_child import begin_and_kill
from tests.support.shell_cli import Yard, asking

MakeYard = Callable[..., Yard]
CHILD = "tests.engine.jobs.putting_away_child"
JOBS = 30


@pytest.mark.daily
async def test_an_end_that_was_followed_by_a_fall_is_found_by_the_next_start(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(EndedFiles, "_wake", lambda _: None)
        job = (await yard.ended(SCRIPT)).job
        said = await told(yard, job.id)
        await yard.supervisor.close()
    folder = yard.folders.named(job.id).path
    assert {"asked.json", "stdout", "stderr"} <= set(lies_open(folder))
    (folder / f".stdout{BESIDE}").write_text(SAID)
    (folder / "asked.new").write_text(ASKED)
    later = yard.again()
    await later.supervisor.start()
    assert await told(later, job.id) == said  # while it is done
    await later.put_away()
    assert lies_open(folder) == []
    assert "asked.new" not in {path.name for path in folder.iterdir()}
    assert await told(later, job.id) == said
    await later.close()


@pytest.mark.daily
@pytest.mark.timeout(900)
async def test_killed_at_random_moments_nothing_is_unreadable(
    make_yard: MakeYard, whole: bool
) -> None:
    kills = 200 if whole else 20
    yard = make_yard(encrypts=False)
    scripts = [f"head -c {n % 3 * 150_000} /dev/zero; {SCRIPT} {n}" for n in range(JOBS)]
    jobs = [(await yard.supervisor.submit(asking(each))).job.id for each in scripts]
    await yard.supervisor.drained()
    await yard.put_away()
    was = _texts(yard.folders, jobs)
    assert all({"stdout", "stderr", "again.json", "request.json"} <= set(each) for each in was)
    await yard.supervisor.close()
    moments = random.Random(9)
    for _ in range(kills):
        await asyncio.to_thread(begin_and_kill, CHILD, yard.home, moments.uniform(0.0, 0.4))
        vault, at_rest = home(yard.home)
        with closing(vault):
            assert _texts(JobFolders(yard.home / "jobs", at_rest), jobs) == was
    vault, at_rest = home(yard.home)
    with closing(vault):
        await asyncio.to_thread(_put_away, yard, at_rest)
        assert _texts(JobFolders(yard.home / "jobs", at_rest), jobs) == was
    assert lies_open(yard.home / "jobs") == []


def _texts(folders: JobFolders, jobs: list[str]) -> list[dict[str, bytes]]:
    """All that can be read, file by file."""
    found: list[dict[str, bytes]] = []
    for job_id in jobs:
        folder = folders.named(job_id)
        found.append({})
        for path in folder.texts():
            with folder.open(path) as file:
                found[-1][path.name] = file.read()
    return found


def _put_away(yard: Yard, at_rest: AtRest) -> None:
    files = EndedFiles(
        JobFolders(yard.home / "jobs", at_rest),
        ended=yard.store.ended_ids,
        is_busy=lambda _: False,
        clean=str,
    )
    files.look()
    assert files.settled(60.0)
