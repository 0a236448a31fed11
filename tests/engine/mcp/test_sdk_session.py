"""What a session of the SDK's takes, and how messages reach it without streams of the SDK's."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import anyio
import pytest

from llmgw_desktop.engine.mcp.sdk_session import LeanTransport
from tests.engine.conftest import house_in
from tests.support.mcp_scene import McpScene, mcp_scene

MOST_KB = 30
_MANY = 60
_who: ContextVar[str] = ContextVar("who", default="nobody")


async def test_an_open_session_takes_little(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house, mcp_scene(house) as scene:
        for _ in range(10):
            await _worked(scene)
        gc.collect()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(_MANY):
                await _worked(scene)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (after - before) / _MANY < MOST_KB * 1024


async def _worked(scene: McpScene) -> None:
    session = await scene.open_session()
    listed = {"jsonrpc": "2.0", "id": 2, "method": "resources/list"}
    answer = await scene.post(listed, mcp_session_id=session)
    assert answer.status == 200


async def test_each_message_is_heard_in_the_context_in_which_it_came() -> None:
    heard: list[Any] = []
    transport = LeanTransport("s1", idle_timeout=60)
    async with transport.connect() as (inbox, outlet):

        async def hear() -> None:
            async for each in inbox:
                context = inbox.last_context
                heard.append((str(each), context[_who] if context is not None else ""))

        hearing = asyncio.create_task(hear())
        for name in ("ada", "ben"):
            _who.set(name)
            await inbox.send(ValueError(name))
        async with asyncio.timeout(10):
            while len(heard) < 3:
                await asyncio.sleep(0)
        assert heard == [("ada", "ada"), ("ben", "ben"), ("nothing", "")], "no request is held"
        await transport.terminate()
        await hearing
        for end in (inbox, outlet):
            with pytest.raises(anyio.ClosedResourceError):
                await end.send(ValueError("late"))
    with pytest.raises(anyio.EndOfStream):
        await inbox.receive()
