"""Programs that will not end, and that hide what they started: nothing of them is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.platform import processes_linux
from llmgw_desktop.platform.processes import ProcessMark, started_ticks
from tests.support.shell_cli import Yard, asking, with_submission

MakeYard = Callable[..., Yard]
OK = "echo text hello; echo done"

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def leaf(how):
    if os.fork():
        return
    if how != "child":
        os.setsid()
    if how == "orphan" and os.fork():
        os._exit(0)
    if how == "closed":
        for handle in (0, 1, 2):
            os.close(handle)
    open(os.path.join(sys.argv[1], f"{how}-{os.getpid()}"), "w").close()
    if how == "cleared":
        os.execve("/bin/sh", ["sh", "-c", "trap '' TERM; while :; do sleep 100; done"], {})
    while True:
        time.sleep(100)
for how in ("child", "session", "orphan", "closed", "cleared"):
    leaf(how)
time.sleep(1000)
"""


async def _all_there(folder: Path, count: int) -> list[int]:
    for _ in range(2000):
        pids = [int(path.name.rpartition("-")[2]) for path in folder.iterdir()]
        if len(pids) == count:
            return pids
        await asyncio.sleep(0.01)
    raise AssertionError([path.name for path in folder.iterdir()])


def _alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if started_ticks(pid) is not None]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    end = ProcessTree.end

    async def soon(self: ProcessTree, grace_s: float = 0.3, **more: Callable[[], bool]) -> int:
        return await end(self, min(grace_s, 0.3), **more)

    monkeypatch.setattr(ProcessTree, "end", soon)


@pytest.mark.usefixtures("impatient")
async def test_a_canceled_run_leaves_nothing_behind(yard: Yard) -> None:
    program = yard.home / "stubborn.py"
    program.write_text(STUBBORN)
    there = yard.home / "there"
    there.mkdir()
    job = (await yard.supervisor.submit(asking(f"{sys.executable} -S {program} {there}"))).job
    pids = await _all_there(there, 5)
    assert len(_alive(pids)) == 5
    ended = await yard.supervisor.cancel(job.id)
    assert ended is not None
    assert (ended.state, ended.category) == (JobState.CANCELED, None)
    assert _alive(pids) == []
    assert ended.process is not None
    assert started_ticks(ended.process.pid) is None


@pytest.mark.usefixtures("impatient")
async def test_of_one_that_an_earlier_program_started_nothing_is_left_either(yard: Yard) -> None:
    program = yard.home / "stubborn.py"
    program.write_text(STUBBORN)
    there = yard.home / "there"
    there.mkdir()
    job = (await yard.supervisor.submit(asking(f"{sys.executable} -S {program} {there}"))).job
    pids = await _all_there(there, 5)
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.cancel(job.id)
    assert ended is not None
    assert (ended.state, _alive(pids)) == (JobState.CANCELED, [])
    await later.close()


@pytest.mark.usefixtures("impatient")
async def test_what_writes_on_after_its_run_has_ended_is_stopped_and_changes_nothing(
    yard: Yard,
) -> None:
    """It holds the run's output, ignores SIGTERM and is nobody's child."""
    there = yard.home / "there"
    there.mkdir()
    writer = (
        f"trap '' TERM; touch {there}/x-$$; while [ ! -e {yard.home}/go ]; do sleep 0.01; done; "
        f"while :; do echo text late; done"
    )
    waits = f'while [ -z "$(ls {there})" ]; do :; done'
    submitted = await yard.supervisor.submit(
        asking(f"(setsid sh -c '{writer.replace(chr(39), chr(34))}' &); {waits}; {OK}")
    )
    ended = await yard.supervisor.wait(submitted.job.id)
    (yard.home / "go").touch()
    pids = await _all_there(there, 1)
    for _ in range(1000):
        if not _alive(pids):
            break
        await asyncio.sleep(0.01)
    assert _alive(pids) == []
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    told = await yard.supervisor.result(submitted.job.id)
    assert told is not None
    assert told.text == "hello"
    while len(yard.supervisor._life._sweeps):
        await asyncio.sleep(0.01)
    kept = (yard.home / "jobs" / ended.id / "stdout").stat().st_size
    assert kept == ended.stdout_bytes == len("text hello\ndone\n")


@pytest.mark.usefixtures("impatient")
async def test_what_a_run_left_when_it_ended_by_itself_goes_too(yard: Yard) -> None:
    there = yard.home / "there"
    there.mkdir()
    leaves = f"setsid sh -c 'touch {there}/x-$$; sleep 1000' &"
    waits = f'while [ -z "$(ls {there})" ]; do :; done'
    job = (await yard.ended(f"{leaves} {waits}; {OK}")).job
    assert job.state is JobState.COMPLETED
    pids = await _all_there(there, 1)
    for _ in range(1000):
        if not _alive(pids):
            break
        await asyncio.sleep(0.01)
    assert _alive(pids) == []


