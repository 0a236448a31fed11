"""Gateways set up in a circle: one request becomes one 508 that names them, not a flood."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.flight_log import Flight, wait_flights
from tests.support.gateway import Gateway, GatewaySetup, ProviderTable, running_gateway
from tests.support.raw_http import Reply, openai_headers, send
from tests.support.tap import tap_thread

pytestmark = pytest.mark.e2e

ASK = [{"role": "user", "content": "ping"}]
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "ping"}]}]}
DOORS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"messages": ASK}),
    "anthropic": ("/v1/messages", {"messages": ASK, "max_tokens": 9}),
    "responses": ("/v1/responses", {"input": "ping"}),
    "codex": ("/backend-api/codex/responses", {"input": "ping", "stream": True, "store": False}),
    "gemini": ("/v1beta/models/{model}:generateContent", GEMINI),
}


@dataclass
class Circle:
    """`alpha` asks `beta` for round-1 and `beta` asks `alpha`; for round-2 a forwarder stands
    on the way back."""

    alpha: Gateway
    beta: Gateway
    key: str
    asked: int = 0

    def ask(self, door: str, model: str) -> Reply:
        self.asked += 1
        path, body = DOORS[door]
        asked = {**body} if "{model}" in path else {"model": model, **body}
        url = self.alpha.url + path.replace("{model}", model)
        return send(url, headers=openai_headers(self.key), body=json.dumps(asked).encode())


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    folder = tmp_path_factory.mktemp("circle")
    setups = {name: _setup(folder, name) for name in ("alpha", "beta")}
    keys = {name: setup.add_key("the-other") for name, setup in setups.items()}
    own = setups["alpha"].add_key("person")
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(running_gateway(_knowing(setups[name], keys[other])))
            for name, other in (("alpha", "beta"), ("beta", "alpha"))
        }
        tap = stack.enter_context(tap_thread(running["alpha"].url))
        _lead(running["beta"], {"round-1": running["alpha"].url, "round-2": tap.url})
        _lead(running["alpha"], dict.fromkeys(("round-1", "round-2"), running["beta"].url))
        yield Circle(running["alpha"], running["beta"], own)


def _setup(folder: Path, name: str) -> GatewaySetup:
    home = folder / name / "home"
    home.parent.mkdir()
    setup = GatewaySetup(home=home, toml=f'[http]\nname = "{name}"\n')
    setup.write_config()
    return setup


def _knowing(setup: GatewaySetup, key: str) -> GatewaySetup:
    return replace(setup, environment={"STUB_PROVIDER_KEY": key})


def _lead(gateway: Gateway, models: Mapping[str, str]) -> None:
    """From each model to the gateway at an address; what runs takes it over."""
    providers = [
        ProviderTable(
            name=f"to-{model}", kind="openai-compatible", base_url=f"{url}/v1", models=[model]
        )
        for model, url in models.items()
    ]
    replace(gateway.setup, providers=providers).write_config()
    headers = openai_headers(gateway.access_key())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = send(f"{gateway.url}/v1/models", method="GET", headers=headers).body.decode()
        if all(model in told for model in models):
            return
        time.sleep(0.05)
    pytest.fail("the settings were not taken over")


@pytest.mark.parametrize("model", ["round-1", "round-2"], ids=["two gateways", "a forwarder"])
@pytest.mark.parametrize("door", DOORS)
def test_one_request_becomes_one_508_that_names_the_gateways(
    circle: Circle, door: str, model: str
) -> None:
    reply = circle.ask(door, model)

    told = reply.json()
    message = told["error"]["message"]
    assert reply.status == 508, message
    assert reply.headers["x-should-retry"] == "false"
    assert (
        "The gateway 'alpha' sent this request out and got it back over the gateway 'beta': "
        "alpha → beta → alpha is a circle."
    ) in message
    assert _named(door, told) == _WORDS[door]
    at_alpha, at_beta = (
        _ended(circle.alpha.home, circle.asked),
        _ended(circle.beta.home, circle.asked),
    )
    # more than a few that are refused in one second are only counted
    assert len(at_alpha) <= 2 * circle.asked
    assert [flight.error_kind for flight in at_beta] == ["upstream_508"] * circle.asked
    refused = [flight for flight in at_alpha if flight.client == "the-other"]
    assert {(flight.error_kind, flight.status) for flight in refused} == {("loop", 508)}
    asked = [flight for flight in at_alpha if flight.client == "person"]
    assert {flight.error_kind for flight in asked} == {"upstream_508"}
    assert reply.flight_id in [flight.id for flight in asked]


def _ended(home: Path, asked: int) -> list[Flight]:
    """All of its flights, once as many as were asked for are told and none is under way."""

    def are_whole(flights: list[Flight]) -> bool:
        told = [flight for flight in flights if flight.error_kind == "upstream_508"]
        return len(told) >= asked and all(flight.state != "running" for flight in flights)

    return wait_flights(home, are_whole)


_WORDS = {
    "chat": ("server_error", "loop"),
    "anthropic": ("error", "api_error"),
    "responses": ("server_error", "loop"),
    "codex": ("server_error", "loop"),
    "gemini": (508, "INTERNAL"),
}


def _named(door: str, told: dict[str, Any]) -> tuple[Any, Any]:
    error = told["error"]
    if door == "anthropic":
        return told["type"], error["type"]
    if door == "gemini":
        return error["code"], error["status"]
    return error["type"], error["code"]


def test_a_gateway_without_a_name_is_called_by_its_port(tmp_path: Path) -> None:
    """One that leads to itself through a forwarder; and no padding hides that."""
    setup = GatewaySetup(home=tmp_path / "home")
    setup.write_config()
    key = setup.add_key("person")
    with ExitStack() as stack:
        gateway = stack.enter_context(running_gateway(_knowing(setup, key)))
        _lead(gateway, {"round-3": stack.enter_context(tap_thread(gateway.url)).url})
        url = f"{gateway.url}/v1/chat/completions"
        asked = json.dumps({"model": "round-3", "messages": ASK}).encode()
        told = send(url, headers=openai_headers(key), body=asked)
        assert told.status == 508
        assert f":{gateway.port}' sent this request out" in told.json()["error"]["message"]
        padded = [*openai_headers(key), ("x-gateway-hops", "x" * 2100)]
        told = send(url, headers=padded, body=asked)
        assert told.status == 400
        assert "X-Gateway-Hops is longer than 2,048" in told.json()["error"]["message"]


def test_nobody_rests_for_it_and_no_other_account_is_asked(circle: Circle) -> None:
    for _ in range(4):
        assert circle.ask("chat", "round-1").status == 508
    for gateway in (circle.alpha, circle.beta):
        headers = openai_headers(gateway.access_key())
        told = send(f"{gateway.url}/v1/providers", method="GET", headers=headers).json()
        states = {each["name"]: each for each in told["providers"] if "round" in each["name"]}
        assert states, told
        assert "cooling" not in json.dumps(states)
