"""Jobs from their being asked for to their end, with real processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from llmgw_desktop.domain.cli import CliName, ErrorCategory, RunEnded, SessionWish, TextGrew
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, Saturated
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Provenance
from tests.support.shell_cli import Yard, asking, with_submission

MakeYard = Callable[..., Yard]
OK = "echo 'text hello'; echo done"


async def test_a_run_gives_its_answer_and_its_figures(yard: Yard) -> None:
    result = await yard.ended("echo session s1; echo model m; echo tokens 7; " + OK)
    job = result.job
    assert (job.state, job.exit_code, result.text) == (JobState.COMPLETED, 0, "hello")
    assert (job.figures.provider_session_id, job.figures.model) == ("s1", "m")
    assert job.figures.usage.output_tokens == 7
    assert job.expires_at_s is not None
    assert yard.store.get(job.id) == job
    states = [event.job.state for event in yard.told if isinstance(event, JobChanged)]
    assert states == [JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED]


@pytest.mark.parametrize(
    ("script", "code", "category"),
    [
        ("echo text x", 0, ErrorCategory.CLI),
        ("echo done", 0, ErrorCategory.EMPTY),
        (OK + "; exit 3", 3, ErrorCategory.CLI),
        ("echo failed no; exit 1", 1, ErrorCategory.UPSTREAM),
        ("kill -9 $$", 137, ErrorCategory.CLI),
        ("exit 127", 127, ErrorCategory.SPAWN),
    ],
)
async def test_only_a_word_an_answer_and_code_0_are_a_success(
    yard: Yard, script: str, code: int, category: ErrorCategory
) -> None:
    job = (await yard.ended(script)).job
    assert (job.state, job.exit_code, job.category) == (JobState.FAILED, code, category)
    assert job.error
    assert job.retryable is (category is ErrorCategory.UPSTREAM)


async def test_a_missing_program_is_127(yard: Yard) -> None:
    asked = asking(OK)
    missing = CliSettings(name=CliName.CLAUDE, command="no-such-program")
    yard.supervisor._parts.launcher.apply([missing])
    job = (await yard.supervisor.submit(asked)).job
    ended = await yard.supervisor.wait(job.id)
    assert ended is not None
    assert (ended.state, ended.exit_code, ended.category) == (
        JobState.FAILED,
        127,
        ErrorCategory.SPAWN,
    )
    assert "no-such-program" in ended.error


async def test_what_cannot_be_asked_makes_nothing(yard: Yard) -> None:
    nowhere = asking(OK)
    nowhere = with_submission(
        nowhere, request=type(nowhere.request)(cli=CliName.CLAUDE, prompt=OK, working_dir="/nope/x")
    )
    for asked, name in (
        (asking("refuse"), "prompt"),
        (asking("a\0b"), "prompt"),
        (asking("x" * 131_072), "prompt"),
        (asking(OK, more=["y" * 100] * 2100), "arguments"),
        (asking(OK, more=["y" * 100_000] * 11), "arguments"),
        (asking("half \ud800"), "prompt"),
        (asking(OK, extra="\ud800"), "options"),
        (nowhere, "workingDir"),
        (asking(OK, cli=CliName.GROK), "cli"),
    ):
        with pytest.raises(InvalidRun) as refused:
            await yard.supervisor.submit(asked)
        assert refused.value.field == name
        assert len(str(refused.value)) < 200
    assert yard.store.recent() == []
    assert not list(yard.home.glob("jobs/*"))


async def test_the_longest_argument_is_taken(yard: Yard) -> None:
    script = OK + " #"
    result = await yard.ended(script + "x" * (131_071 - len(script)))
    assert result.job.state is JobState.COMPLETED


async def test_a_run_sees_what_it_may_and_no_more(make_yard: MakeYard) -> None:
    secrets = {
        "OPENAI_API_KEY": "k1",
        "LLM_GATEWAY_AUTH_TOKEN": "k2",
        "LLMGW_HOME": "k3",
        "WEIRD": "k4",
        "LD_PRELOAD": "",
    }
    yard = make_yard(env={**secrets, "ANTHROPIC_API_KEY": "mine", "OWN_KEY": "o", "LC_ALL": "C"})
    result = await yard.ended("env | sed 's/^/text /'; pwd | sed 's/^/text PWD_IS=/'; echo done")
    assert result.job.state is JobState.COMPLETED
    for name in secrets:
        assert f"{name}=" not in result.text
    for expected in ("ANTHROPIC_API_KEY=mine", "OWN=yes", "OWN_KEY=o", "LC_ALL=C"):
        assert expected in result.text
    assert f"LLMGW_JOB_ID={result.job.id}" in result.text
    assert f"PWD_IS={yard.supervisor._life.files(result.job)[0].temp}/work" in result.text


async def test_stdin_is_closed_or_given_whole(yard: Yard) -> None:
    assert (await yard.ended("cat; " + OK)).text == "hello"
    long = "text " + "z" * 300_000
    result = await yard.ended("wc -c | sed 's/^/text /'; echo done", stdin=long)
    assert result.text.strip() == str(len(long))
    unread = await yard.ended(OK, stdin=long)
    assert unread.job.state is JobState.COMPLETED
    half = await yard.ended("head -c 10 >/dev/null; " + OK, stdin=long)
    assert (half.job.state, half.job.category) == (JobState.FAILED, ErrorCategory.CLI)
    assert "whole prompt" in half.job.error


async def test_others_do_not_find_it(yard: Yard) -> None:
    job = (await yard.supervisor.submit(asking("sleep 60"))).job
    for moment in range(2):
        assert yard.supervisor.get(job.id, "other") is None
        assert await yard.supervisor.result(job.id, "other") is None
        assert await yard.supervisor.cancel(job.id, "other") is None
        assert [event async for event in yard.supervisor.watch(job.id, owner="other")] == []
        assert yard.supervisor.list("other") == []
        if not moment:
            assert (await yard.supervisor.cancel(job.id, "me")) is not None
    assert [job.id for job in yard.supervisor.list("me")] == [job.id]


async def test_waiting_ends_with_the_job_or_with_the_time(yard: Yard) -> None:
    go = yard.home / "go"
    job = (
        await yard.supervisor.submit(asking(f"while [ ! -e {go} ]; do sleep 0.01; done; {OK}"))
    ).job
    waiting = await yard.supervisor.wait(job.id, 0.05)
    assert waiting is not None
    assert waiting.is_live
    go.touch()
    ended = await yard.supervisor.wait(job.id, 30)
    assert ended is not None
    assert ended.state is JobState.COMPLETED
    assert await yard.supervisor.wait(job.id) == ended
    assert await yard.supervisor.wait("job_none") is None


async def test_watching_sees_all_events_whenever_it_begins(yard: Yard) -> None:
    go = yard.home / "go"
    script = f"echo text 1; while [ ! -e {go} ]; do sleep 0.01; done; echo text 2; echo done"
    job = (await yard.supervisor.submit(asking(script))).job
    seen = []
    async for event in yard.supervisor.watch(job.id):
        seen.append(event)
        go.touch()
    assert seen == [TextGrew(text="1"), TextGrew(text="2"), RunEnded(ok=True)]
    assert [event async for event in yard.supervisor.watch(job.id, after=1)] == seen[1:]


async def test_identical_requests_share_a_run(yard: Yard) -> None:
    first = await yard.supervisor.submit(asking("sleep 60"))
    same = await yard.supervisor.submit(asking("sleep 60"))
    assert (same.deduped, same.job.id) == (True, first.job.id)
    others = [
        with_submission(asking("sleep 60"), force_refresh=True),
        with_submission(asking("sleep 60"), window_s=0.0),
        with_submission(asking("sleep 60"), owner="other"),
        asking("sleep 60", stdin="x"),
        asking("sleep 60", cli=CliName.CODEX),
        asking("sleep 60", more=["x"]),
    ]
    ids = {first.job.id}
    for asked in others:
        other = await yard.supervisor.submit(asked)
        assert not other.deduped
        ids.add(other.job.id)
    assert len(ids) == len(others) + 1


async def test_an_ended_run_is_given_again_only_where_that_changes_nothing(yard: Yard) -> None:
    wrote = asking(OK)
    await yard.supervisor.wait((await yard.supervisor.submit(wrote)).job.id)
    again = await yard.supervisor.submit(wrote)
    assert not again.deduped
    assert again.earlier is not None
    assert again.earlier.job.id != again.job.id
    await yard.supervisor.drained()
    assert (await yard.supervisor.submit(with_submission(wrote, replay=True))).deduped
    read = asking(OK, changes=False)
    await yard.supervisor.wait((await yard.supervisor.submit(read)).job.id)
    assert (await yard.supervisor.submit(read)).deduped
    going_on = with_submission(
        read,
        request=type(read.request)(
            cli=CliName.CLAUDE, prompt=OK, options=read.request.options, session=SessionWish.RESUME
        ),
    )
    assert (await yard.supervisor.submit(going_on)).deduped is False


async def test_a_full_house_refuses_and_a_full_cli_holds_up_nobody_else(
    make_yard: MakeYard,
) -> None:
    yard = make_yard(
        limits=LimitSettings(max_running_jobs=2, max_running_per_provider=1, max_queued_jobs=1)
    )
    slow = [asking(f"sleep 60 # {number}") for number in range(3)]
    first = (await yard.supervisor.submit(slow[0])).job
    second = (await yard.supervisor.submit(slow[1])).job
    with pytest.raises(Saturated):
        await yard.supervisor.submit(slow[2])
    other = await yard.ended(OK, cli=CliName.CODEX)
    assert other.job.state is JobState.COMPLETED
    assert second.id in {job.id for job in yard.supervisor.live}
    assert yard.store.get(second.id).state is JobState.QUEUED  # type: ignore[union-attr]
    await yard.supervisor.cancel(first.id)
    while yard.supervisor.get(second.id).state is not JobState.RUNNING:  # type: ignore[union-attr]
        await asyncio.sleep(0.01)


async def test_whose_turn_does_not_come_fails_with_75(make_yard: MakeYard) -> None:
    yard = make_yard(limits=LimitSettings(max_running_jobs=1, queue_timeout_ms=100))
    await yard.supervisor.submit(asking("sleep 60"))
    job = (await yard.supervisor.submit(asking("sleep 61"))).job
    ended = await yard.supervisor.wait(job.id)
    assert ended is not None
    assert (ended.exit_code, ended.category) == (75, ErrorCategory.SATURATED)
    assert ended.retryable


async def test_a_queued_job_can_be_canceled(make_yard: MakeYard) -> None:
    yard = make_yard(limits=LimitSettings(max_running_jobs=1))
    await yard.supervisor.submit(asking("sleep 60"))
    job = (await yard.supervisor.submit(asking("sleep 61"))).job
    ended = await yard.supervisor.cancel(job.id)
    assert ended is not None
    assert ended.state is JobState.CANCELED
    assert ended.started_at_s is None


async def test_a_job_canceled_at_once_is_never_started(yard: Yard) -> None:
    for turns in range(4):
        job = (await yard.supervisor.submit(asking(f"touch {yard.home}/began; sleep 60"))).job
        for _ in range(turns):
            await asyncio.sleep(0)
        ended = await yard.supervisor.cancel(job.id)
        assert ended is not None
        assert ended.state is JobState.CANCELED
        if not turns:
            await asyncio.sleep(0.05)
            assert not (yard.home / "began").exists()
    assert yard.supervisor.live == ()


async def test_a_hundred_jobs_at_once(make_yard: MakeYard) -> None:
    yard = make_yard(
        limits=LimitSettings(max_running_jobs=100, max_running_per_provider=100, max_queued_jobs=0)
    )
    asked = [asking(f"echo text {number}; echo done") for number in range(100)]
    jobs = [(await yard.supervisor.submit(each)).job for each in asked]
    await yard.supervisor.drained()
    results = [await yard.supervisor.result(job.id) for job in jobs]
    assert [each and each.text for each in results] == [str(number) for number in range(100)]
    assert {each and each.job.state for each in results} == {JobState.COMPLETED}


async def test_what_is_kept_too_long_goes_files_and_all(make_yard: MakeYard) -> None:
    yard = make_yard(jobs=JobSettings(retention_days=0))
    job = (await yard.ended(OK)).job
    assert (yard.home / "jobs" / job.id).is_dir()
    await yard.supervisor.close()
    later = yard.again()
    await later.supervisor.start()
    assert later.supervisor.list() == []
    assert list((yard.home / "jobs").iterdir()) == []
    await later.close()


async def test_figures_of_a_run_that_came_to_no_end_are_lower_bounds(yard: Yard) -> None:
    job = (await yard.ended("echo tokens 7; exit 3")).job
    assert job.state is JobState.FAILED
    assert job.figures.usage.output_tokens == 7
    assert job.figures.usage.provenance(Figure.OUTPUT) is Provenance.PARTIAL
    assert job.figures.usage.provenance(Figure.INPUT) is Provenance.UNKNOWN
    job = (await yard.ended("exit 3")).job
    assert job.figures.usage == UNKNOWN_USAGE
    job = (await yard.ended(f"echo tokens 7; {OK}")).job
    assert job.figures.usage.provenance(Figure.OUTPUT) is Provenance.TOLD


async def test_a_time_that_is_not_known_deletes_no_job(make_yard: MakeYard) -> None:
    yard = make_yard(jobs=JobSettings(retention_days=0))
    job = (await yard.ended(OK)).job
    await yard.supervisor.close()
    for known_s, is_kept in ((job.ended_at_s - 1.0, True), (job.ended_at_s + 1.0, False)):
        later = yard.again()
        parts = later.supervisor._parts
        later.supervisor._parts = replace(parts, known_now_s=lambda it=known_s: it)
        await later.supervisor.start()
        assert [each.id for each in later.supervisor.list()] == [job.id] * is_kept
        assert (yard.home / "jobs" / job.id).exists() == is_kept
        await later.close()


async def test_nothing_temporary_is_left(yard: Yard) -> None:
    job = (await yard.ended("touch $TMPDIR/x y; " + OK)).job
    folder, _ = yard.supervisor._life.files(job)  # type: ignore[misc]
    for _ in range(500):
        if not folder.temp.exists():
            break
        await asyncio.sleep(0.01)
    assert not folder.temp.exists()
    await yard.put_away()
    assert {path.name for path in folder.path.iterdir()} == {
        *("request.json", "again.json", "stdout", "stderr", "exit", "keeper"),
        "containment.json",
    }
    assert folder.path.stat().st_mode & 0o077 == 0
