"""The real CLIs that speak the Agent Client Protocol ask, and what a person says is what happens on
disk. One run of each goes through every way to answer, and outlives its gateway. Rules answer all
seven CLIs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Decision,
    DecisionWay,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.engine.questions.permissions import desk
from tests.support import cli_benches
from tests.support.answers import Answer
from tests.support.asking_house import AskingHouse, killed_while_it_asks, opened, setup_of
from tests.support.cli_bench import Bench
from tests.support.mcp_gate import gate_app
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

ALL = [
    CliName.GEMINI,
    CliName.GROK,
    CliName.COPILOT,
    CliName.OPENCODE,
    CliName.MISTRAL,
]
MODELS = {
    CliName.OPENCODE: "gw/stub-ok",
    CliName.MISTRAL: "stub",
}
WRITES = {
    CliName.GEMINI: ("write_file", "file_path", "content"),
    CliName.GROK: ("write", "file_path", "content"),
    CliName.COPILOT: ("create", "path", "file_text"),
    CliName.OPENCODE: ("write", "filePath", "content"),
    CliName.MISTRAL: ("write_file", "path", "content"),
}
"""Its tool that writes a file."""
NOTES: dict[CliName, tuple[str, dict[str, Any]]] = {
    CliName.GEMINI: ("mcp_gate_note", {"text": "noted"}),
    CliName.GROK: ("use_tool", {"tool_name": "gate__note", "tool_input": {"text": "noted"}}),
}
"""How it calls a tool of an MCP server that its run was given."""
NOTE = "Call it otherwise, please."
PASS = "pass-0123456789"
AGAIN = "echo x >> job.txt"


@pytest.fixture(params=ALL, ids=str)
def bench(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    upstream: Upstream,
    program_of: Callable[[CliName], Path],
) -> Bench:
    name: CliName = request.param
    url = upstream.lane("main").root_url
    made = cli_benches.bench_of(name, program_of(name), tmp_path, url, "key")
    cache = tmp_path_factory.getbasetemp() / f"{name}-cache"
    cache.mkdir(exist_ok=True)
    (made.made("home") / ".cache").symlink_to(cache)
    return made.with_(
        # Copilot does not start where it finds no certificates, though it needs none here.
        environment={**made.environment, "SSL_CERT_FILE": certifi.where()},
        model=MODELS.get(name, "stub-ok"),
    )


@dataclass
class Gate:
    """An MCP server of the settings, whose secret the vault would keep."""

    written: Path
    url: str

    @property
    def toml(self) -> str:
        return f'[mcp_servers.gate]\nurl = "{self.url}"\nheaders = {{ X-Pass = "{PASS}" }}\n'

    def read(self) -> str:
        return self.written.read_text() if self.written.exists() else ""


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    @web.middleware
    async def passed(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("X-Pass") != PASS:
            return web.Response(status=403)
        told: web.StreamResponse = await handler(request)
        return told

    app = gate_app(tmp_path / "noted.txt")
    app.middlewares.append(passed)
    async with TestServer(app) as server:
        yield Gate(tmp_path / "noted.txt", str(server.make_url("/mcp")))


def calls(bench: Bench, command: str, words: str = "") -> Answer:
    if bench.cli.name is CliName.CODEX:
        return Answer(call_named="exec_command", tool_input={"cmd": command}, calls_again=True)
    described = {"description": "Make a file"}
    without = (CliName.GEMINI, CliName.MISTRAL)
    more = {} if bench.cli.name in without else described
    given = {"command": command, **more}
    return Answer(tool_input=given, calls_again=True, words_before_calls=words)


def writes(bench: Bench, name: str) -> Answer:
    tool, path, content = WRITES[bench.cli.name]
    given = {path: str(bench.folder / name), content: "hello\n"}
    return Answer(call_named=tool, tool_input=given, calls_again=True)


def notes(bench: Bench) -> list[Answer]:
    if bench.cli.name not in NOTES:
        return []
    tool, given = NOTES[bench.cli.name]
    return [Answer(call_named=tool, tool_input=given, calls_again=True)]


def request_of(bench: Bench, **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"cli": bench.cli.name, "prompt": "make the file", "approvals": "ask"}
    if bench.cli.name in NOTES:
        asked["mcpServers"] = ["gate"]
    return {**asked, "model": bench.model, "workingDir": str(bench.folder), **more}


async def test_every_way_to_answer_is_what_happens_on_disk(
    bench: Bench,
    gate: Gate,
    upstream: Upstream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One job: its gateway is killed with a question open; then once, the same denied, with a note,
    without an answer, for the job."""
    lane = upstream.lane("main")
    lane.always = calls(bench, "touch killed.txt")
    setup = setup_of(bench, tmp_path / "gateway", gate.toml)
    job_id = await killed_while_it_asks(setup, request_of(bench))
    assert made(bench) == []
    script = [
        calls(bench, "touch killed.txt"),
        calls(bench, "touch noted.txt"),
        calls(bench, "touch late.txt"),
        calls(bench, AGAIN),
        calls(bench, AGAIN),
        *notes(bench),
        writes(bench, "written.txt"),
        Answer(call_tools=False),
    ]
    async with opened(setup, lane, script) as house:
        question = await house.question(job_id, "killed.txt")
        assert question.ask.kind is PermissionKind.COMMAND
        assert question.ask.command == "touch killed.txt"
        assert question.ask.cwd == str(bench.folder)
        house.answer(question, Decision.ONCE)
        question = await house.question(job_id, "killed.txt")
        (bench.folder / "killed.txt").unlink()
        house.answer(question, Decision.DENY)
        question = await house.question(job_id, "noted.txt")
        with nobody_answers(house, monkeypatch):
            house.answer(question, Decision.DENY, NOTE)
            await house.until(lambda: DecisionWay.TIMEOUT in house.ways)
        heard = b"".join(each.body for each in lane.requests[-2:])
        assert NOTE.encode() in heard
        assert b"touch noted.txt" in heard, "it still knows what it was about to do"
        question = await house.question(job_id, AGAIN)
        assert b"Nobody answered within" in lane.requests[-1].body
        assert made(bench) == []
        house.answer(question, Decision.JOB)
        await allowed_for_the_job(house, bench, job_id)
        if bench.cli.name in NOTES:
            question = await house.question(job_id)
            assert (question.ask.kind, question.ask.arguments) == (
                PermissionKind.MCP,
                {"text": "noted"},
            )
            assert not gate.written.exists()
            house.answer(question, Decision.ONCE)
        await another_thing_is_asked(house, bench, job_id)
        assert gate.read() == ("noted" if bench.cli.name in NOTES else "")
        await asked_again_and_stopped(house, bench, job_id)


