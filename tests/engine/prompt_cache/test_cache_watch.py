"""A client whose prompts no longer come from the cache is noticed once, with the reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from llmgw_desktop.app.policy.words import fall_title
from llmgw_desktop.domain.events import CacheFell, Event
from llmgw_desktop.domain.flights.cache_verdict import CacheCause, CacheVerdict
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.prompt_cache.cache_watch import (
    BEFORE,
    LATELY,
    LEAST_TOKENS,
    TOLD_EVERY_S,
    CacheWatch,
)
from tests.engine.conftest import house_in
from tests.engine.front.test_flight_cache_door import WORDS
from tests.store.set_clock import SetClock
from tests.support.answers import Answer, Spent
from tests.support.made_flights import summary


class Told:
    """Stands in for the explainer: all that were not read have missed for the same reason."""

    def __init__(self) -> None:
        self.known: dict[str, FlightSummary] = {}
        self.cause = CacheCause.TOOLS

    def summary(self, flight_id: str) -> FlightSummary:
        return self.known[flight_id]

    def verdict(self, flight_id: str) -> CacheVerdict:
        if self.known[flight_id].usage.cache_read_tokens:
            return CacheVerdict(cause=CacheCause.HIT)
        return CacheVerdict(cause=self.cause, place="tools[12].description")

    def explain(self, flight_id: str) -> Any:
        del flight_id


class Scene:
    def __init__(self, *, is_on: bool = True) -> None:
        self.told = Told()
        self.fell: list[CacheFell] = []
        self.clock = SetClock()
        explainer: Any = lambda: self.told  # noqa: E731
        self.watch = CacheWatch(explainer, self.fell.append, lambda: is_on, self.clock)
        self.number = 0

    def fly(self, count: int, rate: float, *, tokens: int = 20_000, **changes: object) -> None:
        usage = Usage(
            input_tokens=tokens, cache_read_tokens=int(tokens * rate), cache_write_tokens=0
        )
        for _ in range(count):
            self.number += 1
            flight = replace(
                summary(self.number, **{"owner": "me", "client": "Claude Code", **changes}),
                usage=usage,
            )
            self.told.known[flight.id] = flight
            self.watch.note([flight])
            self.watch.look()


def test_a_fall_is_told_once_with_its_cause() -> None:
    scene = Scene()
    scene.fly(20, 0.95)
    assert scene.fell == []
    scene.fly(LATELY, 0.0)
    (fell,) = scene.fell
    assert (fell.client_id, fell.name) == ("me", "Claude Code")
    assert fell.cause == "tools[12].description changed"
    assert fell.since_s == summary(21).started_at_s
    assert fall_title(fell).startswith("Claude Code's cache misses since ")
    scene.fly(40, 0.0)
    assert len(scene.fell) == 1


def test_after_it_was_well_again_it_is_told_anew_but_seldom() -> None:
    scene = Scene()
    for _ in range(2):
        scene.fly(BEFORE, 0.95)
        scene.fly(LATELY, 0.0)
    assert len(scene.fell) == 1
    scene.clock.forward(TOLD_EVERY_S + 1)
    scene.fly(BEFORE, 0.95)
    scene.fly(LATELY, 0.0)
    assert len(scene.fell) == 2


def test_what_is_no_fall() -> None:
    scene = Scene()
    scene.fly(30, 0.1)  # never came from it
    scene.fly(5, 0.0)
    scene.fly(20, 0.95, owner="other")
    scene.fly(5, 0.0, owner="other", tokens=LEAST_TOKENS - 1)
    scene.fly(20, 0.95, owner="third")
    scene.told.cause = CacheCause.FIRST  # new conversations
    scene.fly(5, 0.0, owner="third")
    scene.fly(20, 0.95, owner="fourth")
    scene.fly(5, 0.0, owner="fourth", model_served="another")
    assert scene.fell == []


def test_it_is_quiet_where_the_settings_say_so() -> None:
    scene = Scene(is_on=False)
    scene.fly(20, 0.95)
    scene.fly(5, 0.0)
    assert scene.fell == []


async def test_a_whole_gateway_tells_it(tmp_path: Any) -> None:
    async with house_in(tmp_path / "home") as house:
        heard: list[CacheFell] = []

        def listen(event: Event) -> None:
            if isinstance(event, CacheFell):
                heard.append(event)

        house.container.control.subscribe(listen)
        mark = {"type": "ephemeral"}
        for number in range(16):
            clock = "14:00" if number < 10 else f"14:0{number % 10}"
            asked = {
                "model": "claude-stub",
                "max_tokens": 9,
                "system": [{"type": "text", "text": f"{WORDS}{clock}", "cache_control": mark}],
                "messages": [
                    {"role": "assistant" if at % 2 else "user", "content": f"said {at}"}
                    for at in range(2 * number + 1)
                ],
            }
            read = 9000 if 0 < number < 10 else 0
            spent = Spent(
                input_tokens=10, cache_read=read, cache_write_5m=9000 - read, cache_write_1h=0
            )
            house.lane.always = Answer(spent=spent)
            async with house.post("/v1/messages", asked) as answer:
                assert answer.status == 200
            assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)
        for _ in range(200):
            if heard:
                break
            await asyncio.sleep(0.05)
    (fell,) = heard
    assert fell.cause == "a clock in system"
