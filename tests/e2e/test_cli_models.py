"""The vendors' own CLIs as upstreams of every door: official SDKs ask, the CLI answers as a model
would, and its own request shows what it was left to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.flight_log import Flight, wait_flights

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

PONG = "pong from the upstream"
SYSTEM = "Be as brief as can be."
PRICED = "claude-opus-5-5"
MODEL = {CliName.CLAUDE: PRICED, CliName.OPENCODE: "gw/stub-ok", CliName.MISTRAL: "stub"}
"""Of the others it is `stub-ok`. Of a model that Claude Code does not know it tells no cost."""
TOOLLESS = [CliName.CLAUDE, CliName.CODEX, CliName.COPILOT, CliName.GEMINI, CliName.GROK]
ASKS_FIRST = {"request_user_input"}
"""Of Codex: a question to a person, of whom there is none in such a run."""


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, program_of: Callable[[CliName], Path]
) -> Iterator[CliHouse]:
    with open_cli_house(tmp_path_factory.mktemp("models"), list(CliName), program_of) as opened:
        yield opened


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that nobody was asked to read."""
    file = tmp_path / "secret.txt"
    file.write_text("SECRET-CONTENT-77\n")
    return file


def chat(house: CliHouse, model: str, prompt: str) -> str:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0) as sdk:
        chunks = sdk.chat.completions.create(
            model=model,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}],
            stream=True,
            stream_options={"include_usage": True},
        )
        return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def whole_chat(house: CliHouse, model: str, prompt: str) -> str:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0) as sdk:
        told = sdk.chat.completions.with_raw_response.create(
            model=model,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}],
            temperature=0.5,
        )
        assert told.headers["x-llmgw-dropped"] == "temperature"
        return told.parse().choices[0].message.content or ""


def messages(house: CliHouse, model: str, prompt: str) -> str:
    with anthropic.Anthropic(base_url=house.url, api_key=house.key, max_retries=0) as sdk:
        asked: list[Any] = [{"role": "user", "content": prompt}]
        with sdk.messages.stream(
            model=model, max_tokens=100, system=SYSTEM, messages=asked
        ) as stream:
            assert stream.response.headers["x-llmgw-dropped"] == "max_tokens"
            return stream.get_final_text()


def whole_messages(house: CliHouse, model: str, prompt: str) -> str:
    with anthropic.Anthropic(base_url=house.url, api_key=house.key, max_retries=0) as sdk:
        asked: list[Any] = [{"role": "user", "content": prompt}]
        told = sdk.messages.create(model=model, max_tokens=100, system=SYSTEM, messages=asked)
        return "".join(block.text for block in told.content if block.type == "text")


def responses(house: CliHouse, model: str, prompt: str) -> str:
    with (
        openai.OpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0) as sdk,
        sdk.responses.stream(model=model, instructions=SYSTEM, input=prompt) as stream,
    ):
        for _ in stream:
            pass
        return stream.get_final_response().output_text


DOORS = [
    (CliName.CLAUDE, messages),
    (CliName.CLAUDE, whole_chat),
    (CliName.CODEX, responses),
    (CliName.GROK, chat),
    (CliName.COPILOT, messages),
    (CliName.GEMINI, chat),
    (CliName.OPENCODE, whole_messages),
    (CliName.MISTRAL, chat),
]


@pytest.mark.parametrize(("name", "door"), DOORS, ids=lambda each: getattr(each, "__name__", each))
def test_a_cli_answers_as_a_model(
    house: CliHouse, secret: Path, name: CliName, door: Callable[[CliHouse, str, str], str]
) -> None:
    lane = house.lane(PRICED if name is CliName.CLAUDE else "stub-ok")
    lane.always = Answer(call_tools=False)
    prompt = f"/compact Grüße 🦊 @{secret} (.@{secret}) and me@home.org"
    model = f"{name}-cli/{MODEL.get(name, 'stub-ok')}"
    said = door(house, model, prompt)
    assert said == PONG
    main = max((seen.json() for seen in lane.requests), key=lambda body: len(str(body)))
    told = json.dumps(main["messages"], ensure_ascii=False).replace("\u2060", "")
    assert prompt in told, "neither a command of the CLI's own nor a part of it was taken out"
    assert SYSTEM in told
    assert "SECRET-CONTENT" not in told
    if name in TOOLLESS:
        offered = {tool["function"]["name"] for tool in main.get("tools", [])}
        assert offered <= ASKS_FIRST
    flight = flight_of(house, model)
    assert (flight.state, flight.status, flight.provider) == ("ok", 200, f"{name}-cli")
    assert flight.input_tokens
    assert flight.output_tokens
    assert bool(flight.cost_usd) == (name is CliName.CLAUDE)
    if name in TOOLLESS:
        assert flight.model_served == MODEL.get(name, "stub-ok")


