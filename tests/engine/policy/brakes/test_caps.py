"""Caps of conversations, agents, runs and labels: counted to the token, noticed, held, raised."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.policy.commands import limits
from llmgw_desktop.domain.brakes import BrakeSettings, CapKind, CapStanding
from llmgw_desktop.domain.events import BudgetReached, Event
from llmgw_desktop.domain.flights.flight import PhaseName
from tests.engine.conftest import House, house_in
from tests.engine.policy.brakes.test_holds import desk_of, first, phases, until
from tests.engine.policy.brakes.test_loop_brake import answer

ON = BrakeSettings(conversation_tokens=10**9)


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    async with house_in(tmp_path / "home", "[brakes]\nconversation_tokens = 1000000000\n") as it:
        yield it


async def ask(
    house: House, session: str = "", words: str = "hi", **headers: str
) -> tuple[int, Any]:
    body = {"model": "claude-stub", "max_tokens": 900}
    body["system"] = [  # as Claude Code begins, anew with each request
        {"type": "text", "text": f"x-anthropic-billing-header: cc_version={random.random()};"},
        {"type": "text", "text": "You are an agent."},
    ]
    body["messages"] = [{"role": "user", "content": words}]
    if session:
        headers["x-claude-code-session-id"] = session
    async with house.post("/v1/messages", body, **headers) as told:
        return told.status, await told.json()


def caps(house: House, kind: CapKind) -> list[CapStanding]:
    return [each for each in house.container.brakes.cap_standings("local") if each.kind is kind]


def tokens_of(house: House) -> int:
    return sum(
        (each.usage.input_tokens or 0) + (each.usage.output_tokens or 0) for each in house.closed
    )


async def test_figures_add_up_to_the_token(house: House) -> None:
    dice = random.Random(3)
    asking = [ask(house, f"s{dice.randrange(3)}", f"agent {dice.randrange(3)}") for _ in range(30)]
    assert {status for status, _ in await asyncio.gather(*asking)} == {200}
    await until(lambda: len(house.closed) == 30)
    conversations, agents = caps(house, CapKind.CONVERSATION), caps(house, CapKind.AGENT)
    assert len(conversations) == 3
    assert 3 < len(agents) <= 9
    assert tokens_of(house) > 0
    assert sum(each.tokens for each in conversations) == tokens_of(house)
    assert sum(each.requests for each in conversations) == 30
    for each in conversations:
        own = [agent for agent in agents if agent.conversation == each.id]
        assert sum(agent.tokens for agent in own) == each.tokens
        assert sum(agent.requests for agent in own) == each.requests
    async with house.get("/v1/limits") as told:
        shown = (await told.json())["limits"][0]["caps"]
    idle = {each["of"]: (each["running"], each["reservedTokens"]) for each in shown}
    assert idle == {"conversation": (0, 0), "agent": (0, None)}, "agents have no cap here"
    of = [each["tokens"] for each in shown if each["of"] == "conversation"]
    assert sum(of) == tokens_of(house)


async def test_without_a_session_first_words_tell_conversations_apart(house: House) -> None:
    await ask(house, words="one")
    await ask(house, words="one")
    await ask(house, words="two")
    await until(lambda: len(house.closed) == 3)
    found = sorted(each.requests for each in caps(house, CapKind.CONVERSATION))
    assert found == [1, 2]


async def test_the_next_request_is_held_let_on_once_raised_and_stopped(house: House) -> None:
    brakes, desk = house.container.brakes, desk_of(house)
    assert (await ask(house, "s"))[0] == 200
    await until(lambda: len(house.closed) == 1)
    each = tokens_of(house)
    brakes.apply(BrakeSettings(conversation_tokens=each))
    status, told = await ask(house, "s")
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")
    assert (
        f"has used {each:,} tokens of the {each:,} tokens that it may." in told["error"]["message"]
    )
    desk.attend()
    asking = [asyncio.create_task(ask(house, "s", f"agent {at}")) for at in range(3)]
    question = await first(house)
    await until(lambda: len(house.container.pipeline.runs) == 3)
    assert len(desk.waiting) == 1
    assert [choice.words for choice in question.choices] == [
        "Go on once",
        f"Raise to {each * 2:,} tokens",
        "Stop this conversation",
    ]
    assert (await ask(house, "other"))[0] == 200, "another conversation goes on"
    answer(desk, question.id, "go_on")
    assert {(await one)[0] for one in asking} == {200}
    await until(lambda: len(house.closed) == 6)
    asking = [asyncio.create_task(ask(house, "s"))]
    answer(desk, (await first(house)).id, "raise")
    assert (await asking[0])[0] == 200
    (found,) = (it for it in caps(house, CapKind.CONVERSATION) if it.requests > 1)
    assert found.most_tokens == each * 5, "the next that it has not used yet"
    await until(lambda: len(house.closed) == 7)
    asking = [asyncio.create_task(ask(house, "s"))]
    answer(desk, (await first(house)).id, "stop")
    assert (await asking[0])[0] == 400
    status, told = await ask(house, "s")
    assert status == 400
    assert "A person at the gateway stopped conversation" in told["error"]["message"]
    assert not desk.waiting, "and nobody is asked"


@pytest.mark.parametrize("kind", ["agent", "label"])
async def test_agents_and_labels_have_their_own(house: House, kind: str) -> None:
    who = {"x-llmgw-caller": "nightly"} if kind == "label" else {}
    await ask(house, "s", "first", **who)
    await until(lambda: len(house.closed) == 1)
    settings = {f"{kind}_tokens": tokens_of(house)}
    house.container.brakes.apply(BrakeSettings(**settings))  # type: ignore[arg-type]
    status, told = await ask(house, "s", "first", **who)
    assert status == 400
    assert f"{kind.capitalize()} " in told["error"]["message"]
    assert (await ask(house, "s", "second"))[0] == 200


async def test_a_notice_at_four_fifths_once(house: House) -> None:
    heard: list[BudgetReached] = []

    def hear(event: Event) -> None:
        if isinstance(event, BudgetReached):
            heard.append(event)

    house.container.bus.subscribe(hear, BudgetReached)
    await ask(house, "s")
    await until(lambda: len(house.closed) == 1)
    each = tokens_of(house)
    house.container.brakes.apply(BrakeSettings(conversation_tokens=each * 10))
    for count in range(2, 10):
        await ask(house, "s")
        await until(lambda count=count: len(house.closed) == count)
        assert len(heard) == (count >= 8)
    assert heard[0].percent == 80
    assert heard[0].name.startswith("local: conversation ")


async def test_a_cap_in_dollars_counts_what_is_priced(house: House) -> None:
    await ask(house, "s")
    await until(lambda: len(house.closed) == 1)
    (found,) = caps(house, CapKind.CONVERSATION)
    assert (found.unpriced, found.usd) == (1, 0.0), "nobody knows the price of the stand-in"


async def test_with_no_cap_nothing_is_counted(house: House) -> None:
    house.container.brakes.apply(BrakeSettings())
    assert not house.container.brakes.are_on
    await ask(house, "s")
    assert house.container.brakes.cap_standings("local") == ()


async def test_the_command_tells_them(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    await ask(house, "s")
    await until(lambda: len(house.closed) == 1)
    places = house.container.places
    assert await asyncio.to_thread(limits, parse(["limits"]), places, {}) == 0
    out = capsys.readouterr().out
    (found,) = caps(house, CapKind.CONVERSATION)
    line = next(each for each in out.splitlines() if f"conversation {found.id}" in each)
    assert line.split("\t")[3] == f"{found.tokens:,} tokens"


async def test_ten_at_once_go_over_by_one_at_most(house: House) -> None:
    await ask(house, "s")
    await until(lambda: len(house.closed) == 1)
    each = tokens_of(house)
    house.container.brakes.apply(BrakeSettings(conversation_tokens=each * 4))
    long = "x" * each  # no prompt is counted as more than its bytes
    told = await asyncio.gather(*[ask(house, "s", f"agent {at} {long}") for at in range(10)])
    statuses = sorted(status for status, _ in told)
    assert statuses == [200] * 3 + [400] * 7, each
    (found,) = caps(house, CapKind.CONVERSATION)
    assert found.tokens == each * 4
    await until(lambda: len(house.closed) == 11)
    assert any(name is PhaseName.HELD for name, _ in await phases(house))


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    """By the session that is told, and by first words alone; what was stopped stays so."""
    toml = "[brakes]\nconversation_tokens = 1000000000\nagent_tokens = 1000000000\n"
    home = tmp_path / "home"
    async with house_in(home, toml) as house:
        await ask(house, "s")
        await ask(house, words="one")
        await until(lambda: len(house.closed) == 2)
        before = house.container.brakes.cap_standings("local")
        each = before[0].tokens
    async with house_in(home, toml) as house:
        await until(lambda: house.container.brakes.cap_standings("local"))
        assert house.container.brakes.cap_standings("local") == before
        house.container.brakes.apply(BrakeSettings(conversation_tokens=each * 2))
        for session, words in (("s", "hi"), ("", "one")):
            assert (await ask(house, session, words))[0] == 200
            await until(lambda: house.closed)
            house.closed.clear()
            status, told = await ask(house, session, words)
            assert (status, told["error"]["type"]) == (400, "invalid_request_error")
            house.closed.clear()
        desk = desk_of(house)
        desk.attend()
        asking = asyncio.create_task(ask(house, "s"))
        answer(desk, (await first(house)).id, "stop")
        assert (await asking)[0] == 400
    async with house_in(home, toml) as house:
        status, told = await ask(house, "s")
        assert status == 400
        assert "A person at the gateway stopped conversation" in told["error"]["message"]
        assert (await ask(house, words="one"))[0] == 200
