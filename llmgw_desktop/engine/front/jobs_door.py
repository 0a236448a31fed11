"""`/v1/jobs`: runs of vendors' CLIs, asked for, followed, canceled, read again; `/v1/worktrees`:
the checkouts of one's own jobs; what they changed, and taking it back. What is another's is not
there.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName, SessionTold, Warned
from llmgw_desktop.domain.errors import ClientGone
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchJob
from llmgw_desktop.domain.jobs.submission import HandOverTo
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, id_in, number_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.runs.hand_over import HandOvers, check_may_read
from llmgw_desktop.engine.runs.run_changes import RunChanges
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.engine.workspaces.worktrees import Worktrees
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.native.approvals import changes_object, undone_object
from llmgw_desktop.wire.native.jobs import (
    diff_object,
    event_frame,
    flights_object,
    hand_over_object,
    job_frame,
    job_object,
    look_object,
    removed_object,
    reply_object,
)

SIGN_OF_LIFE_S = 15.0
MOST_LISTED = 500
_LISTED = 100
_OPERATION = "POST /v1/jobs"
"""As the gate keeps it."""
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))


class JobsDoor:
    """Answers in the gateway's own words."""

    def __init__(self, runs: RunService, gate: Gate, hand_overs: HandOvers) -> None:
        self._runs = runs
        self._hand_overs = hand_overs
        self._gate = gate
        self._relays = Tasks()

    def add_to(self, table: DoorTable) -> None:
        answers = {
            "POST /v1/jobs": self.ask,
            "GET /v1/jobs": self.list_all,
            "GET /v1/jobs/{}": self.show,
            "DELETE /v1/jobs/{}": self.remove,
            "GET /v1/jobs/{}/result": self.result,
            "GET /v1/jobs/{}/events": self.events,
            "POST /v1/jobs/{}/cancel": self.cancel,
            "POST /v1/jobs/{}/go-on": self.go_on,
            "POST /v1/jobs/{}/move": self.move,
        }
        table.add_own(Scope.JOBS_RUN, answers)

    async def ask(self, caller: HttpCaller) -> None:
        """The answer with 200, or with 202 a job that goes on."""
        self._gate.check_open()
        fields = dict(read_object(await caller.read_body()))
        cli, wait = fields.pop("cli", None), fields.pop("wait", None)
        if not isinstance(cli, str):
            names = ", ".join(CliName)
            raise InvalidRun(f"say which CLI is asked: {names}", field="cli")
        if not isinstance(wait, bool | None):
            raise InvalidRun("it must be true or false", field="wait")
        project = caller.headers.get("x-project", "")
        reply = await self._runs.ask_at(
            _OPERATION, cli, fields, who(caller), wait=bool(wait), project=project
        )
        job = reply.job
        headers = (*JSON, ("x-llmgw-flight", job.flight_id)) if job.flight_id else JSON
        status = 202 if job.is_live else 200
        await tell(caller, reply_object(reply), status, headers)

    async def list_all(self, caller: HttpCaller) -> None:
        asked = parse_qs(caller.query, keep_blank_values=True)
        states = [_word(JobState, each, "state") for each in _listed(asked, "state")]
        clis = [cli_named(each) for each in _listed(asked, "cli")]
        jobs = await asyncio.to_thread(
            self._runs.jobs,
            who(caller).client_id,
            states=states,
            cli=clis[0] if clis else None,
            limit=number_in(asked, "limit", _LISTED, least=1, most=MOST_LISTED),
        )
        await tell(caller, {"total": len(jobs), "jobs": [job_object(job) for job in jobs]})

    async def show(self, caller: HttpCaller) -> None:
        job = self._runs.job(id_in(caller), who(caller).client_id)
        job, linked = await self._runs.with_flights(job)
        await _tell_job(caller, {**job_object(job), "flights": flights_object(linked)})

    async def result(self, caller: HttpCaller) -> None:
        """What it said so far."""
        reply = await self._runs.reply(id_in(caller), who(caller).client_id)
        job, linked = await self._runs.with_flights(reply.job)
        told = reply_object(replace(reply, job=job))
        await tell(caller, {**told, "flights": flights_object(linked)})

    async def cancel(self, caller: HttpCaller) -> None:
        job = await self._runs.cancel(id_in(caller), who(caller).client_id)
        await _tell_job(caller, job_object(job))

    async def go_on(self, caller: HttpCaller) -> None:
        """Of one that waits for a limit: that it may when that is over, or shall now."""
        now = read_object(await caller.read_body() or b"{}").get("now", False)
        if not isinstance(now, bool):
            raise InvalidRun("it must be true or false", field="now")
        job = await self._runs.go_on(id_in(caller), who(caller).client_id, now=now)
        await _tell_job(caller, job_object(job))

    async def move(self, caller: HttpCaller) -> None:
        """What another CLI, model or account would be told that goes on with it; with that as its
        `prompt`, that it is asked in its place."""
        self._gate.check_open()
        fields, job_id = read_object(await caller.read_body()), id_in(caller)
        to, stop = hand_over_to(fields), fields.get("stop", False)
        prompt = fields.get("prompt")
        check_may_read(job_id, who(caller))
        if prompt is None:
            draft = await self._hand_overs.draft(job_id, who(caller).client_id, to)
            await tell(caller, hand_over_object(draft))
            return
        if not isinstance(prompt, str) or not isinstance(stop, bool):
            raise InvalidRun("prompt is a text, stop true or false", field="prompt")
        reply = await self._hand_overs.move(job_id, to, prompt, who(caller), stop=stop)
        await tell(caller, reply_object(reply), 202)

    async def remove(self, caller: HttpCaller) -> None:
        job_id = id_in(caller)
        await self._runs.delete(job_id, who(caller).client_id)
        await tell(caller, {"ok": True, "id": job_id})

    async def events(self, caller: HttpCaller) -> None:
        """As server-sent events, from the beginning or after the last one that was heard."""
        asked = {"after": [caller.headers.get("last-event-id", "")]} | parse_qs(caller.query)
        after = number_in(asked, "after", 0, least=0)
        job = self._runs.job(id_in(caller), who(caller).client_id)
        await self._runs.check_readable(job)
        await caller.begin(200, _STREAM)
        await caller.write(job_frame(_without_id(caller, job)))
        relay = self._relays.start(self._relay(caller, after), name=f"tell of {job.id}")
        waits = self._relays.start(self._tell_waits(caller, job), name=f"tell of waits of {job.id}")
        try:
            # A job may say nothing for long: its listener's leaving would go unseen.
            while not (await asyncio.wait({relay}, timeout=SIGN_OF_LIFE_S))[0]:
                await caller.write(b": goes on\n\n")
        finally:
            relay.cancel()
            waits.cancel()
        await relay
        await caller.end()

    async def _relay(self, caller: HttpCaller, after: int) -> None:
        owner, number = who(caller).client_id, after
        try:
            async for event in self._runs.events(id_in(caller), owner, after=after):
                number += 1
                if not (who(caller).is_remote and isinstance(event, SessionTold)):
                    await caller.write(event_frame(number, event))
            job = self._runs.job(id_in(caller), owner)
            await caller.write(job_frame(_without_id(caller, job)))
        except ClientGone:
            return
        except VaultError as error:  # it was damaged since it was written
            await caller.write(event_frame(number, Warned(code=error.kind, message=str(error))))

    async def _tell_waits(self, caller: HttpCaller, job: Job) -> None:
        """That it waits for a person or its upstream, and that it goes on: events of no number, for
        nobody who listens again is told of what is over."""
        owner = who(caller).client_id
        try:
            async for now in self._runs.standing(job.id, owner, told=job):
                await caller.write(job_frame(_without_id(caller, now)))
        except (ClientGone, NoSuchJob):
            return