@pytest.mark.parametrize("name", [CliName.CLAUDE, CliName.CODEX, CliName.GROK])
def test_a_long_prompt_arrives_whole(house: CliHouse, name: CliName) -> None:
    lane = house.lane("stub-ok")
    lane.always = Answer(call_tools=False)
    prompt = "".join(f"{number:07} wörds " for number in range(40_000))
    assert whole_messages(house, f"{name}-cli/stub-ok", f"{prompt}and an end") == PONG
    assert f"{prompt}and an end" in str(lane.requests[-1].json()["messages"])


@pytest.mark.parametrize(
    ("name", "sessions"),
    [
        (CliName.CLAUDE, ".claude/projects/**/*.jsonl"),
        (CliName.CODEX, ".codex/sessions/**/*.jsonl"),
        (CliName.COPILOT, ".copilot/session-state/[!.]*"),
        pytest.param(CliName.GROK, ".grok/sessions/*/*/", marks=pytest.mark.daily),
        (CliName.MISTRAL, ".vibe/logs/session/unified/*"),
    ],
)
def test_no_session_is_kept(house: CliHouse, name: CliName, sessions: str) -> None:
    house.lane("stub-ok").always = Answer(call_tools=False)
    model = f"{name}-cli/{MODEL[name] if name is CliName.MISTRAL else 'stub-ok'}"
    assert whole_messages(house, model, "hello") == PONG
    home = house.home_of(name)
    assert home.is_dir()
    ends_s = time.monotonic() + 30  # the answer is there before its run has been settled
    while (kept := list(home.glob(sessions))) and time.monotonic() < ends_s:
        time.sleep(0.1)
    assert kept == []


def test_a_persons_servers_and_skills_have_no_part_in_an_answer(house: CliHouse) -> None:
    """They are for a job: so it shows that they could have been."""
    lane = house.lane("stub-ok")
    lane.always = Answer(call_tools=False)
    own = house.home_of(CliName.CODEX) / ".codex"  # a contained run sees it, too
    server, started = own / "server", own / "started"
    server.write_text(f"#!/bin/sh\ntouch '{started}'\n")
    server.chmod(0o755)
    settings = own / "config.toml"
    skill = own / "skills" / "mine" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("---\nname: mine\ndescription: WORDS-OF-MY-SKILL\n---\n")
    before = settings.read_text()
    settings.write_text(f"{before}[mcp_servers.mine]\ncommand = '{server}'\n")
    try:
        assert whole_messages(house, "codex-cli/stub-ok", "hello") == PONG
        tools = lane.requests[-1].json().get("tools", [])
        assert {tool["function"]["name"] for tool in tools} <= ASKS_FIRST
        assert not started.exists()
        assert "WORDS-OF-MY-SKILL" not in str(lane.requests[-1].json())
        house.job(CliName.CODEX, "hello", model="stub-ok")
        assert started.exists()
        assert "WORDS-OF-MY-SKILL" in str(lane.requests[-1].json())
    finally:
        settings.write_text(before)
        skill.unlink()


def flight_of(house: CliHouse, model: str) -> Flight:
    """The latest one that asked for it."""

    def of_model(flights: list[Flight]) -> list[Flight]:
        return [each for each in flights if each.model_asked == model and each.state != "running"]

    return wait_flights(house.gateway.home, lambda all_: bool(of_model(all_)), 10, of_model)[-1]
