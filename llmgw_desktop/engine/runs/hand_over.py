"""A job that goes on with another CLI, account or model: what that one is told, where it works,
what does not go along. One mechanism for every job, parked, cut off or done.

No CLI reads another's sessions. What was asked and what was said so far is told in a prompt, which
its caller is shown before anything is asked.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope, kind_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import LlmgwError, NoSuchFlight, StoreUnavailable
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.jobs.approval import Asking
from llmgw_desktop.domain.jobs.changes import ChangedFile
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, JobStillLive
from llmgw_desktop.domain.jobs.submission import (
    HandedOver,
    HandOver,
    HandOverTo,
    RecordedTalk,
    RunReply,
    Submission,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.runs.fields import LONGEST_INSTRUCTIONS
from llmgw_desktop.engine.runs.hand_over_text import (
    LONGEST_EARLIER,
    NO_FOLDER,
    THOUGHTS,
    EarlierTurn,
    JobRecord,
    SaidSoFar,
    hand_over_prompt,
    not_handed_over,
)
from llmgw_desktop.engine.runs.run_changes import RunChanges
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.store.jobs.job_store import JobStore

FLIGHT = "flt_"
"""How a flight's id begins."""
_MOST_EARLIER, _MOST_COUNTED = 20, 10_000


@value
class HandOverParts:
    """What handing over stands on."""

    runs: RunService
    supervisor: Supervisor
    folders: JobFolders
    changes: RunChanges
    store: JobStore
    bus: Bus
    accounts: Callable[[CliName], Collection[str]]
    """The projects with a sign-in of their own for this CLI in the vault; waits for the disk."""
    recorded: Callable[[str, str], RecordedTalk]
    """(A flight, its owner): the conversation that it is of. Waits for the disk; raises
    NoSuchFlight."""


def place_of(asked: Submission) -> dict[str, str]:
    """The fields that name where it works, for a job of its own."""
    folder = asked.request.working_dir
    if asked.workspace:
        below = ""
        if folder and PurePath(folder).is_relative_to(asked.workspace_top):
            below = str(PurePath(folder).relative_to(asked.workspace_top))
        named = {} if below in ("", ".") else {"workingDir": below}
        return {"workspace": asked.workspace, **named}
    return {"workingDir": folder} if folder else {}


def _carried(asked: Submission, cli: Cli, before: Cli) -> dict[str, Any]:
    """The fields of a job that hold for another CLI as well: who is asked, what is kept."""
    request = asked.request
    told: dict[str, Any] = {
        "approvals": Asking.ASK if request.asks else None,
        "approvalStrategy": "mcp_managed" if request.is_managed else None,
        "mcpServers": list(request.mcp_servers) if cli.servers is not None else None,
        "limitWait": asked.limit_wait,
        "snapshot": None if asked.snapshot else False,
        "idleTimeoutMs": round((asked.idle_timeout_s or 0) * 1000),
    }
    said = request.options.get(before.instructions) if before.instructions else ""
    if isinstance(said, str) and len(said) <= LONGEST_INSTRUCTIONS:
        told["requestInstructions"] = said
    return {name: each for name, each in told.items() if each or each is False}


class _CaughtUp(Exception):
    """All that was said so far has been read."""


def _all_read() -> None:
    raise _CaughtUp


def check_may_read(named: str, principal: Principal) -> None:
    """Who reads no flights hands none on. Raises NoSuchFlight."""
    if named.startswith(FLIGHT) and not {Scope.FLIGHTS_READ, Scope.ADMIN} & principal.scopes:
        raise NoSuchFlight(named)


