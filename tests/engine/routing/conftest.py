"""A whole gateway with several stand-in vendors behind it, and a route that a test lays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.events import AccountChanged, Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.provider import Upstream as Reached
from llmgw_desktop.domain.routing.route import Candidate, RouteDecision
from llmgw_desktop.store.paths import Places
from tests.support.lane import Lane
from tests.support.upstream import Upstream

LANES = {
    "one": "anthropic",
    "two": "anthropic",
    "three": "anthropic",
    "chat": "openai-compatible",
    "responses": "openai",
    "gemini": "google",
}
"""Each is a provider."""
HEAD = """
[http]
port = 0
[upstream]
connect_timeout_s = 1
first_byte_timeout_s = 1
idle_timeout_s = 1
[failover]
retries = 0
"""


class LaidRoute:
    """In the place of the router: every request has the candidates that the test laid."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.decision: RouteDecision | None = None

    def lay(self, *names: str, strict: bool = False) -> None:
        """`provider` or `provider:model`, in order."""
        providers = self._container.check_and_read()
        candidates = []
        for name in names:
            provider, _, model = name.partition(":")
            upstream = Reached.of(providers[provider], providers[provider].spoken[0])
            candidates.append(Candidate(upstream=upstream, model=model or "stub"))
        self.decision = RouteDecision(
            candidates=tuple(candidates), reason="The test says so.", strict=strict
        )

    def route(self, *_: object, **__: object) -> RouteDecision:
        assert self.decision is not None
        return self.decision

    def renewed(self, _: object) -> LaidRoute:
        return self

    @property
    def providers(self) -> list[Any]:
        return list(self._container.check_and_read().values())

    @property
    def offers_practice(self) -> bool:
        return True

    def listed_aliases(self) -> list[Any]:
        return []

    def answered(self, *_: object) -> None:
        """Conversations are not remembered here."""


class _Container(Container):
    def check_and_read(self) -> dict[str, Any]:
        settings = self._settings_file.loaded.settings
        return {provider.name: provider for provider in settings.providers}


@dataclass
class Inn:
    """A running gateway as its caller and its owner see it."""

    container: _Container
    upstream: Upstream
    session: aiohttp.ClientSession
    route: LaidRoute
    closed: list[FlightSummary] = field(default_factory=list)
    news: list[AccountChanged] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.container.gateway.status.url

    def lane(self, name: str) -> Lane:
        return self.upstream.lane(name)

    def asked(self) -> dict[str, int]:
        """How many requests came to whom."""
        counts = {name: len(self.lane(name).requests) for name in LANES}
        return {name: count for name, count in counts.items() if count}

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        key = self.container.places.access_key_file.read_text().strip()
        lines = {"Authorization": f"Bearer {key}", **headers}
        return self.session.post(f"{self.url}{path}", json=body, headers=lines)

    def settings(self, text: str) -> None:
        config = self.container.places.config_file
        config.write_text(config.read_text().replace("retries = 0\n", text))
        self.container.check_settings()

    async def record(self) -> FlightRecord:
        """Of the last flight."""
        await asyncio.to_thread(self.container.recording.store.flush, 5)
        found = await asyncio.to_thread(self.container.flights.record, self.closed[-1].id)
        assert found is not None
        return found


def _config(upstream: Upstream) -> str:
    tables = []
    for name, kind in LANES.items():
        lane = upstream.lane(name)
        url = lane.base_url if kind.startswith("openai") else lane.root_url
        tables.append(
            f'[providers.{name}]\nkind = "{kind}"\nbase_url = "{url}"\n'
            f'api_key_env = "STUB_KEY"\nlocal = true\n'
        )
    return HEAD + "".join(tables)


@asynccontextmanager
async def open_inn(home: Path, upstream: Upstream) -> AsyncIterator[Inn]:
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    places.config_file.write_text(_config(upstream))
    container = _Container(places, {"STUB_KEY": "sk-provider"})
    route = LaidRoute(container)
    await container.start()
    container.gateway._engine.pipeline.router = route  # type: ignore[assignment]
    try:
        async with aiohttp.ClientSession() as session:
            inn = Inn(container, upstream, session, route)

            def listen(event: Event) -> None:
                if isinstance(event, FlightClosed):
                    inn.closed.append(event.summary)
                elif isinstance(event, AccountChanged):
                    inn.news.append(event)

            container.control.subscribe(listen)
            yield inn
    finally:
        await container.stop()


@pytest.fixture
async def inn(tmp_path: Path) -> AsyncIterator[Inn]:
    async with Upstream() as upstream, open_inn(tmp_path / "home", upstream) as inn:
        yield inn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing_inn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inn]:
    """One for all tests of a file that run in its loop; each takes it by `as_new`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        home = tmp_path_factory.mktemp("inn") / "home"
        async with Upstream() as upstream, open_inn(home, upstream) as inn:
            yield inn


def as_new(inn: Inn) -> Inn:
    """For the next test: nobody has asked or failed yet, and no connection is kept."""
    inn.container.vendors._pool.close()
    for name in LANES:
        inn.lane(name).forget()
        inn.container.health.reset(name)
    inn.route.decision = None
    inn.closed.clear()
    inn.news.clear()
    return inn