RULES = """
[[rules]]
name = "makes"
action = "allow"
kinds = ["command"]
commands = ["touch ruled.txt"]
[[rules]]
name = "keeps"
action = "deny"
commands = ["touch *barred*"]
note = "Not that file."
"""


@pytest.mark.parametrize("bench", [*ALL, CliName.CLAUDE, CliName.CODEX], indirect=True, ids=str)
async def test_rules_answer_each_cli(bench: Bench, upstream: Upstream, tmp_path: Path) -> None:
    """What a rule allows or denies is asked of nobody, however it is wrapped; the rest is."""
    lane = upstream.lane("main")
    setup = setup_of(bench, tmp_path / "gateway", RULES)
    setup.write_config()
    commands = ["timeout 5 touch barred.txt", "touch ruled.txt", "touch ruled.txt open.txt"]
    first, *script = (*(calls(bench, each) for each in commands), Answer(call_tools=False))
    async with opened(setup, lane, script) as house:
        lane.always = first
        more: dict[str, Any] = {}
        if bench.cli.name is CliName.CODEX:  # a run that asks reads none of its person's settings
            more["configOverrides"] = bench.options["configOverrides"]
        job_id = await house.ask(request_of(bench, mcpServers=[], **more))
        question = await house.question(job_id, "open.txt")
        assert made(bench) == ["ruled.txt"]
        told = b"".join(each.body for each in lane.requests)
        assert b"Not that file." in told
        house.answer(question, Decision.DENY)
        done = await house.ended(job_id)
        assert done.state is JobState.COMPLETED, done.error
        assert house.ways == [DecisionWay.STANDING, DecisionWay.STANDING, DecisionWay.COMMAND]
        log = house.container.questions.log_of_agents(10)
        assert {each.answer.note for each in log} == {
            "Denied by the gateway: The rule keeps says deny. Not that file.",
            "The rule makes says allow.",
            "",
        }
    assert made(bench) == ["ruled.txt"]


@contextmanager
def nobody_answers(house: AskingHouse, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is asked meanwhile falls due at once."""
    permissions = house.container.runs.permissions
    permissions.apply(ApprovalSettings(answer_within_minutes=0))
    with patch.context() as inside:
        inside.setattr(desk, "LEAST_S", 0.2)
        yield
    permissions.apply(ApprovalSettings())


async def allowed_for_the_job(house: AskingHouse, bench: Bench, job_id: str) -> None:
    """The same is not asked again."""
    await house.until(lambda: DecisionWay.RULE in house.ways)
    await house.question(job_id)
    assert house.ways[-2:] == [DecisionWay.COMMAND, DecisionWay.RULE]
    assert (bench.folder / "job.txt").read_text() == "x\nx\n"
    assert made(bench) == ["job.txt"]


async def another_thing_is_asked(house: AskingHouse, bench: Bench, job_id: str) -> None:
    question = await house.question(job_id)
    assert question.ask.kind is PermissionKind.EDIT
    (change,) = question.ask.changes
    assert change.path == str(bench.folder / "written.txt")
    assert "hello" in (change.new or change.diff)
    house.answer(question, Decision.ONCE)
    done = await house.ended(job_id)
    assert done.state is JobState.COMPLETED, done.error
    assert made(bench) == ["job.txt", "written.txt"]
    assert (bench.folder / "written.txt").read_text() == "hello\n"


async def asked_again_and_stopped(house: AskingHouse, bench: Bench, job_id: str) -> None:
    """Its session goes on in another job, where nothing is allowed any more; what it said before is
    not this one's answer."""
    for file in bench.made("home").glob(".gemini/tmp/*/chats/session-*"):
        # By the minute of its beginning: of the same one, Gemini would write over it.
        file.rename(file.with_name(f"session-2026-01-01T00-00-{file.name.rpartition('-')[2]}"))
    house.lane.always = calls(bench, AGAIN, words="the second answer")
    # Vibe goes on with the model that its session began with.
    model = "" if bench.cli.name is CliName.MISTRAL else bench.model
    named = house.supervisor.get(job_id).figures.provider_session_id
    earlier = len(house.lane.requests)
    again = await house.ask(request_of(bench, prompt="again", model=model, sessionId=named))
    question = await house.question(again, AGAIN)
    # not only the last one: some ask on the side, a title say
    asked = [each.body for each in house.lane.requests[earlier:]]
    assert any(NOTE.encode() in each for each in asked), "it knows its past"
    house.answer(question, Decision.STOP)
    assert (await house.ended(again)).state is JobState.CANCELED
    assert await house.text(again) == "the second answer"
    assert (bench.folder / "job.txt").read_text() == "x\nx\n"


def made(bench: Bench) -> list[str]:
    return sorted(each.name for each in bench.folder.iterdir())
