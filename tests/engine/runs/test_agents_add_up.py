"""Of a run with two subagents, with retries and a change of provider, each token is told once, and
the same by flights, job, limits and sums."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.domain.flights.flight_filter import parse_filter
from tests.engine.runs import test_own_requests as own_requests
from tests.support.answers import Refusal

open_scene = own_requests.open_scene

_SPARE = """
[providers.spare]
kind = "anthropic"
base_url = "{url}"
api_key_env = "STUB_KEY"
models = ["claude-stub"]
local = true
[[routes]]
match = {{ model = "claude-*" }}
to = ["vendor", "spare"]
[brakes]
conversation_tokens = 1000000000
agent_usd = 1000
"""
_MAIN = 'ask "$(cat $HOME/own)" "$ANTHROPIC_CUSTOM_HEADERS" "x-claude-code-session-id: s1"'
_AGENT = _MAIN + ' "x-claude-code-agent-id: {}"'
_CALLS = (_MAIN, *[_AGENT.format(name) for name in "abab"], _MAIN)
SCRIPT = f"begin; {'; '.join(f'{each} >/dev/null' for each in _CALLS)}; answer done 0.5 7 3"
Sums = dict[str, tuple[int, int, int]]
"""By id: requests, tokens in, tokens out."""


def sums_of(flights: list[FlightSummary], name: str) -> Sums:
    sums: Sums = defaultdict(lambda: (0, 0, 0))
    for each in flights:
        requests, read, written = sums[getattr(each, name)]
        usage = each.usage
        sums[getattr(each, name)] = (
            requests + 1,
            read + (usage.input_tokens or 0),
            written + (usage.output_tokens or 0),
        )
    return dict(sums)


async def told_by(scene: own_requests.Scene, by: str, said: str, key: str) -> Sums:
    path = f"/v1/flights/sums?by={by}&filter={said.replace(' ', '+')}"
    status, told = await scene.house.call("GET", path, key=key)
    assert status == 200, told
    return {
        each["key"]: (each["flights"], each["tokens"]["input"], each["tokens"]["output"])
        for each in told["sums"]
    }


async def test_flights_jobs_limits_and_sums_tell_the_same(open_scene: Any) -> None:
    scene: own_requests.Scene = await open_scene()
    config = scene.house.container.places.config_file
    config.write_text(config.read_text() + _SPARE.format(url=scene.lane.root_url))
    scene.house.container.check_settings()
    scene.lane.then(Refusal(status=529), Refusal(status=500))
    key = scene.house.client("nightly", Scope.JOBS_RUN, Scope.MODELS_USE, Scope.FLIGHTS_READ)
    job = await scene.run(SCRIPT, key=key)
    assert job["state"] == "completed", job
    for session in ("s1", "s2", "s2"):  # what is no run's is another's
        assert await scene.ask(key, **{"x-claude-code-session-id": session}) == 200

    recording = scene.house.container.recording
    assert recording.store.flush(10.0)
    flights = recording.reader.page(FlightQuery(), offset=0, limit=100)
    assert {each.id: each for each in flights} == {each.id: each for each in scene.house.closed}
    asked = [each for each in flights if each.is_counted]
    of_run = [each for each in asked if each.job == job["id"]]
    assert len(of_run) == 6
    assert sum(each.attempts for each in of_run) > len(of_run), "some were asked again"
    assert "spare" in {each.provider for each in of_run}, "another than the first answered"
    assert all(each.conversation and each.agent for each in asked)
    assert len({each.conversation for each in of_run}) == 1
    assert [len(sums_of(some, "agent")) for some in (of_run, asked)] == [3, 4]

    _agree_the_readers(recording.reader, job["id"], of_run)
    await _agree_the_doors(scene, key, job, (asked, of_run))
    await _agree_the_limits(scene, key, asked)


def _agree_the_readers(reader: Any, job_id: str, of_run: list[FlightSummary]) -> None:
    agents = reader.agents(parse_filter(f"job:{job_id}", 0.0))
    by_agent = sums_of(of_run, "agent")
    assert {each.agent for each in agents} == by_agent.keys()
    for each in agents:
        spent = each.spent
        assert (spent.flights, spent.input_tokens, spent.output_tokens) == by_agent[each.agent]
        assert each.models == ("claude-stub",)
    first = min(of_run, key=lambda each: each.started_at_s)
    assert agents[0].agent == first.agent, "who began is no subagent"
    assert [each.spent.flights for each in agents] == [2, 2, 2]


async def _agree_the_doors(
    scene: own_requests.Scene,
    key: str,
    job: Any,
    flights: tuple[list[FlightSummary], list[FlightSummary]],
) -> None:
    asked, of_run = flights
    conversation = of_run[0].conversation
    assert await told_by(scene, "conversation", "-protocol:cli", key) == sums_of(
        asked, "conversation"
    )
    by_agent = await told_by(scene, "agent", f"job:{job['id']} -protocol:cli", key)
    assert by_agent == sums_of(of_run, "agent")
    within = [each for each in asked if each.conversation == conversation]
    assert await told_by(scene, "agent", f"conversation:{conversation}", key) == sums_of(
        within, "agent"
    )
    total = [sum(each) for each in zip(*by_agent.values(), strict=True)]
    usage = job["usage"]
    assert total[1:] == [usage["inputTokens"], usage["outputTokens"]], "the job tells its sum"
    _, shown = await scene.house.call("GET", f"/v1/flights?filter=agent:{of_run[0].agent}", key=key)
    listed = [each for each in asked if each.agent == of_run[0].agent]
    assert [each["id"] for each in shown["flights"]] == [each.id for each in listed]
    assert {each["conversation"] for each in shown["flights"]} == {conversation}


async def _agree_the_limits(
    scene: own_requests.Scene, key: str, asked: list[FlightSummary]
) -> None:
    async with asyncio.timeout(10):
        while True:
            _, told = await scene.house.call("GET", "/v1/limits", key=key)
            caps = told["limits"][0]["caps"]
            if not any(each["running"] for each in caps):
                break
            await asyncio.sleep(0.01)
    for name in ("conversation", "agent"):
        told_of = {each["id"]: each for each in caps if each["of"] == name and each["requests"]}
        right = sums_of(asked, name)
        assert told_of.keys() == right.keys()
        for which, (requests, read, written) in right.items():
            assert told_of[which]["requests"] == requests
            assert told_of[which]["tokens"] == read + written
