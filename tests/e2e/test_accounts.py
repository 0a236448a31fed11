"""Another account answers by a route, and how accounts stand outlives the program."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import Refusal
from tests.support.gateway import (
    Gateway,
    GatewaySetup,
    anthropic_provider,
    openai_provider,
    running_gateway,
)
from tests.support.raw_http import Reply, send
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

ASK = {"model": "vendor", "max_tokens": 9, "messages": [{"role": "user", "content": "ping"}]}


@pytest.fixture
def setup(tmp_path: Path, upstream: Upstream) -> GatewaySetup:
    return GatewaySetup(
        home=tmp_path / "home", providers=[anthropic_provider(upstream.lane("vendor"))]
    )


def ask(gateway: Gateway) -> int:
    return reply_to(gateway).status


def reply_to(gateway: Gateway, **fields: str) -> Reply:
    headers = [("x-api-key", gateway.access_key()), ("content-type", "application/json")]
    body = json.dumps({**ASK, **fields}).encode()
    return send(f"{gateway.url}/v1/messages", headers=headers, body=body)


def kept(home: Path) -> dict[str, Any]:
    connection = sqlite3.connect(f"file:{home}/data/gateway.db?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT account, standing FROM account_states").fetchall()
    finally:
        connection.close()
    return {account: json.loads(standing) for account, standing in rows}


def test_it_is_kept_until_all_is_well_again(setup: GatewaySetup, upstream: Upstream) -> None:
    lane = upstream.lane("vendor")
    lane.then(Refusal(status=402))
    with running_gateway(setup) as gateway:
        assert ask(gateway) == 402
    assert kept(setup.home)["vendor"]["own"][0] == "over_quota"

    with running_gateway(setup) as gateway:
        pass
    assert kept(setup.home)["vendor"]["own"][0] == "over_quota", "nobody asked it meanwhile"

    with running_gateway(setup) as gateway:
        assert ask(gateway) == 200, "an only account is asked all the same"
    assert kept(setup.home)["vendor"]["own"] is None


def test_it_outlives_a_kill(setup: GatewaySetup, upstream: Upstream) -> None:
    upstream.lane("vendor").then(Refusal(status=401))
    setup.write_config()
    gateway = Gateway(setup)
    try:
        gateway.wait_ready()
        assert ask(gateway) == 502
        ends = time.monotonic() + 10
        while not kept(setup.home) and time.monotonic() < ends:
            time.sleep(0.05)
    finally:
        gateway.kill()
    assert kept(setup.home)["vendor"]["own"][0] == "auth_required"
    with running_gateway(setup) as again:
        assert ask(again) == 200


ROUTE = """
[[routes]]
name = "two vendors"
match = { model = "either" }
to = ["vendor:vendor", "other:other"]
strategy = "pinned"
"""


def test_another_account_answers_and_the_first_is_left_alone(
    tmp_path: Path, upstream: Upstream
) -> None:
    first, second = upstream.lane("vendor"), upstream.lane("other")
    setup = GatewaySetup(
        home=tmp_path / "home",
        toml=ROUTE,
        providers=[anthropic_provider(first), openai_provider(second)],
    )
    first.then(Refusal(status=429, retry_after="3600"))
    with running_gateway(setup) as gateway:
        for asked in (2, 1):
            reply = reply_to(gateway, model="either")
            assert reply.status == 200
            assert reply.headers["x-llmgw-provider"] == "other"
            assert reply.headers.get("x-llmgw-attempts", "1") == str(asked)
    with running_gateway(setup) as gateway:
        assert reply_to(gateway, model="either").headers["x-llmgw-provider"] == "other"
    assert (len(first.requests), len(second.requests)) == (1, 3)
    assert second.requests[0].json()["model"] == "other"
