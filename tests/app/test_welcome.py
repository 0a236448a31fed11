"""The welcome's facts: what is found, bounded in time and without secrets; the first steps."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.gateway import welcome as welcome_module
from llmgw_desktop.app.gateway.welcome import FoundKind, StepKind
from llmgw_desktop.app.jobs.starting import NewJob
from llmgw_desktop.app.providers import probe, providers
from llmgw_desktop.domain.settings.tables import RecorderLevel
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.store.paths import Places
from tests.support.fake_clis import claude_table, make_fake_clis

SECRET = "sk-ant-0123456789abcdefghij"


@pytest_asyncio.fixture
async def container(tmp_path: Path) -> AsyncIterator[Container]:
    env = {
        "LLMGW_HOME": str(tmp_path / "home"),
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "ANTHROPIC_API_KEY": SECRET,
    }
    places = Places.of(env)
    places.make()
    program = make_fake_clis(tmp_path / "bin")["claude"]
    places.config_file.write_text(f'[http]\nport = 0\n{claude_table(program)}contain = "never"\n')
    made = Container(places, env)
    await made.start()
    yield made
    jobs = made.runs.supervisor.list()
    await made.runs.supervisor.stop_all()
    await made.stop()
    for job in jobs:
        assert await ProcessTree(job.id, None).end(0.0) == 0


@pytest_asyncio.fixture
async def server() -> AsyncIterator[str]:
    """A local server that lists two models."""
    body = json.dumps({"data": [{"id": "qwen"}, {"id": "llama"}]}).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    listening.close()


def only(monkeypatch: pytest.MonkeyPatch, servers: dict[str, tuple[str, str]]) -> None:
    monkeypatch.setattr(providers, "LOCAL_SERVERS", servers)


async def test_what_is_here_is_found_and_nothing_is_switched_on(
    container: Container, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, {"jan": ("Jan", server)})
    before = container.places.config_file.read_text()
    found = await container.welcome.look()
    clis = [each for each in found if each.kind is FoundKind.CLI]
    assert [each.words for each in clis if each.words.startswith("Claude Code")]
    [local] = [each for each in found if each.kind is FoundKind.SERVER]
    assert local.words == "Jan on this computer, with 2 models"
    [key] = [each for each in found if each.kind is FoundKind.KEY]
    assert key.words == "ANTHROPIC_API_KEY, for Anthropic"
    assert SECRET not in repr(found)
    assert container.places.config_file.read_text() == before
    for each in (local, key):
        assert each.do is not None
        container.settings_writer.apply(each.do().edit())
        container.check_settings()
    names = {each.name for each in container.settings().providers}
    assert {"jan", "anthropic"} <= names
    assert SECRET not in container.places.config_file.read_text()
    again = await container.welcome.look()
    assert not [each for each in again if each.kind in (FoundKind.SERVER, FoundKind.KEY)]


async def test_who_never_answers_is_not_waited_for(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        only(monkeypatch, {"ollama": ("Ollama", f"http://127.0.0.1:{port}/v1")})
        monkeypatch.setattr(probe, "LOOK_S", 0.05)
        found = await container.welcome.look()
    assert not [each for each in found if each.kind is FoundKind.SERVER]


async def test_a_look_that_hangs_or_fails_finds_nothing_and_the_others_do(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, {})
    monkeypatch.setattr(welcome_module, "LOOK_S", 0.2)
    monkeypatch.setattr(container.cli_providers, "find", lambda: time.sleep(1.0))

    def fail() -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(container.clients, "look", fail)
    found = await container.welcome.look()
    assert [each.kind for each in found] == [FoundKind.KEY]


async def test_steps_are_ticked_off_by_facts(container: Container) -> None:
    def done() -> set[StepKind]:
        return {each.kind for each in container.welcome.steps() if each.is_done}

    at_first = done()
    assert not at_first & {StepKind.FLIGHT, StepKind.JOB, StepKind.PROGRAM}
    await container.control.send_test_flight()
    while StepKind.FLIGHT not in await asyncio.to_thread(done):
        await asyncio.sleep(0.01)
    job = await container.job_starter.start(NewJob(cli="claude", prompt="answer done"))
    await container.runs.supervisor.wait(job.id)
    assert StepKind.JOB in done()


async def test_what_is_recorded_is_chosen(container: Container) -> None:
    assert container.welcome.level == "full"
    container.settings_writer.apply(container.welcome.record(RecorderLevel.FIGURES).edit())
    container.check_settings()
    assert container.welcome.level == "figures"
    assert container.settings().recorder.level is RecorderLevel.FIGURES
