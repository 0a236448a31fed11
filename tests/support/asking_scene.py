"""Runs that ask: a supervisor whose CLIs are real or scripted, and people who answer when a test
says so."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmgw_desktop.app.workspaces.workspaces import containment_here
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest, SessionWish
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import Event, PermissionChanged
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.engine.containment.own_ground import OwnGround
from llmgw_desktop.engine.jobs.enclosure import Enclosure
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.parts import Answered, JobParts
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys
from llmgw_desktop.store.vault.vault import Vault

WAIT_S = 60.0
"""No test depends on how quick anything is; this ends one that hangs."""


@dataclass
class People:
    """Permissions whose answers a test gives."""

    bus: Bus
    open: dict[str, tuple[AskingJob, Ask, Answered]] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    """By `time.monotonic`."""
    first_asked_at: list[float | None] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    remembered: list[tuple[Ask, PermissionAnswer]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    rule: Callable[[Ask], PermissionAnswer | None] = lambda _ask: None
    """Answers by itself where it has an answer."""

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        self.asked.append(ask)
        self.asked_at.append(time.monotonic())
        self.first_asked_at.append(asked_at_s)
        if (answer := self.rule(ask)) is not None:
            answered(answer)
            return
        self.open[ask.native_id] = (job, ask, answered)
        self._tell(job, ask)

    def remember(self, job: AskingJob, ask: Ask, answer: PermissionAnswer) -> None:
        self.remembered.append((ask, answer))

    def withdraw(self, job_id: str, native_id: str) -> None:
        self.withdrawn.append(native_id)
        if (waiting := self.open.pop(native_id, None)) is not None:
            self._tell(waiting[0], waiting[1])

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        return tuple(_question(job, ask) for job, ask, _ in self.open.values() if job.id == job_id)

    def job_ended(self, job_id: str) -> None:
        self.ended.append(job_id)
        gone = [native for native, (job, _, _) in self.open.items() if job.id == job_id]
        for native in gone:
            del self.open[native]

    async def next_ask(self, count: int = 1) -> Ask:
        """The one of this number, when it has come."""
        async with asyncio.timeout(WAIT_S):
            while len(self.asked) < count:
                await asyncio.sleep(0.005)
        return self.asked[count - 1]

    def answer(self, ask: Ask, decision: Decision, note: str = "") -> None:
        job, _, answered = self.open.pop(ask.native_id)
        answered(answer_of(decision, note))
        self._tell(job, ask)

    def _tell(self, job: AskingJob, ask: Ask) -> None:
        self.bus.publish(PermissionChanged(question=_question(job, ask)))


def enclosure_around(home: Path, env: Mapping[str, str]) -> Enclosure:
    """`home`: of the gateway, which no run sees."""
    return Enclosure(env, OwnGround((home,)), containment_here(os.environ))


def answer_of(decision: Decision, note: str = "") -> PermissionAnswer:
    return PermissionAnswer(decision=decision, way=DecisionWay.DIALOG, at_s=1.0, note=note)


def _question(job: AskingJob, ask: Ask) -> PermissionQuestion:
    return PermissionQuestion(
        id=f"q-{ask.native_id}",
        job_id=job.id,
        owner=job.owner,
        client=job.client,
        cli=job.cli,
        job_title=job.title,
        ask=ask,
        asked_at_s=1.0,
        expires_at_s=2.0,
    )


class AskingYard:
    """A supervisor in one folder, as any program would have it."""

    def __init__(
        self,
        home: Path,
        cli: Cli,
        *,
        env: Mapping[str, str],
        said: Mapping[str, Any] | None = None,
        jobs: JobSettings | None = None,
        contained: bool = False,
    ) -> None:
        """`said`: what settings say of the CLI. `contained`: as the product starts runs, where
        this computer can."""
        home.mkdir(parents=True, exist_ok=True)
        self.cli = cli
        clock = SystemClock()
        self.store = JobStore(home / "gateway.db")
        keys = MasterKeys({VARIABLE: "ab" * 32}, home)
        self.vault = Vault(home / "gateway.db", keys, clock)
        self.folders = JobFolders(home / "jobs", AtRest(self.vault.data_keys))
        self.told: list[Event] = []
        bus = Bus()
        bus.subscribe(self.told.append)
        self.people = People(bus)
        enclosure = enclosure_around(home, env) if contained else None
        settings = (CliSettings(name=cli.name, **(said or {})),)
        parts = JobParts(
            store=self.store,
            folders=self.folders,
            launcher=Launcher(env, settings, enclosure=enclosure),
            clock=clock,
            ids=TimedIds(clock),
            bus=bus,
            permissions=self.people,
        )
        self.supervisor = Supervisor(
            parts, {cli.name: cli}, jobs=jobs or JobSettings(), limits=LimitSettings()
        )

    async def ask(self, prompt: str, working_dir: str = "", **fields: Any) -> Job:
        """A job that asks."""
        request = CliRequest(
            cli=self.cli.name,
            prompt=prompt,
            asks=True,
            working_dir=working_dir,
            model=fields.pop("model", ""),
            session=fields.pop("wish", SessionWish.NEW),
            session_id=fields.pop("session_id", ""),
            options=fields.pop("options", {}),
        )
        asked = Submission(request=request, owner="me", client="test", **fields)
        return (await self.supervisor.submit(asked)).job

    async def ended(self, job: Job) -> Job:
        done = await self.supervisor.wait(job.id, WAIT_S)
        assert done is not None
        assert not done.is_live, "it goes on"
        return done

    async def put_away(self) -> None:
        """Until the files of ended jobs are encrypted."""
        while self.supervisor._life._sweeping:
            await asyncio.sleep(0.01)
        assert await asyncio.to_thread(self.supervisor.ended_files.settled, WAIT_S)

    def folder(self, job: Job) -> JobFolder:
        return self.folders.find(job.id)

    async def close(self) -> None:
        await self.supervisor.close()
        self.store.close()
        self.vault.close()
