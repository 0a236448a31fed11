"""Jobs that meet a limit of their vendor's wait until it is over and go on once."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName, ErrorCategory, Retrying, SessionWish
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.cli_settings import CliSettings, LimitWish
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState
from llmgw_desktop.domain.jobs.run_errors import JobNotParked
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.engine.jobs import limit_waits
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support.shell_cli import Yard, asking, with_request, with_submission

MakeYard = Callable[..., Yard]
LIMITED = "echo session s1; echo text first; echo limited usage limit, retry in {}"


@pytest.fixture(autouse=True)
def short_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit_waits, "MARGIN_S", 0.05)
    # The prompt of this CLI is its script.
    monkeypatch.setattr(limit_waits, "GO_ON", "sh ../../again; echo done")


def limited(yard: Yard, pause: str = "1h", *, first: str = LIMITED) -> Submission:
    """It meets a limit; when it goes on it says so, and counts."""
    again = f"echo x >> {yard.home}/ran; echo session s1; echo text second; echo done"
    (yard.home / "again").write_text(again)
    monkey = f"sh {yard.home}/again"
    limit_waits.GO_ON = monkey
    return with_submission(asking(first.format(pause)), limit_wait=LimitWish.ON)


def ran(yard: Yard) -> int:
    file = yard.home / "ran"
    return len(file.read_text().splitlines()) if file.exists() else 0


async def until(yard: Yard, job_id: str, state: JobState) -> Job:
    for _ in range(3000):
        job = yard.supervisor.get(job_id)
        if job is not None and job.state is state:
            return job
        await asyncio.sleep(0.01)
    raise AssertionError(job)


async def parked(yard: Yard, asked: Submission) -> Job:
    job_id = (await yard.supervisor.submit(asked)).job.id
    return await until(yard, job_id, JobState.PARKED)


async def test_it_waits_and_goes_on_once_in_its_session(yard: Yard) -> None:
    submitted = await yard.supervisor.submit(limited(yard, "0.3s"))
    events = [event async for event in yard.supervisor.watch(submitted.job.id)]
    told = await yard.supervisor.result(submitted.job.id)
    assert told is not None
    assert (told.job.state, told.job.retries, told.text) == (JobState.COMPLETED, 1, "second")
    assert told.job.limit_wait is None
    assert [each for each in events if isinstance(each, Retrying)] == [
        Retrying(reason="usage limit, retry in 0.3s", attempt=1)
    ]
    assert ran(yard) == 1
    states = [each.job.state for each in yard.told if hasattr(each, "job")]
    assert JobState.PARKED in states


async def test_a_parked_one_holds_no_turn_and_tells_until_when(make_yard: MakeYard) -> None:
    yard = make_yard(limits=LimitSettings(max_running_jobs=1))
    job = await parked(yard, limited(yard))
    assert job.limit_wait is not None
    assert job.limit_wait.is_known
    assert job.limit_wait.due_at_s == pytest.approx(time.time() + 3600, abs=30)
    assert job.limit_wait.reason == "usage limit, retry in 1h"
    assert job.process is None
    assert ProcessTree(job.id, None).find() == set()
    assert yard.supervisor.list()[0].limit_wait == job.limit_wait
    said = await yard.supervisor.result(job.id)
    assert said is not None
    assert said.text == "first"
    other = await yard.ended("echo text hello; echo done")
    assert other.job.state is JobState.COMPLETED
    ended = await yard.supervisor.cancel(job.id)
    assert ended is not None
    assert (ended.state, ended.limit_wait, ran(yard)) == (JobState.CANCELED, None, 0)


@pytest.mark.parametrize("said", [None, LimitWish.OFF])
async def test_nobody_said_that_it_may(yard: Yard, said: LimitWish | None) -> None:
    asked = with_submission(limited(yard, "1h"), limit_wait=said)
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id, 30)
    assert job is not None
    assert (job.state, job.category) == (JobState.FAILED, ErrorCategory.RATE_LIMIT)


async def test_the_settings_say_it_for_all_jobs_of_a_cli(yard: Yard) -> None:
    launcher = yard.supervisor._parts.launcher
    launcher.apply((CliSettings(name=CliName.CLAUDE, limit_wait=LimitWish.ON),))
    job = await parked(yard, with_submission(limited(yard), limit_wait=None))
    assert job.limit_wait is not None
    never = with_submission(limited(yard), limit_wait=LimitWish.OFF, force_refresh=True)
    ended = await yard.supervisor.wait((await yard.supervisor.submit(never)).job.id, 30)
    assert ended is not None
    assert ended.state is JobState.FAILED


async def test_one_of_several_attempts_never_waits(yard: Yard) -> None:
    asked = with_submission(limited(yard), is_attempt=True)
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id, 30)
    assert job is not None
    assert job.state is JobState.FAILED


async def test_it_goes_on_now_where_a_person_says_so(yard: Yard) -> None:
    job = await parked(yard, limited(yard))
    await yard.supervisor.go_on(job.id, now=True)
    with pytest.raises(JobNotParked):
        await yard.supervisor.go_on(job.id, now=True)
    ended = await yard.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)
    assert await yard.supervisor.go_on(job.id, "another", now=True) is None


async def test_who_sees_it_parked_may_have_it_go_on_at_once(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_aside = JobFolder.set_aside

    def slow(folder: JobFolder, retry: int) -> None:
        time.sleep(0.3)
        set_aside(folder, retry)

    monkeypatch.setattr(JobFolder, "set_aside", slow)
    job = await parked(yard, limited(yard))
    await yard.supervisor.go_on(job.id, now=True)
    ended = await yard.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)


async def test_one_that_is_canceled_while_it_is_parked_stays_so(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_aside, begun = JobFolder.set_aside, threading.Event()

    def slow(folder: JobFolder, retry: int) -> None:
        begun.set()
        time.sleep(0.3)
        set_aside(folder, retry)

    monkeypatch.setattr(JobFolder, "set_aside", slow)
    job_id = (await yard.supervisor.submit(limited(yard, "0.1s"))).job.id
    await asyncio.to_thread(begun.wait, 30)
    ended = await yard.supervisor.cancel(job_id)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.CANCELED, 0)


async def test_where_a_person_is_asked_it_waits_for_that_too(yard: Yard) -> None:
    asked = with_submission(limited(yard, "0.1s"), limit_wait=LimitWish.ASK)
    job = await parked(yard, asked)
    assert job.limit_wait is not None
    assert job.limit_wait.asks
    await asyncio.sleep(0.3)
    assert yard.supervisor.get(job.id) == job
    allowed = await yard.supervisor.go_on(job.id, now=False)
    assert allowed is not None
    ended = await yard.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)


async def test_what_the_disk_did_not_take_can_be_said_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = with_submission(limited(yard, "0.1s"), limit_wait=LimitWish.ASK)
    job = await parked(yard, asked)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(JobFolder, "note_retry", full)
        with pytest.raises(StoreUnavailable):
            await yard.supervisor.go_on(job.id, now=False)
    assert yard.supervisor.get(job.id) == job
    await yard.supervisor.go_on(job.id, now=False)
    ended = await yard.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)


def test_what_one_of_its_runs_did_not_tell_makes_a_lower_bound() -> None:
    told = JobFigures(usage=Usage(input_tokens=10, output_tokens=2), cost_usd=0.5)
    both = limit_waits.with_before(told, told)
    assert (both.usage.input_tokens, both.cost_usd, both.usage.partial) == (20, 1.0, 0)
    for first, second in ((JobFigures(), told), (told, JobFigures())):
        figures = limit_waits.with_before(second, first)
        assert (figures.usage.output_tokens, figures.cost_usd) == (2, 0.5)
        assert figures.usage.partial == Figure.INPUT | Figure.OUTPUT | Figure.COST
    counted = replace(told, usage=replace(told.usage, estimated=int(Figure.INPUT)))
    assert limit_waits.with_before(told, counted).usage.estimated == Figure.INPUT


async def test_what_a_person_said_is_known_after_a_restart(yard: Yard) -> None:
    job = await parked(yard, with_submission(limited(yard), limit_wait=LimitWish.ASK))
    await yard.supervisor.go_on(job.id, now=False)
    later = await again(yard)
    found = later.supervisor.get(job.id)
    assert found is not None
    assert found.limit_wait is not None
    assert not found.limit_wait.asks
    await later.supervisor.stop_all()
    await later.close()


async def again(yard: Yard) -> Yard:
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    return later


async def test_a_later_start_goes_on_with_it_once(yard: Yard) -> None:
    job = await parked(yard, limited(yard, "1.5s"))
    later = await again(yard)
    found = later.supervisor.get(job.id)
    assert found is not None
    assert (found.state, found.limit_wait) == (JobState.PARKED, job.limit_wait)
    ended = await later.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)
    assert job.limit_wait is not None
    assert (ended.ended_at_s or 0.0) >= job.limit_wait.due_at_s
    last = await again(later)
    assert ran(yard) == 1
    assert [event async for event in last.supervisor.watch(job.id)]
    await last.close()


async def test_one_that_met_it_while_nobody_looked_counts_from_then(yard: Yard) -> None:
    script = f"touch {yard.home}/begun; sleep 0.5; {LIMITED}"
    job = (await yard.supervisor.submit(limited(yard, "2s", first=script))).job
    await until(yard, job.id, JobState.RUNNING)
    while not (yard.home / "begun").exists():
        await asyncio.sleep(0.01)
    await yard.supervisor.close()
    await asyncio.sleep(1.0)
    said_at_s = yard.folders.find(job.id).stdout.stat().st_mtime
    later = yard.again()
    await later.supervisor.start()
    found = await until(later, job.id, JobState.PARKED)
    assert found.limit_wait is not None
    assert found.limit_wait.due_at_s == pytest.approx(said_at_s + 2.05, abs=0.1)
    ended = await later.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)
    await later.close()


def _fall(*_: Any, **__: Any) -> None:
    raise asyncio.CancelledError


def _fall_in_the_middle(folder: JobFolder, _: int) -> None:
    folder.exit_record.unlink()
    _fall()


def _fall_after(step: Callable[..., Any]) -> Callable[..., Any]:
    def fallen(*given: Any, **named: Any) -> None:
        step(*given, **named)
        _fall()

    return fallen


@pytest.mark.parametrize(
    ("step", "fall"),
    [
        ("note_retry", _fall),
        ("note_retry", _fall_after(JobFolder.note_retry)),
        ("set_aside", _fall),
        ("set_aside", _fall_in_the_middle),
        ("set_aside", _fall_after(JobFolder.set_aside)),
    ],
)
async def test_a_fall_while_it_is_parked_loses_and_doubles_nothing(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, step: str, fall: Callable[..., None]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(JobFolder, step, fall)
        job = (await yard.supervisor.submit(limited(yard, "0.5s"))).job
        while len(yard.supervisor._life._tasks):
            await asyncio.sleep(0.01)
        await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ended.retries, ran(yard)) == (JobState.COMPLETED, 1, 1)
    await later.close()


async def test_a_fall_as_it_goes_on_starts_it_once(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process runs, and its row says still that it waits."""
    job = await parked(yard, limited(yard))

    async def fallen(_: Job) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(yard.supervisor._life._attempts, "_write", fallen)
        await yard.supervisor.go_on(job.id, now=True)
        while len(yard.supervisor._life._tasks):
            await asyncio.sleep(0.01)
        await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ran(yard)) == (JobState.COMPLETED, 1)
    await later.close()


