"""A whole gateway in the test's own loop, with a stand-in vendor behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.store.paths import Places
from tests.support.lane import Lane
from tests.support.upstream import Upstream

CONFIG = """
[http]
port = 0
max_body_bytes = 1000000
[upstream]
first_byte_timeout_s = 1
idle_timeout_s = 1
[providers.claude]
kind = "anthropic"
base_url = "{root_url}"
api_key_env = "STUB_KEY"
models = ["claude-stub"]
local = true
[providers.chat]
kind = "openai-compatible"
base_url = "{base_url}"
api_key_env = "STUB_KEY"
models = ["gpt-stub"]
local = true
"""


@dataclass
class House:
    """A running gateway as its caller and its owner see it."""

    container: Container
    lane: Lane
    session: aiohttp.ClientSession
    closed: list[FlightSummary]

    @property
    def url(self) -> str:
        return self.container.gateway.status.url

    def headers(self) -> dict[str, str]:
        key = self.container.places.access_key_file.read_text().strip()
        return {"Authorization": f"Bearer {key}"}

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        return self.session.post(
            f"{self.url}{path}", json=body, headers={**self.headers(), **headers}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.session.get(f"{self.url}{path}", headers={**self.headers(), **headers})


@asynccontextmanager
async def house_in(
    home: Path, more: str = "", env: Mapping[str, str] | None = None
) -> AsyncIterator[House]:
    """`more`: settings besides CONFIG; `env`: variables besides the provider's key."""
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    async with Upstream() as upstream:
        lane = upstream.lane()
        config = CONFIG.format(root_url=lane.root_url, base_url=lane.base_url)
        places.config_file.write_text(config + more)
        container = Container(places, {"STUB_KEY": "sk-provider", **(env or {})})
        closed: list[FlightSummary] = []

        def listen(event: Event) -> None:
            if isinstance(event, FlightClosed):
                closed.append(event.summary)

        container.control.subscribe(listen)
        await container.start()
        try:
            async with aiohttp.ClientSession() as session:
                yield House(container, lane, session, closed)
        finally:
            await container.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One for all tests of a file, that run in one loop then; each takes it by `as_new`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        async with house_in(tmp_path_factory.mktemp("house") / "home") as house:
            yield house


def as_new(house: House) -> House:
    """For the next test: what came to the upstream and what the gateway told is forgotten."""
    house.lane.forget()
    house.closed.clear()
    return house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home") as house:
        yield house