class HandOvers:
    """One for doors, tools and windows. What is handed over is its owner's."""

    def __init__(self, parts: HandOverParts) -> None:
        self._parts = parts
        self._under_way: set[str] = set()
        self._tasks = Tasks()

    async def settle(self) -> None:
        """After a start: what an earlier program handed over and did not come to end, ends now."""
        for job in self._parts.runs.live():
            if job.handed_to:
                await self._parts.runs.cancel(job.id, job.owner)

    async def draft(self, job_id: str, owner: str, to: HandOverTo) -> HandOver:
        """What would be asked. Raises NoSuchJob, NoSuchFlight, InvalidRun, StoreError,
        VaultError."""
        if job_id.startswith(FLIGHT):
            talk, _ = await self._talk(job_id, owner, to)
            lost = (THOUGHTS,) if talk.folder else (THOUGHTS, NO_FOLDER)
            return HandOver(of=job_id, to=to, prompt=talk.prompt, lost=lost)
        job, cli, asked, is_whole = await self._looked_at(job_id, owner, to)
        earlier, count = await asyncio.to_thread(self._earlier, job)
        texts, room = list[EarlierTurn](), LONGEST_EARLIER
        for before, prompt in earlier:
            turn = EarlierTurn(prompt, (await self._said(before)).text)
            room -= len(turn.text)
            if room < 0:
                break
            texts.append(turn)
        said = await self._said(job)
        told = JobRecord(
            job=job,
            title=self._parts.runs.cli(job.cli).title,
            asked=asked,
            is_whole=is_whole,
            said=said.text,
            unsaid=said.left_out,
            earlier=tuple(reversed(texts)),
            left_out=count - len(texts),
            files=await self._files(job),
        )
        own = self._parts.runs.cli(job.cli).instructions
        return HandOver(
            of=job.id, to=to, prompt=hand_over_prompt(told), lost=not_handed_over(told, cli, own)
        )

    async def _talk(self, flight_id: str, owner: str, to: HandOverTo) -> tuple[RecordedTalk, Cli]:
        cli = self._parts.runs.cli(to.cli)
        await self._check_account(cli, to)
        return await asyncio.to_thread(self._parts.recorded, flight_id, owner), cli

    async def _begun(
        self, flight_id: str, to: HandOverTo, prompt: str, principal: Principal
    ) -> RunReply:
        """Where its folder is known the job works there, under the rules of its workspace."""
        talk, cli = await self._talk(flight_id, principal.client_id, to)
        fields = {"prompt": prompt, "model": to.model or None, "forceRefresh": True}
        if talk.folder:
            fields["workingDir"] = talk.folder
        handed = HandedOver(flight_id, "", to.project or "", has_other_account=bool(to.project))
        told = {name: each for name, each in fields.items() if each}
        return await self._parts.runs.ask_after(handed, cli.name, told, principal)

    async def move(
        self,
        job_id: str,
        to: HandOverTo,
        prompt: str,
        principal: Principal | None = None,
        *,
        owner: str = "",
        stop: bool = False,
    ) -> RunReply:
        """Another job begins with that prompt where this one worked, and both are linked. One that
        waits for a limit ends by it; one that runs is ended first, if `stop` says so.

        Without a principal whoever asked for the job asks again; its owner is to be named. Raises
        as `draft` and as RunService.ask, and then one that waits goes on to wait; JobStillLive
        where it runs, or that which it was handed over to does.

        Of a flight, the conversation that it is of: a job begins where that was.
        """
        if job_id.startswith(FLIGHT):
            return await self._begun(job_id, to, prompt, principal or LOCAL)
        owner = owner or (principal.client_id if principal else "")
        job = self._parts.runs.job(job_id, owner)
        if job_id in self._under_way:
            raise JobStillLive(job_id)
        self._under_way.add(job_id)
        work = self._moved(job, to, prompt, principal, stop=stop)
        # Whole, though its caller leaves meanwhile: two would work in one folder.
        done: RunReply | LlmgwError = await asyncio.shield(
            self._tasks.start(work, name=f"hand over {job_id}")
        )
        if isinstance(done, LlmgwError):
            raise done
        return done

    async def _moved(
        self, job: Job, to: HandOverTo, prompt: str, principal: Principal | None, *, stop: bool
    ) -> RunReply | LlmgwError:
        parts = self._parts
        try:
            job, cli, asked, _ = await self._looked_at(job.id, job.owner, to)
            self._check_nobody_works(job, stop=stop)
            if job.is_live and job.state is not JobState.PARKED:
                await parts.runs.cancel(job.id, job.owner)
            tree = await self._tree(asked, job.owner)
            place = {} if tree else place_of(asked)
            fields = {"prompt": prompt, "model": to.model or None, "forceRefresh": True, **place}
            project = asked.project if to.project is None else to.project
            reply = await parts.runs.ask_after(
                HandedOver(job.id, tree, project, has_other_account=bool(to.project)),
                cli.name,
                fields | _carried(asked, cli, parts.runs.cli(job.cli)),
                _caller(asked, principal),
            )
            await parts.runs.cancel(job.id, job.owner)
            if (linked := await asyncio.to_thread(parts.store.get, job.id)) is not None:
                parts.bus.publish(JobChanged(job=linked))
        except LlmgwError as error:
            return error
        finally:
            self._under_way.discard(job.id)
        return reply

    def _check_nobody_works(self, job: Job, *, stop: bool) -> None:
        later = self._parts.store.get(job.handed_to) if job.handed_to else None
        if later is not None and later.is_live:
            raise JobStillLive(later.id)
        if job.is_live and job.state is not JobState.PARKED and not stop:
            raise JobStillLive(job.id)

    async def _looked_at(
        self, job_id: str, owner: str, to: HandOverTo
    ) -> tuple[Job, Cli, Submission, bool]:
        """The job, who goes on, what was asked, and whether that is kept whole."""
        job, cli = self._parts.runs.job(job_id, owner), self._parts.runs.cli(to.cli)
        asked, is_whole = await asyncio.to_thread(self._asked, job)
        await self._check_account(cli, to)
        project = asked.project if to.project is None else to.project
        if (cli.name, to.model or asked.request.model, project) == (
            job.cli,
            asked.request.model,
            asked.project,
        ):
            why = "it is at its limit" if job.limit_wait else "it has the job"
            raise InvalidRun(f"{why}: name another one, or another model or account", field="cli")
        if asked.request.asks and cli.asking is None:
            why = f"a person is asked before this job acts, and {cli.name} cannot be made to ask"
            raise InvalidRun(why, field="cli")
        return job, cli, asked, is_whole

    async def _check_account(self, cli: Cli, to: HandOverTo) -> None:
        if to.project and to.project not in await asyncio.to_thread(self._parts.accounts, cli.name):
            why = f"the vault has no sign-in of this project's own for {cli.name}"
            raise InvalidRun(why, field="project")

    def _asked(self, job: Job) -> tuple[Submission, bool]:
        """In a thread. Raises StoreUnavailable, VaultError."""
        folders = self._parts.folders
        with suppress(OSError, ValueError, TypeError, KeyError):
            return folders.asked(folders.kept(job.id)), True
        try:
            asked = folders.to_read(folders.kept(job.id))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreUnavailable("What this job was asked is not kept any more.") from error
        return replace(asked, request=replace(asked.request, prompt=job.title)), False

    def _earlier(self, job: Job) -> tuple[list[tuple[Job, str]], int]:
        """Runs of the same session with what they were asked, newest first, as far as they may be
        told; and how many there are. In a thread."""
        if not job.session_id:
            return [], 0
        found = self._parts.store.of_session(job.session_id, job.owner, limit=_MOST_COUNTED)
        before = [each for each in found if each.asked_at_s < job.asked_at_s]
        some = before[:_MOST_EARLIER]
        return [(each, self._asked(each)[0].request.prompt) for each in some], len(before)

    async def _said(self, job: Job) -> SaidSoFar:
        said = SaidSoFar()
        with suppress(_CaughtUp):
            async for event in self._parts.supervisor.watch(job.id, caught_up=_all_read):
                said.hear(event)
        return said

    async def _files(self, job: Job) -> Sequence[ChangedFile]:
        """Empty where there is no snapshot of its folder."""
        with suppress(LlmgwError):
            return (await self._parts.changes.of(job.id, job.owner)).files
        return ()

    async def _tree(self, asked: Submission, owner: str) -> str:
        """Its own worktree, where only its workspace is known by a name."""
        trees, folder = self._parts.runs.worktrees, asked.request.working_dir
        if not asked.workspace or not trees.is_one(folder):
            return ""
        return folder if await trees.of(folder, owner) is not None else ""


def _caller(asked: Submission, principal: Principal | None) -> Principal:
    """In whose name it is asked. Who sat elsewhere does so still, and a label stays."""
    if principal is None:
        kind = kind_of(asked.owner)
        remembered = Principal(
            client_id=asked.owner,
            name=asked.client,
            scopes=frozenset({Scope.JOBS_RUN}),
            kind=kind,
            label=asked.label,
        )
        principal = LOCAL if kind is LOCAL.kind else remembered
    if asked.label and not principal.label:
        principal = replace(principal, label=asked.label)
    is_lifted = asked.is_remote and not principal.is_remote
    return replace(principal, came_from_elsewhere=True) if is_lifted else principal
