"""`approvals: "ask"` through the whole gateway: the question, what a job says, the answer."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.clis.claude import CLI
from llmgw_desktop.domain.cli import CliEvent, CliName, RunEnded
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    FileChange,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.job import Job, UpstreamWait
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import RunReply
from llmgw_desktop.engine.mcp.tools.job_words import Teller, deferred_told, job_told
from llmgw_desktop.engine.runs.fields import RunDefaults, read_fields
from llmgw_desktop.store.paths import Places
from llmgw_desktop.wire.native.jobs import job_object
from tests.support.asking_scene import answer_of

CLAUDE = Path(__file__).parents[2] / "support" / "asking_claude.py"
CONFIG = """
[http]
port = 0
[clis.claude]
command = "{claude}"
readable = ["{tests}"]
[approvals]
{approvals}
"""


@dataclass
class AskingHouse:
    container: Container
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        key = self.container.places.access_key_file.read_text().strip()
        url = self.container.gateway.status.url + path
        sent = {"Authorization": f"Bearer {key}"}
        async with self.session.request(method, url, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def asked(self, prompt: str, folder: Path, **fields: Any) -> str:
        body = {"cli": "claude", "prompt": prompt, "workingDir": str(folder), **fields}
        status, told = await self.call("POST", "/v1/jobs", body)
        assert status == 202, told
        return str(told["id"])

    async def job_frames(self, job_id: str) -> list[Any]:
        """Where it stood, as its events tell."""
        key = self.container.places.access_key_file.read_text().strip()
        url = f"{self.container.gateway.status.url}/v1/jobs/{job_id}/events"
        headers = {"Authorization": f"Bearer {key}"}
        async with self.session.get(url, headers=headers) as stream:
            frames = (await stream.text()).split("\n\n")
        begin = "event: job\ndata: "
        return [json.loads(each.removeprefix(begin)) for each in frames if each.startswith(begin)]

    async def question(self, job_id: str) -> PermissionQuestion:
        async with asyncio.timeout(60):
            while not (waiting := self.container.runs.permissions.of_job(job_id)):
                await asyncio.sleep(0.01)
        return waiting[0]

    async def ended(self, job_id: str) -> Any:
        await self.container.runs.supervisor.wait(job_id, 60)
        return (await self.call("GET", f"/v1/jobs/{job_id}/result"))[1]


class Ear:
    """Who is told of a run's progress."""

    def __init__(self) -> None:
        self.teller = Teller(self.hear)
        self.said: list[str] = []

    async def hear(self, done: float, total: float | None, message: str) -> None:
        self.said.append(message)

    async def heard_of(self, words: str) -> None:
        async with asyncio.timeout(60):
            while words not in "".join(self.said):
                await asyncio.sleep(0.01)


Open = Callable[..., Any]


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[Open]:
    houses: list[AskingHouse] = []
    async with aiohttp.ClientSession() as session:

        async def make(approvals: str = "") -> AskingHouse:
            places = Places.of({"LLMGW_HOME": str(tmp_path / "gateway")})
            places.make()
            places.config_file.write_text(
                CONFIG.format(claude=CLAUDE, tests=CLAUDE.parents[1], approvals=approvals)
            )
            # Contained, the stand-in finds the Python that we are, and no shim of somebody's HOME.
            own = Path(sys.executable).parent
            env = {"PATH": f"{own}:{os.environ['PATH']}", "HOME": str(tmp_path)}
            houses.append(AskingHouse(Container(places, env), session))
            await houses[-1].container.start()
            return houses[-1]

        yield make
        await houses[-1].container.runs.supervisor.stop_all()
        await houses[-1].container.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


async def test_each_task_is_a_job_of_its_own(open_house: Open, folder: Path) -> None:
    """What is asked is in no argument of a run that asks: it is said to it later."""
    house = await open_house()
    prompts = ("Tidy the tests", "count the files", "what is 2+2")
    ids = [await house.asked(each, folder, approvals="ask") for each in prompts]
    assert len(set(ids)) == len(prompts)
    body = {"cli": "claude", "workingDir": str(folder), "approvals": "ask"}
    _, parts = await house.call("POST", "/v1/jobs", body | {"promptParts": {"task": "tidy"}})
    assert (parts["deduped"], parts["id"] in ids) == (False, False)
    _, same = await house.call("POST", "/v1/jobs", body | {"prompt": prompts[1]})
    assert (same["deduped"], same["id"]) == (True, ids[1])


