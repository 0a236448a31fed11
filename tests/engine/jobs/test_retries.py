"""Runs that fail for a reason that passes are started again, if they did nothing."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from typing import Any

import pytest

from llmgw_desktop.domain.cli import ErrorCategory, Retrying, RunEnded, SessionTold, SessionWish
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.settings.tables import JobSettings
from llmgw_desktop.engine.jobs import live_job
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.live_job import LiveJob
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support.shell_cli import TextGrew, Yard, asking, with_request, with_submission

MakeYard = Callable[..., Yard]
OK = "echo text hello; echo done"
BUSY = "failed overloaded"


def failing_first(yard: Yard, times: int, how: str, then: str = OK) -> str:
    """A script that fails so often, and counts its runs."""
    tries = yard.home / "tries"
    return (
        f"echo x >> {tries}; if [ $(wc -l < {tries}) -le {times} ]; then {how}; exit 1; fi; {then}"
    )


def tries_of(yard: Yard) -> int:
    file = yard.home / "tries"
    return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_job, "FIRST_PAUSE_S", 0.02)


async def test_a_run_that_did_nothing_is_started_again(yard: Yard) -> None:
    script = failing_first(yard, 1, f"echo session s1; echo {BUSY}")
    submitted = await yard.supervisor.submit(asking(script))
    events = [event async for event in yard.supervisor.watch(submitted.job.id)]
    ended = await yard.supervisor.result(submitted.job.id)
    assert ended is not None
    assert (ended.job.state, ended.job.retries, ended.text) == (JobState.COMPLETED, 1, "hello")
    assert events == [
        SessionTold(session_id="s1"),
        Retrying(reason="overloaded", attempt=1),
        TextGrew(text="hello"),
        RunEnded(ok=True),
    ]
    late = [event async for event in yard.supervisor.watch(submitted.job.id)]
    assert late == events
    assert [event async for event in yard.supervisor.watch(submitted.job.id, after=2)] == events[2:]
    told = [each.job.retries for each in yard.told if isinstance(each, JobChanged)]
    assert told == sorted(told)
    assert told[-1] == 1
    assert tries_of(yard) == 2


async def test_the_pauses_grow_and_the_tries_end(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    whole = live_job.pause_s

    def noted(*given: Any, **named: Any) -> float | None:
        pause_s = whole(*given, **named)
        if pause_s is not None:
            pauses.append(pause_s)
        return pause_s

    monkeypatch.setattr(live_job, "pause_s", noted)
    job = (await yard.ended(failing_first(yard, 9, f"echo {BUSY}"))).job
    assert (job.state, job.category, job.retries) == (JobState.FAILED, ErrorCategory.UPSTREAM, 2)
    assert job.retryable
    assert job.error == "overloaded"
    assert pauses == [0.02, 0.04]
    assert tries_of(yard) == 3


@pytest.mark.parametrize(
    "how",
    [
        f"echo text word; echo {BUSY}",
        f"echo tool; echo {BUSY}",
        f"echo tokens 5; echo {BUSY}",
        "echo nothing",
        "echo refused 404 no such model",
        "exec kill -9 $$",
    ],
)
async def test_what_may_have_done_something_is_not_started_again(yard: Yard, how: str) -> None:
    job = (await yard.ended(failing_first(yard, 1, how))).job
    assert (job.state, job.retries, tries_of(yard)) == (JobState.FAILED, 0, 1)


async def test_of_one_that_says_nothing_until_its_end_nobody_knows(make_yard: MakeYard) -> None:
    yard = make_yard(facts={"streams": False})
    job = (await yard.ended(failing_first(yard, 1, f"echo {BUSY}"))).job
    assert (job.retries, tries_of(yard)) == (0, 1)


@pytest.mark.parametrize(
    "request_changes",
    [
        {"session": SessionWish.RESUME, "session_id": "s"},
        {"session": SessionWish.CONTINUE},
        {"session_id": "named-by-the-caller"},
    ],
)
async def test_a_conversation_that_may_hold_the_prompt_is_left_alone(
    yard: Yard, request_changes: dict[str, Any]
) -> None:
    asked = with_request(asking(failing_first(yard, 1, f"echo {BUSY}")), **request_changes)
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id)
    assert job is not None
    assert (job.retries, tries_of(yard)) == (0, 1)


async def test_one_of_several_attempts_is_not_started_again(yard: Yard) -> None:
    asked = with_submission(asking(failing_first(yard, 1, f"echo {BUSY}")), is_attempt=True)
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id)
    assert job is not None
    assert (job.retries, tries_of(yard)) == (0, 1)


async def test_none_is_started_again_where_the_settings_say_so(make_yard: MakeYard) -> None:
    yard = make_yard(jobs=JobSettings(retries=0))
    job = (await yard.ended(failing_first(yard, 1, f"echo {BUSY}"))).job
    assert (job.retries, tries_of(yard)) == (0, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [("busy, retry in 0.05s", 1), ("busy, retry in 3 hours", 0), ("busy", 0)],
)
async def test_only_a_short_pause_of_a_vendor_is_waited_for(
    yard: Yard, words: str, expected: int
) -> None:
    job = (await yard.ended(failing_first(yard, 1, f"echo limited {words}"))).job
    assert (job.retries, tries_of(yard)) == (expected, 1 + expected)
    state = JobState.COMPLETED if expected else JobState.FAILED
    assert job.state is state


async def test_no_pause_reaches_beyond_the_deadline(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_job, "FIRST_PAUSE_S", 1000.0)
    asked = with_submission(asking(failing_first(yard, 1, f"echo {BUSY}")), timeout_s=100)
    job = await yard.supervisor.wait((await yard.supervisor.submit(asked)).job.id)
    assert job is not None
    assert (job.state, job.category, job.retries) == (JobState.FAILED, ErrorCategory.UPSTREAM, 0)


async def test_a_computer_without_room_for_a_process_is_asked_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = yard.supervisor._parts.launcher.start
    refusals = [errno.EAGAIN, errno.EMFILE]

    def short_of_room(*given: Any) -> Any:
        if refusals:
            raise OSError(refusals.pop(0), "no room")
        return start(*given)

    monkeypatch.setattr(yard.supervisor._parts.launcher, "start", short_of_room)
    told = await yard.ended(OK)
    assert (told.job.state, told.job.retries, told.text) == (JobState.COMPLETED, 2, "hello")
    refusals += [errno.EACCES]
    denied = (await yard.ended(OK, changes=True, force=1)).job
    assert (denied.state, denied.category, denied.retries) == (
        JobState.FAILED,
        ErrorCategory.SPAWN,
        0,
    )


async def _waiting(yard: Yard, script: str) -> Job:
    """A job that waits for its next run."""
    job = (await yard.supervisor.submit(asking(script))).job
    for _ in range(3000):
        now = yard.supervisor.get(job.id)
        if now is not None and now.retries:
            return now
        await asyncio.sleep(0.01)
    raise AssertionError(now)


async def test_one_that_waits_for_its_next_run_can_be_canceled(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_job, "FIRST_PAUSE_S", 1000.0)
    job = await _waiting(yard, failing_first(yard, 1, f"echo {BUSY}"))
    ended = await yard.supervisor.cancel(job.id)
    assert ended is not None
    assert (ended.state, tries_of(yard)) == (JobState.CANCELED, 1)
    assert ProcessTree(job.id, None).find() == set()


async def test_one_that_waits_for_its_next_run_is_found_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_job, "FIRST_PAUSE_S", 1000.0)
    job = await _waiting(yard, failing_first(yard, 1, f"echo session s; echo {BUSY}"))
    await yard.supervisor.close()
    folder = yard.supervisor._parts.folders.find(job.id)
    folder.note_retry(1, "overloaded", 0.0)
    later = yard.again()
    await later.supervisor.start()
    events = [event async for event in later.supervisor.watch(job.id)]
    ended = await later.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ended.retries, tries_of(yard)) == (JobState.COMPLETED, 1, 2)
    assert ended.started_at_s == job.started_at_s
    assert events[:2] == [SessionTold(session_id="s"), Retrying(reason="overloaded", attempt=1)]
    await later.close()


def _fall(*_: Any) -> None:
    raise asyncio.CancelledError


def _fall_in_the_middle(folder: JobFolder, _: int) -> None:
    folder.exit_record.unlink()
    _fall()


@pytest.mark.parametrize(
    ("owner", "step", "fall"),
    [
        (JobFolder, "note_retry", _fall),
        (JobFolder, "set_aside", _fall),
        (JobFolder, "set_aside", _fall_in_the_middle),
        (LiveJob, "pause", _fall),
    ],
)
async def test_a_fall_between_two_runs_loses_nothing(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, owner: type, step: str, fall: Callable[..., None]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, fall)
        job = (await yard.supervisor.submit(asking(failing_first(yard, 1, f"echo {BUSY}")))).job
        while len(yard.supervisor._life._tasks):
            await asyncio.sleep(0.01)
        await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    ended = await later.supervisor.wait(job.id, 30)
    assert ended is not None
    assert (ended.state, ended.retries, tries_of(yard)) == (JobState.COMPLETED, 1, 2)
    await later.close()
