"""A run as a flight: held to what its client may spend, opened, told of, closed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace

import orjson

from llmgw_desktop.domain.access.principal import Principal, kind_of
from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.cli_settings import provider_of
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState
from llmgw_desktop.domain.jobs.submission import JobResult, Submission, Submitted
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import NO_FACTS, UNKNOWN_USAGE
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.guards.guards import RunGuards
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.policy.spending import NOTHING_MORE, RunSpending
from llmgw_desktop.engine.runs.prompt import shaped
from llmgw_desktop.engine.runs.run_links import RunLinks


class Charge:
    """What one run takes on as it is asked for."""

    def __init__(self, spending: RunSpending) -> None:
        self._spending = spending
        self._flight_id = ""

    def take(self, principal: Principal, submission: Submission) -> None:
        """Under the name of its flight, which is known before it begins. Raises PolicyError."""
        request = submission.request
        self._spending.begin(
            submission.flight_id,
            principal,
            request.cli,
            (request.model, request.prompt),
            further=tuple(_further_models(request.options)),
        )
        self._flight_id = submission.flight_id

    def keep(self, submitted: Submitted) -> None:
        """Until it ends. Where another's run does the same nothing is spent."""
        if submitted.deduped:
            self.give_back()

    def give_back(self) -> None:
        if self._flight_id:
            self._spending.not_begun(self._flight_id)


def _further_models(options: Mapping[str, object]) -> Iterator[str]:
    """Models that a run's own fields name beside its model, or instead of it."""
    fallback, overrides = options.get("fallbackModel"), options.get("configOverrides")
    if isinstance(fallback, str):
        yield from (each.strip() for each in fallback.split(",") if each.strip())
    if isinstance(overrides, Mapping):
        named = (overrides[name] for name in overrides if name.rpartition(".")[2].endswith("model"))
        yield from (each for each in named if isinstance(each, str))


PATH = "/v1/jobs"
_CLOSE_PATIENCE_S = 10.0
_ASKED = (("content-type", "application/json"),)
_ANSWERED = (("content-type", "text/plain; charset=utf-8"),)
_STATES = {
    JobState.FAILED: FlightState.FAILED,
    JobState.CANCELED: FlightState.CANCELED,
    JobState.ORPHANED: FlightState.LOST,
}
_log = logging.getLogger(__name__)


