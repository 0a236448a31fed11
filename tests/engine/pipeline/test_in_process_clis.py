"""A vendor's CLI is asked as any model is."""

from __future__ import annotations

import os
from pathlib import Path

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.flights.flight import FlightState
from tests.engine.conftest import house_in
from tests.support.told_cli import ToldCli

ANNA = Principal(client_id="cli_1", name="anna", scopes=frozenset({Scope.MODELS_USE}))


async def test_its_answer_streams_and_its_run_is_the_askers(tmp_path: Path) -> None:
    cli = ToldCli.saying(tmp_path / "bin", "claude.turn.jsonl")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    async with house_in(tmp_path / "home", cli.settings("claude"), env) as house:
        asked = house.container.gateway._engine.models.ask(
            "claude-cli/sonnet", "Say hello.", ANNA, system="be short"
        )
        heard = "".join([piece async for piece in asked])
        result = await asked.result()
        (flight,) = house.closed
        (job,) = house.container.runs.supervisor.list()
    assert heard == result.text == "STUB-PONG users=1"
    assert (result.provider, result.model) == ("claude-cli", "claude-opus-5-5")
    assert result.cost_usd is not None
    assert (flight.state, flight.client) == (FlightState.OK, "anna")
    assert (job.owner, job.flight_id) == ("cli_1", result.flight_id)


async def test_a_cli_that_is_not_here_says_so(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path / "none"), "HOME": str(tmp_path)}
    async with house_in(tmp_path / "home", "", env) as house:
        ask = house.container.gateway._engine.models.ask
        result = await ask("claude-cli/default", "Say hello.", ANNA).result()
    assert result.error is not None
    assert result.error.category == "spawn_error"
    assert result.text == ""
