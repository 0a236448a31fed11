"""The engine's own tasks: kept, logged when they fail, gone when it stops."""

from __future__ import annotations

import asyncio
import logging

import pytest

from llmgw_desktop.engine.loop.tasks import SharedLook, Tasks


async def test_tasks_are_kept_and_end_with_their_owner() -> None:
    tasks = Tasks()
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append("up")

    task = tasks.start(work(), name="work")
    assert (len(tasks), task.get_name()) == (1, "work")
    await asyncio.sleep(0)
    await tasks.stop()
    assert (len(tasks), cleaned) == (0, ["up"])


async def test_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no")

    with caplog.at_level(logging.ERROR):
        await asyncio.gather(Tasks().start(fail(), name="failing"), return_exceptions=True)
        await asyncio.sleep(0)
    assert "failing" in caplog.text


async def test_what_is_nearly_done_is_let_end_and_the_rest_is_not_waited_for() -> None:
    tasks = Tasks()
    quick = tasks.start(asyncio.sleep(0.01, "done"), name="quick")
    slow = tasks.start(asyncio.Event().wait(), name="slow")
    await tasks.finish(0.2)
    assert quick.result() == "done"
    assert slow.cancelled()


class Looks:
    """Looks that begin and end when a test says so."""

    def __init__(self) -> None:
        self.begun: list[asyncio.Future[int]] = []
        self.shared = SharedLook(self._begin)

    def _begin(self) -> asyncio.Future[int]:
        self.begun.append(asyncio.get_running_loop().create_future())
        return self.begun[-1]

    async def ask(self) -> asyncio.Task[int]:
        task = asyncio.create_task(self.shared.result())
        await asyncio.sleep(0)
        return task


async def test_who_asks_during_a_look_shares_the_next_one() -> None:
    looks = Looks()
    first = await looks.ask()
    later = [await looks.ask(), await looks.ask()]
    assert len(looks.begun) == 1
    looks.begun[0].set_result(1)
    assert await first == 1
    assert len(looks.begun) == 2
    assert not any(each.done() for each in later), "their look had not begun when they asked"
    looks.begun[1].set_result(2)
    assert await asyncio.gather(*later) == [2, 2]
    again = await looks.ask()
    looks.begun[2].set_result(3)
    assert await again == 3


async def test_who_leaves_takes_the_look_from_nobody() -> None:
    looks = Looks()
    await looks.ask()
    leaves, stays = await looks.ask(), await looks.ask()
    leaves.cancel()
    looks.begun[0].set_result(1)
    await asyncio.sleep(0)
    looks.begun[1].set_result(2)
    assert await stays == 2


async def test_a_look_that_fails_fails_for_all_who_shared_it_and_for_nobody_else() -> None:
    looks = Looks()
    first = await looks.ask()
    later = [await looks.ask(), await looks.ask()]
    looks.begun[0].set_result(1)
    await first
    looks.begun[1].set_exception(OSError("gone"))
    for each in later:
        with pytest.raises(OSError, match="gone"):
            await each
    again = await looks.ask()
    looks.begun[2].set_result(3)
    assert await again == 3
