"""`/v1/questions`: all that waits for a person in one list, told as it changes, answered once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from typing import Any

import aiohttp
import pytest

from llmgw_desktop.domain.access.consent import ConsentDecision
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, PrincipalKind
from llmgw_desktop.domain.audit import ActorDoor, AuditQuery
from llmgw_desktop.domain.brakes import Brake, HoldChoice
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.mcp.listing import resources_allowed
from llmgw_desktop.engine.mcp.offer import Visitor, read
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.engine.policy.brakes.holds import GO_ON, HoldReason
from llmgw_desktop.engine.questions.waiting.item import (
    AnswerPlace,
    GivenAnswer,
    OpenQuestion,
    item_object,
    read_item,
)
from llmgw_desktop.engine.questions.waiting.question_list import MOST_CHANGES, QuestionList
from tests.engine.conftest import House
from tests.engine.policy.keys import key_of
from tests.support.plain_questions import consent

PATH = "/v1/questions"
CHAT = {"model": "gpt-stub", "messages": [{"role": "user", "content": "hi"}]}
HOLD = HoldReason(
    brake=Brake.LOOP,
    title="It repeats\nitself",
    words="It was asked before.",
    choices=(GO_ON, HoldChoice(id="never", words="Do not ask again")),
    facts=(("Repeated", "a\nb"),),
)


def list_of(house: House) -> QuestionList:
    return house.container.question_list


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not there():
            await asyncio.sleep(0.005)


async def put(
    house: House, number: int = 1, *, command: str = "touch a.txt", job: str = "job_1"
) -> tuple[OpenQuestion, list[PermissionAnswer]]:
    folder = house.container.places.data_folder.parent.parent / "shop"
    folder.mkdir(exist_ok=True)
    asking = AskingJob(
        id=job,
        owner="anna",
        client="Anna's editor",
        cli=CliName.CODEX,
        title="Mend it",
        working_dir=str(folder),
        workspace="shop",
    )
    ask = Ask(native_id=str(number), kind=PermissionKind.COMMAND, command=command, cwd=str(folder))
    answers: list[PermissionAnswer] = []
    before = {each.id for each in list_of(house).waiting}
    house.container.runs.permissions.ask(asking, ask, answers.append)
    await until(lambda: {each.id for each in list_of(house).waiting} - before)
    (new,) = {each.id for each in list_of(house).waiting} - before
    found = list_of(house).find(new)
    assert found is not None
    return found, answers


@asynccontextmanager
async def held(house: House) -> AsyncIterator[tuple[OpenQuestion, asyncio.Task[int]]]:
    """A request that is held, and its status in the end."""
    holds = house.container.brakes.holds
    known = {each.id for each in holds.waiting}

    async def check(exchange: Exchange) -> None:
        await holds.decide(exchange, HOLD)

    async def asked() -> int:
        async with house.post("/v1/chat/completions", CHAT) as answer:
            await answer.read()
            return int(answer.status)

    house.container.brakes.put(Brake.LOOP, check)
    leave = holds.attend()
    task = asyncio.ensure_future(asked())
    try:
        await until(lambda: {each.id for each in holds.waiting} - known)
        found = list_of(house).find(holds.waiting[-1].id)
        assert found is not None
        yield found, task
    finally:
        leave()
        await task


async def listed(house: House, query: str = "", **headers: str) -> tuple[int, Any]:
    async with house.get(PATH + query, **headers) as answer:
        return answer.status, await answer.json()


async def answered(house: House, question_id: str, body: Any, **headers: str) -> tuple[int, Any]:
    async with house.post(f"{PATH}/{question_id}", body, **headers) as answer:
        return answer.status, await answer.json()


async def test_all_kinds_stand_in_one_list_what_is_lost_first_at_the_top(house: House) -> None:
    permission, _ = await put(house)
    async with held(house) as (request, task):
        status, told = await listed(house)
        assert (status, told["total"]) == (200, 2)
        first, second = told["questions"]
        assert (first["id"], first["kind"]) == (request.id, "held")
        assert (second["id"], second["kind"]) == (permission.id, "permission")
        assert first["until"] < second["until"], "a request is refused before an agent is denied"
        assert first["title"] == "It repeats itself"
        assert [each["id"] for each in first["choices"]] == ["go_on", "never", "refuse"]
        assert first["flightId"].startswith("flt_")
        assert (len(first["conversation"]), len(first["agent"])) == (10, 10)
        assert first["asked"]["facts"] == [{"label": "Repeated", "text": "a\nb"}]
        assert second["title"] == "Codex wants to run touch a.txt"
        assert (second["folder"][-5:], second["workspace"]) == ("/shop", "shop")
        assert (second["client"], second["clientId"], second["jobId"]) == (
            "Anna's editor",
            "anna",
            "job_1",
        )
        assert second["silence"] == "It is denied, and the agent goes on without it."
        assert second["details"] == [{"label": "Command", "text": "touch a.txt"}]
        assert second["asked"]["command"] == "touch a.txt"
        status, told = await answered(house, request.id, {"choice": "refuse"})
        assert (status, told) == (200, {"answered": [request.id], "late": []})
    assert task.result() == 400


async def test_an_item_is_read_as_it_was_written(house: House) -> None:
    permission, _ = await put(house)
    read = read_item(json.loads(json.dumps(item_object(permission))))
    assert item_object(read) == item_object(permission)
    assert read.rank == permission.rank


async def test_an_answer_at_an_old_door_closes_it_here_and_the_other_way_round(
    house: House,
) -> None:
    one, answers = await put(house)
    async with house.post(f"/v1/approvals/{one.id}", {"decision": "once"}) as answer:
        assert answer.status == 200
    assert list_of(house).find(one.id) is None
    assert [each.decision for each in answers] == [Decision.ONCE]
    status, told = await answered(house, one.id, {"choice": "deny"})
    assert (status, told["answered"]) == (200, [])
    (late,) = told["late"]
    assert (late["choice"], late["allowed"], late["way"]) == ("once", True, "command")
    two, answers = await put(house, 2)
    status, told = await answered(house, two.id, {"choice": "deny", "note": " not so \n"})
    assert told == {"answered": [two.id], "late": []}
    assert (answers[0].decision, answers[0].note) == (Decision.DENY, "not so")
    async with house.post(f"/v1/approvals/{two.id}", {"decision": "once"}) as answer:
        assert answer.status == 404


async def test_several_of_one_kind_are_decided_together_by_their_ids(house: House) -> None:
    found = [await put(house, number, command=f"touch {number}.txt") for number in range(3)]
    ids = [item.id for item, _ in found]
    assert len({item.group for item, _ in found}) == 1
    assert [each.id for each in list_of(house).together_with(ids[0])] == ids
    later, late_answers = await put(house, 9, command="touch 9.txt")
    body = {"choice": "once", "also": ids[1:]}
    status, told = await answered(house, ids[0], body)
    assert (status, told) == (200, {"answered": ids, "late": []})
    assert [answers[0].decision for _, answers in found] == [Decision.ONCE] * 3
    assert late_answers == [], "what came while somebody read is not allowed with it"
    assert list_of(house).find(later.id) is not None


async def test_what_does_not_belong_together_is_not_decided_together(house: House) -> None:
    one, _ = await put(house)
    other, _ = await put(house, 2, job="job_2", command="touch b.txt")
    hidden, _ = await put(house, 3, command="touch \u202etxt.exe")
    for body in (
        {"choice": "once", "also": [other.id]},
        {"choice": "once", "also": [hidden.id]},
        {"choice": "job", "also": [other.id]},
    ):
        status, _ = await answered(house, one.id, body)
        assert status == 400
    assert len(list_of(house)) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choice": "yes"},
        {"choice": True},
        {"choice": ["once"]},
        {"choice": "ONCE"},
        {"choice": "once", "also": "x"},
        {"choice": "once", "note": 7},
        {"choice": "once", "note": "x" * 5000},
        {"choice": "once", "scopes": ["no:such"]},
        {"choice": "once", "for": "ever"},
        {"choice": "once", "more": 1},
        {"choice": "once", "also": [f"prm_{number}" for number in range(101)]},
    ],
)
async def test_a_broken_answer_decides_nothing(house: House, body: Any) -> None:
    one, answers = await put(house)
    status, _ = await answered(house, one.id, body)
    assert status in (400, 404)
    assert answers == []
    assert list_of(house).find(one.id) is not None


async def test_a_program_is_let_in_by_what_was_chosen(house: House) -> None:
    broker = house.container.consents.broker
    decided: list[ConsentDecision] = []
    question = consent(1, asked_at_s=time.time(), expires_at_s=time.time() + 100)
    broker._put(question, None)
    item = list_of(house).find(question.id)
    assert item is not None
    assert item.title == "«Claude Code» asks for access"
    assert item.terms[1] == "8h"
    for body in (
        {"choice": "allow"},
        {"choice": "allow", "scopes": ["admin"]},
    ):
        status, _ = await answered(house, question.id, body)
        assert status == 400
    body = {"choice": "allow", "scopes": ["models:use"], "for": "30d"}
    status, told = await answered(house, question.id, body)
    assert (status, told["answered"]) == (200, [question.id])
    await until(lambda: house.container.consents.store.recent(1))
    decided += house.container.consents.store.recent(1)
    assert decided[0].answer.scopes == ("models:use",)
    assert (decided[0].answer.term, decided[0].answer.way) == ("30d", "command")


async def test_it_is_for_this_computers_person_alone(house: House) -> None:
    one, answers = await put(house)
    key = key_of(house, "robot", *ALL_SCOPES)
    headers = {"Authorization": f"Bearer {key}"}
    assert (await listed(house, **headers))[0] == 403
    assert (await listed(house, Accept="text/event-stream", **headers))[0] == 403
    for question_id in (one.id, "prm_none"):
        assert (await answered(house, question_id, {"choice": "once"}, **headers))[0] == 403
    assert answers == []
    assert (await answered(house, "prm_none", {"choice": "once"}))[0] == 404


async def test_somebody_who_waits_is_there_to_be_asked(house: House) -> None:
    assert not house.container.consents.broker.can_ask
    waits = asyncio.ensure_future(listed(house, "?wait=30"))
    await until(lambda: house.container.consents.broker.can_ask)
    assert house.container.brakes.holds.audience.is_there
    one, _ = await put(house)
    status, told = await waits
    assert (status, told["questions"][0]["id"]) == (200, one.id)
    assert not house.container.brakes.holds.audience.is_there


class Events:
    """Server-sent events as they come."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.last_id = ""

    async def next(self) -> tuple[str, Any]:
        async with asyncio.timeout(30):
            fields: dict[str, str] = {}
            while True:
                line = (await self._answer.content.readline()).decode().rstrip("\n")
                if line and not line.startswith(":"):
                    name, _, text = line.partition(": ")
                    fields[name] = text
                elif fields:
                    self.last_id = fields["id"]
                    return fields["event"], json.loads(fields["data"])


