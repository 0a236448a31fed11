"""When the MCP door opens: with its first caller, or before one who is expected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.front.mcp_door import McpDoor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.paths import Places
from tests.engine.conftest import house_in


class _Serving:
    def __init__(self) -> None:
        self.runs = asyncio.Event()

    async def run(self, is_ready: Callable[[], None], stop: asyncio.Event) -> None:
        is_ready()
        self.runs.set()
        await stop.wait()

    async def serve(self, *_: Any) -> None:
        raise AssertionError("nobody asks")


def _offer() -> McpOffer:
    return McpOffer(toolbox=Toolbox(()), resources=(), prompts=(), bus=Bus())


async def test_a_door_that_expects_clients_is_open_before_they_come() -> None:
    serving, offers = _Serving(), 0

    def offer() -> McpOffer:
        nonlocal offers
        offers += 1
        return _offer()

    door = McpDoor(Gate(None), offer, lambda *_: serving)  # type: ignore[arg-type]
    door.warm()
    door.warm()
    async with asyncio.timeout(10):
        await serving.runs.wait()
    await door.close()
    assert offers == 1


async def test_a_door_that_could_not_open_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    serving, tries = _Serving(), 0

    def offer() -> McpOffer:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("the disk is away")
        return _offer()

    door = McpDoor(Gate(None), offer, lambda *_: serving)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="away"):
        await door._opened()
    door.warm()
    async with asyncio.timeout(10):
        await serving.runs.wait()
    await door.close()
    assert tries == 2
    assert "open the MCP door failed" in caplog.text


@pytest.mark.parametrize(("scope", "warms"), [(Scope.MCP, 1), (Scope.MODELS_USE, 0)])
async def test_who_has_given_a_key_for_it_expects_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: Scope, warms: int
) -> None:
    home, clock = tmp_path / "home", SystemClock()
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    store = ClientStore(places.gateway_db, clock)
    ClientKeys(store, clock, TimedIds(clock)).add("editor", (scope,))
    store.close()
    warmed: list[McpDoor] = []
    monkeypatch.setattr(McpDoor, "warm", lambda door: warmed.append(door))
    async with house_in(home):
        assert len(warmed) == warms
