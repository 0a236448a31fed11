"""The real Codex asks before it acts: what is answered is what happens on the disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.workspaces.workspaces import containment_here
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.permissions import desk as desk_module
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk, PermissionParts
from llmgw_desktop.store.jobs.approval_store import PermissionStore
from llmgw_desktop.store.jobs.job_store import JobStore
from tests.support.asking_scene import enclosure_around
from tests.support.responses_script import ScriptedModel, calling, scripted_model

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

PATIENCE_S = 90.0
_NO_SANDBOX = "setting up uid map: Operation not permitted"


def run(command: str) -> tuple[str, dict[str, Any]]:
    return "exec_command", {"cmd": command}


def add_file(name: str, line: str) -> tuple[str, dict[str, Any]]:
    patch = f"*** Begin Patch\n*** Add File: {name}\n+{line}\n*** End Patch"
    return run(f"apply_patch <<'EOF'\n{patch}\nEOF")


@dataclass
class Scene:
    """One program with its desk; `again` is the next one."""

    root: Path
    program: Path
    model: ScriptedModel
    project: Path = field(init=False)

    def __post_init__(self) -> None:
        self.project = self.root / "project"
        self.project.mkdir(exist_ok=True)
        (self.root / "home").mkdir(exist_ok=True)
        clock, bus = SystemClock(), Bus()
        path = f"{self.program.parent}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "HOME": str(self.root / "home")}
        database = self.root / "gateway.db"
        self.desk = PermissionDesk(
            PermissionParts(
                store=PermissionStore(database),
                clock=clock,
                bus=bus,
                clean=str,
                is_private=lambda path: False,
            ),
            ApprovalSettings(),
        )
        self.store = JobStore(database)
        said = CliSettings(name=CliName.CODEX, env={"GATEWAY_KEY": "k"})
        parts = JobParts(
            store=self.store,
            folders=JobFolders(self.root / "jobs"),
            launcher=Launcher(env, (said,), enclosure=enclosure_around(self.root / "jobs", env)),
            clock=clock,
            ids=TimedIds(clock),
            bus=bus,
            permissions=self.desk,
        )
        self.supervisor = Supervisor(
            parts,
            {CliName.CODEX: cli_of(CliName.CODEX)},
            jobs=JobSettings(),
            limits=LimitSettings(),
        )

    async def job(self, prompt: str, **more: Any) -> Job:
        provider = {
            "name": "gw",
            "base_url": self.model.url,
            "env_key": "GATEWAY_KEY",
            "wire_api": "responses",
            "request_max_retries": 0,
            "stream_max_retries": 0,
            "supports_websockets": False,
        }
        settings = {"model_providers.gw": provider, "model_provider": "gw"}
        options = {"configOverrides": settings, **more.pop("options", {})}
        request = CliRequest(
            cli=CliName.CODEX,
            prompt=prompt,
            model="gpt-5.4",
            working_dir=str(self.project),
            asks=True,
            options=options,
        )
        asked = Submission(request=replace(request, **more), owner="me", client="test")
        return (await self.supervisor.submit(asked)).job

    async def questions(self, job: Job, count: int = 1) -> tuple[PermissionQuestion, ...]:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.desk.of_job(job.id)) < count:
                now = self.supervisor.get(job.id)
                assert now is not None
                if not now.is_live:
                    pytest.fail(f"it ended unasked: {await self.text(now)}")
                await asyncio.sleep(0.01)
        return self.desk.of_job(job.id)

    async def asked(self, job: Job, *names: str) -> list[PermissionQuestion]:
        """The first question that speaks of each: several come in any order."""
        found = await self.questions(job, len(names))
        return [next(each for each in found if name in each.ask.command) for name in names]

    def answer(self, question: PermissionQuestion, decision: Decision, note: str = "") -> None:
        answer = PermissionAnswer(
            decision=decision, way=DecisionWay.DIALOG, at_s=1.0, note=note, person="anna"
        )
        assert self.desk.answer(question.id, answer)

    async def ended(self, job: Job) -> Job:
        done = await self.supervisor.wait(job.id, PATIENCE_S)
        assert done is not None
        assert not done.is_live
        return done

    async def text(self, job: Job) -> str:
        result = await self.supervisor.result(job.id)
        return str(result)

    def made(self) -> list[str]:
        return sorted(each.name for each in self.project.iterdir())

    def again(self) -> Scene:
        return Scene(self.root, self.program, self.model)

    async def close(self) -> None:
        await self.supervisor.close()
        await self.desk.close()
        self.store.close()


@asynccontextmanager
async def scene(tmp_path: Path, program_of: Callable[[CliName], Path]) -> AsyncIterator[Scene]:
    async with scripted_model(tmp_path / "project" / "noted.txt") as model:
        made = Scene(tmp_path, program_of(CliName.CODEX), model)
        try:
            yield made
        except (AssertionError, TimeoutError):
            if _NO_SANDBOX in str(model.requests):
                pytest.skip(
                    "Codex's own bubblewrap did not start within ours: as root, on a busy machine,"
                    " the kernel now and then refuses the map of ids"
                )
            raise
        finally:
            await made.close()


async def test_a_denied_command_does_not_run_and_its_note_arrives(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(run("touch denied.txt")))
        (question,) = await made.questions(job)
        assert question.ask.kind is PermissionKind.COMMAND
        assert "touch denied.txt" in question.ask.command
        assert question.ask.cwd == str(made.project)
        assert question.warnings == ()
        made.answer(question, Decision.DENY, "Use another name, please.")
        done = await made.ended(job)
        assert done.state is JobState.COMPLETED, await made.text(done)
        assert made.made() == []
        heard = str(made.model.requests)
        assert "rejected by user" in heard
        assert "Use another name, please." in heard
        assert done.figures.usage.input_tokens


@pytest.mark.daily
async def test_what_is_allowed_once_is_asked_again(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(run("echo x >> once.txt"), run("echo x >> once.txt")))
        first, second = await made.questions(job, 2)
        made.answer(first, Decision.ONCE)
        async with asyncio.timeout(PATIENCE_S):
            while made.made() != ["once.txt"]:
                await asyncio.sleep(0.01)
        assert made.desk.of_job(job.id) == (second,)
        made.answer(second, Decision.DENY)
        assert (await made.ended(job)).state is JobState.COMPLETED
        assert (made.project / "once.txt").read_text() == "x\n"


async def test_what_is_allowed_for_the_job_is_not_asked_again(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        same = run("echo x >> job.txt")
        job = await made.job(calling(same, same, run("echo x >> other.txt")))
        await made.questions(job, 3)
        first, other = await made.asked(job, "job.txt", "other.txt")
        made.answer(first, Decision.JOB)
        async with asyncio.timeout(PATIENCE_S):
            while made.desk.of_job(job.id) != (other,):
                await asyncio.sleep(0.01)
        made.answer(other, Decision.DENY)
        assert (await made.ended(job)).state is JobState.COMPLETED
        assert (made.project / "job.txt").read_text() == "x\nx\n"
        assert made.made() == ["job.txt"]
        ways = sorted(each.answer.way for each in made.desk.recent(job_id=job.id))
        assert ways == [DecisionWay.DIALOG, DecisionWay.DIALOG, DecisionWay.RULE]
        assert not list((tmp_path / "home" / ".codex").glob("rules/*")), "nothing of the agent's"


async def test_two_questions_are_answered_in_reverse(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(run("touch first.txt"), run("touch second.txt")))
        first, second = await made.asked(job, "first.txt", "second.txt")
        made.answer(second, Decision.ONCE)
        async with asyncio.timeout(PATIENCE_S):
            while made.made() != ["second.txt"]:
                await asyncio.sleep(0.01)
        made.answer(first, Decision.DENY)
        assert (await made.ended(job)).state is JobState.COMPLETED
        assert made.made() == ["second.txt"]


async def test_a_change_of_files_is_shown_and_denied_and_allowed(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(add_file("a.txt", "hello")))
        (question,) = await made.questions(job)
        assert question.ask.kind is PermissionKind.EDIT
        (change,) = question.ask.changes
        assert (change.path, change.new) == (str(made.project / "a.txt"), "hello\n")
        assert question.rule == f"Any change of {made.project / 'a.txt'}"
        made.answer(question, Decision.DENY)
        await made.ended(job)
        assert made.made() == []

        job = await made.job(calling(add_file("b.txt", "hello")))
        made.answer((await made.questions(job))[0], Decision.ONCE)
        await made.ended(job)
        assert (made.project / "b.txt").read_text() == "hello\n"


async def test_files_are_changed_moved_and_removed(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        for name in ("change.txt", "move.txt", "gone.txt"):
            (made.project / name).write_text("one\n")
        patch = (
            "*** Begin Patch\n*** Update File: change.txt\n@@\n-one\n+two\n"
            "*** Update File: move.txt\n*** Move to: moved.txt\n@@\n-one\n+two\n"
            "*** Delete File: gone.txt\n*** End Patch"
        )
        job = await made.job(calling(run(f"apply_patch <<'EOF'\n{patch}\nEOF")))
        (question,) = await made.questions(job)
        shown = {Path(each.path).name: each for each in question.ask.changes}
        assert {name: each.is_gone for name, each in shown.items()} == {
            "change.txt": False,
            "move.txt": True,
            "moved.txt": False,
            "gone.txt": True,
        }
        assert "+two" in shown["change.txt"].diff
        assert "+two" in shown["moved.txt"].diff
        made.answer(question, Decision.ONCE)
        await made.ended(job)
        assert made.made() == ["change.txt", "moved.txt"]


async def test_what_leads_out_is_told(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(add_file(str(tmp_path / "outside.txt"), "x")))
        (question,) = await made.questions(job)
        assert question.warnings[0].startswith("It leads outside the job's working folder")
        made.answer(question, Decision.DENY)
        await made.ended(job)
        assert not (tmp_path / "outside.txt").exists()


async def test_a_stopped_job_does_nothing_more(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(run("touch stopped.txt")))
        made.answer((await made.questions(job))[0], Decision.STOP)
        assert (await made.ended(job)).state is JobState.CANCELED
        assert made.made() == []
        assert made.desk.waiting == ()


async def test_what_nobody_answers_is_denied_with_words(
    tmp_path: Path, program_of: Callable[[CliName], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "LEAST_S", 0.3)
    async with scene(tmp_path, program_of) as made:
        made.desk.apply(ApprovalSettings(answer_within_minutes=0))
        job = await made.job(calling(run("touch late.txt")))
        assert (await made.ended(job)).state is JobState.COMPLETED
        assert made.made() == []
        assert "Nobody answered within" in str(made.model.requests)


async def test_a_question_outlives_the_program(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(run("touch after.txt"), run("touch never.txt")))
        await made.questions(job, 2)
        await made.close()
        later = made.again()
        try:
            await later.supervisor.start()
            for question in await later.questions(job, 2):
                allowed = "after.txt" in question.ask.command
                later.answer(question, Decision.ONCE if allowed else Decision.DENY)
            assert (await later.ended(job)).state is JobState.COMPLETED
            assert later.made() == ["after.txt"]
        finally:
            await later.close()


async def test_a_session_that_goes_on_asks_as_well(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job("hello")
        done = await made.ended(job)
        assert done.state is JobState.COMPLETED, await made.text(done)
        session = done.figures.provider_session_id
        assert session
        for wish in (SessionWish.RESUME, SessionWish.FORK):
            job = await made.job(calling(run("touch on.txt")), session=wish, session_id=session)
            (question,) = await made.questions(job)
            made.answer(question, Decision.DENY)
            done = await made.ended(job)
            assert done.state is JobState.COMPLETED, await made.text(done)
            assert (done.figures.provider_session_id == session) is (wish is SessionWish.RESUME)
        assert made.made() == []
        assert "HEARD:hello" in str(made.model.requests[-1]), "what was said before is known"


async def test_settings_of_the_person_do_not_keep_it_from_asking(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        own = tmp_path / "home" / ".codex"
        own.mkdir(parents=True)
        (own / "config.toml").write_text(
            'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n'
            f'[projects."{made.project}"]\ntrust_level = "trusted"\n'
        )
        job = await made.job(
            calling(run("ls"), run("touch own.txt")), options={"sandboxMode": "read-only"}
        )
        for question in await made.questions(job, 2):
            made.answer(question, Decision.DENY)
        assert (await made.ended(job)).state is JobState.COMPLETED
        assert made.made() == []


@pytest.mark.parametrize("place", ["home/.codex", "project/.codex"])
async def test_rules_that_could_allow_something_unasked_end_the_run(
    tmp_path: Path, program_of: Callable[[CliName], Path], place: str
) -> None:
    async with scene(tmp_path, program_of) as made:
        rules = tmp_path / place / "rules"
        rules.mkdir(parents=True)
        (rules / "default.rules").write_text('prefix_rule(pattern=["touch"], decision="allow")\n')
        done = await made.ended(await made.job(calling(run("touch ruled.txt"))))
        assert done.state is JobState.FAILED
        assert f"has rules of its own in {rules}" in done.error
        assert made.model.requests == [], "its model heard nothing"
        assert not (made.project / "ruled.txt").exists()


async def test_rules_above_its_project_are_not_seen_or_end_the_run(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    rules = tmp_path / ".codex/rules"
    rules.mkdir(parents=True)
    (rules / "default.rules").write_text('prefix_rule(pattern=["touch"], decision="allow")\n')
    async with scene(tmp_path, program_of) as made:
        job = await made.job(calling(run("touch ruled.txt")))
        if containment_here(os.environ).problem():
            assert f"has rules of its own in {rules}" in (await made.ended(job)).error
        else:
            (question,) = await made.questions(job)
            made.answer(question, Decision.DENY)
            assert (await made.ended(job)).state is JobState.COMPLETED
        assert made.made() == []


async def test_a_tool_of_a_server_is_asked_whatever_settings_say(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        own = tmp_path / "home" / ".codex"
        own.mkdir(parents=True)
        (own / "config.toml").write_text(
            f"[mcp_servers.gate]\nurl = '{made.model.gate_url}'\nrequired = true\n"
            "default_tools_approval_mode = 'approve'\n"
            "[mcp_servers.gate.tools.note]\napproval_mode = 'approve'\n"
        )
        call = ("mcp__gate/note", {"text": "hello"})
        job = await made.job(calling(call))
        (question,) = await made.questions(job)
        assert question.ask.kind is PermissionKind.MCP
        assert (question.ask.server, question.ask.tool) == ("gate", "note")
        assert question.ask.arguments == {"text": "hello"}
        made.answer(question, Decision.DENY, "Rather not.")
        await made.ended(job)
        assert made.made() == []
        assert "Rather not." in str(made.model.requests)
        job = await made.job(calling(call))
        made.answer((await made.questions(job))[0], Decision.ONCE)
        await made.ended(job)
        assert (made.project / "noted.txt").read_text() == "hello"


async def test_an_unknown_session_is_said_in_words(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    async with scene(tmp_path, program_of) as made:
        job = await made.job(
            "hello",
            session=SessionWish.RESUME,
            session_id="6390d421-78d0-4a46-abc8-2ad6706e805a",
        )
        done = await made.ended(job)
        assert done.state is JobState.FAILED
        assert "6390d421" in done.error
        assert made.model.requests == []
