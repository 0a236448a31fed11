"""One program takes all the connections that it can get: others and the person are served."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.raw_http import openai_headers, send

pytestmark = pytest.mark.e2e

CROWD = 700
"""More than are served and turned away at once."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("flood")
    setup = GatewaySetup(home=folder / "home", toml="[limits]\nmax_connections_per_client = 40\n")
    setup.write_config()
    with running_gateway(setup) as running:
        yield running


@contextmanager
def crowd(gateway: Gateway, count: int, said: bytes) -> Iterator[list[socket.socket]]:
    """Connections that say this and stay open."""
    with ExitStack() as stack:
        pipes = []
        for _ in range(count):
            pipe = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 20))
            try:
                pipe.sendall(said)
            except OSError:  # closed unheard
                continue
            pipes.append(pipe)
        yield pipes


def first_lines(pipes: list[socket.socket]) -> list[bytes]:
    lines = []
    for pipe in pipes:
        pipe.settimeout(20)
        try:
            lines.append(pipe.recv(4096).partition(b"\r\n")[0])
        except OSError:
            lines.append(b"")
    return lines


def health(gateway: Gateway) -> dict[str, Any]:
    headers = openai_headers(gateway.access_key())
    told: dict[str, Any] = send(
        f"{gateway.url}/health/detail", method="GET", headers=headers
    ).json()
    return told


def test_a_client_that_takes_all_is_named_and_the_others_are_served(gateway: Gateway) -> None:
    greedy = gateway.setup.add_key("greedy")
    head = (
        f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n"
        f"Authorization: Bearer {greedy}\r\n\r\n"
    )
    other = gateway.setup.add_key("other")
    with crowd(gateway, 100, head.encode()) as pipes:
        lines = first_lines(pipes)
        assert lines.count(b"HTTP/1.1 200 OK") == 40
        assert lines.count(b"HTTP/1.1 429 Too Many Requests") == 60
        told = health(gateway)
        (flood,) = told["connections"]["floods"]
        assert told["status"] == "degraded"
        assert (flood["name"], flood["connections"], flood["refused"]) == ("greedy", 40, 60)
        assert abs(flood["since"] - time.time()) < 120
        listed = send(f"{gateway.url}/v1/models", method="GET", headers=openai_headers(other))
        assert listed.status == 200
        said = gateway.setup.command("status").stdout
        assert "greedy holds 40 connections since " in said
        assert "; 60 more were refused" in said
    deadline = time.monotonic() + 60
    while health(gateway)["connections"]["floods"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert health(gateway)["status"] == "ok"
    said = log_of(gateway)
    assert said.count("'greedy' (cli_") == 1
    assert "holds 40 connections; beyond 40 they are closed (limits.max_connections_per_c" in said


def test_keyless_connections_are_held_to_the_bound_and_logged(gateway: Gateway) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n"
    with crowd(gateway, 300, head.encode()) as pipes:
        first_lines(pipes)
        (flood,) = health(gateway)["connections"]["floods"]
        assert (flood["client"], flood["name"], flood["most"]) == (None, "127.0.0.1", 256)
        # answered 429; or, where this took long, those before have given way
        assert flood["connections"] + flood["refused"] == 300
        assert flood["connections"] in (255, 256)
    said = log_of(gateway)
    assert said.count("somebody at 127.0.0.1 holds ") == 1


def log_of(gateway: Gateway) -> str:
    return (gateway.home / "log" / "llmgw.log").read_text()


def test_the_persons_commands_come_through_connections_that_say_nothing(gateway: Gateway) -> None:
    with crowd(gateway, CROWD, b"GET "):
        time.sleep(0.6)  # they have had their time to ask
        done = gateway.setup.command("status", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["connections"]["most"] >= 96
