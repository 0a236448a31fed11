"""Jobs outlive the program that started them, however it ends."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.jobs.job import JobProcess, JobState
from llmgw_desktop.engine.jobs import process_tree
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.platform import processes
from llmgw_desktop.platform.processes import started_ticks
from tests.support.shell_cli import Yard, asking

MakeYard = Callable[..., Yard]
OK = "echo text hello; echo done"
CHILD = (sys.executable, "-m", "tests.engine.jobs.supervisor_child")
ROOT = Path(__file__).parents[3]
PATIENCE_S = 90
"""On a busy machine half a minute was not enough for what takes a third of a second."""


def _until(go: Path) -> str:
    return f"while [ ! -e {go} ]; do sleep 0.01; done"


async def _running(yard: Yard, script: str) -> str:
    job = (await yard.supervisor.submit(asking(script))).job
    async for _ in yard.supervisor.watch(job.id):
        break
    return job.id


async def test_a_run_goes_on_without_us_and_is_followed_again(yard: Yard) -> None:
    go = yard.home / "go"
    job_id = await _running(yard, f"echo text before; {_until(go)}; echo text after; echo done")
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    adopted = later.supervisor.get(job_id)
    assert adopted is not None
    assert adopted.state is JobState.RUNNING
    go.touch()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    result = await later.supervisor.result(job_id)
    assert ended is not None
    assert result is not None
    assert (ended.state, ended.exit_code, result.text) == (JobState.COMPLETED, 0, "beforeafter")
    await later.close()


async def test_one_that_ended_meanwhile_has_its_true_end(yard: Yard) -> None:
    go = yard.home / "go"
    job_id = await _running(yard, f"echo text a; {_until(go)}; {OK}; exit 5")
    process = yard.supervisor.get(job_id).process  # type: ignore[union-attr]
    assert process is not None
    await yard.supervisor.close()
    go.touch()
    while started_ticks(process.pid) is not None:
        await asyncio.sleep(0.01)
    processes.reap(process.pid)
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    assert ended is not None
    assert (ended.state, ended.exit_code) == (JobState.FAILED, 5)
    assert ended.stdout_bytes == len("text a\ntext hello\ndone\n")
    await later.close()


async def test_an_adopted_run_can_be_canceled(yard: Yard) -> None:
    job_id = await _running(yard, "echo text a; sleep 1000")
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.cancel(job_id)
    assert ended is not None
    assert ended.state is JobState.CANCELED
    assert ProcessTree(job_id, None).find() == set()
    await later.close()


async def test_a_cancel_that_was_begun_is_carried_on(yard: Yard) -> None:
    job_id = await _running(yard, "echo text a; sleep 1000")
    folder, _ = yard.supervisor._life.files(yard.supervisor.get(job_id))  # type: ignore[misc, arg-type]
    await yard.supervisor.close()
    folder.stop_record.write_text("canceled")
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    assert ended is not None
    assert ended.state is JobState.CANCELED
    await later.close()


async def test_what_vanished_without_a_word_is_orphaned_and_its_output_kept(yard: Yard) -> None:
    job_id = await _running(yard, "echo text part; sleep 1000")
    process = yard.supervisor.get(job_id).process  # type: ignore[union-attr]
    assert process is not None
    await yard.supervisor.close()
    os.killpg(process.group, signal.SIGKILL)
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    result = await later.supervisor.result(job_id)
    assert ended is not None
    assert result is not None
    assert (ended.state, ended.exit_code, result.text) == (JobState.ORPHANED, None, "part")
    assert ProcessTree(job_id, None).find() == set()
    await later.close()


async def test_a_restart_of_the_computer_is_told_as_one(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its keeper's numbers belong to somebody else by now."""
    job_id = await _running(yard, "echo session s-1; echo text part; sleep 1000")
    await yard.supervisor.close()
    monkeypatch.setattr(process_tree, "boot_id", lambda: "the next one")
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    result = await later.supervisor.result(job_id)
    assert ended is not None
    assert result is not None
    assert (ended.state, ended.exit_code, result.text) == (JobState.FAILED, None, "part")
    assert (ended.category, ended.retryable) == (ErrorCategory.INTERRUPTED, True)
    assert ended.error.startswith("The computer was restarted while it ran.")
    await ProcessTree(job_id, None).end(0.0)
    await later.close()


