"""`/v1/approvals` and `llmgw approvals`: agents' questions without a window."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.questions.commands import approvals
from llmgw_desktop.domain.access.principal import ALL_SCOPES
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    FileChange,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
    Unattended,
)
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.wire.native.approvals import question_object, read_question
from tests.engine.conftest import House

PATH = "/v1/approvals"
Put = tuple[PermissionQuestion, list[PermissionAnswer]]
COMMAND = Ask(native_id="1", kind=PermissionKind.COMMAND, command="touch a.txt")


def desk_of(house: House) -> PermissionDesk:
    return house.container.runs.permissions


async def put(house: House, ask: Ask = COMMAND) -> Put:
    job = AskingJob(
        id=f"job_{ask.native_id}",
        owner="anna",
        client="Anna's editor",
        cli=CliName.CODEX,
        title="Mend it",
        working_dir=str(house.container.places.data_folder),
    )
    answers: list[PermissionAnswer] = []
    desk_of(house).ask(job, ask, answers.append)
    async with asyncio.timeout(20):
        while not desk_of(house).of_job(job.id):
            await asyncio.sleep(0.005)
    return desk_of(house).of_job(job.id)[0], answers


async def posted(house: House, question_id: str, body: Any, **headers: str) -> tuple[int, Any]:
    async with house.post(f"{PATH}/{question_id}", body, **headers) as answer:
        return answer.status, await answer.json()


async def listed(house: House, query: str = "", **headers: str) -> tuple[int, Any]:
    async with house.get(PATH + query, **headers) as answer:
        return answer.status, await answer.json()


async def command(house: House, *words: str) -> int:
    return await asyncio.to_thread(
        approvals, parse(["approvals", *words]), house.container.places, {}
    )


async def test_a_question_is_listed_whole_and_answered(house: House) -> None:
    question, answers = await put(house)
    status, told = await listed(house)
    assert (status, told["total"]) == (200, 1)
    assert told["approvals"] == [question_object(question)]
    read = read_question(told["approvals"][0])
    assert replace(read, ask=replace(read.ask, native_id="1")) == question
    status, told = await posted(house, question.id, {"decision": "deny", "note": " no \n"})
    assert (status, told["decision"]) == (200, "deny")
    assert (answers[0].decision, answers[0].note, answers[0].way) == (
        Decision.DENY,
        "no",
        DecisionWay.COMMAND,
    )
    status, told = await posted(house, question.id, {"decision": "once"})
    assert status == 404
    assert "waits for an answer" in told["error"]["message"]
    assert len(answers) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "yes"},
        {"decision": "ONCE"},
        {"decision": True},
        {"decision": ["once"]},
        {"decision": None},
        {"decision": "once", "note": 1},
        {"decision": "once", "note": "x" * 5000},
        {"decision": "once", "more": 1},
    ],
)
async def test_a_broken_answer_is_never_an_allowance(house: House, body: Any) -> None:
    question, answers = await put(house)
    status, _ = await posted(house, question.id, body)
    assert status == 400
    assert answers == []
    assert desk_of(house).waiting == (question,)


async def test_what_cannot_be_allowed_for_the_job_is_not(house: House) -> None:
    question, answers = await put(house, Ask(native_id="1", arguments={"what": "?"}))
    status, told = await posted(house, question.id, {"decision": "job"})
    assert status == 400
    assert "not for the job" in told["error"]["message"]
    assert answers == []


async def test_nobody_but_this_computers_person_answers(house: House) -> None:
    """Not even a client that may do everything: it would answer its own agents."""
    question, answers = await put(house)
    clients = ClientStore(house.container.places.gateway_db, SystemClock())
    keys = ClientKeys(clients, SystemClock(), TimedIds(SystemClock()))
    key = keys.add("everything", ALL_SCOPES)
    clients.close()
    own = {"Authorization": f"Bearer {key}"}
    assert (await listed(house, **own))[0] == 403
    status, told = await posted(house, question.id, {"decision": "once"}, **own)
    assert status == 403
    message = told["error"]["message"]
    assert "this computer's person alone; 'everything' is another client" in message
    for way in ("in the window (Access)", "`llmgw approvals allow ID`", "run/access.key"):
        assert way in message
    assert "key add" not in message
    assert (await listed(house, Authorization="Bearer llmgw-wrong"))[0] == 401
    assert answers == []


async def test_a_list_waits_for_a_question_and_attends(house: House) -> None:
    desk = desk_of(house)
    desk.apply(ApprovalSettings(unattended=Unattended.DENY))
    waiting = asyncio.create_task(listed(house, "?wait=50"))
    async with asyncio.timeout(20):
        while not desk.audience.is_there:
            await asyncio.sleep(0.005)
    question, _ = await put(house)
    _, told = await waiting
    assert [each["id"] for each in told["approvals"]] == [question.id]
    assert not desk.audience.is_there
    assert (await listed(house, "?wait=61"))[0] == 400


async def test_the_commands_show_and_answer(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command(house, "list") == 0
    assert capsys.readouterr().err == "No agent waits for an answer.\n"
    for number, (words, decision, said) in enumerate(
        [
            (("allow",), Decision.ONCE, "Allowed once."),
            (("allow", "--for-job"), Decision.JOB, "Allowed, and the same again in this job."),
            (("deny", "--note", "not so"), Decision.DENY, "Denied."),
            (("stop",), Decision.STOP, "Denied, and its job ends."),
        ]
    ):
        question, answers = await put(house, replace(COMMAND, native_id=str(number)))
        assert await command(house, words[0], question.id, *words[1:]) == 0
        assert capsys.readouterr().out == said + "\n"
        async with asyncio.timeout(20):
            while not answers:
                await asyncio.sleep(0.005)
        assert answers[0].decision is decision
        assert answers[0].person
    assert await command(house, "allow", "prm_none") == 1
    assert "No question 'prm_none' waits" in capsys.readouterr().err


async def test_a_rule_is_made_of_a_question_by_command(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    file = house.container.places.config_file
    before = file.read_bytes() if file.exists() else b""
    question, answers = await put(house, replace(COMMAND, command="git log -3"))
    await command(house, "list")
    assert "--always would allow: git log * " in capsys.readouterr().out
    assert await command(house, "allow", question.id, "--pattern", "git push *") == 1
    assert "It would not allow this question. Nothing was allowed." in capsys.readouterr().err
    assert (file.read_bytes() if file.exists() else b"", answers) == (before, [])
    assert await command(house, "allow", question.id, "--always") == 0
    said, undo = capsys.readouterr()
    assert said.startswith("git log * is allowed ")
    assert said.endswith("Allowed once.\n")
    assert "rules remove" in undo
    (rule,) = load_settings(file, {}).settings.rules
    assert rule.commands == ("git log *",)
    several, _ = await put(house, replace(COMMAND, native_id="9", command="ls && rm -r x"))
    assert await command(house, "allow", several.id, "--always") == 1
    assert "No rule can be made of it" in capsys.readouterr().err


async def test_what_an_agent_wrote_stays_text(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "touch a\x1b[2K\rls\nprm_1  for 1 s\n\u202etxt.exe"
    await put(house, replace(COMMAND, command=evil, agent_words="\x1b]0;title\x07 harmless"))
    change = FileChange(path="a\x1b[1m.py", new="one\x9b2J\n")
    await put(house, Ask(native_id="2", kind=PermissionKind.EDIT, changes=(change,)))
    assert await command(house, "list") == 0
    shown, hint = capsys.readouterr()
    assert "approvals allow ID" in hint
    assert not set("\x1b\x9b\r\x07\u202e") & set(shown)
    assert "  | prm_1  for 1 s" in shown
    assert "\nprm_1" not in shown, "no line of it can pass for ours"
    assert "It holds control characters" in shown
    assert await command(house, "list", "--json") == 0
    raw = capsys.readouterr().out
    assert raw.isascii()
    assert evil in [each["command"] for each in json.loads(raw)["approvals"]]


async def test_a_command_that_would_answer_is_told(house: House) -> None:
    question, _ = await put(house, replace(COMMAND, command="llmgw approvals allow prm_1"))
    assert question.warnings[0].startswith("It could answer questions in your place")


async def test_without_a_gateway_the_command_says_so(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.container.places.run_file.unlink()
    assert await command(house, "list") == 1
    assert "The gateway does not run." in capsys.readouterr().err
