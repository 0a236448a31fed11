"""A gateway with stand-ins for the vendors' CLIs; whatever it ran is gone afterwards."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.paths import Places
from tests.support.fake_clis import make_fake_clis

CONFIG = """
[http]
port = 0
[jobs]
{jobs}
[clis.claude]
command = "{claude}"
writable = ["~"]
[clis.codex]
command = "{codex}"
writable = ["~"]
"""
"""The stand-ins write into HOME what they were asked, contained too."""


@dataclass
class RunHouse:
    """A running gateway as a client that may run CLIs sees it."""

    container: Container
    session: aiohttp.ClientSession
    home: Path
    """The person's."""
    closed: list[FlightSummary] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.container.places.access_key_file.read_text().strip()

    def client(self, name: str, *scopes: Scope) -> str:
        clock = SystemClock()
        store = ClientStore(self.container.places.gateway_db, clock)
        key = ClientKeys(store, clock, TimedIds(clock)).add(name, scopes)
        store.close()
        return key

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str
    ) -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer {key or self.key}", **headers}
        url = self.container.gateway.status.url + path
        async with self.session.request(method, url, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def run(self, prompt: str | None, *, key: str = "", **fields: Any) -> Any:
        """To its end."""
        body = {"cli": "claude", "prompt": prompt, "wait": True, **fields}
        status, told = await self.call("POST", "/v1/jobs", body, key=key)
        assert status in (200, 202), told
        return told

    async def refused(self, key: str = "", **fields: Any) -> tuple[int, Any]:
        body = {"cli": "claude", "wait": True, **fields}
        status, told = await self.call("POST", "/v1/jobs", body, key=key)
        assert status >= 400, told
        return status, told["error"]

    @property
    def asked(self) -> list[str]:
        """With what the CLIs were started, their folder first."""
        file = self.home / "asked"
        return file.read_text().splitlines() if file.exists() else []


MakeHouse = Callable[..., Any]


@asynccontextmanager
async def houses_in(folder: Path) -> AsyncIterator[MakeHouse]:
    """Makes gateways there, one after the other; in the end whatever they ran is gone."""
    clis = make_fake_clis(folder / "bin")
    houses: list[RunHouse] = []
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def make(jobs: str = "", *, env: dict[str, str] | None = None) -> RunHouse:
            places = Places.of({"LLMGW_HOME": str(folder / "gateway")})
            places.make()
            places.config_file.write_text(CONFIG.format(jobs=jobs, **clis))
            home = folder / "person"
            home.mkdir(exist_ok=True)
            seen = {"PATH": os.environ["PATH"], "HOME": str(home), **(env or {})}
            house = RunHouse(Container(places, seen), session, home)

            def hear(event: Any) -> None:
                if isinstance(event, FlightClosed):
                    house.closed.append(event.summary)

            house.container.control.subscribe(hear)
            await house.container.start()
            houses.append(house)
            return house

        yield make
        for house in houses:
            supervisor = house.container.runs.supervisor
            await supervisor.stop_all()
            jobs = supervisor.list()
            for owner in {job.owner for job in jobs}:
                await house.container.runs.service.sessions.clear(owner)
            await house.container.stop()
            for job in jobs:
                assert await ProcessTree(job.id, None).end(0.0) == 0


@pytest.fixture
async def make_house(tmp_path: Path) -> AsyncIterator[MakeHouse]:
    async with houses_in(tmp_path) as make:
        yield make


@pytest.fixture
async def house(make_house: MakeHouse) -> RunHouse:
    made: RunHouse = await make_house()
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def idle_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunHouse]:
    """One for all tests of a file that run in its loop and after which nothing has been run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        async with houses_in(tmp_path_factory.mktemp("idle")) as make:
            yield await make()