@pytest.mark.parametrize(("decision", "made"), [(Decision.ONCE, True), (Decision.DENY, False)])
async def test_a_job_waits_for_its_answer_and_says_so(
    open_house: Open, folder: Path, decision: Decision, made: bool
) -> None:
    house = await open_house()
    job_id = await house.asked("touch it", folder, approvals="ask")
    frames = asyncio.create_task(house.job_frames(job_id))
    ear = Ear()
    service = house.container.runs.service
    ear.teller.follow(service.events(job_id, "local"), service.standing(job_id, "local"), job_id)
    question = await house.question(job_id)
    await ear.heard_of("waits for")
    _, shown = await house.call("GET", f"/v1/jobs/{job_id}")
    waiting = shown["job"]["waitingForPermission"]
    assert (waiting["count"], waiting["kind"]) == (1, "command")
    assert (waiting["questionId"], waiting["summary"]) == (question.id, "run touch it")
    assert house.container.runs.permissions.answer(question.id, answer_of(decision))
    told = await house.ended(job_id)
    assert told["state"] == "completed", told
    assert told["waitingForPermission"] is None
    assert (folder / "it").exists() is made
    waits = [each["waitingForPermission"] for each in await frames]
    wishes = [each["summary"] if each else None for each in waits]
    assert [*dict.fromkeys(wishes)] == [None, "run touch it"]
    assert wishes[-1] is None, "it goes on"
    assert wishes.count("run touch it") == 1
    await ear.teller.stop(is_over=True)
    lines = "".join(ear.said).split("\n")
    assert [each for each in lines if each.startswith("[")] == [
        "[waits for a person: run touch it]",
        "[goes on]",
    ]


async def test_one_that_was_stopped_by_its_answer(open_house: Open, folder: Path) -> None:
    house = await open_house()
    job_id = await house.asked("touch it", folder, approvals="ask")
    question = await house.question(job_id)
    house.container.runs.permissions.answer(question.id, answer_of(Decision.STOP))
    told = await house.ended(job_id)
    assert told["state"] == "canceled"
    assert not (folder / "it").exists()


async def test_the_next_gateway_asks_again(open_house: Open, folder: Path) -> None:
    first = await open_house()
    job_id = await first.asked("touch it", folder, approvals="ask")
    before = await first.question(job_id)
    await first.container.stop()
    second = await open_house()
    again = await second.question(job_id)
    assert again.ask == before.ask
    second.container.runs.permissions.answer(again.id, answer_of(Decision.ONCE))
    assert (await second.ended(job_id))["state"] == "completed"
    assert (folder / "it").exists()


@pytest.mark.parametrize("fields", [{}, {"approvals": "agent"}, {"approvals": "ask"}])
async def test_the_operator_may_have_every_job_ask(
    open_house: Open, folder: Path, fields: dict[str, str]
) -> None:
    house = await open_house('agents = "ask"\nunattended = "deny"')
    job_id = await house.asked("touch it", folder, **fields)
    told = await house.ended(job_id)
    assert told["state"] == "completed", told
    assert "nobody is there" in told["text"]
    assert not (folder / "it").exists()


def test_a_cli_that_cannot_ask_is_refused_with_words() -> None:
    mute = replace(CLI, asking=None)
    for fields, defaults in (
        ({"approvals": "ask"}, RunDefaults()),
        ({}, RunDefaults(asks=True)),
        ({"approvals": "agent"}, RunDefaults(asks=True)),
    ):
        with pytest.raises(InvalidRun, match="cannot be made to ask") as refused:
            read_fields(mute, {"prompt": "p", **fields}, defaults)
        assert refused.value.field == "approvals"
    assert read_fields(mute, {"prompt": "p", "approvals": "agent"}).asks is False


@pytest.mark.parametrize("value", ["Ask", "", True, ["ask"], "yes"])
def test_any_other_word_is_refused(value: object) -> None:
    with pytest.raises(InvalidRun) as refused:
        read_fields(CLI, {"prompt": "p", "approvals": value})
    assert refused.value.field == "approvals"


