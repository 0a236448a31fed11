"""A desk with a store, a clock that a test turns, and an ear on the bus."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.events import Event, PermissionChanged
from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk, PermissionParts
from llmgw_desktop.store.jobs.approval_store import PermissionStore
from tests.support.turned_clock import TurnedClock

PATIENCE_S = 20.0


@dataclass
class Scene:
    desk: PermissionDesk
    clock: TurnedClock
    folder: Path
    database: Path
    changes: list[PermissionChanged] = field(default_factory=list)
    answers: dict[str, list[PermissionAnswer]] = field(default_factory=dict)

    def job(self, name: str = "job_1", *, is_remote: bool = False) -> AskingJob:
        return AskingJob(
            id=name,
            owner="anna",
            client="Anna's editor",
            cli=CliName.CODEX,
            title="Mend the tests",
            working_dir=str(self.folder),
            is_remote=is_remote,
        )

    def ask(self, ask: Ask, job: AskingJob | None = None) -> None:
        job = self.job() if job is None else job
        heard = self.answers.setdefault(ask.native_id, [])
        self.desk.ask(job, ask, heard.append)

    async def put(self, ask: Ask, job: AskingJob | None = None) -> PermissionQuestion:
        """Asked, and on the desk."""
        self.ask(ask, job)
        await until(lambda: any(each.ask == ask for each in self.desk.waiting))
        return next(each for each in self.desk.waiting if each.ask == ask)

    async def unasked(self, ask: Ask, job: AskingJob | None = None) -> PermissionAnswer:
        """The answer that no person gave."""
        before = len(self.answers.get(ask.native_id, []))
        self.ask(ask, job)
        await until(lambda: len(self.answers[ask.native_id]) > before)
        assert all(each.ask.native_id != ask.native_id for each in self.desk.waiting)
        return self.answers[ask.native_id][-1]

    def said(self, decision: Decision, note: str = "") -> PermissionAnswer:
        return PermissionAnswer(
            decision=decision,
            way=DecisionWay.DIALOG,
            at_s=self.clock.now_s(),
            note=note,
            person="anna",
        )

    async def decide(self, ask: Ask, decision: Decision, note: str = "") -> PermissionAnswer:
        """Asked, put, and answered by a person."""
        question = await self.put(ask)
        before = len(self.answers[ask.native_id])
        assert self.desk.answer(question.id, self.said(decision, note))
        await until(lambda: len(self.answers[ask.native_id]) > before)
        return self.answers[ask.native_id][-1]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def scene(
    tmp_path: Path,
    settings: ApprovalSettings | None = None,
    clean: Callable[[str], str] = str,
) -> AsyncIterator[Scene]:
    folder, database = tmp_path / "work", tmp_path / "gateway.db"
    folder.mkdir(exist_ok=True)
    private = tmp_path / "private"
    private.mkdir(exist_ok=True)
    clock, bus = TurnedClock(), Bus()
    parts = PermissionParts(
        store=PermissionStore(database),
        clock=clock,
        bus=bus,
        clean=clean,
        is_private=lambda path: path == private or private in path.parents,
    )
    desk = PermissionDesk(parts, settings or ApprovalSettings())
    made = Scene(desk=desk, clock=clock, folder=folder, database=database)

    def hear(event: Event) -> None:
        assert isinstance(event, PermissionChanged)
        made.changes.append(event)

    bus.subscribe(hear, PermissionChanged)
    try:
        yield made
    finally:
        await desk.close()


def command(text: str = "make test", name: str = "a1", cwd: str = "") -> Ask:
    return Ask(native_id=name, kind=PermissionKind.COMMAND, command=text, cwd=cwd)
