"""The engine's own tasks: kept, logged when they fail, gone when it stops."""

from __future__ import annotations

import asyncio
import logging

import pytest

from llmgw_desktop.engine.loop.tasks import Tasks


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