async def test_words_said_while_being_ended_are_kept(yard: Yard) -> None:
    script = "trap 'echo text late; exit 143' TERM; echo text early; while :; do sleep 0.02; done"
    job = (await yard.supervisor.submit(asking(script))).job
    async for _ in yard.supervisor.watch(job.id):
        await yard.supervisor.cancel(job.id)
        break
    result = await yard.supervisor.result(job.id)
    assert result is not None
    assert result.text == "earlylate"
    assert (result.job.state, result.job.exit_code) == (JobState.CANCELED, 143)


@pytest.mark.usefixtures("impatient")
async def test_a_program_that_kills_its_own_group_hits_its_keeper_too_and_is_called_lost(
    yard: Yard,
) -> None:
    result = await yard.ended("echo text part; kill -9 0")
    assert (result.job.state, result.text) == (JobState.ORPHANED, "part")
    gentle = await yard.ended("trap : TERM; kill -TERM 0; " + OK)
    assert gentle.job.state is JobState.COMPLETED


@pytest.mark.usefixtures("impatient")
async def test_silence_ends_a_run_that_streams(make_yard: MakeYard) -> None:
    yard = make_yard(facts={"idle_timeout_s": 0.2})
    job = (await yard.ended("echo text a; sleep 1000")).job
    assert (job.exit_code, job.category) == (125, ErrorCategory.IDLE_TIMEOUT)


async def test_a_run_that_talks_is_not_idle(make_yard: MakeYard) -> None:
    """In all it talks for longer than it may be silent; a busy computer lengthens each silence."""
    yard = make_yard(facts={"idle_timeout_s": 3})
    talks = "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.4; echo . >&2; done;"
    assert (await yard.ended(talks + OK)).job.state is JobState.COMPLETED


async def test_silence_says_nothing_of_a_run_that_does_not_stream(make_yard: MakeYard) -> None:
    yard = make_yard(facts={"idle_timeout_s": 0.05, "streams": False})
    assert (await yard.ended("sleep 0.3; " + OK)).job.state is JobState.COMPLETED


@pytest.mark.usefixtures("impatient")
async def test_a_run_takes_no_longer_than_it_may(make_yard: MakeYard) -> None:
    yard = make_yard(jobs=JobSettings(timeout_ms=1000))
    asked = with_submission(asking("while :; do echo text x; sleep 0.02; done"), timeout_s=0.2)
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id)
    assert job is not None
    assert (job.exit_code, job.category, job.retryable) == (124, ErrorCategory.TIMEOUT, False)


async def test_a_run_that_writes_for_ever_is_stopped_and_cut(make_yard: MakeYard) -> None:
    yard = make_yard(limits=LimitSettings(max_job_output_bytes=100_000))
    job = (await yard.ended("trap '' TERM; yes text")).job
    assert (job.exit_code, job.category) == (126, ErrorCategory.OUTPUT_OVERFLOW)
    assert job.output_truncated
    assert job.stdout_bytes > 100_000
    assert (yard.home / "jobs" / job.id / "stdout").stat().st_size == 100_000


async def test_a_storm_of_forks_is_ended(yard: Yard) -> None:
    script = "f() { while :; do sleep 0.01 & done; }; trap '' TERM; f & f & echo text on; wait"
    job = (await yard.supervisor.submit(asking("ulimit -u 4000; " + script))).job
    async for _ in yard.supervisor.watch(job.id):
        break
    tree = ProcessTree(job.id, None)
    live = yard.supervisor._life.live[job.id]
    assert live.run is not None
    assert await live.run._tree.end(0.1) == 0
    ended = await yard.supervisor.wait(job.id)
    assert ended is not None
    assert ended.state is JobState.FAILED
    assert tree.find() == set()


def test_a_process_of_the_same_number_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(
        processes_linux.signal, "pidfd_send_signal", lambda handle, number: sent.append(number)
    )
    ticks = started_ticks(os.getpid())
    assert ticks is not None
    processes_linux.send(ProcessMark(pid=os.getpid(), started_ticks=ticks + 1), signal.SIGTERM)
    assert sent == []
    processes_linux.send(ProcessMark(pid=os.getpid(), started_ticks=ticks), signal.SIGTERM)
    assert sent == [signal.SIGTERM]
