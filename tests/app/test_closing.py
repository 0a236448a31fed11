"""A gateway ends whole, whatever becomes of one of its parts."""

from __future__ import annotations

import asyncio
import inspect
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.errors import PortTaken
from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.engine.loop.tasks import beside, close_all
from llmgw_desktop.store.paths import Places


def _spoil(monkeypatch: pytest.MonkeyPatch, part: object, name: str, closed: list[str]) -> None:
    """It closes as it does, and fails at its end."""
    close: Callable[[Any], Any] = getattr(type(part), name)

    def fail() -> None:
        closed.append(type(part).__name__)
        raise OSError(type(part).__name__)

    async def fails_later(self: object) -> None:
        await close(self)
        fail()

    def fails(self: object) -> None:
        close(self)
        fail()

    is_async = inspect.iscoroutinefunction(close)
    monkeypatch.setattr(type(part), name, fails_later if is_async else fails)


async def test_each_part_is_closed_whatever_the_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.config_file.write_text("[http]\nport = 0\n")
    env = {"HOME": str(tmp_path), "PATH": ""}
    first = Container(places, env)
    closed: list[str] = []
    parts = (
        (first.consents, "stop"),
        (first.gateway, "stop"),
        (first.validations, "close"),
        (first.runs, "close"),
        (first.health, "keep_all"),
        (first.recording, "stop"),
        (first.access, "close"),
        (first.audit, "close"),
        (first.vault, "close"),
    )
    await first.stop()
    names = [type(part).__name__ for part, _ in parts]
    for part, name in parts:
        _spoil(monkeypatch, part, name, closed)
    container = Container(places, env)
    await container.start()
    await container.stop()
    assert closed == names
    assert all(f"OSError: {name}" in caplog.text for name in names)
    assert not places.run_file.exists()


async def test_its_databases_are_whole_files_when_it_has_ended(tmp_path: Path) -> None:
    """Also where a window has read them in several threads, and still does."""
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.config_file.write_text("[http]\nport = 0\n")
    container = Container(places, {"HOME": str(tmp_path), "PATH": ""})
    await container.start()
    recording = container.recording
    assert await asyncio.to_thread(recording.store.flush, 60.0)
    log = places.flights_db.with_name(f"{places.flights_db.name}-wal")
    assert log.exists()
    assert recording.reader.by_client(0.0) == {}
    assert await asyncio.to_thread(recording.reader.by_client, 0.0) == {}
    await container.stop()
    assert places.flights_db.exists()
    assert not log.exists()


async def test_a_cancellation_waits_until_all_are_closed() -> None:
    closed: list[str] = []

    async def canceled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await close_all(canceled, beside(lambda: closed.append("second")))
    assert closed == ["second"]


def _threads() -> set[str]:
    """But for those of the loop, which wait for more work."""
    return {each.name for each in threading.enumerate() if not each.name.startswith("asyncio")}


@pytest.mark.parametrize("part", ["runs", "consents", "gateway", "control", "audit"])
async def test_a_start_that_fails_in_one_part_closes_what_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.config_file.write_text("[http]\nport = 0\n")
    container = Container(places, {"HOME": str(tmp_path), "PATH": ""})

    def fail(*_: object) -> None:
        raise RuntimeError(part)

    name = "tell_running" if part == "control" else "start"
    monkeypatch.setattr(type(getattr(container, part)), name, fail)
    before = _threads()
    with pytest.raises(RuntimeError, match=part):
        await container.start()
    assert container.gateway.status.state is GatewayState.STOPPED
    assert _threads() == before
    assert container.engine.server.addresses == frozenset()
    assert not places.run_file.exists()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left


async def test_a_start_whose_port_is_taken_may_be_tried_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
        places.make()
        places.config_file.write_text(f"[http]\nport = {other.getsockname()[1]}\n")
        container = Container(places, {"HOME": str(tmp_path), "PATH": ""})
        with pytest.raises(PortTaken):
            await container.start()
    await container.start()
    assert container.gateway.status.state is GatewayState.RUNNING
    await container.stop()
