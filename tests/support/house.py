"""A running gateway with upstream lanes behind it, one fresh lane for each test that asks.

Starting the program costs a second, so the tests of one file share one; a lane of its own (with a
provider and a model of the same name) keeps each test's script, record and faults to itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.flight_log import Flight, wait_flight
from tests.support.gateway import (
    Gateway,
    GatewaySetup,
    ProviderTable,
    anthropic_provider,
    openai_provider,
    running_gateway,
)
from tests.support.lane import Lane
from tests.support.raw_http import HeaderList, Reply, anthropic_headers, openai_headers
from tests.support.upstream import Upstream, upstream_thread

CLIENT = "test-client"


class House:
    def __init__(self, gateway: Gateway, upstream: Upstream, key: str, lanes: int) -> None:
        self.gateway = gateway
        self.upstream = upstream
        self.key = key
        """Of the client named CLIENT."""
        self._fresh = {kind: iter(names) for kind, names in _lane_names(lanes).items()}

    @property
    def url(self) -> str:
        return self.gateway.url

    def fresh_lane(self, kind: str) -> Lane:
        """One that no test has used; its name is the model's and the provider's too."""
        return self.upstream.lane(next(self._fresh[kind]))

    def flight(self, reply: Reply) -> Flight:
        """What was recorded of this reply."""
        return self.flight_of(reply.flight_id)

    def flight_of(self, flight_id: str) -> Flight:
        return wait_flight(self.gateway.home, flight_id)

    def headers(self, kind: str, **extra: str) -> HeaderList:
        """A valid key and a JSON body, in the manner of this kind of client."""
        make = anthropic_headers if kind == "anthropic" else openai_headers
        return make(self.key, {name.replace("_", "-"): value for name, value in extra.items()})


def _lane_names(count: int) -> dict[str, list[str]]:
    return {
        kind: [f"{kind}-{number:02}" for number in range(count)] for kind in ("anthropic", "openai")
    }


def _providers(upstream: Upstream, lanes: int) -> list[ProviderTable]:
    names = _lane_names(lanes)
    return [
        *(anthropic_provider(upstream.lane(name)) for name in names["anthropic"]),
        *(openai_provider(upstream.lane(name)) for name in names["openai"]),
    ]


@contextmanager
def open_house(root: Path, toml: str = "", lanes: int = 30) -> Iterator[House]:
    with upstream_thread() as upstream:
        setup = GatewaySetup(home=root / "home", providers=_providers(upstream, lanes), toml=toml)
        setup.write_config()
        key = setup.add_key(CLIENT)
        with running_gateway(setup) as gateway:
            yield House(gateway, upstream, key, lanes)
