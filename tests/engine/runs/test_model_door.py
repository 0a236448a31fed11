"""A vendor's CLI behind the doors of all protocols: it answers as a model does."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.job import JobState
from tests.engine.conftest import House, house_in
from tests.support.answers import Refusal
from tests.support.told_cli import TRANSCRIPTS, ToldCli

MESSAGES = [{"role": "user", "content": "Say hello."}]
CHAT = {"model": "claude-cli/sonnet", "messages": MESSAGES}


@asynccontextmanager
async def answering(tmp_path: Path, cli: ToldCli, more: str = "") -> AsyncIterator[House]:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OPENAI_API_KEY": "sk-others"}
    async with house_in(tmp_path / "home", cli.settings("claude") + more, env) as house:
        yield house


async def _events(response: Any) -> list[dict[str, Any]]:
    lines = (await response.text()).splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


async def test_a_chat_completion_comes_from_the_cli(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    async with answering(tmp_path, cli) as house:
        async with house.post("/v1/chat/completions", CHAT) as response:
            told = await response.json()
            assert response.status == 200, told
            assert response.headers["x-llmgw-provider"] == "claude-cli"
            assert response.headers["x-llmgw-model"] == "claude-opus-5-5"
        assert told["choices"][0]["message"]["content"] == "STUB-PONG users=1"
        assert told["choices"][0]["finish_reason"] == "stop"
        assert told["x_gateway"]["resolvedProvider"] == "claude-cli"
        [flight] = house.closed
        [job] = house.container.runs.supervisor.list()
    assert "Say hello." in cli.stdin
    assert "--model=sonnet" in cli.arguments
    assert "OPENAI_API_KEY" not in cli.environment
    assert (flight.state, flight.provider) == (FlightState.OK, "claude-cli")
    assert flight.usage.cache_read_tokens == 2000
    assert flight.cost_usd is not None
    assert (job.state, job.flight_id, job.owner) == (JobState.COMPLETED, flight.id, "local")


async def test_an_anthropic_stream_comes_from_the_cli(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    asked = {**CHAT, "model": "claude-cli/default", "max_tokens": 100, "stream": True}
    version = {"anthropic-version": "2023-06-01"}
    async with (
        answering(tmp_path, cli) as house,
        house.post("/v1/messages", asked, **version) as got,
    ):
        events = await _events(got)
        assert got.status == 200, events
        assert got.headers["x-llmgw-dropped"] == "max_tokens"
    kinds = [event["type"] for event in events]
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    text = "".join(delta.get("text", "") for delta in deltas)
    assert text == "STUB-PONG users=1"
    assert not [word for word in cli.arguments if word.startswith("--model")]


async def test_what_a_cli_cannot_take_is_refused_to_those_who_want_all(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    asked = {**CHAT, "temperature": 0.1}
    async with answering(tmp_path, cli) as house:
        async with house.post(
            "/v1/chat/completions", asked, **{"x-llmgw-strict": "true"}
        ) as response:
            assert response.status == 400
            assert "temperature" in (await response.json())["error"]["message"]
        assert not house.container.runs.supervisor.list()


async def test_an_answer_that_fits_a_schema_is_that_and_nothing_else(tmp_path: Path) -> None:
    """Claude Code tells it at the end, after whatever the model has said on the way there."""
    words = {"type": "text", "text": "Let me see."}
    lines = [
        {"type": "assistant", "message": {"id": "msg_1", "model": "m", "content": [words]}},
        {
            "type": "result",
            "subtype": "success",
            "is_error": False,
            "result": "Let me see. Here it is.",
            "structured_output": {"a": 1},
        },
    ]
    said = "".join(f"{json.dumps(line)}\n" for line in lines)
    cli = ToldCli.make(tmp_path / "bin", f"cat <<'END'\n{said}END\n")
    schema = {"name": "x", "schema": {"type": "object"}}
    form = {"type": "json_schema", "json_schema": schema}
    async with (
        answering(tmp_path, cli) as house,
        house.post("/v1/chat/completions", {**CHAT, "response_format": form}) as response,
    ):
        told = await response.json()
    assert '--json-schema={"type":"object"}' in cli.arguments
    assert json.loads(told["choices"][0]["message"]["content"]) == {"a": 1}


async def test_a_missing_sign_in_is_told_with_what_to_do(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.401.jsonl", exit_code=1)
    async with answering(tmp_path, cli) as house:
        async with house.post("/v1/chat/completions", CHAT) as response:
            error = (await response.json())["error"]
            assert response.status == 502
        assert "claude-cli" in error["message"]
        assert "claude auth login" in error["message"]
        [flight] = house.closed
        assert flight.state is FlightState.FAILED
        assert house.container.health.status("claude-cli").state == "auth_required"


async def test_a_cli_that_is_not_installed_is_an_upstream_that_is_not_there(tmp_path: Path) -> None:
    missing = '[clis.claude]\ncommand = "/nowhere/claude"\n'
    async with house_in(tmp_path / "home", missing, {"PATH": os.environ["PATH"]}) as house:
        async with house.post("/v1/chat/completions", CHAT) as response:
            error = (await response.json())["error"]
            assert response.status == 502
        assert "'/nowhere/claude' was not found" in error["message"]
        async with house.get("/v1/models") as response:
            names = [model["id"] for model in (await response.json())["data"]]
        assert "claude-cli/default" not in names


async def test_an_installed_cli_stands_in_the_list_of_models(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    async with answering(tmp_path, cli, 'models = ["sonnet", "opus"]\n') as house:
        async with house.get("/v1/models") as response:
            names = [model["id"] for model in (await response.json())["data"]]
        assert [name for name in names if name.startswith("claude-cli")] == [
            "claude-cli/sonnet",
            "claude-cli/opus",
        ]
        async with house.get("/v1/providers") as response:
            rows = (await response.json())["providers"]
        assert next(row for row in rows if row["id"] == "claude-cli")["type"] == "cli"


async def test_a_caller_who_leaves_ends_the_run(tmp_path: Path) -> None:
    cli = ToldCli.make(tmp_path / "bin", "sleep 600\n")
    async with answering(tmp_path, cli) as house:
        asking = asyncio.ensure_future(_ask(house))
        supervisor = house.container.runs.supervisor
        while not supervisor.live or supervisor.live[0].process is None:
            await asyncio.sleep(0.01)
        [job] = supervisor.live
        asking.cancel()
        ended = await supervisor.wait(job.id, 20)
        assert ended is not None
        assert ended.state is JobState.CANCELED


async def test_a_run_whose_caller_goes_because_we_do_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.gateway.GRACE_S", 0.01)
    go = tmp_path / "go"
    script = f"while [ ! -e {go} ]; do sleep 0.01; done; cat {TRANSCRIPTS}/claude.turn.jsonl\n"
    cli = ToldCli.make(tmp_path / "bin", script)
    async with answering(tmp_path, cli) as house:
        asking = asyncio.ensure_future(_ask(house))
        supervisor = house.container.runs.supervisor
        while not supervisor.live or supervisor.live[0].process is None:
            await asyncio.sleep(0.01)
        [job] = supervisor.live
    await asyncio.gather(asking, return_exceptions=True)
    async with answering(tmp_path, cli) as house:
        [found] = house.container.jobs.went_on
        assert found.id == job.id
        go.touch()
        ended = await house.container.runs.supervisor.wait(job.id, 30)
        assert ended is not None
        assert ended.state is JobState.COMPLETED
        assert await house.container.jobs.answer(job.id) == "STUB-PONG users=1"


async def _ask(house: House) -> None:
    async with house.post("/v1/chat/completions", CHAT) as response:
        await response.read()


async def test_a_route_leads_to_the_cli_where_the_account_fails(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    route = """
        [[routes]]
        name = "last"
        match = { model = "gpt-stub" }
        to = ["chat", "claude-cli"]
        strategy = "pinned"
        """
    async with answering(tmp_path, cli, route) as house:
        house.lane.then(*[Refusal(status=500, message="down")] * 9)
        async with house.post("/v1/chat/completions", {**CHAT, "model": "gpt-stub"}) as response:
            assert response.status == 200
            assert response.headers["x-llmgw-fallback"] == "true"
            assert response.headers["x-llmgw-provider"] == "claude-cli"
    assert "--model=gpt-stub" in cli.arguments
