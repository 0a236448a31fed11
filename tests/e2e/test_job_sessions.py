"""Jobs over HTTP with the real CLIs, which ask the same gateway's practice provider: sessions that
go on and fork without a folder being named, and each run's own figures."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import codex_cli, npm_cli
from tests.support.fake_clis import claude_table, make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]


@dataclass
class Jobs:
    """A client of `/v1/jobs`, with one CLI."""

    gateway: Gateway
    fields: dict[str, Any]

    def run(self, prompt: str, **fields: Any) -> Any:
        body = {"prompt": prompt, "model": "practice/echo", "wait": True, **self.fields, **fields}
        told = self.call("/v1/jobs", body)
        assert told["state"] == "completed", told
        return told

    def call(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.gateway.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.gateway.access_key()}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="session")
def codex_program() -> Path:
    return npm_cli.install(codex_cli.PACKAGE, codex_cli.VERSION, codex_cli.BINARY)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(params=["claude", "codex"])
def jobs(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Jobs]:
    name = request.param
    program = request.getfixturevalue(f"{name}_program")
    port = _free_port()
    setup = GatewaySetup(home=own_home, arguments=("--port", str(port)))
    setup.write_config()
    key, url = setup.add_key("agent"), f"http://127.0.0.1:{port}"
    fields: dict[str, Any] = {"cli": name}
    if name == "claude":
        env = f'{{ ANTHROPIC_BASE_URL = "{url}", ANTHROPIC_API_KEY = "{key}" }}'
        fields["tools"] = []
    else:
        env = f'{{ GATEWAY_KEY = "{key}" }}'
        provider = {
            "name": "gw",
            "base_url": f"{url}/v1",
            "env_key": "GATEWAY_KEY",
            "wire_api": "responses",
            "supports_websockets": False,
        }
        fields["configOverrides"] = {
            "model_providers.gw": provider,
            "model_provider": "gw",
            "analytics.enabled": False,
        }
    toml = f'[clis.{name}]\ncommand = "{program}"\nenv = {env}\n'
    setup = GatewaySetup(home=own_home, arguments=setup.arguments, toml=toml)
    with running_gateway(setup) as running:
        yield Jobs(gateway=running, fields=fields)


def test_sessions_go_on_and_tell_each_runs_own_figures(jobs: Jobs) -> None:
    first = jobs.run("one")
    named = first["sessionId"]
    again = jobs.run("two", sessionId=named)
    third = jobs.run("three", sessionId=first["providerSessionId"])
    fork = jobs.run("four", sessionId=named, forkSession=True)
    last = jobs.run("five", resumeLatest=True)
    runs = [first, again, third, fork, last]
    assert [each["text"].split()[-1] for each in runs] == ["one", "two", "three", "four", "five"]
    assert {each["sessionId"] for each in (first, again, third)} == {named}
    assert fork["sessionId"] == last["sessionId"] != named
    assert fork["providerSessionId"] != first["providerSessionId"]
    tokens = [each["usage"]["inputTokens"] for each in runs]
    assert None not in tokens
    assert max(tokens) < 1.5 * min(tokens), tokens
    costs = {each["costUsd"] for each in runs}
    assert costs == {0.0}, "practice is free, whatever the CLI takes it for"
    told = jobs.call(f"/v1/sessions/{named}")["session"]
    assert told["usage"]["inputTokens"] == sum(tokens[:3])
    assert told["providerSessionId"] == first["providerSessionId"]


def test_a_killed_gateway_knows_how_its_runs_ended(own_home: Path, tmp_path: Path) -> None:
    program = make_fake_clis(tmp_path / "bin")["claude"]
    setup = GatewaySetup(home=own_home, toml=claude_table(program))
    setup.write_config()
    gone = Gateway(setup)
    try:
        gone.wait_ready()
        first = Jobs(gateway=gone, fields={"cli": "claude"})
        begun = first.run("answer one 0.02")
        waits = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late 0.05'
        body = {"cli": "claude", "prompt": waits, "sessionId": begun["sessionId"]}
        live = first.call("/v1/jobs", body)
        _until(lambda: first.call(f"/v1/jobs/{live['id']}")["job"]["state"] == "running")
        _until(lambda: live["flightId"] in _states(own_home))
    finally:
        gone.kill()
    (own_home.parent / "user-home" / "go").touch()
    with running_gateway(setup) as running:
        again = Jobs(gateway=running, fields={"cli": "claude"})
        _until(lambda: again.call(f"/v1/jobs/{live['id']}")["job"]["state"] == "completed")
        told = again.call(f"/v1/jobs/{live['id']}/result")
        assert (told["text"], told["costUsd"]) == ("late", pytest.approx(0.03))
        _until(lambda: _states(own_home)[live["flightId"]] == "ok")
        assert _states(own_home)[begun["flightId"]] == "ok"
        more = again.run("answer more 0.06", sessionId=begun["sessionId"], model="")
        assert more["costUsd"] == pytest.approx(0.01)


def _states(home: Path) -> dict[str, str]:
    with closing(sqlite3.connect(home / "data" / "flights.db")) as database:
        return dict(database.execute("SELECT id, state FROM flights").fetchall())


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
