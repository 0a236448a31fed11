"""Who wakes parked jobs: never early, once, over sleep and clocks that are set; and for nothing
while nobody waits."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest

from llmgw_desktop.engine.jobs.queue import LimitWaits
from llmgw_desktop.platform import wall_timer
from llmgw_desktop.platform.wall_timer import WallTimer
from tests.support.turned_clock import TurnedClock


class Woken:
    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.jobs: list[str] = []
        self.waits = LimitWaits(self.clock, self.jobs.append)


@pytest.fixture
async def woken() -> Woken:
    return Woken()


async def test_the_first_one_first_and_each_once(woken: Woken) -> None:
    now_s = woken.clock.now_s()
    woken.waits.put("late", now_s + 7200)
    woken.waits.put("early", now_s + 3600)
    woken.clock.pass_s(3599)
    woken.waits.look()
    assert woken.jobs == []
    woken.clock.pass_s(1)
    woken.waits.look()
    woken.waits.look()
    assert woken.jobs == ["early"]
    woken.clock.sleep_s(86400)  # the computer slept meanwhile
    woken.waits.look()
    assert woken.jobs == ["early", "late"]
    assert len(woken.waits) == 0


async def test_a_clock_that_is_set_back_wakes_nobody_early(woken: Woken) -> None:
    woken.waits.put("job", woken.clock.now_s() + 3600)
    woken.clock.pass_s(3599)
    woken.clock.jump_s(-7200)
    woken.waits.look()
    woken.clock.pass_s(7200)
    woken.waits.look()
    assert woken.jobs == []
    woken.clock.pass_s(1)
    woken.waits.look()
    assert woken.jobs == ["job"]


async def test_one_that_is_dropped_or_given_another_time(woken: Woken) -> None:
    now_s = woken.clock.now_s()
    woken.waits.put("gone", now_s + 10)
    woken.waits.drop("gone")
    woken.waits.drop("gone")
    woken.waits.put("moved", now_s + 10)
    woken.waits.put("moved", now_s + 20)
    woken.clock.pass_s(10)
    woken.waits.look()
    assert woken.jobs == []
    woken.clock.pass_s(10)
    woken.waits.look()
    assert woken.jobs == ["moved"]
    woken.waits.put("closed", now_s)
    woken.waits.close()
    woken.waits.look()
    assert woken.jobs == ["moved"]


async def test_any_clock_wakes_each_once_and_none_before_its_time(woken: Woken) -> None:
    chance = random.Random(25)
    due = {f"job{number}": woken.clock.now_s() + chance.uniform(0, 9000) for number in range(200)}
    for name, at_s in due.items():
        woken.waits.put(name, at_s)
    seen = 0
    for _ in range(400):
        turn = chance.choice((woken.clock.pass_s, woken.clock.jump_s, woken.clock.sleep_s))
        turn(chance.uniform(-300 if turn == woken.clock.jump_s else 0, 300))
        woken.waits.look()
        for name in woken.jobs[seen:]:
            assert due[name] <= woken.clock.now_s()
        seen = len(woken.jobs)
    woken.clock.pass_s(200_000)
    woken.waits.look()
    assert sorted(woken.jobs) == sorted(due)


async def _called(in_s: float) -> float:
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    timer = WallTimer(came.set)
    began_s = loop.time()
    timer.set(in_s)
    async with asyncio.timeout(10):
        await came.wait()
    timer.set(None)
    return loop.time() - began_s


@pytest.mark.parametrize("in_s", [-5.0, 0.0, 0.2])
async def test_the_systems_timer_calls(in_s: float) -> None:
    assert await _called(in_s) >= in_s - 0.001


async def test_where_the_system_has_none_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_timer, "LOOK_EVERY_S", 0.05)

    def none() -> int:
        raise OSError

    monkeypatch.setattr(wall_timer, "_made", none)
    assert await _called(3600.0) < 10  # too early is allowed: who hears it looks at the clock


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows its open files so")
async def test_nothing_is_held_where_nobody_waits(woken: Woken) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not read
    woken.waits.put("job", woken.clock.now_s() + 3600)
    assert len(list(Path("/proc/self/fd").iterdir())) > before
    woken.waits.drop("job")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
