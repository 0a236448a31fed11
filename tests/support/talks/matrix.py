"""Every SDK in front of every kind of upstream: a gateway between them, or nothing.

Nothing between is the control: what does not hold there is the fault of the test or of the
stand-in, not of the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.gateway import PROVIDER_KEY, GatewaySetup, running_gateway
from tests.support.lane import Lane
from tests.support.talks.anthropic_talk import AnthropicTalk
from tests.support.talks.chat_talk import ChatTalk
from tests.support.talks.gemini_talk import GeminiTalk
from tests.support.talks.responses_talk import ResponsesTalk
from tests.support.talks.talk import Talk, Wishes
from tests.support.talks.upstreams import UPSTREAMS
from tests.support.upstream import upstream_thread

TALKS: Mapping[str, type[Talk]] = {
    "anthropic": AnthropicTalk,
    "chat": ChatTalk,
    "responses": ResponsesTalk,
    "gemini": GeminiTalk,
}


class Matrix:
    def __init__(self, url: str, key: str, lanes: Mapping[str, Lane]) -> None:
        self._url = url
        self._key = key
        self._lanes = lanes
        self._sdks: dict[tuple[str, str], Any] = {}

    def fresh_lane(self, upstream: str) -> Lane:
        lane = self._lanes[upstream]
        lane.forget()
        return lane

    @property
    def door(self) -> tuple[str, str]:
        """The gateway's address, and a key to it: for an SDK of the test's own."""
        return self._url, self._key

    def talk(self, client: str, upstream: str, wishes: Wishes, *, direct: bool) -> Talk:
        return TALKS[client](self.sdk(client, upstream, direct=direct), wishes)

    def sdk(self, client: str, upstream: str, *, direct: bool = False) -> Any:
        url = self._lanes[upstream].root_url if direct else self._url
        key = PROVIDER_KEY if direct else self._key
        sdk = self._sdks.get((client, url))
        if sdk is None:
            sdk = self._sdks[client, url] = TALKS[client].make_sdk(url, key)
        return sdk

    def close(self) -> None:
        for sdk in self._sdks.values():
            sdk.close()


@contextmanager
def open_matrix(root: Path) -> Iterator[Matrix]:
    with upstream_thread() as server:
        lanes = {name: server.lane(name) for name in UPSTREAMS}
        for name, upstream in UPSTREAMS.items():
            lanes[name].key, lanes[name].manners = PROVIDER_KEY, upstream.manners
            lanes[name].models = [upstream.model]
        providers = [upstream.provider(lanes[name]) for name, upstream in UPSTREAMS.items()]
        setup = GatewaySetup(home=root / "home", providers=providers)
        setup.write_config()
        key = setup.add_key("matrix")
        with running_gateway(setup) as gateway:
            matrix = Matrix(gateway.url, key, lanes)
            try:
                yield matrix
            finally:
                matrix.close()
