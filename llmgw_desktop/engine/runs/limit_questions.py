"""Jobs that wait at their vendor's limit, and for a person's word that they may go on, as items of
the one list.

A job that goes on by itself asks nobody and stands in no list.
"""

from collections.abc import Callable, Iterator

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.run_errors import JobNotParked
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.questions.waiting.item import (
    GivenAnswer,
    OpenQuestion,
    QuestionChoice,
    QuestionKind,
    QuestionOutcome,
    line_of,
)

GO_ON, NOW, STOP = "go_on", "now", "stop"
_CHOICES = (
    QuestionChoice(id=GO_ON, words="Go on after it", allows=True),
    QuestionChoice(id=NOW, words="Go on now", allows=True),
    QuestionChoice(id=STOP, words="End it", allows=False),
)
_SILENCE = "It waits on; nothing is lost."


class LimitSource:
    event: type[Event] = JobChanged

    def __init__(self, supervisor: Supervisor, clock: Clock) -> None:
        self._supervisor, self._clock = supervisor, clock
        self._told: set[str] = set()
        """Ids of the jobs that are in the list."""
        self._given: dict[str, GivenAnswer] = {}
        """Answers that are being done, by job: each counts once."""

    @property
    def waiting(self) -> Iterator[OpenQuestion]:
        for job in self._supervisor.live:
            if _asks(job):
                self._told.add(job.id)
                yield _item(job)

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        if not isinstance(event, JobChanged):
            return None
        job = event.job
        if _asks(job):
            self._told.add(job.id)
            return _item(job)
        if job.id not in self._told:
            return None
        self._told.discard(job.id)
        given = self._given.get(job.id)
        choice = given.choice if given else GO_ON if job.is_live else STOP
        return QuestionOutcome(
            id=question_id_of(job.id),
            choice=choice,
            allowed=choice != STOP,
            way=str(given.place) if given else "elsewhere",
            person=given.person if given else "",
            at_s=given.at_s if given else self._clock.now_s(),
        )

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        """Raises StoreError where it cannot be kept."""
        job = self._job(question_id)
        if job is None or not _asks(job) or job.id in self._given:
            return False
        self._given[job.id] = answer
        try:
            if answer.choice == STOP:
                return await self._supervisor.cancel(job.id) is not None
            now = answer.choice == NOW
            return await self._supervisor.go_on(job.id, now=now) is not None
        except JobNotParked:
            return False
        finally:
            del self._given[job.id]

    def attend(self) -> Callable[[], None]:
        """It waits whether anybody looks or not."""
        return lambda: None

    def _job(self, question_id: str) -> Job | None:
        lives = self._supervisor.live
        return next((each for each in lives if question_id_of(each.id) == question_id), None)


def question_id_of(job_id: str) -> str:
    return f"lim_{job_id.removeprefix('job_')}"


def _asks(job: Job) -> bool:
    return job.limit_wait is not None and job.limit_wait.asks


def _item(job: Job) -> OpenQuestion:
    assert job.limit_wait is not None
    title, in_words = cli_of(job.cli).title, job.limit_wait.in_words
    return OpenQuestion(
        id=question_id_of(job.id),
        kind=QuestionKind.LIMIT,
        title=line_of(f"{title} waits at a limit: {job.title or job.id}"),
        words=f"{in_words[0].upper()}{in_words[1:]}.",
        details=(("In the vendor's words", job.limit_wait.reason),)
        if job.limit_wait.reason
        else (),
        client=job.client,
        client_id=job.owner,
        cli=str(job.cli),
        model=job.figures.model or job.model,
        program=title,
        job_id=job.id,
        session=job.session_id,
        folder=job.working_dir,
        since_s=job.limit_wait.since_s,
        until_s=None,
        silence=_SILENCE,
        loses=False,
        blocks=line_of(f"job {job.title or job.id}"),
        group=f"limit {job.cli}",
        choices=_CHOICES,
        native=job.limit_wait,
    )
