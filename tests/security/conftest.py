"""The real program, with a proxy's token, two clients and one vendor that notes all it sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.door import Door
from tests.support.gateway import GatewaySetup, openai_provider, running_gateway
from tests.support.upstream import upstream_thread

TOKEN = "t0ken-of-the-proxy-0123456789abcdef"


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with upstream_thread() as upstream:
        lane = upstream.lane("stub")
        setup = GatewaySetup(
            home=tmp_path_factory.mktemp("attacked") / "home",
            providers=[openai_provider(lane, "stub")],
            environment={
                "LLM_GATEWAY_AUTH_TOKEN": TOKEN,
                "LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER": "X-Gateway-User",
            },
        )
        setup.write_config()
        scopes = ("models:use", "models:list", "mcp", "jobs:run")
        wanted = [word for scope in scopes for word in ("--scope", scope)]
        agent = setup.command("key", "add", "agent", *wanted).stdout.strip()
        other = setup.add_key("other")
        with running_gateway(setup) as gateway:
            yield Door(gateway, lane, agent, other, TOKEN)