ASKS = [
    (Ask(native_id="1", kind=PermissionKind.COMMAND, command="rm -r x"), "run rm -r x"),
    (
        Ask(native_id="1", kind=PermissionKind.EDIT, changes=(FileChange(path="/a"),)),
        "change /a",
    ),
    (Ask(native_id="1", kind=PermissionKind.FETCH, url="https://x"), "fetch https://x"),
    (Ask(native_id="1", kind=PermissionKind.MCP, server="s", tool="t"), "use t of s"),
    (Ask(native_id="1", tool="Task"), "use Task"),
    (Ask(native_id="1"), "do something"),
    (
        Ask(native_id="1", kind=PermissionKind.COMMAND, command="a\nb\x1b[31m\u202ec"),
        "run a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}c",
    ),
    (
        Ask(native_id="1", kind=PermissionKind.COMMAND, command="x" * 1_000_000),
        "run " + "x" * 195 + "…",
    ),
]


@pytest.mark.parametrize(("ask", "summary"), ASKS)
def test_a_question_in_one_harmless_line(ask: Ask, summary: str) -> None:
    question = PermissionQuestion(
        id="prm_1",
        job_id="job_1",
        owner="me",
        client="",
        cli=CliName.CLAUDE,
        job_title="",
        ask=ask,
        asked_at_s=0.0,
        expires_at_s=60.0,
    )
    job = Job(
        id="job_1",
        owner="me",
        client="",
        cli=CliName.CLAUDE,
        asked_at_s=0.0,
        questions=(question, question),
    )
    waiting = job_object(job)["waitingForPermission"]
    assert (waiting["summary"], waiting["count"]) == (summary, 2)
    told = job_told(job)["waitingForPermission"]
    assert told["expiresAt"] == "1970-01-01T00:01:00.000Z"
    assert "waitingForPermission" not in job_told(replace(job, questions=()))
    deferred = deferred_told(RunReply(job=job))
    assert deferred["waitingForPermission"] == told
    assert "waits for a person" in deferred["message"]


async def test_mcp_clients_are_told_of_an_upstream_that_refuses() -> None:
    wait = UpstreamWait(status=529, since_s=60.0, until_s=120.0, reason="Overloaded")
    job = Job(
        id="job_1", owner="o", client="c", cli=CliName.CLAUDE, asked_at_s=1.0, waiting_on=wait
    )
    told = job_told(job)["waitingOn"]
    assert (told["status"], told["until"]) == (529, "1970-01-01T00:02:00.000Z")
    assert "waitingOn" not in job_told(replace(job, waiting_on=None))
    deferred = deferred_told(RunReply(job=job))
    assert "asked again by the CLI: 529 until " in deferred["message"]
    ear = Ear()

    async def standing() -> AsyncIterator[Job]:
        yield job
        await ear.heard_of("asked again by the CLI: 529")
        yield replace(job, waiting_on=None)
        await ear.heard_of("goes on")

    async def events() -> AsyncIterator[CliEvent]:
        await ear.heard_of("goes on")
        yield RunEnded(ok=True)

    ear.teller.follow(events(), standing(), job.id)
    await ear.heard_of("goes on")
    await ear.teller.stop(is_over=True)


async def test_a_worktree_of_its_own_is_no_place_of_credentials(
    open_house: Open, tmp_path: Path
) -> None:
    """It lies among the gateway's own files, and for its job it is the workspace."""
    folder = tmp_path / "project"
    folder.mkdir()
    for command in ("init -q -b main", "commit -q -m one --allow-empty"):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *command.split()],
            cwd=folder,
            check=True,
        )
    house = await open_house(f'[[workspaces.repos]]\nalias = "app"\npath = "{folder}"')
    fields = {"cli": "claude", "workspace": "app", "worktree": True, "approvals": "ask"}
    inside, out = [
        (await house.call("POST", "/v1/jobs", {"prompt": prompt, **fields}))[1]
        for prompt in ("touch a", f"touch {house.container.places.data_folder}/a")
    ]
    question = await house.question(inside["id"])
    assert question.warnings == ()
    (warning,) = (await house.question(out["id"])).warnings
    assert warning.startswith("It names a path where credentials are kept")
    for job in (inside, out):
        question = await house.question(job["id"])
        house.container.runs.permissions.answer(question.id, answer_of(Decision.DENY))
        await house.ended(job["id"])
