"""The real Claude Code CLI through the gateway, with a wire tap in front of it.

The tap knows what the CLI sent, the upstream knows what arrived: between the two stands the gateway
alone, and what it did is compared byte by byte.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.answers import Answer, Refusal
from tests.support.claude_cli import MODEL, ClaudeCli, ClaudeRun
from tests.support.flight_log import Flight, database, wait_flights
from tests.support.gateway import (
    PROVIDER_KEY,
    Gateway,
    GatewaySetup,
    anthropic_provider,
    running_gateway,
)
from tests.support.lane import Lane
from tests.support.tap import Tap, tap_thread
from tests.support.tool_choice import SHELL_OUTPUT
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

CLIENT = "claude-code"


@dataclass
class Scene:
    program: Path
    root: Path
    lane: Lane
    gateway: Gateway
    tap: Tap
    key: str

    def claude(self, **changes: str) -> ClaudeCli:
        known = {"base_url": self.tap.url, "key": self.key}
        return ClaudeCli(program=self.program, root=self.root, **(known | changes))

    def flights(self, count: int) -> list[Flight]:
        return wait_flights(
            self.gateway.home,
            lambda found: len([f for f in found if f.state != "running"]) >= count,
        )


@pytest.fixture
def scene(
    claude_program: Path, upstream: Upstream, own_home: Path, tmp_path: Path
) -> Iterator[Scene]:
    lane = upstream.lane("claude-upstream")
    setup = GatewaySetup(home=own_home, providers=[anthropic_provider(lane, MODEL)])
    setup.write_config()
    key = setup.add_key(CLIENT)
    with running_gateway(setup) as gateway, tap_thread(gateway.url) as tap:
        yield Scene(claude_program, tmp_path / "claude", lane, gateway, tap, key)


@pytest.mark.daily
def test_a_turn_with_a_tool_call(scene: Scene):
    run = scene.claude().run("run the echo", "--allowedTools", "Bash")
    assert_tool_ran(run)
    assert_passed_on_byte_for_byte(scene)
    assert_credentials_kept_apart(scene)
    assert_recorded(scene)


def assert_tool_ran(run: ClaudeRun) -> None:
    assert run.returncode == 0, run.stderr
    assert run.result["is_error"] is False
    assert run.result["result"] == f"The tool said: {SHELL_OUTPUT}"
    assert [result["stdout"] for result in run.tool_results()] == [SHELL_OUTPUT]
    assert (run.folder / "tool_out.txt").read_text() == f"{SHELL_OUTPUT}\n"
    usage = run.result["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (34, 18)
    assert usage["cache_read_input_tokens"] == 4000
    assert usage["cache_creation"]["ephemeral_1h_input_tokens"] == 400
    assert run.api_retries == []


def assert_passed_on_byte_for_byte(scene: Scene) -> None:
    assert len(scene.tap.exchanges) == len(scene.lane.requests) == 2
    for tapped, seen in zip(scene.tap.exchanges, scene.lane.requests, strict=True):
        assert tapped.path == f"{seen.path}?{seen.query}" == "/v1/messages?beta=true"
        assert tapped.request == seen.body
        assert tapped.answer == seen.sent
        assert seen.json()["stream"] is True
        beta = seen.header("anthropic-beta")
        assert beta is not None
        assert beta.startswith("claude-code-")


def assert_credentials_kept_apart(scene: Scene) -> None:
    for seen in scene.lane.requests:
        assert seen.header("x-api-key") == PROVIDER_KEY
        assert seen.header("authorization") is None
        assert not seen.mentions(scene.key)
    for tapped in scene.tap.exchanges:
        assert PROVIDER_KEY.encode() not in tapped.answer


def assert_recorded(scene: Scene) -> None:
    flights = scene.flights(2)
    assert len(flights) == 2
    assert [flight.stop_reason for flight in flights] == ["tool_use", "end_turn"]
    for flight in flights:
        assert flight.client == CLIENT
        assert (flight.provider, flight.protocol) == (scene.lane.name, "anthropic")
        assert (flight.model_asked, flight.model_served) == (MODEL, MODEL)
        assert (flight.state, flight.status, flight.streaming) == ("ok", 200, True)
        assert (flight.input_tokens, flight.output_tokens) == (2317, 9)
        assert (flight.cache_read_tokens, flight.cache_write_tokens) == (2000, 300)
        assert flight.ttft_ms is not None
        assert flight.took_ms is not None
        assert 0 < flight.ttft_ms <= flight.took_ms


def test_with_the_key_as_a_bearer(scene: Scene):
    scene.lane.always = Answer(call_tools=False)
    run = scene.claude(key_variable="ANTHROPIC_AUTH_TOKEN").run("say pong")
    assert run.result["result"] == "pong from the upstream"
    assert_credentials_kept_apart(scene)
    assert scene.flights(1)[0].client == CLIENT


def test_a_key_of_ours_that_the_upstream_refuses_is_not_claude_s(scene: Scene):
    scene.lane.always = Refusal(status=401)
    run = scene.claude().run("say pong")
    assert run.returncode == 1
    assert run.result["api_error_status"] == 502
    assert "Its vendor refused the key" in run.result["result"]
    asked = len(scene.lane.requests)
    assert asked <= 3
    assert {flight.error_kind for flight in scene.flights(asked)} == {"accounts_unusable"}


@pytest.mark.parametrize("status", [529])
def test_the_upstream_s_errors_are_claude_s_errors(scene: Scene, status: int):
    scene.lane.always = Refusal(status=status)
    run = scene.claude().run("say pong")
    assert run.returncode == 1
    assert run.result["is_error"] is True
    assert run.result["api_error_status"] == status
    asked = len(scene.lane.requests)
    assert 2 <= asked <= 3, "one try and the one or two repeats that the CLI makes by itself"
    assert len(scene.tap.exchanges) == asked, "the gateway repeats nothing"
    for flight in scene.flights(asked):
        assert (flight.state, flight.status) == ("failed", status)
        assert flight.error_kind == f"upstream_{status}"
        assert flight.output_tokens is None


def test_a_wrong_key_goes_no_further(scene: Scene):
    run = scene.claude(key="llmgw-wrong").run("say pong")
    assert run.returncode == 1
    assert run.result["api_error_status"] == 401
    assert scene.lane.requests == []


def test_an_unknown_model_is_claude_s_own_complaint(scene: Scene):
    run = scene.claude(model="nope-model").run("say pong")
    assert run.returncode == 1
    assert "nope-model" in run.result["result"]
    assert scene.lane.requests == []
    assert {f.error_kind for f in scene.flights(1)} == {"unknown_model"}


_OF_AGENTS = """
SELECT count(DISTINCT conversation), agent, count(*), sum(input_tokens), sum(output_tokens)
FROM flights GROUP BY agent
"""


def test_its_subagents_are_told_apart_and_add_up(scene: Scene) -> None:
    """Two that are asked the same, and a refusal after which the CLI asks again."""
    wish = {"description": "look", "prompt": "Say pong.", "subagent_type": "general-purpose"}
    says = Answer(call_tools=False, text="pong")
    scene.lane.always = says
    calls = Answer(call_named="Agent", calls_again=True, tool_input=wish)
    scene.lane.then(calls, calls, Refusal(status=529))  # the second agent is the first's, or not
    run = scene.claude().run("ask two agents", "--allowedTools", "Agent")
    assert run.returncode == 0, run.stderr
    flights = scene.flights(len(scene.lane.requests))
    said = Counter(seen.header("x-claude-code-agent-id") for seen in scene.lane.requests)
    assert len(said) == 3, "the main one says none"
    with closing(sqlite3.connect(database(scene.gateway.home))) as connection:
        rows = connection.execute(_OF_AGENTS).fetchall()
        conversations = connection.execute("SELECT DISTINCT conversation FROM flights").fetchall()
    assert len(conversations) == 1
    assert conversations[0][0]
    assert sorted(count for _, _, count, _, _ in rows) == sorted(said.values())
    assert all(agent for _, agent, *_ in rows)
    answered = [each for each in flights if each.state == "ok"]
    assert len(answered) == len(flights) - 1, "one was refused"
    prompt, written = says.spent.prompt_tokens, says.spent.output_tokens
    assert [sum(row[at] or 0 for row in rows) for at in (3, 4)] == [
        len(answered) * prompt,
        len(answered) * written,
    ]
