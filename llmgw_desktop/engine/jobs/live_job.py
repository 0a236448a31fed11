"""A job while it lives: what is known of it, whether a run that failed is started again, and its
talk with a person.
"""

import asyncio
import errno
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.dialogue import BEGUN, Dialogue
from llmgw_desktop.domain.cli import ErrorCategory, SessionWish
from llmgw_desktop.domain.events import UpstreamTold
from llmgw_desktop.domain.jobs.approval import AskingJob
from llmgw_desktop.domain.jobs.job import (
    EXIT_IDLE_TIMEOUT,
    EXIT_TIMEOUT,
    Job,
    JobFigures,
    JobState,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.mcp_server import Servers
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.launch import Launch, Launcher
from llmgw_desktop.engine.jobs.outcome import RunAccount, RunStop, RunVerdict
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.refusals import RefusalWatch
from llmgw_desktop.engine.jobs.runner import Followed, Run
from llmgw_desktop.engine.jobs.spool import Said, SaidReader
from llmgw_desktop.engine.jobs.talk import Talk, TalkParts

_TITLE = 120


@dataclass(slots=True, kw_only=True)
class LiveJob:
    """`job` is its row as it is now."""

    job: Job
    asked: Submission
    cli: Cli
    folder: JobFolder
    launch: Launch | None = None
    """None of one that was started by another program."""
    run: Run | None = None
    refusals: RefusalWatch | None = None
    told_early: UpstreamTold | None = None
    """Of its upstream, before anybody watched: a CLI may ask in the moment in which it begins."""
    """Of `run`."""
    stop_asked: RunStop | None = None
    waited_s: float = 0.0
    """How long it has been parked, all times together: that is no part of its time to run."""
    was_parked: bool = False
    """Its next run is the one that goes on with it."""
    before: JobFigures | None = None
    """What its runs used until it was parked last."""
    may_go_on: bool = False
    """A person said so, where one is asked."""
    goes_now: bool = False
    """A person said so: its next run begins whatever is kept of a window."""
    queue_timer: asyncio.TimerHandle | None = None
    is_ending: bool = False
    """Its last word is being written."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """There is more to read, or it has ended."""
        more, self._more = self._more, asyncio.Event()
        more.set()

    async def more(self) -> None:
        if not self.ended.is_set():
            await self._more.wait()

    def stop(self, why: RunStop) -> None:
        if self.stop_asked is None:
            self.stop_asked = why
            self._stopping.set()
        if self.run is not None:
            self.run.stop(why)

    def goes_on_after_all(self) -> None:
        """We ended its run, but not it. What a person ended meanwhile stays so."""
        if self.stop_asked is RunStop.REFUSED:
            self.stop_asked = None
            self._stopping.clear()

    async def pause(self, length_s: float) -> None:
        """Until it is over, or the job is to end."""
        try:
            async with asyncio.timeout(length_s):
                await self._stopping.wait()
        except TimeoutError:
            return


def with_end(job: Job, verdict: RunVerdict, now_s: float, retention_days: int) -> Job:
    """The row of one that has ended."""
    return replace(
        job,
        state=verdict.state,
        exit_code=verdict.exit_code,
        error=verdict.error,
        category=verdict.category,
        retryable=verdict.retryable,
        ended_at_s=now_s,
        expires_at_s=now_s + retention_days * 86400,
        questions=(),
        waiting_on=None,
        limit_wait=None,
        figures=job.figures if verdict.state is JobState.COMPLETED else job.figures.at_least,
    )


def with_output(job: Job, followed: Followed) -> Job:
    return replace(
        job,
        stdout_bytes=followed.stdout_bytes,
        stderr_bytes=followed.stderr_bytes,
        output_truncated=followed.truncated,
        figures=followed.account.figures,
        waiting_on=None,
    )


def waits_of(job: Job | None) -> tuple[object, ...]:
    """What it waits for, besides its turn and its CLI."""
    if job is None:
        return (), None, None
    return job.questions, job.waiting_on, job.limit_wait


def title_of(prompt: str, clean: Callable[[str], str]) -> str:
    """Its first line that says something, cut."""
    lines = clean(prompt[: 8 * _TITLE]).splitlines()
    line = next((line.strip() for line in lines if line.strip()), "")
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"


FIRST_PAUSE_S = 2.0
"""The next is twice as long."""
MOST_TOLD_S = 60.0
"""A vendor who wants a longer one is not waited for: who asked may do better meanwhile."""
_PASSING = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
_ENDED_BY_LIMITS = frozenset({EXIT_TIMEOUT, EXIT_IDLE_TIMEOUT})
_GOES_ON = frozenset({SessionWish.RESUME, SessionWish.CONTINUE})


@value
class RetryLimits:
    """Of one job."""

    most: int
    left_s: float
    """Until its deadline."""


def longest_pause_s(retry: int) -> float:
    """No clock that was set meanwhile makes a pause longer."""
    return float(max(FIRST_PAUSE_S * 2 ** (retry - 1), MOST_TOLD_S))


def passes(error: OSError) -> bool:
    """The computer has no room for one more process just now."""
    return error.errno in _PASSING


def pause_s(
    live: LiveJob,
    verdict: RunVerdict,
    *,
    account: RunAccount | None,
    limits: RetryLimits,
    told_s: float | None,
) -> float | None:
    """How long until it is started again; None: it is not. `told_s` is what its vendor asked for;
    without an account nothing ran at all."""
    if live.stop_asked is not None or live.asked.is_attempt or live.job.retries >= limits.most:
        return None
    if verdict.exit_code in _ENDED_BY_LIMITS:
        return None  # it has had its time, whatever it waited for
    if not verdict.retryable or (account is not None and not _did_nothing(live, verdict, account)):
        return None
    own_s = FIRST_PAUSE_S * 2**live.job.retries
    if verdict.category is ErrorCategory.RATE_LIMIT:
        # One that names no end has tried for long by itself, or is over tomorrow.
        if told_s is None or not 0 <= told_s <= MOST_TOLD_S:
            return None
        own_s = max(own_s, told_s)
    return own_s if own_s < limits.left_s else None


def _did_nothing(live: LiveJob, verdict: RunVerdict, account: RunAccount) -> bool:
    return (
        verdict.category in (ErrorCategory.RATE_LIMIT, ErrorCategory.UPSTREAM)
        and live.cli.facts.streams  # else its silence tells nothing
        and not account.has_begun
        and may_begin_again(live.asked)
    )


def may_begin_again(asked: Submission) -> bool:
    """A session that the caller named may be begun once only; one that we named gets another."""
    request = asked.request
    if request.session is SessionWish.NEW and request.session_id:
        return asked.session is not None and bool(asked.session.new_provider_id)
    return request.session not in _GOES_ON


def begun_anew(asked: Submission) -> Submission:
    """The same, for its next run: the id of the session that the last one began is taken."""
    use = asked.session
    if use is None or not use.new_provider_id:
        return asked
    name = str(uuid.uuid4())
    request = replace(asked.request, session_id=name)
    return replace(asked, request=request, session=replace(use, new_provider_id=name))


async def made_ready(cli: Cli) -> None:
    """What its dialogues work with, read in beside the loop. A run that was planned here has it
    already; one that was left by another program, or ended under it, has not."""
    if cli.asking is not None:
        await asyncio.to_thread(cli.asking.load)


async def servers_told(live: LiveJob, cli: Cli, launcher: Launcher) -> Servers:
    """MCP servers that its dialogue tells of. The vault may wait for a person; where a session has
    begun they have been told, and are not needed any more. Raises InvalidRun."""
    names, project = live.asked.request.mcp_servers, live.asked.project
    if not names or cli.asking is None or cli.asking.dialogue_with is None:
        return ()

    def had() -> Servers:
        said = Said()
        SaidReader(partial(live.folder.open, live.folder.said)).more(said)
        return () if BEGUN in said.sent else launcher.servers.for_run(names, project)

    return await asyncio.to_thread(had)


def talk_with(live: LiveJob, cli: Cli, parts: JobParts, servers: Servers = ()) -> Talk:
    """Raises OSError, InvalidRun."""
    job, asked = live.job, live.asked
    return Talk(
        TalkParts(
            dialogue=dialogue_of(
                cli, asked, folder=live.folder, launcher=parts.launcher, servers=servers
            ),
            folder=live.folder,
            job=AskingJob(
                id=job.id,
                owner=job.owner,
                client=job.client,
                cli=job.cli,
                title=job.title,
                working_dir=_works_in(asked, live.folder),
                workspace=asked.workspace,
                top=asked.workspace_top,
                is_remote=asked.is_remote,
            ),
            permissions=parts.permissions,
            clock=parts.clock,
        )
    )


def dialogue_of(
    cli: Cli, asked: Submission, *, folder: JobFolder, launcher: Launcher, servers: Servers = ()
) -> Dialogue:
    """Raises InvalidRun for a CLI that another version could make ask."""
    if cli.asking is None:
        raise InvalidRun(f"{cli.name} cannot be made to ask in this version", field="approvals")
    request = launcher.meant(cli, asked.request)
    if servers and cli.asking.dialogue_with is not None:
        return cli.asking.dialogue_with(request, _works_in(asked, folder), servers)
    return cli.asking.dialogue(request, _works_in(asked, folder))


def _works_in(asked: Submission, folder: JobFolder) -> str:
    if asked.request.working_dir:
        return asked.request.working_dir
    neutral = asked.session.neutral_dir if asked.session else ""
    return neutral or str(folder.temp / "work")
