"""Requests that are held until a person decides, over HTTP: asked, answered, refused, withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.questions.commands import held
from llmgw_desktop.domain.access.principal import ALL_SCOPES
from llmgw_desktop.domain.brakes import Brake, BrakeSettings, HeldQuestion, HoldChoice
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.flights.flight import FlightState, PhaseName
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.policy.brakes.holds import GO_ON, MOST_OF_OWNER, HoldDesk, HoldReason
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.wire.native.approvals import held_object, read_held
from tests.engine.conftest import House

PATH = "/v1/held"
CHAT = {"model": "gpt-stub", "messages": [{"role": "user", "content": "hi"}]}
CLAUDE = {**CHAT, "model": "claude-stub", "max_tokens": 9}
HOLD = HoldReason(
    brake=Brake.LOOP,
    title="It repeats itself",
    words="It was asked before.",
    choices=(GO_ON, HoldChoice(id="never", words="Do not ask again")),
    facts=(("Repeated", "a\nb"),),
)


def desk_of(house: House) -> HoldDesk:
    return house.container.brakes.holds


def brake(house: House, hold: HoldReason = HOLD) -> list[str]:
    """Every request is held; what was chosen."""
    chosen: list[str] = []

    async def check(exchange: Exchange) -> None:
        chosen.append(await desk_of(house).decide(exchange, hold))

    house.container.brakes.put(Brake.LOOP, check)
    return chosen


async def asked(house: House, body: dict[str, Any] = CHAT) -> tuple[int, Any]:
    path = "/v1/messages" if body is CLAUDE else "/v1/chat/completions"
    async with house.post(path, body) as answer:
        return answer.status, await answer.json()


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not there():
            await asyncio.sleep(0.005)


async def first(house: House) -> HeldQuestion:
    await until(lambda: desk_of(house).waiting)
    return desk_of(house).waiting[0]


async def answered(house: House, question_id: str, choice: str) -> int:
    async with house.post(f"{PATH}/{question_id}", {"choice": choice}) as answer:
        return int(answer.status)


async def phases(house: House) -> list[tuple[PhaseName, str]]:
    await until(lambda: house.closed)
    written = house.container.recording.written
    await until(lambda: written(house.closed[-1].id, False) is not None)
    record = written(house.closed[-1].id, False)
    assert record is not None
    return [(each.name, each.note) for each in record.phases]


async def test_nobody_is_there_so_it_is_refused_at_once_in_each_dialect(house: House) -> None:
    brake(house)
    status, told = await asked(house)
    assert status == 400
    assert told["error"]["code"] == "held_back"
    assert told["error"]["message"].startswith("It was asked before. Nobody is there to be asked")
    status, told = await asked(house, CLAUDE)
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")
    assert "Nobody is there to be asked" in told["error"]["message"]
    assert [each.error_kind for each in house.closed] == ["held_back", "held_back"]
    assert house.lane.requests == []
    assert not desk_of(house).waiting


async def test_it_waits_for_a_person_and_goes_on_by_his_choice(house: House) -> None:
    chosen = brake(house)
    desk_of(house).attend()
    asking = asyncio.create_task(asked(house))
    question = await first(house)
    assert read_held(held_object(question)) == question
    assert (question.model, question.client) == ("gpt-stub", "local")
    async with house.get(PATH) as answer:
        told = await answer.json()
    assert told["held"][0]["choices"][1] == {"id": "never", "words": "Do not ask again"}
    assert await answered(house, question.id, "all of it") == 400, "it was not offered"
    assert await answered(house, question.id, "never") == 200
    assert (await asking)[0] == 200
    assert chosen == ["never"]
    assert await answered(house, question.id, "never") == 404
    found = [note for name, note in await phases(house) if name is PhaseName.HELD]
    assert len(found) == 1
    assert found[0].startswith("loop: Do not ask again, by ")


async def test_a_person_refuses(house: House) -> None:
    brake(house)
    desk_of(house).attend()
    asking = asyncio.create_task(asked(house))
    assert await answered(house, (await first(house)).id, "") == 200
    status, told = await asking
    assert status == 400
    assert "A person at the gateway refused it" in told["error"]["message"]
    assert house.lane.requests == []


async def test_silence_is_a_refusal_and_zero_asks_nobody(house: House) -> None:
    brake(house)
    desk = desk_of(house)
    desk.attend()
    desk.apply(BrakeSettings(max_wait_s=0.05))
    _, told = await asked(house)
    assert "Nobody answered in time" in told["error"]["message"]
    desk.apply(BrakeSettings(max_wait_s=0))
    _, told = await asked(house)
    assert "Nobody is there to be asked" in told["error"]["message"]
    assert not desk.waiting


async def test_a_client_that_leaves_closes_its_question(house: House) -> None:
    brake(house)
    desk_of(house).attend()
    asking = asyncio.create_task(asked(house))
    await first(house)
    asking.cancel()
    await until(lambda: not desk_of(house).waiting)
    await until(lambda: house.closed)
    assert house.closed[-1].state is FlightState.CANCELED
    assert (PhaseName.HELD, "loop: not answered before its caller left") in await phases(house)


async def test_those_with_one_key_wait_with_one_question(house: House) -> None:
    chosen = brake(house, HoldReason(brake=Brake.CAP, title="t", words="w.", key="one"))
    desk_of(house).attend()
    asking = [asyncio.create_task(asked(house)) for _ in range(3)]
    question = await first(house)
    await until(lambda: len(house.container.pipeline.runs) == 3)
    asking.pop().cancel()
    await until(lambda: len(house.container.pipeline.runs) == 2)
    assert len(desk_of(house).waiting) == 1, "the others wait on"
    assert await answered(house, question.id, "go_on") == 200
    assert [(await each)[0] for each in asking] == [200, 200]
    assert chosen == ["go_on", "go_on"]


async def test_one_client_holds_only_so_many(house: House) -> None:
    brake(house)
    desk_of(house).attend()
    asking = [asyncio.create_task(asked(house)) for _ in range(MOST_OF_OWNER)]
    await until(lambda: len(desk_of(house).waiting) == MOST_OF_OWNER)
    _, told = await asked(house)
    assert "More requests are held already" in told["error"]["message"]
    for each in desk_of(house).waiting:
        await answered(house, each.id, "")
    assert {(await each)[0] for each in asking} == {400}


async def test_a_stop_does_not_wait_for_a_person(house: House) -> None:
    brake(house)
    desk_of(house).attend()
    asking = asyncio.create_task(asked(house))
    await first(house)
    stopping = asyncio.create_task(house.container.gateway.stop())
    _, told = await asking
    assert "The gateway stops" in told["error"]["message"]
    await stopping


async def test_counts_of_tokens_pass_and_what_is_off_is_not_asked(house: House) -> None:
    brake(house)
    body = {key: each for key, each in CLAUDE.items() if key != "max_tokens"}
    async with house.post("/v1/messages/count_tokens", body) as answer:
        assert answer.status != 400 or "held" not in await answer.text()
    house.container.brakes.put(Brake.LOOP, None)
    assert not house.container.brakes.are_on
    assert (await asked(house))[0] == 200


async def test_only_this_computers_person_answers(house: House) -> None:
    clients = ClientStore(house.container.places.gateway_db, SystemClock())
    key = ClientKeys(clients, SystemClock(), TimedIds(SystemClock())).add("other", ALL_SCOPES)
    clients.close()
    async with house.session.get(
        f"{house.url}{PATH}", headers={"Authorization": f"Bearer {key}"}
    ) as answer:
        assert answer.status == 403


async def test_the_command_waits_lists_and_answers(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    brake(house)

    async def command(*words: str) -> int:
        places = house.container.places
        return await asyncio.to_thread(held, parse(["held", *words]), places, {})

    listing = asyncio.create_task(command("list", "--wait"))
    await until(lambda: desk_of(house).audience.is_there)
    asking = asyncio.create_task(asked(house))
    assert await listing == 0
    shown = capsys.readouterr().out
    question = await first(house)
    assert question.id in shown
    assert "never        Do not ask again" in shown
    assert "  | a\n  | b\n" in shown
    assert await command("answer", question.id, "go_on") == 0
    assert (await asking)[0] == 200
    assert await command("refuse", question.id) == 1
    assert "questions list" in capsys.readouterr().err
