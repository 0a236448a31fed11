"""Work in turns: all of it is done, in fairness, and others come in between."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Generator

import pytest

from llmgw_desktop.engine.loop.large_bodies import TURN_S, TimeSlices


def busy(steps: int, log: list[str], name: str) -> Generator[None, None, str]:
    """Each step takes a whole turn."""
    for _ in range(steps):
        ends = time.monotonic() + TURN_S
        while time.monotonic() < ends:
            pass
        log.append(name)
        yield
    return name


def quick(steps: int) -> Generator[None, None, int]:
    for _ in range(steps):
        yield
    return steps


async def test_the_result_is_the_works_own() -> None:
    assert await TimeSlices().run(quick(0)) == 0
    assert await TimeSlices().run(quick(100_000)) == 100_000


async def test_an_error_is_the_works_own_and_the_next_one_is_served() -> None:
    def failing() -> Generator[None, None, None]:
        yield
        raise ValueError("it broke")

    slices = TimeSlices()
    with pytest.raises(ValueError, match="it broke"):
        await slices.run(failing())
    assert await slices.run(quick(1)) == 1


async def test_who_is_cancelled_leaves_the_turn_to_others() -> None:
    slices = TimeSlices()
    log: list[str] = []
    gone = asyncio.create_task(slices.run(busy(1000, log, "gone")))
    await asyncio.sleep(0.01)
    gone.cancel()
    assert await slices.run(quick(1)) == 1
    assert len(log) < 1000


async def test_several_take_turns_and_the_loop_goes_round_after_each() -> None:
    slices = TimeSlices()
    log: list[str] = []

    async def rounds() -> None:
        while True:
            log.append("·")
            await asyncio.sleep(0)

    watching = asyncio.create_task(rounds())
    names = await asyncio.gather(*(slices.run(busy(5, log, name)) for name in "abc"))
    watching.cancel()
    assert names == ["a", "b", "c"]
    worked = [name for name in log if name != "·"]
    assert sorted(worked[:3]) == ["a", "b", "c"], "nobody waits for another's end"
    pairs = list(itertools.pairwise(log))
    assert not [pair for pair in pairs if "·" not in pair], "two turns in one round"