async def test_what_had_ended_before_a_restart_has_its_true_end(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = yard.home / "go"
    job_id = await _running(yard, f"echo text a; {_until(go)}; {OK}")
    process = yard.supervisor.get(job_id).process  # type: ignore[union-attr]
    assert process is not None
    await yard.supervisor.close()
    go.touch()
    while started_ticks(process.pid) is not None:
        await asyncio.sleep(0.01)
    monkeypatch.setattr(process_tree, "boot_id", lambda: "the next one")
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    assert ended is not None
    assert (ended.state, ended.exit_code) == (JobState.COMPLETED, 0)
    await later.close()


@pytest.mark.parametrize("is_gateway_there", [True, False])
@pytest.mark.parametrize(
    ("last", "state"),
    [
        (OK, JobState.COMPLETED),
        ("echo failed it broke", JobState.ORPHANED),
        ("exit 0", JobState.ORPHANED),
    ],
)
async def test_a_run_whose_keeper_was_killed_is_followed_to_its_end(
    yard: Yard, last: str, state: JobState, is_gateway_there: bool
) -> None:
    go = yard.home / "go"
    left = "sleep 999 & "  # what it leaves behind is not waited for
    job_id = await _running(
        yard, f"{left} echo text before; {_until(go)}; echo text ,after; {last}"
    )
    process = yard.supervisor.get(job_id).process  # type: ignore[union-attr]
    assert process is not None
    later = yard
    if not is_gateway_there:
        await yard.supervisor.close()
    os.kill(process.pid, signal.SIGKILL)
    if not is_gateway_there:
        later = yard.again()
        await later.supervisor.start()
    while started_ticks(process.pid) is not None:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    adopted = later.supervisor.get(job_id)
    assert adopted is not None
    assert adopted.state is JobState.RUNNING
    go.touch()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    result = await later.supervisor.result(job_id)
    assert ended is not None
    assert result is not None
    assert (ended.state, ended.exit_code) == (state, None)
    assert result.text.startswith("before,after")
    assert "exit status is not known" in ended.error
    await later.supervisor.drained()
    await later.close()
    assert ProcessTree(job_id, None).find() == set()


async def test_a_run_whose_keeper_was_killed_can_be_canceled(yard: Yard) -> None:
    job_id = await _running(yard, "echo text a; sleep 1000")
    process = yard.supervisor.get(job_id).process  # type: ignore[union-attr]
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.sleep(0.05)
    ended = await yard.supervisor.cancel(job_id)
    assert ended is not None
    assert ended.state is JobState.CANCELED
    assert ProcessTree(job_id, None).find() == set()


async def test_another_process_of_the_same_number_is_not_taken_for_it(yard: Yard) -> None:
    job_id = await _running(yard, "echo text part; sleep 1000")
    job = yard.supervisor.get(job_id)
    assert job is not None
    assert job.process is not None
    await yard.supervisor.close()
    await ProcessTree(job_id, None).end(0.0)
    folder = yard.home / "jobs" / job_id
    (folder / "exit").write_bytes(b" " * 40 + b"\n")
    mine = JobProcess(pid=os.getpid(), started_ticks=1, group=1)
    assert yard.store.move(replace(job, process=mine), since=[JobState.RUNNING])
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    assert ended is not None
    assert ended.state is JobState.ORPHANED
    await later.close()


async def test_a_fall_between_a_start_and_its_row_loses_nothing(yard: Yard) -> None:
    go = yard.home / "go"
    job_id = await _running(yard, f"echo text a; {_until(go)}; {OK}")
    job = yard.supervisor.get(job_id)
    assert job is not None
    await yard.supervisor.close()
    assert yard.store.move(replace(job, process=None), since=[JobState.RUNNING])
    later = yard.again()
    await later.supervisor.start()
    adopted = later.supervisor.get(job_id)
    assert adopted is not None
    assert adopted.process == job.process
    go.touch()
    ended = await later.supervisor.wait(job_id, PATIENCE_S)
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    await later.close()


async def test_a_fall_just_before_a_start_starts_it_once(yard: Yard) -> None:
    asked = asking(f"cat >> {yard.home}/times; {OK}", stdin="x\n")
    job = (await yard.supervisor.submit(asked)).job
    await yard.supervisor.close()  # before its task has had a turn
    yard.folders.find(job.id).stdin.write_text("y\n")
    assert yard.store.get(job.id).state is JobState.QUEUED  # type: ignore[union-attr]
    assert yard.store.move(replace(job, state=JobState.RUNNING, started_at_s=job.asked_at_s))
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job.id, PATIENCE_S)
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    assert (yard.home / "times").read_text() == "x\n"
    await later.close()


