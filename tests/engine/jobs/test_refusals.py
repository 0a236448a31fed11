"""An upstream that refuses a run whose CLI asks again by itself: said at once, its end's cause."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.domain.cli import ErrorCategory, Retrying, TextGrew
from llmgw_desktop.domain.events import JobChanged, UpstreamTold
from llmgw_desktop.domain.jobs.job import (
    EXIT_IDLE_TIMEOUT,
    EXIT_TIMEOUT,
    Job,
    JobState,
    UpstreamWait,
)
from llmgw_desktop.domain.settings.tables import JobSettings
from llmgw_desktop.engine.jobs import refusals
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.outcome import RunStop
from llmgw_desktop.engine.jobs.refusals import RECENT_S, EarPlace, RefusalWatch, UpstreamEar
from llmgw_desktop.wire.native.jobs import job_object
from tests.support.shell_cli import Yard, asking
from tests.support.turned_clock import TurnedClock

MakeYard = Callable[..., Yard]
LONGEST_S = 600.0
HANGS = "tail -f /dev/null"


class Scene:
    """A watch with its ears."""

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self.clock = TurnedClock()
        self.told: list[UpstreamWait | None] = []
        self.gave_up = 0
        self.watch = RefusalWatch(
            self.clock, longest_s, changed=self.told.append, give_up=self._give_up
        )

    def _give_up(self) -> None:
        self.gave_up += 1

    def refuse_for(self, seconds: float, status: int | None = 429, **told: Any) -> None:
        """Each half a minute, as patient CLIs do."""
        for _ in range(int(seconds // 30)):
            self.clock.pass_s(30.0)
            self.watch.refused(status, **told)


@pytest.fixture
async def scene() -> Any:
    scene = Scene()
    yield scene
    scene.watch.close()


async def test_what_is_refused_is_told_once_until_it_is_answered(scene: Scene) -> None:
    began_s = scene.clock.now_s()
    scene.watch.refused(429, reason="slow\n down")
    scene.refuse_for(300)
    assert scene.told == [UpstreamWait(status=429, since_s=began_s, reason="slow down")]
    scene.watch.refused(503)
    assert scene.told[-1] == UpstreamWait(status=503, since_s=began_s, reason="slow down")
    scene.watch.answered()
    scene.watch.answered()
    assert (len(scene.told), scene.told[-1], scene.watch.cause) == (3, None, None)
    scene.refuse_for(LONGEST_S)
    assert scene.gave_up == 0, "each break begins anew"
    scene.refuse_for(60)
    assert scene.gave_up > 0


async def test_it_is_given_up_after_so_long_and_not_before(scene: Scene) -> None:
    scene.watch.refused(429)
    scene.refuse_for(LONGEST_S - 30)
    assert scene.gave_up == 0
    scene.refuse_for(30)
    assert scene.gave_up == 1


async def test_nothing_is_given_up_where_that_is_not_wanted() -> None:
    scene = Scene(longest_s=0.0)
    scene.refuse_for(20 * LONGEST_S)
    assert (scene.gave_up, len(scene.told)) == (0, 1)


async def test_an_end_that_is_told_counts_where_it_is_far(scene: Scene) -> None:
    until_s = scene.clock.now_s() + 3600
    scene.watch.refused(429, scene.clock.now_s() + 5)
    assert scene.told[-1] is not None
    assert scene.told[-1].until_s is None
    scene.watch.refused(429, until_s)
    scene.watch.refused(429, until_s + 20)
    assert [each and each.until_s for each in scene.told] == [None, until_s]
    # it sleeps until then and says no more
    scene.clock.pass_s(LONGEST_S)
    scene.watch._judge()
    assert scene.gave_up == 1
    assert scene.watch.cause is not None
    assert scene.watch.cause.words.endswith("Try again in 3000 s.")


async def test_one_that_is_silent_since_may_be_at_work(scene: Scene) -> None:
    scene.watch.refused(500)
    scene.clock.pass_s(LONGEST_S + RECENT_S)
    scene.watch._judge()
    assert scene.gave_up == 0


async def test_its_own_words_are_notes_as_well(scene: Scene) -> None:
    scene.watch.note(Retrying(reason="Overloaded", status=529, pause_s=90.0))
    (wait,) = scene.told
    assert wait is not None
    assert (wait.status, wait.until_s) == (529, scene.clock.now_s() + 90.0)
    scene.watch.note(TextGrew(text="hello"))
    assert scene.told[-1] is None


@pytest.mark.parametrize(
    ("status", "reason", "category", "passes"),
    [
        (429, "", ErrorCategory.RATE_LIMIT, None),
        (500, "", ErrorCategory.UPSTREAM, None),
        (529, "", ErrorCategory.UPSTREAM, None),
        (401, "", ErrorCategory.AUTH, False),
        (404, "", ErrorCategory.UPSTREAM, False),
        (None, "", ErrorCategory.UPSTREAM, None),
        (None, "RESOURCE_EXHAUSTED", ErrorCategory.RATE_LIMIT, None),
    ],
)
async def test_why_it_was_refused_says_what_to_do(
    scene: Scene, status: int | None, reason: str, category: ErrorCategory, passes: bool | None
) -> None:
    scene.watch.refused(status, reason=reason)
    assert scene.watch.cause is not None
    assert (scene.watch.cause.category, scene.watch.cause.passes) == (category, passes)
    if status is not None:
        assert f"HTTP {status}" in scene.watch.cause.words


async def test_its_timer_rings_where_nothing_more_is_heard() -> None:
    done = asyncio.Event()
    clock = TurnedClock()
    watch = RefusalWatch(clock, 0.001, changed=lambda _: None, give_up=done.set)
    watch.refused(429)
    clock.pass_s(1.0)
    async with asyncio.timeout(60):
        await done.wait()
    watch.close()


async def waiting(yard: Yard, job_id: str, *, is_refused: bool = True) -> Job:
    async with asyncio.timeout(60):
        while True:
            job = yard.supervisor.get(job_id)
            assert job is not None
            if (job.waiting_on is not None) == is_refused and job.state is JobState.RUNNING:
                return job
            await asyncio.sleep(0.01)


async def test_a_job_says_what_it_waits_for_and_goes_on(yard: Yard) -> None:
    go = yard.home / "go"
    script = f"echo retrying 429 - slow down; while [ ! -e {go} ]; do sleep 0.01; done; echo text a"
    job_id = (await yard.supervisor.submit(asking(f"{script}; echo done"))).job.id
    job = await waiting(yard, job_id)
    assert job.waiting_on is not None
    told = job_object(job)["waitingOn"]
    assert (told["status"], told["until"], told["reason"]) == (429, None, "slow down")
    assert told["message"].startswith("asked again by the CLI: 429 since ")
    go.touch()
    ended = await yard.supervisor.wait(job_id)
    assert ended is not None
    assert (ended.state, ended.waiting_on) == (JobState.COMPLETED, None)
    seen = [each.job.waiting_on for each in yard.told if isinstance(each, JobChanged)]
    assert any(each is not None for each in seen)
    assert seen[-1] is None


def refused(job_id: str, status: int, until_s: float | None = None) -> UpstreamTold:
    """As whoever passes its requests on saw."""
    return UpstreamTold(job_id=job_id, is_refusal=True, status=status, until_s=until_s)


async def test_a_refusal_of_the_first_moment_is_heard(yard: Yard) -> None:
    """Before anybody has begun to follow the run."""
    job_id = (await yard.supervisor.submit(asking(HANGS))).job.id
    live = yard.supervisor._live[job_id]
    assert live.refusals is None, "this is not the first moment any more"
    yard.bus.publish(refused(job_id, 401))
    job = await waiting(yard, job_id)
    assert job.waiting_on is not None
    assert job.waiting_on.status == 401
    await yard.supervisor.cancel(job_id)


async def test_who_listens_hears_of_it(yard: Yard) -> None:
    job_id = (await yard.supervisor.submit(asking(f"echo retrying 500 - no; {HANGS}"))).job.id
    heard = yard.supervisor.standing(job_id)
    async with asyncio.timeout(60):
        job = await anext(heard)
        assert job.waiting_on is not None
        yard.bus.publish(UpstreamTold(job_id=job_id, is_refusal=False))
        assert (await anext(heard)).waiting_on is None
    await heard.aclose()  # type: ignore[attr-defined]


async def test_it_ends_with_its_cause(make_yard: MakeYard) -> None:
    """By what it says itself, and by what the gateway saw of its requests."""
    clock = TurnedClock()
    yard = make_yard(clock=clock, jobs=JobSettings(upstream_refused_s=LONGEST_S))
    job_id = (await yard.supervisor.submit(asking(f"echo retrying 429 - slow; {HANGS}"))).job.id
    await waiting(yard, job_id)
    clock.pass_s(LONGEST_S - 1)
    yard.bus.publish(refused(job_id, 429))
    assert (await waiting(yard, job_id)).is_live
    clock.pass_s(2)
    yard.bus.publish(refused(job_id, 429, clock.now_s() + 3600))
    ended = await yard.supervisor.wait(job_id)
    assert ended is not None
    assert (ended.state, ended.category) == (JobState.FAILED, ErrorCategory.RATE_LIMIT)
    assert (ended.retryable, ended.retries, ended.exit_code) == (True, 0, EXIT_TIMEOUT)
    assert "refused it (HTTP 429)" in ended.error
    assert "10 min" in ended.error
    assert "It was told: slow" in ended.error
    assert "Try again in 3600 s." in ended.error
    assert ended.waiting_on is None


@pytest.mark.parametrize(
    ("why", "code", "words"),
    [
        (RunStop.TIMEOUT, EXIT_TIMEOUT, "longer than a run may"),
        (RunStop.IDLE, EXIT_IDLE_TIMEOUT, "said nothing for longer"),
    ],
)
async def test_a_limit_that_ends_it_first_names_the_cause(
    yard: Yard, why: RunStop, code: int, words: str
) -> None:
    submitted = await yard.supervisor.submit(asking(f"echo retrying 503 - down; {HANGS}"))
    job_id = submitted.job.id
    await waiting(yard, job_id)
    run = yard.supervisor._live[job_id].run
    assert run is not None
    run.stop(why)
    ended = await yard.supervisor.wait(job_id)
    assert ended is not None
    assert (ended.category, ended.retryable) == (ErrorCategory.UPSTREAM, True)
    assert (ended.exit_code, ended.retries) == (code, 0)
    assert words in ended.error
    assert "HTTP 503" in ended.error


async def test_notes_on_jobs_that_do_not_run_are_dropped(yard: Yard) -> None:
    yard.bus.publish(refused("job_none", 500))
    yard.bus.publish(UpstreamTold(job_id="job_none", is_refusal=False))
    done = (await yard.ended("echo text a; echo done")).job
    yard.bus.publish(refused(done.id, 500))
    job = yard.supervisor.get(done.id)
    assert job is not None
    assert job.waiting_on is None


def _read(line: bytes) -> Retrying | None:
    word, _, reason = line.decode().partition(" ")
    return Retrying(reason=reason.strip(), status=503) if word == "again" else None


def _process_of(line: bytes) -> int | None:
    return int(line.rpartition(b" ")[2])


IN_A_LOG = RetryWords(read=_read, path="logs/*.log", process_of=_process_of)
OF_A_SESSION = RetryWords(read=_read, path="sessions/*/{session_id}/updates")


async def test_it_says_so_on_stderr(make_yard: MakeYard) -> None:
    yard = make_yard(retry_words=RetryWords(read=_read))
    go = yard.home / "go"
    script = f"echo again busy >&2; while [ ! -e {go} ]; do sleep 0.01; done; echo text a"
    job_id = (await yard.supervisor.submit(asking(f"{script}; echo done"))).job.id
    wait = (await waiting(yard, job_id)).waiting_on
    assert wait is not None
    assert (wait.status, wait.reason) == (503, "busy")
    go.touch()
    ended = await yard.supervisor.wait(job_id)
    assert ended is not None
    assert ended.state is JobState.COMPLETED


async def test_of_a_log_that_all_write_only_its_own_lines_count(
    make_yard: MakeYard, tmp_path: Path
) -> None:
    """Those of others, and of runs before, are theirs."""
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "all.log"
    log.write_text(f"again before {os.getpid()}\n")
    yard = make_yard(retry_words=IN_A_LOG)
    go = yard.home / "go"
    script = f"while [ ! -e {go} ]; do sleep 0.01; done; echo again mine $$ >> {log}; {HANGS}"
    job_id = (await yard.supervisor.submit(asking(script))).job.id
    async with asyncio.timeout(60):
        while yard.supervisor._live[job_id].refusals is None:
            await asyncio.sleep(0.01)
    with log.open("a") as file:
        file.write(f"again others {os.getpid()}\nagain nobody 999999999\n")
    go.touch()
    wait = (await waiting(yard, job_id)).waiting_on
    assert wait is not None
    assert wait.reason.startswith("mine ")
    seen = [each.job.waiting_on for each in yard.told if isinstance(each, JobChanged)]
    assert all(each is None or each.reason.startswith("mine") for each in seen)


class Ears:
    """An ear at a folder of its own."""

    def __init__(self, home: Path, words: RetryWords, session_id: str = "") -> None:
        self.heard: list[UpstreamWait | None] = []
        self.woken = asyncio.Event()
        self.news = News()
        watch = RefusalWatch(TurnedClock(), 0.0, changed=self.heard.append, give_up=lambda: None)
        place = EarPlace(stderr=home / "stderr", home=home, session_id=session_id, keeper=None)
        self.ear = UpstreamEar(watch, words, place, self.news)

    async def next_words(self) -> str:
        async with asyncio.timeout(60):
            while not self.heard:
                await self.woken.wait()
                self.woken.clear()
                self.ear.listen()
        wait = self.heard.pop()
        self.ear.watch.answered()
        self.heard.clear()
        return "" if wait is None else wait.reason

    def close(self) -> None:
        self.ear.close()
        self.news.close()


async def test_a_file_that_comes_later_is_read_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "FIRST_LOOK_S", 0.01)
    ears = Ears(tmp_path, OF_A_SESSION, "abc-1")
    ears.ear.begin(ears.woken.set)
    folder = tmp_path / "sessions" / "x" / "abc-1"
    folder.mkdir(parents=True)
    (folder / "updates").write_text("other\nagain one\nagain hal")
    assert await ears.next_words() == "one"
    with (folder / "updates").open("a") as file:
        file.write("f\n")
    assert await ears.next_words() == "half"
    (folder / "updates").write_text("again anew\n")  # shorter: it was begun anew
    assert await ears.next_words() == "anew"
    ears.close()


async def test_what_stands_in_a_file_already_is_of_runs_before(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "x" / "abc"
    folder.mkdir(parents=True)
    (folder / "updates").write_text("again before\n")
    ears = Ears(tmp_path, OF_A_SESSION, "abc")
    ears.ear.begin(ears.woken.set)
    ears.ear.listen()
    assert ears.heard == []
    with (folder / "updates").open("a") as file:
        file.write("again now\n")
    assert await ears.next_words() == "now"
    ears.close()
    ears.ear.listen()


@pytest.mark.parametrize("session_id", ["", "../other", "*", "a/b"])
async def test_no_session_leads_elsewhere(tmp_path: Path, session_id: str) -> None:
    for name in ("other", "a"):
        folder = tmp_path / "sessions" / "x" / name
        folder.mkdir(parents=True)
        (folder / "updates").write_text("again no\n")
    ears = Ears(tmp_path, OF_A_SESSION, session_id)
    assert ears.ear._path() is None
    ears.close()