@pytest.mark.parametrize("wish", [LimitWish.ON, LimitWish.OFF])
async def test_a_fall_before_its_next_run_began_leaves_nothing_in_its_way(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, wish: LimitWish
) -> None:
    """Its folders are made; its process is not there yet."""
    if wish is LimitWish.ON:
        asked = limited(yard, "0.3s")
    else:  # the same of one that is started again at once
        first = f"[ -e {yard.home}/ran ] || {{ echo failed overloaded; echo x >> {yard.home}/ran; "
        asked = asking(f"{first} exit 1; }}; echo text hello; echo done")
    job_id = (await yard.supervisor.submit(asked)).job.id
    made = JobFolder.make_for_run

    def fallen(folder: JobFolder) -> None:
        made(folder)
        _fall()

    while (job := yard.supervisor.get(job_id)) is not None and not job.retries:
        await asyncio.sleep(0.005)
    with monkeypatch.context() as patched:
        patched.setattr(JobFolder, "make_for_run", fallen)
        while not (yard.folders.named(job_id).temp / "work").exists():
            await asyncio.sleep(0.005)
        await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job_id, 30)
    assert ended is not None
    assert (ended.state, ended.error, ran(yard)) == (JobState.COMPLETED, "", 1)
    await later.close()


async def test_a_limit_without_an_end_is_waited_for_longer_and_longer(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit_waits, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(limit_waits, "MOST_FRUITLESS", 3)
    script = f"echo x >> {yard.home}/ran; echo limited usage limit"
    asked = with_submission(asking(script), limit_wait=LimitWish.ON)
    job_id = (await yard.supervisor.submit(asked)).job.id
    job = await yard.supervisor.wait(job_id, 30)
    assert job is not None
    assert (job.state, job.category) == (JobState.FAILED, ErrorCategory.RATE_LIMIT)
    assert ran(yard) == 4
    folder = yard.folders.find(job_id)
    waits = [limit_waits.wait_of(folder.parked_note(number)) for number in (1, 2, 3)]
    lengths = [each.due_at_s - each.since_s for each in waits if each is not None]
    assert lengths == pytest.approx([0.02, 0.04, 0.08], abs=0.005)
    assert not any(each.is_known for each in waits if each is not None)


@pytest.mark.parametrize("pause", ["9d", "400d"])
async def test_an_end_that_cannot_be_is_not_waited_for(yard: Yard, pause: str) -> None:
    job_id = (await yard.supervisor.submit(limited(yard, pause))).job.id
    job = await yard.supervisor.wait(job_id, 30)
    assert job is not None
    assert (job.state, job.error) == (JobState.FAILED, f"usage limit, retry in {pause}")


@pytest.mark.parametrize(
    ("moments_s", "due_s"),
    [
        ((-3600.0,), None),  # over long before it was said
        ((10 * 365 * 86_400.0,), None),
        ((-30.0,), 0.0),  # clocks differ, and words take their time
        ((600.0, 60.0), 600.0),  # they contradict each other: one too early costs a refusal
        ((-1e12, 1e18, float("inf"), float("nan"), 60.0), 60.0),
        ((-3600.0, 10 * 365 * 86_400.0), None),
    ],
)
async def test_of_what_is_told_the_latest_that_can_be_counts(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, moments_s: tuple[float, ...], due_s: float | None
) -> None:
    """Where nothing of it can be, the job has failed: a guess would be none the wiser."""
    said_at_s = time.time()
    told = tuple(said_at_s + each for each in moments_s)

    async def resets(*_: object) -> tuple[float, ...]:
        return told

    monkeypatch.setattr(yard.supervisor._parts.ledger, "resets", resets, raising=False)
    script = "echo session s1; echo text first; echo limited usage limit"
    job_id = (await yard.supervisor.submit(limited(yard, first=script))).job.id
    if due_s is None:
        job = await yard.supervisor.wait(job_id, 30)
        assert job is not None
        assert (job.state, job.category) == (JobState.FAILED, ErrorCategory.RATE_LIMIT)
    elif due_s:
        job = await until(yard, job_id, JobState.PARKED)
        assert job.limit_wait is not None
        assert job.limit_wait.due_at_s == pytest.approx(said_at_s + due_s, abs=1)
    else:
        job = await yard.supervisor.wait(job_id, 30)
        assert job is not None
        assert (job.state, ran(yard)) == (JobState.COMPLETED, 1)


async def test_two_gateways_on_one_subscription_go_on_once_each(
    make_yard: MakeYard, tmp_path: Path
) -> None:
    """Neither knows of the other. Who comes second is refused again, waits again, and goes on."""
    window = tmp_path / "window"
    again = (
        f"echo session s1; if mkdir {window}; then echo x >> {tmp_path}/ran; echo text second;"
        f" echo done; else rmdir {window}; echo x >> {tmp_path}/refused; echo text first;"
        " echo limited usage limit, retry in 0.4s; fi"
    )
    yards = make_yard(), make_yard()
    jobs = []
    for yard in yards:
        asked = limited(yard, "0.4s")
        (yard.home / "again").write_text(again)
        jobs.append(await parked(yard, asked))
    ended = [await yard.supervisor.wait(job.id, 30) for yard, job in zip(yards, jobs, strict=True)]
    assert all(each is not None and each.state is JobState.COMPLETED for each in ended)
    assert sorted(each.retries for each in ended if each is not None) == [1, 2]
    assert len((tmp_path / "ran").read_text().split()) == 2
    assert len((tmp_path / "refused").read_text().split()) == 1


async def test_one_without_a_session_that_can_be_gone_on_with_has_failed(yard: Yard) -> None:
    asked = limited(yard, first="echo text first; echo limited usage limit, retry in 1h")
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id, 30)
    assert job is not None
    assert job.state is JobState.FAILED
    unkept = with_request(limited(yard), options={"ephemeral": True})
    job = await yard.supervisor.wait((await yard.supervisor.submit(unkept)).job.id, 30)
    assert job is not None
    assert job.state is JobState.FAILED


async def test_what_did_nothing_in_a_session_is_asked_there_again(yard: Yard) -> None:
    tries = yard.home / "ran"
    script = (
        f"echo x >> {tries}; if [ $(wc -l < {tries}) = 1 ]; then echo limited retry in 0.2s;"
        " else echo text hello; echo done; fi"
    )
    asked = with_submission(asking(script), limit_wait=LimitWish.ON)
    asked = with_request(asked, session=SessionWish.RESUME, session_id="s9")
    told = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id, 30)
    assert told is not None
    assert (told.state, ran(yard)) == (JobState.COMPLETED, 2)
    again_asked = yard.folders.find(told.id)
    assert not list(again_asked.path.glob("goes-on.*"))


async def test_its_wait_is_no_part_of_its_time(make_yard: MakeYard) -> None:
    yard = make_yard(jobs=JobSettings(timeout_ms=3000))
    asked = limited(yard, "4s")
    told = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id, 30)
    assert told is not None
    assert (told.state, ran(yard)) == (JobState.COMPLETED, 1)