async def test_a_close_at_any_moment_of_a_start_starts_it_once(make_yard: MakeYard) -> None:
    for turns in range(12):
        yard = make_yard()
        job = (await yard.supervisor.submit(asking(f"echo x >> {yard.home}/times; {OK}"))).job
        for _ in range(turns):
            await asyncio.sleep(0)
        await asyncio.sleep(0.0004 * turns)
        await yard.supervisor.close()
        later = yard.again()
        await later.supervisor.start()
        ended = await later.supervisor.wait(job.id, PATIENCE_S)
        assert ended is not None
        assert ended.state is JobState.COMPLETED
        assert (yard.home / "times").read_text() == "x\n"
        await later.close()


async def test_a_queued_job_is_queued_again(yard: Yard) -> None:
    job = (await yard.supervisor.submit(asking(OK))).job
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job.id, PATIENCE_S)
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    await later.close()


async def test_a_job_whose_files_are_gone_is_not_live_for_ever(yard: Yard) -> None:
    job_id = await _running(yard, "echo text a; sleep 1000")
    await yard.supervisor.close()
    await ProcessTree(job_id, None).end(0.0)
    yard.supervisor._parts.folders.find(job_id).remove_temp()
    (yard.home / "jobs" / job_id / "request.json").write_text("{}")
    later = yard.again()
    await later.supervisor.start()
    assert later.store.get(job_id).state is JobState.ORPHANED  # type: ignore[union-attr]
    await later.close()


async def test_what_a_fall_left_lying_is_cleared_away(yard: Yard) -> None:
    job = (await yard.ended(OK)).job
    folder, _ = yard.supervisor._life.files(job)  # type: ignore[misc]
    await yard.supervisor.drained()
    running = await _running(yard, "echo text a; sleep 1000")
    alive, _ = yard.supervisor._life.files(yard.supervisor.get(running))  # type: ignore[misc, arg-type]
    await yard.supervisor.close()
    folder.temp.mkdir(exist_ok=True)
    (yard.home / "jobs" / "job_without_row").mkdir()
    later = yard.again()
    await later.supervisor.start()
    assert not folder.temp.exists()
    assert folder.stdout.exists()
    assert alive.temp.exists()
    assert {path.name for path in (yard.home / "jobs").iterdir()} == {job.id, running}
    await later.supervisor.stop_all()
    await later.close()


def _child(home: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*CHILD, str(home), str(count)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


async def test_killed_at_random_moments_every_job_ends_with_its_true_result(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    moments = random.Random(7)
    rounds = 0
    ids: list[str] = []
    for asked in (10, *([0] * 5)):
        rounds += 1
        with _child(home, asked) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "started\n"
            ids += [child.stdout.readline().strip() for _ in range(asked)]
            await asyncio.sleep(moments.random() * 0.15)
            child.kill()
    with _child(home, 0) as child:
        assert child.stdout is not None
        assert child.stdout.read() == "started\ndrained\n"
    yard = Yard(home, {})
    for number, job_id in enumerate(ids):
        job = yard.store.get(job_id)
        assert job is not None
        expected = JobState.FAILED if number % 3 else JobState.COMPLETED
        assert (job.state, job.exit_code) == (expected, number % 3), (number, rounds, job)
        folder = yard.folders.find(job_id)
        with folder.open(folder.stdout) as stdout:
            said = stdout.read().decode()
        assert said == "".join(f"text {step + 1}\n" for step in range(3 + number)) + "done\n"
        assert job.stdout_bytes == len(said)
        assert (home / f"times-{number}").read_text() == "x\n"
    await yard.supervisor.start()
    await yard.put_away()
    assert not [path for path in (home / "jobs").rglob("std*") if b"text 1" in path.read_bytes()]
    await yard.close()
    assert len(ids) == 10
