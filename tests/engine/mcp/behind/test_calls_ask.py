"""A tool that may destroy, or of which its server says nothing, is called when a person said so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.questions.questions import one_line
from llmgw_desktop.app.questions.rules import always_table, offered
from llmgw_desktop.domain.access.principal import ALL_SCOPES
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.jobs.approval import (
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer
from tests.engine.conftest import House, house_in
from tests.support.mcp_servers import client_of, odd, table, text_of

_KEY = "sk-ant-api03-" + "Zk3v9QpL2m" * 9 + "AA"


@asynccontextmanager
async def asked(
    tmp_path: Path, more: str = "", words: str = 'ask = "risky"', mode: str = "legacy"
) -> AsyncIterator[tuple[House, Client]]:
    servers = table("odd", odd(str(tmp_path / "notes")), words) + more
    home = tmp_path / f"home{len(list(tmp_path.glob('home*')))}"
    async with house_in(home, servers) as house:
        clients, clock = house.container.access.clients, house.container.clock
        assert clients is not None
        key = ClientKeys(clients, clock, TimedIds(clock)).add("Anna's editor", ALL_SCOPES)
        async with client_of(house, key=key, mode=mode) as client:
            yield house, client


async def waits(house: House) -> PermissionQuestion:
    desk = house.container.runs.permissions
    async with asyncio.timeout(30):
        while not desk.waiting:
            await asyncio.sleep(0.005)
    return desk.waiting[0]


def say(house: House, question: PermissionQuestion, decision: Decision, note: str = "") -> None:
    answer = PermissionAnswer(
        decision=decision, way=DecisionWay.DIALOG, at_s=0.0, note=note, person="anna"
    )
    assert house.container.runs.permissions.answer(question.id, answer)


def calls(tmp_path: Path) -> list[str]:
    return [each for each in (tmp_path / "notes").read_text().split("\n") if "call" in each]


@pytest.mark.parametrize(
    ("tool", "why"),
    [
        ("wipe", "Its server says that it may change or remove what is there."),
        ("plain", "Its server does not say whether it only reads."),
    ],
)
async def test_it_is_called_when_the_person_allows_it(tmp_path: Path, tool: str, why: str) -> None:
    async with asked(tmp_path) as (house, client):
        going = asyncio.create_task(client.call_tool(f"odd__{tool}", {"words": _KEY}))
        question = await waits(house)
        assert calls(tmp_path) == []
        assert question.ask.reason == why
        assert (question.cli, question.job_id, question.client) == (None, "", "Anna's editor")
        assert one_line(question) == (
            f"Anna's editor wants to use a tool of an MCP server: odd · {tool}"
        )
        assert _KEY not in repr(question)
        say(house, question, Decision.ONCE)
        assert text_of(await going) == f"{tool}: {_KEY}", "it is called as it was asked for"
        again = asyncio.create_task(client.call_tool(f"odd__{tool}", {}))
        say(house, await waits(house), Decision.DENY, "Not today.")
        denied = await again
        assert denied.is_error
        assert text_of(denied) == (
            f"odd/{tool} was not called: the person at this computer denied it."
            " They say: Not today."
        )
    assert calls(tmp_path) == [f"call {tool}"]


async def test_what_only_reads_is_called_unasked_unless_the_person_wants_it_asked(
    tmp_path: Path,
) -> None:
    async with asked(tmp_path) as (house, client):
        assert text_of(await client.call_tool("odd__echo", {"words": "x"})) == "echo: x"
    async with asked(tmp_path, words='ask = "everything"') as (house, client):
        going = asyncio.create_task(client.call_tool("odd__echo", {"words": "y"}))
        question = await waits(house)
        assert question.ask.reason == "You want to be asked about every call of this server."
        say(house, question, Decision.ONCE)
        assert text_of(await going) == "echo: y"
    async with asked(tmp_path, words='ask = "nothing"') as (house, client):
        assert text_of(await client.call_tool("odd__wipe", {})) == "wipe: "


async def test_allowed_for_a_session_holds_for_that_tool_in_that_session(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client):
        going = asyncio.create_task(client.call_tool("odd__wipe", {"words": "1"}))
        question = await waits(house)
        assert question.rule == "Every call of the tool wipe of odd, until this session ends"
        say(house, question, Decision.JOB)
        assert not (await going).is_error
        assert text_of(await client.call_tool("odd__wipe", {"words": "2"})) == "wipe: 2"
        other_tool = asyncio.create_task(client.call_tool("odd__plain", {}))
        say(house, await waits(house), Decision.DENY)
        assert (await other_tool).is_error
        async with client_of(house) as other:
            elsewhere = asyncio.create_task(other.call_tool("odd__wipe", {}))
            say(house, await waits(house), Decision.DENY)
            assert (await elsewhere).is_error


async def test_a_client_without_a_session_is_allowed_once_or_always(tmp_path: Path) -> None:
    async with asked(tmp_path, mode="auto") as (house, client):
        going = asyncio.create_task(client.call_tool("odd__wipe", {}))
        question = await waits(house)
        item = house.container.question_list.find(question.id)
        assert item is not None
        choices = [each.id for each in item.choices]
        assert choices == ["once", *(["job"] if question.rule else []), "deny"]
        say(house, question, Decision.ONCE)
        assert not (await going).is_error


async def test_a_lasting_rule_is_offered_for_this_client_and_tool(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client):
        going = asyncio.create_task(client.call_tool("odd__wipe", {}))
        question = await waits(house)
        offer = offered(question)
        assert offer is not None
        made = always_table(question, offer)
        say(house, question, Decision.ONCE)
        await going
    assert made["tools"] == ["odd/wipe"]
    assert made["clients"] == ["Anna's editor"]
    lists = "\n".join(f'{key} = ["{made[key][0]}"]' for key in ("tools", "clients"))  # type: ignore[index]
    rule = f'[[rules]]\nname = "always"\naction = "allow"\n{lists}\n'
    async with asked(tmp_path, more=rule) as (house, client):
        assert not (await client.call_tool("odd__wipe", {})).is_error
        async with client_of(house) as other:
            elsewhere = asyncio.create_task(other.call_tool("odd__wipe", {}))
            say(house, await waits(house), Decision.DENY)
            assert (await elsewhere).is_error


async def test_a_rule_that_wants_it_asked_is_asked_and_one_that_denies_is_not(
    tmp_path: Path,
) -> None:
    rules = (
        '[[rules]]\nname = "look"\naction = "ask"\ntools = ["odd/echo"]\n'
        '[[rules]]\nname = "no"\naction = "deny"\ntools = ["odd/wipe"]\nnote = "Leave it."\n'
    )
    async with asked(tmp_path, more=rules) as (house, client):
        denied = await client.call_tool("odd__wipe", {})
        assert "odd/wipe was not called: The rule no says deny. Leave it." in text_of(denied)
        going = asyncio.create_task(client.call_tool("odd__echo", {"words": "z"}))
        question = await waits(house)
        assert question.ask.reason == "The rule look says ask."
        say(house, question, Decision.ONCE)
        assert text_of(await going) == "echo: z"


async def test_it_stands_in_the_one_list_and_is_answered_there_and_by_command(
    tmp_path: Path,
) -> None:
    async with asked(tmp_path) as (house, client):
        going = asyncio.create_task(client.call_tool("odd__wipe", {"words": "all"}))
        question = await waits(house)
        (item,) = house.container.question_list.waiting
        assert item.title == "Anna's editor wants to use wipe of odd"
        assert item.blocks == "a call of odd/wipe"
        assert {each.id for each in item.choices} == {"once", "job", "deny"}
        async with house.get("/v1/approvals") as answer:
            (told,) = (await answer.json())["approvals"]
        assert (told["cli"], told["arguments"]) == ("", {"words": "all"})
        async with house.post(f"/v1/approvals/{question.id}", {"decision": "stop"}) as answer:
            assert answer.status == 400, "there is no job"
        given = GivenAnswer(choice="once", place=AnswerPlace.WINDOW, at_s=1.0, person="anna")
        report = await house.container.question_list.answer([question.id], given)
        assert report.answered == (question.id,)
        assert not (await going).is_error
        store = house.container.runs.permissions
        (kept,) = await asyncio.to_thread(store.recent)
        assert (kept.question.cli, kept.answer.person) == (None, "anna")


async def test_who_calls_no_longer_is_not_asked_about(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client):
        going: asyncio.Task[Any] = asyncio.create_task(client.call_tool("odd__wipe", {}))
        await waits(house)
        going.cancel()
        async with asyncio.timeout(30):
            while house.container.runs.permissions.waiting:
                await asyncio.sleep(0.005)
        await client.list_tools()  # what came to the call that was taken back came before
    assert calls(tmp_path) == []


async def test_where_nobody_is_there_the_settings_may_say_no(tmp_path: Path) -> None:
    more = '[approvals]\nunattended = "deny"\n'
    async with asked(tmp_path, more=more) as (_, client):
        denied = await client.call_tool("odd__wipe", {})
        assert denied.is_error
        assert "nobody is there to be asked" in text_of(denied)