@asynccontextmanager
async def following(house: House, last_id: str = "") -> AsyncIterator[Events]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
    async with house.get(PATH, **headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        yield Events(answer)


async def test_a_listener_hears_each_change_and_goes_on_where_it_stopped(house: House) -> None:
    one, _ = await put(house)
    async with following(house) as events:
        name, told = await events.next()
        assert (name, [each["id"] for each in told["questions"]]) == ("questions", [one.id])
        assert house.container.brakes.holds.audience.is_there
        two, _ = await put(house, 2, command="touch b.txt")
        name, told = await events.next()
        assert (name, told["id"], told["asked"]["command"]) == ("opened", two.id, "touch b.txt")
        await answered(house, one.id, {"choice": "once"})
        name, told = await events.next()
        assert (name, told["id"], told["choice"]) == ("closed", one.id, "once")
        heard = events.last_id
    await until(lambda: not house.container.brakes.holds.audience.is_there)
    await answered(house, two.id, {"choice": "deny"})
    three, _ = await put(house, 3, command="touch c.txt")
    async with following(house, heard) as events:
        assert [(await events.next())[0] for _ in range(2)] == ["closed", "opened"]
    for stale in ("0000-1", "x", f"{list_of(house).epoch}-999", f"{list_of(house).epoch}--1"):
        async with following(house, stale) as events:
            name, told = await events.next()
            assert (name, [each["id"] for each in told["questions"]]) == ("questions", [three.id])


async def test_who_missed_more_than_is_known_is_given_the_list(house: House) -> None:
    questions = list_of(house)
    for _ in range(MOST_CHANGES + 5):
        questions._note()
    assert questions.changes_after(4) is None
    assert len(questions.changes_after(5) or ()) == MOST_CHANGES
    assert questions.changes_after(questions.number) == ()


async def test_an_answer_on_a_device_is_in_the_audit_log_with_its_name(house: House) -> None:
    one, _ = await put(house)
    answer = GivenAnswer(
        choice="deny", place=AnswerPlace.DEVICE, at_s=time.time(), person="ada, on Pixel 9"
    )
    report = await list_of(house).answer([one.id], answer)
    assert report.answered == (one.id,)
    store = house.container.audit.store

    def noted() -> bool:
        newest = store.page(AuditQuery(limit=1))
        return bool(newest) and newest[0].act.verb == "permission.denied"

    await until(noted)
    actor = store.page(AuditQuery(limit=1))[0].actor
    assert (actor.door, actor.name) == (ActorDoor.DEVICE, "ada, on Pixel 9")


async def test_of_a_thousand_double_answers_from_two_places_each_counts_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.questions.permissions.limits.MOST_A_MINUTE", 10**6)
    permissions, questions = house.container.runs.permissions, list_of(house)
    turns = Random(26)
    took: list[float] = []
    allowed = 0

    async def by_door(question_id: str, choice: str) -> int:
        began = time.perf_counter()
        status, told = await answered(house, question_id, {"choice": choice})
        took.append(time.perf_counter() - began)
        assert status == 200
        for late in told["late"]:  # it is told who has decided instead, and what
            assert (late["id"], late["choice"] in ("once", "deny")) == (question_id, True)
            assert late["way"] in ("dialog", "command")
        return len(told["answered"])

    async def in_window(question_id: str) -> int:
        answer = PermissionAnswer(decision=Decision.ONCE, way=DecisionWay.DIALOG, at_s=0.0)
        for _ in range(turns.randrange(8)):
            await asyncio.sleep(0)
        return int(permissions.answer(question_id, answer))

    heard: list[str] = []
    number = 0
    async with following(house) as events:
        await events.next()
        for batch in range(50):
            found = []
            for _ in range(20):
                number += 1
                found.append(await put(house, number, job=f"job_{batch}"))
            for item, answers in found:
                other = by_door(item.id, "once") if batch % 2 else in_window(item.id)
                counted = await asyncio.gather(by_door(item.id, "deny"), other)
                assert sum(counted) == 1
                await until(lambda answers=answers: answers)
                assert len(answers) == 1
                allowed += answers[0].allows
            while len(heard) < number:
                name, told = await events.next()
                heard += [told["id"]] * (name == "closed")
    assert (number, len(questions), len(set(heard))) == (1000, 0, 1000)
    took.sort()
    print(
        f"1,000 double answers: p50 {took[500] * 1e3:.1f} ms, p95 {took[950] * 1e3:.1f} ms;"
        f" the second place was first {allowed} times"
    )


async def test_by_mcp_the_persons_own_client_reads_it_in_short_and_nobody_else_knows_of_it(
    house: House,
) -> None:
    key = "sk-ant-api03-" + "Ab3dE6gH9" * 10 + "-AA"
    await put(house, command=f"curl -H 'x-api-key: {key}' example.org")
    offer, uri = house.container.mcp_offer(), "questions://open"
    _, text = await read(offer, Visitor(principal=LOCAL), uri)
    (told,) = json.loads(text)["questions"]
    assert told["title"].startswith("Codex wants to run curl -H")
    assert key not in text
    assert not {"asked", "details", "choices", "warnings"} & set(told)
    admin = replace(LOCAL, kind=PrincipalKind.KEY, client_id="cli_1")
    for stranger in (admin, replace(LOCAL, job="job_1")):
        visitor = Visitor(principal=stranger)
        assert uri not in {each.uri for each in resources_allowed(offer, visitor)}
        with pytest.raises(NotFound, match="There is nothing at questions://open"):
            await read(offer, visitor, uri)
