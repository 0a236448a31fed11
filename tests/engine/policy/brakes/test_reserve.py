"""A share of each window is kept for the person: background work waits below it, nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llmgw_desktop.domain.brakes import Brake, BrakeSettings
from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.engine.exchange.exchange import Exchange
from tests.engine.conftest import House, house_in
from tests.engine.policy.brakes.test_holds import CHAT, desk_of, first, until
from tests.engine.policy.brakes.test_loop_brake import answer

TOML = """
[brakes]
reserve = 0.2
foreground = ["editor"]
"""
NIGHTLY = {"x-llmgw-caller": "nightly"}


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    async with house_in(tmp_path / "home", TOML) as house:
        yield house


def told(house: House, left: float, *, name: str = "5h", resets_in_s: float = 3600.0) -> None:
    now_s = house.container.clock.now_s()
    window = QuotaWindow(name=name, used_share=1 - left, resets_at_s=now_s + resets_in_s)
    house.container.health.told_quota("chat", (window,))


async def ask(house: House, **headers: str) -> tuple[int, Any, str]:
    async with house.post("/v1/chat/completions", CHAT, **headers) as reply:
        return reply.status, await reply.json(), reply.headers.get("retry-after", "")


async def test_background_waits_below_the_line_and_the_person_goes_on(house: House) -> None:
    told(house, 0.21)
    assert (await ask(house, **NIGHTLY))[0] == 200, "above the line"
    told(house, 0.19)
    status, body, after = await ask(house, **NIGHTLY)
    assert (status, body["error"]["code"]) == (429, "rate_limit_exceeded")
    words = "19% of the window '5h' of chat is left, and 20% is kept for the person"
    assert body["error"]["message"].startswith(words)
    assert "Nobody is there to be asked" in body["error"]["message"]
    assert 3500 < int(after) <= 3601
    assert (await ask(house))[0] == 200, "the person himself"
    assert (await ask(house, **{"x-llmgw-caller": "editor"}))[0] == 200, "named as foreground"
    standing = house.container.policies.standings()[0]
    assert [each.kind for each in standing.refusals] == ["reserve_kept"]


async def test_one_question_for_a_window_and_what_is_chosen_of_it(house: House) -> None:
    told(house, 0.15)
    desk = desk_of(house)
    desk.attend()
    asking = [asyncio.create_task(ask(house, **NIGHTLY)) for _ in range(3)]
    question = await first(house)
    await until(lambda: len(house.container.pipeline.runs) == 3)
    assert len(desk.waiting) == 1
    assert [each.words for each in question.choices] == [
        "Go on once",
        "Move the line to 10.0%",
        "Wait until it begins anew",
    ]
    answer(desk, question.id, "go_on")
    assert {(await each)[0] for each in asking} == {200}
    one = asyncio.create_task(ask(house, **NIGHTLY))
    answer(desk, (await first(house)).id, "move")
    assert (await one)[0] == 200
    assert (await ask(house, **NIGHTLY))[0] == 200, "the line lies lower now"
    told(house, 0.05)
    one = asyncio.create_task(ask(house, **NIGHTLY))
    answer(desk, (await first(house)).id, "wait")
    assert (await one)[0] == 429
    assert (await ask(house, **NIGHTLY))[0] == 429
    assert not desk.waiting, "nobody is asked again before it begins anew"
    house.container.brakes.apply(BrakeSettings(reserve=0.04))
    assert (await ask(house, **NIGHTLY))[0] == 200, "a person has lowered the line"


async def test_who_comes_later_is_asked_and_silence_lasts_a_while(house: House) -> None:
    told(house, 0.1)
    desk = desk_of(house)
    assert (await ask(house, **NIGHTLY))[0] == 429, "nobody was there"
    desk.attend()
    desk.apply(BrakeSettings(max_wait_s=0.05))
    _, body, _ = await ask(house, **NIGHTLY)
    assert "Nobody answered in time" in body["error"]["message"]
    desk.apply(BrakeSettings())
    status, body, _ = await ask(house, **NIGHTLY)
    assert status == 429, "not asked again so soon"
    assert "Nobody answered" not in body["error"]["message"]


async def test_what_is_not_told_is_over_or_brief_keeps_nobody_waiting(house: House) -> None:
    assert (await ask(house, **NIGHTLY))[0] == 200
    told(house, 0.0, name="requests")
    assert (await ask(house, **NIGHTLY))[0] == 200, "whole again within minutes"
    told(house, 0.0, resets_in_s=-5)
    assert (await ask(house, **NIGHTLY))[0] == 200, "it has begun anew"


async def test_clients_that_are_named_are_background(house: House) -> None:
    told(house, 0.1)
    brakes = house.container.brakes
    brakes.apply(BrakeSettings(reserve=0.2, background=("local",)))
    assert (await ask(house))[0] == 429
    brakes.apply(BrakeSettings(background=("local",)))
    assert not brakes.are_on
    assert (await ask(house))[0] == 200


async def test_a_budget_is_a_window_too(tmp_path: Path) -> None:
    more = TOML + '[clients.local]\nbudgets = [{ tokens = 100000, per = "week" }]\n'
    async with house_in(tmp_path / "home", more) as house:
        statuses = []
        while len(statuses) < 80 and 429 not in statuses:
            statuses.append((await ask(house, **NIGHTLY))[0])
        status, body, _ = await ask(house, **NIGHTLY)
        assert status == 429
        assert "of the budget of 100,000 tokens a week of local" in body["error"]["message"].lower()
        assert (await ask(house))[0] == 200


async def test_background_goes_to_an_account_above_the_line_first(house: House) -> None:
    told(house, 0.1)
    brakes = house.container.brakes
    own = brakes._reserve
    assert own is not None
    left: list[list[str]] = []

    async def with_another(exchange: Exchange) -> None:
        decision = exchange.decision
        (low,) = decision.candidates
        other = replace(low, upstream=replace(low.upstream, account="chat/second"))
        exchange.decision = replace(decision, candidates=(low, other))
        await own.check(exchange)
        left.append([each.upstream.account for each in exchange.decision.candidates])
        exchange.decision = decision

    brakes.put(Brake.RESERVE, with_another)
    assert (await ask(house, **NIGHTLY))[0] == 200
    assert left == [["chat/second"]]


async def test_a_reset_in_ten_years_is_none(house: House) -> None:
    """Nobody is told to come back then, and nobody waits longer than for silence."""
    told(house, 0.1, resets_in_s=10 * 365 * 86_400.0)
    status, body, after = await ask(house, **NIGHTLY)
    assert (status, after) == (429, "")
    assert "until" not in body["error"]["message"]


async def test_what_was_said_by_a_wrong_clock_is_asked_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(house, 0.1)
    desk = desk_of(house)
    desk.attend()
    for day_s in (0.0, -7 * 86_400.0):
        now_s = house.container.clock.now_s() + day_s
        clock = SimpleNamespace(now_s=lambda now_s=now_s: now_s)
        monkeypatch.setattr(house.container.brakes._reserve, "_clock", clock)
        asking = asyncio.create_task(ask(house, **NIGHTLY))
        answer(desk, (await first(house)).id, "wait")
        assert (await asking)[0] == 429
        assert (await ask(house, **NIGHTLY))[0] == 429, "nobody is asked again"


async def test_what_was_said_of_a_line_outlives_a_start(tmp_path: Path) -> None:
    """Moved, or to be waited for; but not for another line of the settings."""
    home = tmp_path / "home"
    async with house_in(home, TOML) as house:
        told(house, 0.15)
        desk_of(house).attend()
        for choice, left in (("move", 0.15), ("wait", 0.05)):
            told(house, left)
            asking = asyncio.create_task(ask(house, **NIGHTLY))
            answer(desk_of(house), (await first(house)).id, choice)
            assert (await asking)[0] == (200 if choice == "move" else 429)
    async with house_in(home, TOML) as house:
        desk_of(house).attend()
        told(house, 0.12)
        assert (await ask(house, **NIGHTLY))[0] == 200, "the line lies at 10 %"
        told(house, 0.05)
        assert (await ask(house, **NIGHTLY))[0] == 429
        assert not desk_of(house).waiting, "not asked again"
    async with house_in(home, TOML.replace("0.2", "0.3")) as house:
        told(house, 0.12)
        status, body, _ = await ask(house, **NIGHTLY)
        assert (status, "30% is kept" in body["error"]["message"]) == (429, True)
