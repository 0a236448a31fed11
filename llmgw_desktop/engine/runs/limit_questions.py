"""Jobs that wait at their vendor's limit, and for a person's word that they may go on, as items of
the one list; and all that wait since what is left of one window is kept, as one item.

A job that goes on by itself when its vendor's limit is over asks nobody and stands in no list.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

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
MOVE = "move"
_OF_WINDOW = (
    QuestionChoice(id=NOW, words="Go on once", allows=True),
    QuestionChoice(id=MOVE, words="Move the line to half", allows=True, for_several=False),
    QuestionChoice(id=GO_ON, words="Wait until it begins anew", allows=True),
    QuestionChoice(id=STOP, words="End it", allows=False),
)
_MOST_NAMED = 10


class LimitSource:
    event: type[Event] = JobChanged

    def __init__(self, supervisor: Supervisor, clock: Clock) -> None:
        self._supervisor, self._clock = supervisor, clock
        self._told: set[str] = set()
        """Ids of the questions that are in the list."""
        self._of: dict[str, str] = {}
        """Of each job that asks, its question's."""
        self._given: dict[str, GivenAnswer] = {}
        """Answers that are being done, by question: each counts once."""

    @property
    def waiting(self) -> Iterator[OpenQuestion]:
        for question_id, jobs in self._asking().items():
            self._of |= dict.fromkeys((job.id for job in jobs), question_id)
            self._told.add(question_id)
            yield _item(question_id, jobs)

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        if not isinstance(event, JobChanged):
            return None
        job, before = event.job, self._of.pop(event.job.id, "")
        question_id = before or (question_id_of(job) if _asks(job) else "")
        if not question_id:
            return None
        if _asks(job):
            self._of[job.id] = question_id
        jobs = self._asking().get(question_id)
        if jobs:
            self._told.add(question_id)
            return _item(question_id, jobs)
        if question_id not in self._told:
            return None
        self._told.discard(question_id)
        given = self._given.get(question_id)
        choice = given.choice if given else GO_ON if job.is_live else STOP
        return QuestionOutcome(
            id=question_id,
            choice=choice,
            allowed=choice != STOP,
            way=str(given.place) if given else "elsewhere",
            person=given.person if given else "",
            at_s=given.at_s if given else self._clock.now_s(),
        )

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        """Raises StoreError where it cannot be kept."""
        jobs = self._asking().get(question_id)
        if not jobs or question_id in self._given:
            return False
        self._given[question_id] = answer
        try:
            if answer.choice == MOVE:
                return self._supervisor.parked.move_line(jobs[0])
            done = [await self._done(job, answer.choice) for job in jobs]
            return any(done)
        finally:
            del self._given[question_id]

    async def _done(self, job: Job, choice: str) -> bool:
        try:
            if choice == STOP:
                return await self._supervisor.cancel(job.id) is not None
            return await self._supervisor.go_on(job.id, now=choice == NOW) is not None
        except JobNotParked:
            return False

    def attend(self) -> Callable[[], None]:
        """It waits whether anybody looks or not."""
        return lambda: None

    def _asking(self) -> dict[str, list[Job]]:
        """By their questions; oldest first."""
        found: dict[str, list[Job]] = {}
        for job in self._supervisor.live:
            if _asks(job):
                found.setdefault(question_id_of(job), []).append(job)
        return found


def question_id_of(job: Job) -> str:
    """Jobs that wait below one line have one question together."""
    window = job.limit_wait.window if job.limit_wait is not None else ""
    if window:
        return f"win_{blake2b(window.encode(errors='replace'), digest_size=8).hexdigest()}"
    return f"lim_{job.id.removeprefix('job_')}"


def _asks(job: Job) -> bool:
    return job.limit_wait is not None and job.limit_wait.asks


def _item(question_id: str, jobs: Sequence[Job]) -> OpenQuestion:
    job = jobs[0]
    wait = job.limit_wait
    assert wait is not None
    title, in_words = cli_of(job.cli).title, wait.in_words
    names = [each.title or each.id for each in jobs]
    told = OpenQuestion(
        id=question_id,
        kind=QuestionKind.LIMIT,
        title=line_of(f"{title} waits at a limit: {names[0]}"),
        words=f"{in_words[0].upper()}{in_words[1:]}.",
        details=(("In the vendor's words", wait.reason),) if wait.reason else (),
        client=job.client,
        client_id=job.owner,
        cli=str(job.cli),
        model=job.figures.model or job.model,
        program=title,
        job_id=job.id,
        session=job.session_id,
        folder=job.working_dir,
        since_s=wait.since_s,
        until_s=None,
        silence=_SILENCE,
        loses=False,
        blocks=line_of(f"job {names[0]}"),
        group=f"limit {job.cli}",
        choices=_CHOICES,
        native=wait,
    )
    if not wait.window:
        return told
    what = f"{len(jobs):,} jobs wait" if len(jobs) > 1 else f"{title} waits"
    more = [f"and {len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return replace(
        told,
        title=line_of(f"{what} below the line of {wait.window}"),
        words=wait.reason,
        details=(("Jobs", "\n".join((*names[:_MOST_NAMED], *more))),),
        blocks=line_of(f"job {names[0]}" if len(jobs) == 1 else f"{len(jobs):,} jobs"),
        group="",
        choices=_OF_WINDOW,
    )
