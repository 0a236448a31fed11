"""Jobs in the store: ends are fenced, others' jobs are not there, old ones go."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobProcess, JobState
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.jobs.job_store import JobStore
from tests.support.plain_runs import plain_job

pytestmark = pytest.mark.daily


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    store = JobStore(tmp_path / "gateway.db")
    yield store
    store.close()


def _job(number: int = 1, **changes: object) -> Job:
    job = Job(
        id=f"job_{number}",
        owner="me",
        client="editor",
        cli=CliName.CODEX,
        request_key="k",
        asked_at_s=100.0 + number,
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def test_a_job_comes_back_as_it_was(store: JobStore) -> None:
    job = _job(
        state=JobState.RUNNING,
        process=JobProcess(pid=7, started_ticks=8, group=7),
        category=ErrorCategory.CLI,
        retryable=False,
        output_truncated=True,
        figures=JobFigures(usage=Usage(input_tokens=3), cost_usd=0.5, model="m"),
    )
    store.add(job)
    assert store.get("job_1") == job
    assert store.live() == [job]


def test_a_job_names_the_newest_that_goes_on_from_it(store: JobStore) -> None:
    store.add(_job(1))
    assert store.get("job_1") == _job(1)
    store.add(_job(2, handed_from="job_1", state=JobState.COMPLETED))
    store.add(_job(3, handed_from="job_1", state=JobState.FAILED))
    assert [each.handed_to for each in store.recent("me")] == ["", "", "job_3"]
    store.move(_job(1, state=JobState.CANCELED))
    [first] = [each for each in store.recent() if each.id == "job_1"]
    assert (first.state, first.handed_to) == (JobState.CANCELED, "job_3")
    store.delete(["job_3"])
    assert store.get("job_1") == _job(1, state=JobState.CANCELED, handed_to="job_2")
    assert store.get("job_2") == _job(2, handed_from="job_1", state=JobState.COMPLETED)


def test_the_first_end_stays(store: JobStore) -> None:
    running = _job(state=JobState.RUNNING)
    store.add(running)
    canceled = replace(running, state=JobState.CANCELED, error="stopped")
    assert store.move(canceled)
    assert not store.move(replace(running, state=JobState.COMPLETED, exit_code=0))
    assert not store.move(running, since=[JobState.RUNNING])
    assert store.get("job_1") == canceled
    assert store.live() == []


def test_a_queued_job_does_not_complete_without_having_run(store: JobStore) -> None:
    store.add(_job())
    assert not store.move(_job(state=JobState.COMPLETED))
    assert store.move(_job(state=JobState.RUNNING))
    assert store.move(_job(state=JobState.RUNNING, stdout_bytes=5), since=[JobState.RUNNING])
    assert store.get("job_1") == _job(state=JobState.RUNNING, stdout_bytes=5)


def test_somebody_elses_is_not_there(store: JobStore) -> None:
    store.add(_job())
    assert store.get("job_1", "other") is None
    assert store.recent("other") == []
    assert [job.id for job in store.recent("me")] == ["job_1"]


def test_the_same_request_finds_a_run_that_was_completed_lately(
    store: JobStore,
) -> None:
    store.add(_job(1, state=JobState.FAILED, ended_at_s=150.0))
    assert store.same("k", 0.0) is None
    store.add(_job(2, state=JobState.COMPLETED, ended_at_s=150.0))
    assert store.same("k", 151.0) is None
    assert (found := store.same("k", 150.0)) is not None
    assert found.id == "job_2"


def test_old_jobs_go_and_live_ones_stay(store: JobStore) -> None:
    store.add(_job(1, state=JobState.FAILED, expires_at_s=10.0))
    store.add(_job(2, state=JobState.FAILED, expires_at_s=30.0))
    store.add(_job(3))
    assert store.expired(20.0) == ["job_1"]
    store.delete(["job_1", "job_3"])
    assert [job.id for job in store.recent()] == ["job_3", "job_2"]


def test_jobs_are_found_by_what_they_were_asked_in(store: JobStore) -> None:
    store.add(_job(1, session_id="gws_1", correlation_id="c"))
    store.add(_job(2, session_id="gws_1", correlation_id="c"))
    store.add(_job(3, session_id="gws_1", correlation_id="c", owner="other"))
    store.add(_job(4))
    assert [job.id for job in store.of_session("gws_1", "me", limit=9)] == ["job_2", "job_1"]
    assert [job.id for job in store.of_session("gws_1", "me", limit=1)] == ["job_2"]
    found = store.of_correlation("c", "me")
    assert found is not None
    assert found.id == "job_2"
    assert store.of_correlation("c", "nobody") is None
    assert store.of_correlation("none", "me") is None


def test_jobs_that_go_on_what_others_do(store: JobStore) -> None:
    store.add(plain_job(1, session_id="gws_1"))
    store.add(plain_job(2, session_id="gws_1"))
    store.add(plain_job(3, session_id="gws_2"))
    store.add(plain_job(4, handed_from=plain_job(3).id))
    store.add(plain_job(5))

    def beside(*numbers: int) -> list[int]:
        found = store.beside([plain_job(each).id for each in numbers])
        return sorted(int(each.removeprefix("job_"), 16) for each in found)

    assert beside(1) == beside(2) == [1, 2]
    assert beside(3) == beside(4) == [3, 4]
    assert beside(5) == [5]
    assert beside(1, 4) == [1, 2, 3, 4]
    assert beside() == []


def test_sums_are_an_owners_by_cli_and_state(store: JobStore) -> None:
    done = {"state": JobState.COMPLETED, "asked_at_s": 100.0}
    store.add(_job(1, **done, ended_at_s=101.0))
    store.add(_job(2, **done, ended_at_s=103.0))
    store.add(_job(3, cli=CliName.CLAUDE, state=JobState.FAILED))
    store.add(_job(4, **done, ended_at_s=200.0, owner="other"))
    sums = sorted((each.cli, each.state, each.count, each.mean_ms) for each in store.sums("me"))
    assert sums == [
        (CliName.CLAUDE, JobState.FAILED, 1, None),
        (CliName.CODEX, JobState.COMPLETED, 2, 2000.0),
    ]
    assert store.sums("nobody") == []
