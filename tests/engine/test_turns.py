"""Work in turns: all of it is done, in fairness, and others come in between."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Generator

import pytest

from llmgw_desktop.engine.turns import TURN_S, Turns


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
    assert await Turns().take(quick(0)) == 0
    assert await Turns().take(quick(100_000)) == 100_000


async def test_an_error_is_the_works_own_and_the_next_one_is_served() -> None:
    def failing() -> Generator[None, None, None]:
        yield
        raise ValueError("it broke")

    turns = Turns()
    with pytest.raises(ValueError, match="it broke"):
        await turns.take(failing())
    assert await turns.take(quick(1)) == 1


async def test_who_is_cancelled_leaves_the_turn_to_others() -> None:
    turns = Turns()
    log: list[str] = []
    gone = asyncio.create_task(turns.take(busy(1000, log, "gone")))
    await asyncio.sleep(0.01)
    gone.cancel()
    assert await turns.take(quick(1)) == 1
    assert len(log) < 1000


async def test_several_take_turns_and_the_loop_goes_round_after_each() -> None:
    turns = Turns()
    log: list[str] = []

    async def rounds() -> None:
        while True:
            log.append("·")
            await asyncio.sleep(0)

    watching = asyncio.create_task(rounds())
    names = await asyncio.gather(*(turns.take(busy(5, log, name)) for name in "abc"))
    watching.cancel()
    assert names == ["a", "b", "c"]
    worked = [name for name in log if name != "·"]
    assert sorted(worked[:3]) == ["a", "b", "c"], "nobody waits for another's end"
    pairs = list(itertools.pairwise(log))
    assert not [pair for pair in pairs if "·" not in pair], "two turns in one round"
