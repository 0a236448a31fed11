"""A gateway whose agents ask, ended without a warning and opened again; its model goes by a script:
it calls the next tool as soon as what it asked for last has its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import certifi

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.events import Event, PermissionChanged
from llmgw_desktop.domain.jobs.approval import (
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.store.paths import Places
from tests.support.answers import Answer
from tests.support.cli_bench import Bench
from tests.support.gateway import Gateway, GatewaySetup
from tests.support.lane import Lane

_PATIENCE_S = 200.0
_SETTINGS = """
[http]
port = 0
[clis.{name}]
command = {command}
env = {{ {env} }}
readable = [{certificates}]
"""


@dataclass
class AskingHouse:
    """The gateway that is open now, and whom its agent's model is."""

    container: Container
    lane: Lane
    script: list[Answer] = field(default_factory=list)
    ways: list[DecisionWay] = field(default_factory=list)
    """How each question was answered, in order."""

    def hear(self, event: Event) -> None:
        if isinstance(event, PermissionChanged) and event.answer is not None:
            self.ways.append(event.answer.way)
            if self.script:
                self.lane.always = self.script.pop(0)

    @property
    def supervisor(self) -> Any:
        return self.container.runs.supervisor

    async def question(self, job_id: str, command: str = "") -> PermissionQuestion:
        """The one that waits, when it is about this."""
        desk = self.container.runs.permissions
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                found = [each for each in desk.of_job(job_id) if command in each.ask.command]
                if found:
                    return found[0]
                job = self.supervisor.get(job_id)
                assert job.is_live, (job.error, await self.supervisor.result(job_id))
                await asyncio.sleep(0.02)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not is_so():
                await asyncio.sleep(0.01)

    def answer(self, question: PermissionQuestion, decision: Decision, note: str = "") -> None:
        answer = PermissionAnswer(
            decision=decision, way=DecisionWay.COMMAND, at_s=1.0, note=note, person="ada"
        )
        assert self.container.runs.permissions.answer(question.id, answer)

    async def ask(self, body: dict[str, Any]) -> str:
        key = self.container.places.access_key_file.read_text().strip()
        url = self.container.gateway.status.url
        async with aiohttp.ClientSession() as session:
            return await begun(session, str(url), key, body)

    async def ended(self, job_id: str) -> Job:
        job: Job = await self.supervisor.wait(job_id, _PATIENCE_S)
        assert not job.is_live
        return job

    async def text(self, job_id: str) -> str:
        return str((await self.supervisor.result(job_id)).text)


async def begun(session: aiohttp.ClientSession, url: str, key: str, body: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    async with session.post(f"{url}/v1/jobs", json=body, headers=headers) as answer:
        told = await answer.json()
        assert answer.status == 202, told
        return str(told["id"])


def setup_of(bench: Bench, home: Path, more: str = "") -> GatewaySetup:
    env = ", ".join(f"{name} = {json.dumps(text)}" for name, text in bench.environment.items())
    toml = _SETTINGS.format(
        name=bench.cli.name,
        command=json.dumps(str(bench.program)),
        env=env,
        certificates=json.dumps(certifi.where()),
    )
    # Its own HOME is the person's: where the CLI's settings lie.
    return GatewaySetup(home=home, toml=toml + more, environment={"HOME": str(bench.made("home"))})


async def killed_while_it_asks(setup: GatewaySetup, body: dict[str, Any]) -> str:
    """A gateway of its own process, ended while its job's question was open; the job's id."""
    setup.write_config()
    gateway = await asyncio.to_thread(Gateway, setup)
    try:
        await asyncio.to_thread(gateway.wait_ready)
        key = gateway.access_key()
        async with aiohttp.ClientSession() as session:
            job_id = await begun(session, gateway.url, key, body)
            async with asyncio.timeout(_PATIENCE_S):
                while not await _waits(session, gateway.url, key):
                    pass
    except BaseException:
        print(f"the gateway said:\n{gateway.said}")
        raise
    finally:
        await asyncio.to_thread(gateway.kill)
    return job_id


async def _waits(session: aiohttp.ClientSession, url: str, key: str) -> bool:
    headers = {"Authorization": f"Bearer {key}"}
    async with session.get(f"{url}/v1/approvals?wait=20", headers=headers) as answer:
        return bool((await answer.json())["total"])


@asynccontextmanager
async def opened(
    setup: GatewaySetup, lane: Lane, script: Iterable[Answer]
) -> AsyncIterator[AskingHouse]:
    """The next gateway in the same home, in this process."""
    env = setup.child_environment()
    places = Places.of(env)
    places.make()
    container = Container(places, env)
    house = AskingHouse(container, lane, list(script))
    container.bus.subscribe(house.hear)
    await container.start()
    try:
        yield house
    finally:
        await container.runs.supervisor.stop_all()
        await container.stop()