class RunFlights:
    """Told of every change of a job; `said` reads what a run said."""

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        said: Callable[[Job, int | None], Awaitable[JobResult]],
        *,
        links: RunLinks,
        spending: RunSpending,
        guards: RunGuards,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._said = said
        self._open: dict[str, OpenFlight] = {}
        self._closing = Tasks()
        self.links = links
        """The flights of their own requests."""
        self.spending = spending
        self.guards = guards
        """What their prompts may hold."""

    def new_id(self) -> str:
        """Of a run's flight, before there is one."""
        return self._recorder.new_id()

    def changed(self, job: Job, asked: Submission) -> None:
        if not asked.has_own_flight or not job.flight_id:
            return
        flight = self._open.get(job.id)
        if flight is None:
            flight = self._open[job.id] = self._opened(job, asked)
            self._charge(job, asked)
        if job.state is JobState.RUNNING and not flight.phases:
            flight.connected()
        elif not job.is_live:
            del self._open[job.id]
            self._closing.start(self._close(flight, job), name=f"close the flight of {job.id}")

    async def close(self) -> None:
        """Those of runs that go on stay open in the record."""
        await self._closing.finish(_CLOSE_PATIENCE_S)
        for flight in self._open.values():
            self._recorder.leave(flight)
        self._open.clear()

    def _charge(self, job: Job, asked: Submission) -> None:
        """One that an earlier program began."""
        principal = Principal(
            client_id=job.owner,
            name=job.client,
            scopes=frozenset(),
            kind=kind_of(job.owner),
            label=asked.label,
        )
        request = asked.request
        said = (request.model, request.prompt)
        self.spending.goes_on(job.flight_id, principal, job.cli, said)

    def _opened(self, job: Job, asked: Submission) -> OpenFlight:
        flight = self._recorder.open(
            PATH, ModelProtocol.CLI, Operation.GENERATE, flight_id=job.flight_id
        )
        waited_s = max(self._clock.now_s() - job.asked_at_s, 0.0)
        flight.began_before(waited_s, job.asked_at_s)
        flight.came_from(job.client, job.owner, label=asked.label, job=job.id)
        flight.is_run_of(provider_of(job.cli), job.model)
        flight.came_with(_ASKED)
        flight.received(_as_asked(asked))
        flight.guarded(self.guards.hits(job.flight_id))
        if asked.prompt_facts != NO_FACTS:
            flight.prompted(asked.prompt_facts)
        return flight

    async def _close(self, flight: OpenFlight, job: Job) -> None:
        has_begun = bool(flight.phases)
        try:
            await self._fill(flight, job)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - its figures are worth keeping all the same
            _log.warning("what %s said is missing in its flight", job.id, exc_info=True)
        finally:
            self.links.claim(flight)
            _count_beside(flight, job.figures)
            self._recorder.close(flight)
            self._settle(job, flight, has_begun=has_begun)

    def _settle(self, job: Job, flight: OpenFlight, *, has_begun: bool) -> None:
        """What ended while it waited for its turn has spent nothing."""
        if not has_begun and job.state is JobState.CANCELED:
            self.spending.not_begun(job.flight_id)
            return
        if not flight.is_counted:
            self.spending.ended(job.flight_id, NOTHING_MORE, 0.0)
            return
        # what it used beside its requests is what its flight has; it was told, and whole
        is_whole = job.state not in _STATES or job.figures.requests is not None
        self.spending.ended(job.flight_id, flight.usage, flight.cost_usd, is_whole=is_whole)

    async def _fill(self, flight: OpenFlight, job: Job) -> None:
        if flight.phases:
            flight.goes_on()
        flight.used(job.figures.usage)
        flight.costs(job.figures.cost_usd)
        flight.ran(1 + job.retries, job.figures.model or job.model or None)
        if (state := _STATES.get(job.state)) is not None:
            flight.fail(state, str(job.category or job.state), job.error)
        if not flight.keep_limit and not job.answer_shape:
            return
        # What is made shorter is told of the whole.
        most_bytes = None if job.answer_shape else flight.keep_limit
        said = await self._said(job, most_bytes)
        flight.stopped(said.stop_reason)
        if job.answer_shape and said.structured is None and said.text:
            _, saving = await asyncio.to_thread(shaped, said.text, job.answer_shape)
            flight.prompted(replace(job.prompt_facts, answer_saving=saving))
        if not flight.keep_limit:
            return
        flight.heard(_ANSWERED)
        flight.keep(said.text.encode("utf-8", "replace"))
        if said.left_out_bytes:
            flight.left_out(said.left_out_bytes)


def _count_beside(flight: OpenFlight, figures: JobFigures) -> None:
    """What a run asked elsewhere, beside the requests that passed here, is its own flight's."""
    if not flight.is_counted and figures.beside != UNKNOWN_USAGE:
        flight.used(figures.beside)
        flight.costs(figures.beside_usd)
        flight.counts_itself()


def _as_asked(asked: Submission) -> bytes:
    """In the words of the door, so that it can be sent again."""
    request, session = asked.request, asked.session
    said: dict[str, object] = {"cli": request.cli, "prompt": request.prompt, "model": request.model}
    if session is not None and not session.is_new:
        said["sessionId"] = session.id
    if request.session is SessionWish.FORK:
        said |= {"sessionId": request.session_id, "forkSession": True}
    if request.session is SessionWish.CONTINUE:
        said["resumeLatest"] = True
    said |= {"workingDir": request.working_dir, **request.options}
    return orjson.dumps({name: value for name, value in said.items() if value != ""})