async def _tell_job(caller: HttpCaller, told: Mapping[str, Any]) -> None:
    """In the shape of all other answers; `job` is for callers of the first version."""
    await tell(caller, {**told, "job": told})


def _without_id(caller: HttpCaller, job: Job) -> Job:
    if not who(caller).is_remote:
        return job
    return replace(job, figures=replace(job.figures, provider_session_id=None))


def hand_over_to(fields: Mapping[str, Any]) -> HandOverTo:
    """Raises InvalidRun."""
    cli, model = cli_named(str(fields.get("cli"))), fields.get("model") or ""
    project = fields.get("project")
    if not isinstance(model, str) or not isinstance(project, str | None):
        raise InvalidRun("model and project are texts", field="model")
    return HandOverTo(cli, model, project)


def cli_named(name: str) -> CliName:
    """Raises InvalidRun."""
    found: CliName = _word(CliName, name, "cli")
    return found


def _word(words: Any, name: str, field: str) -> Any:
    try:
        return words(name)
    except ValueError as error:
        known = ", ".join(words)
        raise InvalidRun(f"it must be one of {known}", field=field) from error


def _listed(asked: Mapping[str, list[str]], name: str) -> list[str]:
    """`?state=a,b` and `?state=a&state=b` are the same."""
    return [each for text in asked.get(name, []) for each in text.split(",") if each]


