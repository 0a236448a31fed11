"""Real coding agents onto upstreams of another protocol: each a turn with a real tool call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import codex_cli, gemini_cli, npm_cli
from tests.support.claude_cli import ClaudeCli
from tests.support.codex_cli import CodexCli
from tests.support.flight_log import Flight, wait_flights
from tests.support.gateway import (
    Gateway,
    GatewaySetup,
    ProviderTable,
    anthropic_provider,
    openai_provider,
    running_gateway,
)
from tests.support.gemini_cli import GeminiCli
from tests.support.lane import Lane
from tests.support.tool_choice import SHELL_OUTPUT
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

SAID = f"The tool said: {SHELL_OUTPUT}"


@pytest.fixture(scope="session")
def codex_program() -> Path:
    return npm_cli.install(codex_cli.PACKAGE, codex_cli.VERSION, codex_cli.BINARY)


@pytest.fixture(scope="session")
def gemini_program() -> Path:
    return npm_cli.install(gemini_cli.PACKAGE, gemini_cli.VERSION, gemini_cli.BINARY)


@dataclass
class Scene:
    gateway: Gateway
    lane: Lane
    key: str

    def flights(self, count: int) -> list[Flight]:
        return wait_flights(
            self.gateway.home,
            lambda found: len([f for f in found if f.state != "running"]) >= count,
        )


Provider = Callable[[Lane], ProviderTable]


@pytest.fixture
def scene_with(upstream: Upstream, own_home: Path) -> Callable[[Provider], object]:
    @contextmanager
    def make(provider: Provider) -> Iterator[Scene]:
        lane = upstream.lane("theirs")
        setup = GatewaySetup(home=own_home, providers=[provider(lane)])
        setup.write_config()
        key = setup.add_key("agent")
        with running_gateway(setup) as gateway:
            yield Scene(gateway, lane, key)

    return make


def chat(lane: Lane) -> ProviderTable:
    return openai_provider(lane, "some-model")


def messages(lane: Lane) -> ProviderTable:
    return anthropic_provider(lane, "claude-sonnet-4-5")


def google(lane: Lane) -> ProviderTable:
    anthropic_provider(lane)  # takes the provider's key alone
    return ProviderTable(
        name=lane.name, kind="google", base_url=lane.root_url, models=["gemini-3-pro"]
    )


@pytest.mark.parametrize(("provider", "model"), [(chat, "some-model"), (google, "gemini-3-pro")])
def test_claude_code(
    scene_with: Callable[[Provider], Iterator[Scene]],
    claude_program: Path,
    tmp_path: Path,
    provider: Provider,
    model: str,
) -> None:
    with scene_with(provider) as scene:
        run = ClaudeCli(
            program=claude_program,
            root=tmp_path / "claude",
            base_url=scene.gateway.url,
            key=scene.key,
            model=model,
        ).run("run the echo", "--allowedTools", "Bash")
        assert run.returncode == 0, (run.stderr, run.events)
        assert run.result["result"] == SAID
        assert [result["stdout"] for result in run.tool_results()] == [SHELL_OUTPUT]
        assert run.result["usage"]["output_tokens"] > 0
        assert_translated(scene, "anthropic")


@pytest.mark.parametrize(
    ("provider", "model"), [(chat, "some-model"), (messages, "claude-sonnet-4-5")]
)
def test_codex(
    scene_with: Callable[[Provider], Iterator[Scene]],
    codex_program: Path,
    tmp_path: Path,
    provider: Provider,
    model: str,
) -> None:
    with scene_with(provider) as scene:
        run = CodexCli(
            program=codex_program,
            root=tmp_path / "codex",
            base_url=f"{scene.gateway.url}/v1",
            key=scene.key,
            model=model,
        ).run("run the echo")
        assert run.returncode == 0, (run.stderr, run.events)
        assert [command["exit_code"] for command in run.commands] == [0]
        assert SHELL_OUTPUT in run.commands[0]["aggregated_output"]
        assert SHELL_OUTPUT in run.words[-1]
        assert run.usage["output_tokens"] > 0
        assert_translated(scene, "openai-responses")


def test_gemini_cli(
    scene_with: Callable[[Provider], Iterator[Scene]], gemini_program: Path, tmp_path: Path
) -> None:
    with scene_with(messages) as scene:
        run = GeminiCli(
            program=gemini_program,
            root=tmp_path / "gemini",
            base_url=scene.gateway.url,
            key=scene.key,
            model="claude-sonnet-4-5",
        ).run("run the echo")
        assert run.returncode == 0, (run.stderr, run.events)
        assert SHELL_OUTPUT in run.words
        assert (run.folder / "tool_out.txt").read_text() == f"{SHELL_OUTPUT}\n"
        assert run.stats["output_tokens"] > 0
        assert_translated(scene, "gemini")


def assert_translated(scene: Scene, protocol: str) -> None:
    asked = len(scene.lane.requests)
    assert asked >= 2
    flights = scene.flights(asked)
    turns = [flight for flight in flights if flight.streaming]
    assert {flight.protocol for flight in turns} == {protocol}
    assert {(flight.state, flight.status) for flight in turns} == {("ok", 200)}, turns
    assert all(flight.output_tokens for flight in turns)
