"""The use cases of jobs, and how a job is put into words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from llmgw_desktop.app.flights.copies import Shell
from llmgw_desktop.app.jobs.first_job import first_job
from llmgw_desktop.app.jobs.jobs import GO_ON, MOST_LISTED, JobList, JobQuery, Jobs
from llmgw_desktop.app.jobs.words import (
    count_words,
    facts_of,
    figures_text,
    live_words,
    progress,
    started_text,
    today_of,
    trouble_of,
    went_on_words,
)
from llmgw_desktop.domain.cli import CliName, CliRequest, ErrorCategory, SessionWish
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.cli_settings import Contained, Network
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState, SessionUse, UpstreamWait
from llmgw_desktop.domain.jobs.submission import Submission, Submitted
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.mcp.tools.job_words import job_told
from llmgw_desktop.wire.native.jobs import job_object
from tests.support.job_scene import FIGURES
from tests.support.plain_runs import NOW_S, PlainRuns, plain_job


class Clock:
    def now_s(self) -> float:
        return NOW_S

    def monotonic_s(self) -> float:
        return NOW_S


class Asked(PlainRuns):
    """Keeps what was submitted."""

    asked: Submission

    async def submit(self, asked: Submission) -> Submitted:
        self.asked = asked
        return await super().submit(asked)


def jobs_on(folder: Path) -> tuple[Jobs, Asked]:
    runs = Asked(lambda _: None)
    return Jobs(runs, JobFolders(folder), Clock()), runs


async def test_run_again_asks_the_same_but_for_what_belongs_to_the_first(tmp_path: Path) -> None:
    jobs, runs = jobs_on(tmp_path)
    request = CliRequest(
        cli=CliName.CLAUDE,
        prompt="Mend it",
        session_id="11111111-1111-4111-8111-111111111111",
        options={"permissionMode": "plan"},
    )
    first = Submission(request=request, owner="me", client="c", flight_id="flt", correlation_id="x")
    JobFolders(tmp_path).make("job_1", first)
    await jobs.again("job_1")
    asked = runs.asked
    assert asked.force_refresh
    assert (asked.flight_id, asked.correlation_id, asked.owner) == ("", "", "me")
    assert asked.request == replace(request, session_id="")


async def test_one_that_went_on_with_a_session_goes_on_with_it_again(tmp_path: Path) -> None:
    jobs, runs = jobs_on(tmp_path)
    request = CliRequest(
        cli=CliName.CODEX, prompt="p", session=SessionWish.RESUME, session_id="s-1"
    )
    JobFolders(tmp_path).make("job_1", Submission(request=request, owner="me"))
    await jobs.again("job_1")
    assert runs.asked.request.session_id == "s-1"


async def test_what_was_cut_off_goes_on_with_its_session(tmp_path: Path) -> None:
    jobs, runs = jobs_on(tmp_path)
    use = SessionUse(id="gws_1", is_new=True, new_provider_id="s-1", neutral_dir="/n")
    request = CliRequest(cli=CliName.CLAUDE, prompt="Tidy", session=SessionWish.NEW, model="m")
    asked = Submission(request=request, owner="o", client="c", flight_id="flt_1", session=use)
    JobFolders(tmp_path).make("job_1", asked)
    figures = JobFigures(provider_session_id="s-1")
    cut = replace(
        plain_job(1, state=JobState.FAILED),
        id="job_1",
        session_id="gws_1",
        figures=figures,
        category=ErrorCategory.INTERRUPTED,
    )
    await jobs.go_on(cut)
    assert runs.asked.request == replace(
        request, prompt=GO_ON, session=SessionWish.RESUME, session_id="s-1"
    )
    assert runs.asked.session == replace(use, is_new=False, new_provider_id="")
    assert (runs.asked.flight_id, runs.asked.force_refresh) == ("", True)
    limited = replace(cut, category=ErrorCategory.RATE_LIMIT)
    await jobs.go_on(limited)
    trouble = trouble_of(limited)
    assert trouble is not None
    assert "when the limit is over" in trouble.advice
    for not_cut in (
        replace(cut, category=ErrorCategory.CLI),
        replace(cut, figures=JobFigures()),
        replace(cut, session_id=""),
    ):
        with pytest.raises(StoreUnavailable):
            await jobs.go_on(not_cut)


def test_how_a_run_ended_that_nobody_saw_end() -> None:
    done = replace(
        plain_job(1, state=JobState.COMPLETED),
        exit_code=None,
        error="Its exit status is not known: killed.",
    )
    told = {fact.label: fact.value for fact in facts_of(done)}
    assert told["Exit status"] == "Its exit status is not known: killed."
    assert job_object(done)["note"] == done.error
    assert job_told(done)["note"] == done.error
    assert "goOn" not in job_told(done)


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"temp": "/tmp/x", "asked": {}}'])
async def test_what_is_not_kept_cannot_be_run_again(tmp_path: Path, content: bytes | None) -> None:
    jobs, _ = jobs_on(tmp_path)
    if content is not None:
        (tmp_path / "job_1").mkdir()
        (tmp_path / "job_1" / "request.json").write_bytes(content)
    with pytest.raises(StoreUnavailable, match="not kept any more"):
        await jobs.again("job_1")


async def test_ended_waits_for_all_of_them(tmp_path: Path) -> None:
    jobs, runs = jobs_on(tmp_path)
    one, two = plain_job(1), plain_job(2)
    runs.put(one, two)
    waiting = asyncio.ensure_future(jobs.ended([one.id, two.id]))
    runs.end(one)
    await asyncio.sleep(0)
    assert not waiting.done()
    runs.end(two)
    await waiting
    assert not jobs.live


def test_stderr_is_read_as_it_grows_and_never_falls_behind(tmp_path: Path) -> None:
    jobs, _ = jobs_on(tmp_path)
    tail = jobs.stderr("job_1")
    assert tail.read() == (b"", False)
    (tmp_path / "job_1").mkdir()
    file = tmp_path / "job_1" / "stderr"
    file.write_bytes(b"one")
    assert tail.read() == (b"one", False)
    assert tail.read() == (b"", False)
    file.write_bytes(b"one" + b"x" * 1_000_000 + b"end")
    data, is_behind = tail.read()
    assert is_behind
    assert len(data) == 65_536
    assert data.endswith(b"end")
    tail.close()


def test_the_list_never_goes_back(tmp_path: Path) -> None:
    known = JobList()
    running = plain_job(1)
    done = replace(running, state=JobState.COMPLETED, ended_at_s=NOW_S)
    known.note(done)
    known.note(running)
    assert known.get(running.id) is done
    known.take([running])
    assert known.get(running.id) is done
    known.take([])
    assert len(known) == 0


def test_the_list_holds_what_runs_and_no_more_than_it_shows() -> None:
    known = JobList()
    known.note(plain_job(99_999))
    for number in range(3 * MOST_LISTED):
        known.note(plain_job(number, state=JobState.COMPLETED))
    assert len(known) <= 2 * MOST_LISTED
    assert known.live


def test_the_query_looks_everywhere_a_person_would() -> None:
    job = plain_job(1, title="Mend", working_dir="/home/ada/app", error="Overloaded", model="opus")
    for text in ("mend", "ADA", "overl", "Opus", "claude", job.id):
        assert JobQuery(text=text).shows(job)
    assert not JobQuery(text="nothing").shows(job)


def test_progress_in_words() -> None:
    job = plain_job(4, started_at_s=NOW_S - 250)
    assert progress(job, NOW_S) == "Running for 4 m 10 s"
    assert progress(job, NOW_S, heard_at_s=NOW_S - 45.4) == "Running for 4 m 10 s · silent for 45 s"
    assert progress(job, NOW_S, heard_at_s=NOW_S - 3) == "Running for 4 m 10 s"
    at = datetime(2026, 1, 1, 14, 5).astimezone()
    wait = UpstreamWait(status=429, since_s=at.timestamp() - 60, until_s=at.timestamp())
    refused = progress(replace(job, waiting_on=wait), NOW_S, heard_at_s=NOW_S - 45.4)
    assert refused == "Running for 4 m 10 s · asked again by the CLI: 429 until 14:05"
    never = plain_job(1, state=JobState.CANCELED, started_at_s=None, ended_at_s=NOW_S)
    assert progress(never, NOW_S) == "Canceled"


def test_unknown_figures_are_left_out() -> None:
    assert figures_text(JobFigures()) == ""
    assert figures_text(JobFigures(usage=Usage(output_tokens=0))) == "0 out"
    assert figures_text(FIGURES) == "claude-opus-5-5 · 48.2k in (91 % cached) · 1,204 out · $0.310"


@pytest.mark.parametrize("category", list(ErrorCategory))
def test_every_failure_says_what_to_do(category: ErrorCategory) -> None:
    job = plain_job(1, state=JobState.FAILED, category=category, error="It broke.")
    trouble = trouble_of(job)
    assert trouble is not None
    assert trouble.what == "It broke."
    assert trouble.advice.endswith(".")


def test_what_runs_or_succeeded_has_no_trouble() -> None:
    assert trouble_of(plain_job(1)) is None
    assert trouble_of(plain_job(1, state=JobState.COMPLETED)) is None


def test_counts_in_words() -> None:
    jobs = [plain_job(1), plain_job(2, state=JobState.QUEUED), plain_job(3)]
    assert live_words(jobs) == "2 jobs run, 1 waits"
    assert live_words(jobs[:1]) == "1 job runs"
    assert live_words(jobs[1:2]) == "1 job waits"
    assert live_words([]) == ""
    assert count_words(jobs, total=9) == "2 running · 1 waiting · 3 of 9 jobs"
    assert went_on_words(3) == "3 jobs went on while the app was closed."
    assert went_on_words(0) == ""


def test_a_day_stands_beside_the_time_of_older_ones() -> None:
    today = today_of(NOW_S)
    assert started_text(plain_job(1), today).count(":") == 2
    old = started_text(plain_job(1, asked_at_s=NOW_S - 3 * 86400), today)
    assert old.count(":") == 1
    assert " " in old


def test_facts_show_what_is_unknown_as_unknown() -> None:
    facts = {fact.label: fact for fact in facts_of(plain_job(1))}
    assert facts["Cost"].value == facts["Input tokens"].value == facts["Exit status"].value == "–"
    assert not facts["Session"].can_copy
    whole: Job = plain_job(1, state=JobState.COMPLETED, figures=FIGURES, exit_code=0)
    facts = {fact.label: fact for fact in facts_of(whole)}
    assert facts["Exit status"].value == "0"
    assert facts["From cache"].value == "43,900 (91 %)"
    assert facts["Session"].can_copy


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (None, "–"),
        (Contained(by="bubblewrap"), "Yes, by bubblewrap"),
        (
            Contained(by="bubblewrap", network=Network.LOOPBACK),
            "Yes, by bubblewrap, and it reaches this gateway alone",
        ),
        (
            Contained(by="bubblewrap", network=Network.OFF),
            "Yes, by bubblewrap, and without a network",
        ),
        (Contained(why="No\u202e way."), "No: it sees what you see. No⟨U+202E⟩ way."),
    ],
)
def test_how_far_it_was_contained_is_told(how: Contained | None, words: str) -> None:
    (told,) = (each for each in facts_of(plain_job(1), how) if each.label == "Contained")
    assert told.value == words


def test_the_first_job_is_a_command_only_where_it_would_work() -> None:
    urls = {"OpenAI": "http://127.0.0.1:3333/v1"}
    made = first_job(urls, "/home/a b/access.key", ("codex",), Shell.POSIX)
    assert '"cli":"codex"' in made.command
    assert "'/home/a b/access.key'" in made.command
    assert first_job(urls, "/k", ()).command == ""
    assert "not running" in first_job({}, "/k", ("codex-cli",)).words


@pytest.mark.parametrize("shell", [Shell.POWERSHELL, Shell.CMD])
def test_the_first_job_is_written_for_the_shells_of_windows(shell: Shell) -> None:
    urls = {"OpenAI": "http://127.0.0.1:3333/v1"}
    made = first_job(urls, "C:\\a b\\access.key", ("codex",), shell).command
    assert not any(of_posix in made for of_posix in ("$(cat", "\\\n", "-d '"))
    assert "C:\\a b\\access.key" in made
