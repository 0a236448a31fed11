"""`llmgw questions`: the one list in a terminal."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.questions.list_command import run
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    Decision,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.store.settings.reader import load_settings
from tests.engine.conftest import House, house  # noqa: F401 - a fixture


async def command(house: House, *words: str) -> int:  # noqa: F811
    return await asyncio.to_thread(run, parse(["questions", *words]), house.container.places, {})


async def put(house: House, text: str, number: int = 1) -> tuple[str, list[PermissionAnswer]]:  # noqa: F811
    folder = house.container.places.data_folder.parent.parent / "shop"
    folder.mkdir(exist_ok=True)
    job = AskingJob(
        id="job_1",
        owner="anna",
        client="Anna's editor",
        cli=CliName.CODEX,
        title="Mend it",
        working_dir=str(folder),
        workspace="shop",
    )
    ask = Ask(native_id=str(number), kind=PermissionKind.COMMAND, command=text, cwd=str(folder))
    answers: list[PermissionAnswer] = []
    questions = house.container.question_list
    before = questions.number
    house.container.runs.permissions.ask(job, ask, answers.append)
    await asyncio.wait_for(questions.news(before), 30)
    item = (questions.changes_after(before) or ())[0].item
    assert item is not None
    return item.id, answers


async def test_the_list_shows_all_of_it_and_nothing_acts_on_the_terminal(
    house: House,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await command(house, "list") == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "Nothing waits for you.\n")
    question_id, _ = await put(house, "echo \x1b]0;x\x07 a\necho b")
    assert await command(house, "list") == 0
    told = capsys.readouterr()
    lines = told.out.split("\n")
    assert lines[0].startswith(f"{question_id}  An agent asks, waits for ")
    assert "  from Anna's editor" in lines
    assert any(each.startswith("  in shop · /") and each.endswith("job job_1") for each in lines)
    assert "  | echo b" in lines
    assert "\x1b" not in told.out
    assert "\x07" not in told.out
    assert any(each.startswith("  once ") for each in lines)
    assert lines[-2].startswith("  Question expires in ")
    assert lines[-2].endswith("It is denied, and the agent goes on without it.")
    assert await command(house, "list", "--json") == 0
    told = capsys.readouterr()
    assert told.out.isascii()
    assert json.loads(told.out)["questions"][0]["id"] == question_id


async def test_an_answer_is_given_once_and_a_second_is_told_what_stands(
    house: House,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, first = await put(house, "touch a")
    two, second = await put(house, "touch b", 2)
    assert await command(house, "answer", one, "maybe") == 1
    assert "it offers once" in capsys.readouterr().err
    assert await command(house, "answer", one, "deny", "--also", two, "--note", "no") == 0
    assert capsys.readouterr().out == f"{one}: deny\n{two}: deny\n"
    assert [each[0].note for each in (first, second)] == ["no", "no"]
    assert await command(house, "answer", one, "once") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "had its answer before: deny, by " in told.err
    assert await command(house, "answer", "prm_none", "once") == 1
    assert "No question 'prm_none' waits" in capsys.readouterr().err
    assert await command(house, "answer", one, "once", "--json") == 1
    assert json.loads(capsys.readouterr().out)["answered"] == []


async def test_without_a_choice_it_is_shown_and_asked(
    house: House,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, first = await put(house, "touch a")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert await command(house, "answer") == 0
    told = capsys.readouterr()
    assert "  | touch a" in told.out
    assert first == []
    two, second = await put(house, "touch b", 2)
    monkeypatch.setattr("sys.stdin", io.StringIO("nonsense\n"))
    assert await command(house, "answer", one) == 1
    assert "it offers once" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(" deny \n"))
    assert await command(house, "answer", two) == 0
    assert first == []
    assert [each.decision for each in second] == [Decision.DENY]


async def test_waiting_shows_each_as_it_comes(
    house: House,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\ndeny\n"))
    waits = asyncio.ensure_future(command(house, "answer", "--wait"))
    async with asyncio.timeout(30):
        while not house.container.consents.broker.can_ask:
            await asyncio.sleep(0.005)
    _, first = await put(house, "touch a")
    _, second = await put(house, "touch b", 2)
    async with asyncio.timeout(30):
        while not second:
            await asyncio.sleep(0.005)
    await put(house, "touch c", 3)
    assert await waits == 0, "stdin is at its end"
    assert first == []
    assert "  | touch c" in capsys.readouterr().out


async def test_always_writes_a_rule_and_lets_this_one_on(
    house: House,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    question_id, answers = await put(house, "git log -3")
    await command(house, "list")
    told = capsys.readouterr().out
    assert "  always       Allow, and from now on by a rule: git log * in the workspace" in told
    assert await command(house, "answer", question_id, "always") == 0
    said, undo = capsys.readouterr()
    assert said.startswith("git log * is allowed in the workspace")
    assert said.endswith(f"{question_id}: once\n")
    assert "rules remove" in undo
    async with asyncio.timeout(20):
        while not answers:
            await asyncio.sleep(0.005)
    assert answers[0].decision is Decision.ONCE
    (rule,) = load_settings(house.container.places.config_file, {}).settings.rules
    assert rule.commands == ("git log *",)
