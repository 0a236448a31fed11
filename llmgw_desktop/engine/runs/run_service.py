"""Asks for runs by public fields and tells what came of them: what doors call.

Who waits for a run waits no longer than `[jobs] sync_deadline_ms` says; the run goes on.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import replace

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliEvent, CliName, CliRequest
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.cache_state import LinkedFlights
from llmgw_desktop.domain.jobs.cli_settings import ContainSettings
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchJob
from llmgw_desktop.domain.jobs.submission import HandedOver, RunReply, Submission, Submitted
from llmgw_desktop.domain.jobs.workspace import Worktree
from llmgw_desktop.domain.settings.tables import JobSettings
from llmgw_desktop.domain.usage import AnswerShape
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.reading import RawOutput
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.runs.admission import Admission, Admitted, operation_of
from llmgw_desktop.engine.runs.cache_states import CacheStates
from llmgw_desktop.engine.runs.fields import RunAsked, RunDefaults, read_fields
from llmgw_desktop.engine.runs.prompt import said_in, shaped
from llmgw_desktop.engine.runs.run_flights import Charge, RunFlights
from llmgw_desktop.engine.runs.sessions import SessionPlan, Sessions, session_plan
from llmgw_desktop.engine.workspaces.worktrees import Worktrees


class RunService:
    """Everything is its owner's: of others' jobs and sessions nobody learns that they are there."""

    def __init__(
        self,
        supervisor: Supervisor,
        sessions: Sessions,
        clis: Mapping[CliName, Cli],
        *,
        admission: Admission,
        flights: RunFlights,
        caches: CacheStates,
    ) -> None:
        """Settings come by `apply`, before anybody asks."""
        self.workspaces = admission.workspaces
        self._admission = admission
        self.sessions = sessions
        self._supervisor = supervisor
        self._clis = clis
        self._flights = flights
        self._caches = caches
        self._deadline_ms = JobSettings().sync_deadline_ms
        self._submitting = Tasks()
        self._waits: set[asyncio.Timeout] = set()
        self._lets_go = False
        """Of those who wait for a run."""
        self._defaults = RunDefaults()

    @property
    def worktrees(self) -> Worktrees:
        return self._admission.worktrees

    def apply(self, jobs: JobSettings, defaults: RunDefaults) -> None:
        self._deadline_ms = jobs.sync_deadline_ms
        self._defaults = defaults
        self.sessions.apply(jobs.session_ttl_s)

    async def ask(
        self,
        cli: str,
        fields: Mapping[str, object],
        principal: Principal,
        *,
        wait: bool,
        project: str = "",
        began: Callable[[Job], None] = lambda _: None,
    ) -> RunReply:
        """A job that ended, or one that goes on. Raises InvalidRun, NoSuchWorkspace, SessionBusy,
        ApprovalDenied, Saturated: then nothing was made. `began` is told of the job before it is
        waited for."""
        named = self.cli(cli)
        operation = operation_of(named, waits=wait)
        begun = await self._begun(named, fields, principal, project=project, operation=operation)
        began(begun.submitted.job)
        return await self._waited(begun, wait=wait)

    async def ask_at(
        self,
        operation: str,
        cli: str,
        fields: Mapping[str, object],
        principal: Principal,
        *,
        wait: bool,
        project: str = "",
    ) -> RunReply:
        """As `ask`, for a door that has another name for it than MCP clients: the gate keeps it."""
        begun = await self._begun(
            self.cli(cli), fields, principal, project=project, operation=operation
        )
        return await self._waited(begun, wait=wait)

    async def _waited(self, begun: "_Begun", *, wait: bool) -> RunReply:
        job = begun.submitted.job
        if wait and job.is_live and not self._lets_go:
            within_s = self._deadline_ms / 1000 or None
            patience = asyncio.timeout(within_s)
            self._waits.add(patience)
            try:
                async with patience:
                    job = await self._supervisor.wait(job.id) or job
            except TimeoutError:
                job = self._supervisor.get(job.id) or job
            finally:
                self._waits.discard(patience)
        return await self._reply(job, begun)

    def let_waits_go(self) -> None:
        """The program ends: who waits, or would from now on, is told of a job that goes on."""
        self._lets_go = True
        now = asyncio.get_running_loop().time()
        for patience in self._waits:
            if not patience.expired():
                patience.reschedule(now)

    async def ask_after(
        self, handed: HandedOver, cli: str, fields: Mapping[str, object], principal: Principal
    ) -> RunReply:
        """In the place of another job; not waited for. Raises as `ask`."""
        named = self.cli(cli)
        told = {"project": handed.project, "operation": operation_of(named, waits=False)}
        begun = await self._begun(named, fields, principal, handed=handed, **told)
        return await self._reply(begun.submitted.job, begun)

    async def ask_to_read(
        self, cli: str, fields: Mapping[str, object], principal: Principal, *, project: str = ""
    ) -> RunReply:
        """Not waited for. The gateway itself chose the CLI's fields, so that it changes nothing:
        the gate is not asked. Raises as `ask`."""
        begun = await self._begun(self.cli(cli), fields, principal, project=project, operation="")
        return await self._reply(begun.submitted.job, begun)

    async def _begun(
        self,
        cli: Cli,
        fields: Mapping[str, object],
        principal: Principal,
        *,
        project: str,
        operation: str,
        handed: HandedOver | None = None,
    ) -> "_Begun":
        """`operation`: for the gate; empty: it is not asked."""
        admission, is_ours = self._admission, not operation
        asked = await self._understood(cli, admission.fields_of(fields, principal))
        tree = handed.worktree if handed else ""
        admitted = await admission.placed(asked, principal, is_ours=is_ours, worktree=tree)
        plan = await asyncio.to_thread(session_plan, self.sessions, admitted.asked, principal)
        admitted, plan = await admission.going_on(admitted, plan, principal)
        if not is_ours:
            admitted = await admission.passed(admitted, principal, operation=operation)
        asked = await asyncio.to_thread(self._warned, admitted.asked, plan, principal)
        admitted = replace(admitted, asked=asked, handed=handed)
        work = self._submit(admitted, plan, principal, project)
        # Whole, though its caller leaves meanwhile: half of a job would be nobody's.
        begun: _Begun | LlmgwError = await asyncio.shield(
            self._submitting.start(work, name="submit a run")
        )
        if isinstance(begun, LlmgwError):
            raise begun
        return begun

    async def _submit(
        self, admitted: Admitted, plan: SessionPlan, principal: Principal, project: str
    ) -> "_Begun | LlmgwError":
        trees, tree = self._admission.worktrees, None
        charge = Charge(self._flights.spending)
        try:
            tree, plan = await self._admission.in_worktree(admitted, plan, principal)
            submission = self._submission(admitted, plan, principal, project)
            await self._flights.guards.check(
                submission.flight_id, principal, submission.request.cli, said_in(submission)
            )
            charge.take(principal, submission)
            submitted = await self._supervisor.submit(submission)
            if tree is not None:
                await trees.used(tree, submitted.job.id)
        except LlmgwError as error:
            if tree is not None:
                await trees.undo(tree)
            charge.give_back()
            return error
        except BaseException:  # a fault of ours is nothing that was spent
            charge.give_back()
            raise
        charge.keep(submitted)
        return _Begun(admitted=admitted, plan=plan, submitted=submitted, worktree=tree)

    async def _understood(self, cli: Cli, fields: Mapping[str, object]) -> RunAsked:
        """To make a long prompt shorter takes a while."""
        if fields.get("optimizePrompt"):
            return await asyncio.to_thread(read_fields, cli, fields, self._defaults)
        return read_fields(cli, fields, self._defaults)

    def _warned(self, asked: RunAsked, plan: SessionPlan, principal: Principal) -> RunAsked:
        more = self._caches.warnings(
            asked.cli.name,
            principal.client_id,
            prefix_hash=asked.facts.stable_prefix_hash,
            session_id=plan.use.id if plan.use is not None and not plan.use.is_new else "",
        )
        return replace(asked, warnings=(*asked.warnings, *more)) if more else asked

    def cli(self, name: str) -> Cli:
        """Raises InvalidRun."""
        try:
            return self._clis[CliName(name)]
        except (ValueError, KeyError) as error:
            known = ", ".join(each.value for each in self._clis)
            raise InvalidRun(f"it must be one of {known}", field="cli") from error

    async def reply(self, job_id: str, owner: str) -> RunReply:
        """What is known of a job. Raises NoSuchJob."""
        job = await asyncio.to_thread(self._supervisor.get, job_id, owner)
        if job is None:
            raise NoSuchJob(job_id)
        return await self._said(job, job.answer_shape)

    async def _said(self, job: Job, shape: AnswerShape) -> RunReply:
        result = await self._supervisor.said(job)
        text, saving = result.text, None
        if text and result.structured is None and not job.is_live:
            text, saving = await asyncio.to_thread(shaped, text, shape)
        return RunReply(
            job=result.job,
            text=text,
            prompt_saving=job.prompt_facts.prompt_saving,
            answer_saving=saving,
            structured=result.structured,
            stop_reason=result.stop_reason,
            stderr=result.stderr,
            contained=result.contained,
            correlation_id=result.job.correlation_id,
            provider_session_id=result.job.figures.provider_session_id,
            warnings=result.warnings,
        )

    def job(self, job_id: str, owner: str) -> Job:
        """Raises NoSuchJob."""
        job = self._supervisor.get(job_id, owner)
        if job is None:
            raise NoSuchJob(job_id)
        return job

    async def with_flights(self, job: Job) -> tuple[Job, LinkedFlights]:
        """The flights of its own requests; of one that goes on, its figures are theirs so far."""
        linked = await self._flights.links.flights(job)
        if job.is_live and linked.have_tokens:
            figures = replace(job.figures, usage=linked.usage, cost_usd=linked.cost_usd)
            model = figures.model or linked.model
            figures = replace(figures, model=model, requests=linked.count)
            job = replace(job, figures=figures)
        return job, linked

    def jobs(
        self,
        owner: str,
        *,
        states: Collection[JobState] = (),
        cli: CliName | None = None,
        limit: int = 100,
    ) -> list[Job]:
        """Newest first."""
        return self._supervisor.list(owner, states=states, cli=cli, limit=limit)

    def live(self) -> tuple[Job, ...]:
        """Everybody's that wait or run."""
        return self._supervisor.live

    def events(
        self,
        job_id: str,
        owner: str,
        *,
        after: int = 0,
        caught_up: Callable[[], None] = lambda: None,
    ) -> AsyncIterator[CliEvent]:
        """From the beginning, but for the first `after`, and on until the job ends; `caught_up`
        is told whenever all that was said so far has been read. Raises NoSuchJob."""
        self.job(job_id, owner)
        return self._supervisor.watch(job_id, owner=owner, after=after, caught_up=caught_up)

    async def check_readable(self, job: Job) -> None:
        """Raises VaultError where what it said is encrypted and cannot be opened now."""
        await self._supervisor.check_readable(job)

    def standing(self, job_id: str, owner: str, *, told: Job | None = None) -> AsyncIterator[Job]:
        """The job whenever it waits for something else than was `told`, or goes on. Raises
        NoSuchJob."""
        self.job(job_id, owner)
        return self._supervisor.standing(job_id, owner=owner, told=told)

    async def raw_output(self, job_id: str, owner: str) -> RawOutput:
        """As its CLI wrote it, to be read in a thread. Raises NoSuchJob."""
        raw = await asyncio.to_thread(self._supervisor.raw_output, job_id, owner)
        if raw is None:
            raise NoSuchJob(job_id)
        return raw

    async def cancel(self, job_id: str, owner: str) -> Job:
        """As it stands when nothing of it runs any more. Raises NoSuchJob."""
        job = await self._supervisor.cancel(job_id, owner)
        if job is None:
            raise NoSuchJob(job_id)
        return job

    async def go_on(self, job_id: str, owner: str, *, now: bool) -> Job:
        """Of a parked one: that it may go on when its limit is over, or `now`. Raises NoSuchJob,
        JobNotParked."""
        job = await self._supervisor.go_on(job_id, owner, now=now)
        if job is None:
            raise NoSuchJob(job_id)
        return job

    async def delete(self, job_id: str, owner: str) -> None:
        """Raises NoSuchJob, JobStillLive."""
        if not await self._supervisor.delete(job_id, owner):
            raise NoSuchJob(job_id)

    def _submission(
        self, admitted: Admitted, plan: SessionPlan, principal: Principal, project: str
    ) -> Submission:
        asked, place = admitted.asked, admitted.place
        return Submission(
            request=CliRequest(
                cli=asked.cli.name,
                prompt=asked.prompt,
                model=asked.model,
                session=plan.wish,
                session_id=plan.provider_id,
                working_dir=plan.working_dir,
                options=asked.options,
                mcp_servers=asked.mcp_servers,
                is_managed=admitted.is_managed,
                asks=asked.asks,
            ),
            owner=principal.client_id,
            client=principal.name,
            label=principal.label,
            by_hand=principal.sits_here,
            correlation_id=asked.correlation_id or str(uuid.uuid4()),
            flight_id=self._flights.new_id(),
            has_own_flight=True,
            session=plan.use,
            project=project,
            force_refresh=asked.force_refresh,
            replay=asked.replay,
            snapshot=asked.snapshot and (place is None or place.workspace.snapshot),
            idle_timeout_s=asked.idle_timeout_s,
            limit_wait=asked.limit_wait,
            prompt_facts=asked.facts,
            answer_shape=asked.answer_shape,
            workspace=place.workspace.alias if place else "",
            workspace_top=self._admission.top(admitted, plan),
            containment=place.workspace.containment if place else ContainSettings(),
            is_remote=principal.is_remote,
            handed_from=admitted.handed.job_id if admitted.handed else "",
            has_other_account=bool(admitted.handed and admitted.handed.has_other_account),
        )

    async def _reply(self, job: Job, begun: "_Begun") -> RunReply:
        admitted, submitted = begun.admitted, begun.submitted
        asked, chosen = admitted.asked, "" if submitted.deduped else begun.plan.chosen_id
        told = RunReply(job=job) if job.is_live else await self._said(job, asked.answer_shape)
        return replace(
            told,
            prompt_saving=asked.facts.prompt_saving,
            deduped=submitted.deduped,
            earlier=submitted.earlier,
            correlation_id=asked.correlation_id or job.correlation_id,
            provider_session_id=told.provider_session_id or chosen or None,
            warnings=(*asked.warnings, *told.warnings),
            approval=admitted.approval,
            mcp_servers=admitted.servers,
            worktree=begun.worktree,
        )


@value
class _Begun:
    admitted: Admitted
    plan: SessionPlan
    submitted: Submitted
    worktree: Worktree | None
