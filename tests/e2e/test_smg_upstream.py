"""Another gateway as the provider: a real router process (smg) between us and the stand-in vendor.

Its way of answering is its own: framing, headers, and errors in words that no vendor uses.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tests.support import pip_program
from tests.support.answers import Answer, Delivery, Refusal
from tests.support.flight_log import wait_flight
from tests.support.gateway import GatewaySetup, ProviderTable, running_gateway
from tests.support.lane import Lane
from tests.support.upstream import Upstream, upstream_thread

pytestmark = pytest.mark.e2e

ASK: Any = [{"role": "user", "content": "ping"}]
MODEL = "behind-another-gateway"
_START_S = 30


@pytest.fixture(scope="module")
def vendor() -> Iterator[Upstream]:
    with upstream_thread() as running:
        yield running


@pytest.fixture(scope="module")
def router_url(vendor: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = pip_program.install("smg", "1.13.0", "smg")
    port, metrics = _free_port(), _free_port()
    log = tmp_path_factory.mktemp("smg") / "log"
    command = [str(program), "launch", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend", "openai", "--worker-urls", vendor.origin]
    command += ["--prometheus-port", str(metrics), "--prometheus-host", "127.0.0.1"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        try:
            _wait_until_it_answers(port, process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def gateway(router_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    table = ProviderTable(
        name="router", kind="openai-compatible", base_url=router_url, models=[MODEL]
    )
    setup = GatewaySetup(home=tmp_path_factory.mktemp("gateway") / "home", providers=[table])
    with running_gateway(setup) as running:
        yield running


@pytest.fixture
def lane(vendor: Upstream) -> Lane:
    lane = vendor.lane("main")
    lane.forget()
    return lane


@pytest.fixture
def sdk(gateway: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{gateway.url}/v1", api_key=gateway.access_key(), max_retries=0
    ) as client:
        yield client


def test_a_whole_answer(lane: Lane, sdk: openai.OpenAI, gateway: Any) -> None:
    raw = sdk.chat.completions.with_raw_response.create(model=MODEL, messages=ASK)
    answer = raw.parse()
    assert answer.choices[0].message.content == "pong from the upstream"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == 2317
    assert raw.headers["x-llmgw-provider"] == "router"
    flight = wait_flight(gateway.home, raw.headers["x-llmgw-flight"])
    assert (flight.state, flight.input_tokens, flight.output_tokens) == ("ok", 2317, 9)


def test_a_stream_arrives_as_it_is_made(lane: Lane, sdk: openai.OpenAI) -> None:
    lane.always = Answer(text="one two three four five", delivery=Delivery(pace_s=0.05))
    moments, text = [], ""
    for chunk in sdk.chat.completions.create(model=MODEL, messages=ASK, stream=True):
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        moments.append(time.monotonic())
    assert text == "one two three four five"
    assert moments[-1] - moments[0] > 0.05, "nothing was held back until the end"


def test_an_anthropic_program_is_translated_to_it(lane: Lane, gateway: Any) -> None:
    with anthropic.Anthropic(
        base_url=gateway.url, api_key=gateway.access_key(), max_retries=0
    ) as client:
        message = client.messages.create(model=MODEL, max_tokens=50, messages=ASK)
    assert message.content[0].type == "text"
    assert message.content[0].text == "pong from the upstream"
    assert message.stop_reason == "end_turn"


def test_its_refusals_keep_their_status(lane: Lane, sdk: openai.OpenAI) -> None:
    lane.always = Refusal(status=400, message="the model says no")
    with pytest.raises(openai.BadRequestError):
        sdk.chat.completions.create(model=MODEL, messages=ASK)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a request gets through to the vendor: it looks for its workers after it listens."""
    body = {"model": MODEL, "messages": ASK}
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        with contextlib.suppress(httpx2.TransportError):
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            if httpx2.post(url, json=body, timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"smg did not start:\n{log.read_text(errors='replace')}")