_YES, _NO = frozenset({"true", "1"}), frozenset({"false", "0", ""})


class WorktreesDoor:
    """Answers in the gateway's own words."""

    def __init__(self, worktrees: Worktrees) -> None:
        self._worktrees = worktrees

    def add_to(self, table: DoorTable) -> None:
        answers = {
            "GET /v1/worktrees": self.list_all,
            "DELETE /v1/worktrees/{}": self.remove,
            "GET /v1/worktrees/{}/diff": self.diff,
        }
        table.add_own(Scope.JOBS_RUN, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        found = await self._worktrees.list(who(caller).client_id)
        shown = [look_object(each) for each in found]
        await tell(caller, {"total": len(shown), "worktrees": shown})

    async def diff(self, caller: HttpCaller) -> None:
        found = await self._worktrees.diff(id_in(caller), who(caller).client_id)
        await tell(caller, diff_object(found))

    async def remove(self, caller: HttpCaller) -> None:
        forced = parse_qs(caller.query, keep_blank_values=True).get("force", ["false"])[0].lower()
        if forced not in _YES | _NO:
            raise InvalidRun("it must be true or false", field="force")
        removed = await self._worktrees.remove(
            id_in(caller), who(caller).client_id, force=forced in _YES
        )
        await tell(caller, removed_object(removed))


_MOST_FILES = 10_000


class ChangesDoor:
    """Answers in the gateway's own words."""

    def __init__(self, changes: RunChanges) -> None:
        self._changes = changes

    def add_to(self, table: DoorTable) -> None:
        answers = {
            "GET /v1/jobs/{}/changes": self.show,
            "POST /v1/jobs/{}/undo": self.undo,
        }
        table.add_own(Scope.JOBS_RUN, answers)

    async def show(self, caller: HttpCaller) -> None:
        """By file; with `?diff=true` every line."""
        wanted = parse_qs(caller.query, keep_blank_values=True).get("diff", ["false"])[0].lower()
        if wanted not in _YES | _NO:
            raise InvalidRun("it must be true or false", field="diff")
        owner = who(caller).client_id
        found = await self._changes.of(id_in(caller), owner, patch=wanted in _YES)
        told = changes_object(found)
        if who(caller).is_remote:  # where it lies is nobody's business
            del told["folder"]
        await tell(caller, told)

    async def undo(self, caller: HttpCaller) -> None:
        """All of it, or the `files` that are named; `force` loses what was changed since."""
        fields = read_object(await caller.read_body() or b"{}")
        files, force = fields.get("files", []), fields.get("force", False)
        if not isinstance(force, bool):
            raise InvalidRun("it must be true or false", field="force")
        is_list = isinstance(files, list) and len(files) <= _MOST_FILES
        if not is_list or not all(isinstance(each, str) and each for each in files):
            raise InvalidRun("it must be a list of files", field="files")
        done = await self._changes.undo(
            id_in(caller), who(caller).client_id, files=files, force=force
        )
        await tell(caller, undone_object(id_in(caller), done), 200, JSON)
