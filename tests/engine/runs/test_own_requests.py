"""A run whose model requests pass this gateway: each is known as its run's, and every token is
charged once, to whoever asked for the run."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.store.flights.flight_reader import FlightReader
from tests.engine.runs.conftest import MakeHouse, RunHouse
from tests.support.answers import Refusal
from tests.support.lane import Lane
from tests.support.run_toolbox import RunBox
from tests.support.upstream import Upstream

_ASKER = """
import json, os, sys, urllib.error, urllib.request
url, key, *more = sys.argv[1:]
headers = {"content-type": "application/json", "x-api-key": key}
headers |= dict(each.split(": ", 1) for each in more if each)
body = {"model": "claude-stub", "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}
request = urllib.request.Request(url + "/v1/messages", json.dumps(body).encode(), headers)
try:
    urllib.request.urlopen(request).read()
except urllib.error.HTTPError as error:
    print(error.code)
"""
"""A model request, as a CLI would make it: `ask URL KEY [HEADER …]`."""
_VENDOR = """
[providers.vendor]
kind = "anthropic"
base_url = "{url}"
api_key_env = "STUB_KEY"
models = ["claude-stub"]
local = true
[[prices]]
provider = "vendor"
input = 1.0
output = 5.0
cache_read = 0.1
cache_write_5m = 1.25
cache_write_1h = 2.0
"""
USED = (17 + 2000 + 300, 9)
"""What the stand-in vendor tells of an answer."""
BY_KEY = 'begin; ask "$(cat $HOME/own)" "$ANTHROPIC_CUSTOM_HEADERS" >/dev/null; answer done 0.5 7 3'
"""With the program's own key, and the run's in the header that its environment has for it. The
vendor's figures are others than those that the CLI tells."""
BY_PROCESS = 'begin; ask "$(cat $HOME/own)" "" >/dev/null; answer done 0.5 7 3'
BY_NEITHER = (
    'begin; echo "$ANTHROPIC_CUSTOM_HEADERS" >$HOME/header; touch $HOME/has-begun;'
    ' while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer done 0.5 7 3'
)


@dataclass
class Scene:
    """A gateway, a CLI whose model requests come to it, and a vendor behind."""

    make: MakeHouse
    lane: Lane
    house: RunHouse
    more: str

    async def job(self, prompt: str, *, key: str = "", **fields: Any) -> Any:
        fields = {"prompt": _WITH_ASK + prompt, "cli": "claude", "forceRefresh": True, **fields}
        status, told = await self.house.call("POST", "/v1/jobs", fields, key=key)
        assert status in (200, 202), told
        return told

    async def run(self, prompt: str, *, key: str = "", **fields: Any) -> Any:
        """To its end, and until its flight is closed."""
        job = await self.job(prompt, key=key, wait=True, **fields)
        await self.closed(job["flightId"])
        return job

    async def closed(self, flight_id: str) -> FlightSummary:
        while True:
            for each in self.house.closed:
                if each.id == flight_id:
                    return each
            await asyncio.sleep(0.01)

    def requests(self) -> list[FlightSummary]:
        """Of those who were let in."""
        asked = [each for each in self.house.closed if each.owner is not None]
        return [each for each in asked if each.protocol is ModelProtocol.ANTHROPIC]

    async def until(self, name: str) -> None:
        while not (self.house.home / name).exists():
            await asyncio.sleep(0.01)

    async def again(self) -> None:
        """Another program in the same home."""
        self.house = await self.make(self.more, env={"STUB_KEY": "sk-provider"})
        self.tell_address()

    def tell_address(self) -> None:
        """As `llmgw connect` would, in the CLI's own settings."""
        url = self.house.container.gateway.status.url
        (self.house.home / "url").write_text(url)
        settings = self.house.home / ".claude/settings.json"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text('{"env": {"ANTHROPIC_BASE_URL": "%s"}}' % url)  # noqa: UP031

    async def ask(self, key: str, **headers: str) -> int:
        """From here, which is no run."""
        body = {"model": "claude-stub", "max_tokens": 9, "messages": [_HI]}
        return (await self.house.call("POST", "/v1/messages", body, key=key, **headers))[0]


_HI = {"role": "user", "content": "hi"}
_WITH_ASK = f'ask() {{ {sys.executable} "$HOME/ask.py" "$(cat $HOME/url)" "$@"; }}\n'


@pytest.fixture
async def open_scene(make_house: MakeHouse) -> AsyncIterator[Any]:
    async with Upstream() as upstream:
        lane = upstream.lane()

        async def opened(more: str = "") -> Scene:
            toml = _VENDOR.format(url=lane.root_url) + more
            house = await make_house(toml, env={"STUB_KEY": "sk-provider"})
            scene = Scene(make_house, lane, house, toml)
            (house.home / "ask.py").write_text(_ASKER)
            (house.home / "own").write_text(house.client("claude-code", Scope.MODELS_USE))
            scene.tell_address()
            return scene

        yield opened


@pytest.mark.parametrize("way", [BY_KEY, BY_PROCESS], ids=["key", "process"])
async def test_a_runs_own_requests_are_charged_once_to_who_asked_for_the_run(
    open_scene: Any, way: str
) -> None:
    scene = await open_scene()
    key = scene.house.client("nightly", Scope.JOBS_RUN)
    job = await scene.run(way, key=key)
    assert job["state"] == "completed", job
    own = await scene.closed(job["flightId"])
    (request,) = scene.requests()
    assert (request.job, own.job) == (job["id"], job["id"])
    assert (request.client, request.owner) == ("nightly", own.owner)
    assert (request.is_counted, own.is_counted) == (True, False)
    assert (request.usage.input_tokens, request.usage.output_tokens) == USED
    assert own.usage.input_tokens == USED[0], "the run's flight shows them, and counts none"
    assert (job["usage"]["inputTokens"], job["usage"]["outputTokens"]) == USED
    assert job["costUsd"] == pytest.approx(request.cost_usd)
    _, shown = await scene.house.call("GET", f"/v1/jobs/{job['id']}", key=key)
    flights = shown["job"]["flights"]
    assert (flights["count"], flights["ids"]) == (1, [request.id])
    assert flights["usage"]["inputTokens"] == USED[0]
    assert flights["costUsd"] == pytest.approx(request.cost_usd)
    meters = scene.house.container.recording.meters
    assert "claude-code" not in meters.clients
    for of in (meters.clients["nightly"].tokens, meters.tokens):
        for kind, used in zip(("input", "output"), USED, strict=True):
            assert sum(count for name, count in of.items() if kind in name) == used


async def test_a_budget_counts_each_token_once(open_scene: Any) -> None:
    limits = '[clients.nightly]\nparallel = 1\nbudgets = [{ tokens = 20000, per = "never" }]\n'
    scene = await open_scene(limits)
    key = scene.house.client("nightly", Scope.JOBS_RUN)
    job = await scene.run(BY_KEY, key=key)
    assert job["state"] == "completed", job
    standings = scene.house.container.engine.pipeline.policies.standings()
    nightly = next(each for each in standings if each.name == "nightly")
    assert (nightly.budgets[0].used, nightly.budgets[0].reserved) == (sum(USED), 0)
    assert nightly.running == 0
    assert not nightly.refusals, "what a run asks is within the run: one at a time"


async def test_what_a_run_asks_elsewhere_is_charged_besides(open_scene: Any) -> None:
    """One cheap request to this gateway makes nothing else free."""
    limits = '[clients.nightly]\nbudgets = [{ tokens = 900000, per = "never" }]\n'
    scene = await open_scene(limits)
    key = scene.house.client("nightly", Scope.JOBS_RUN)
    script = BY_PROCESS.replace("0.5 7 3", "9.5 500000 30000")
    assert script != BY_PROCESS
    job = await scene.run(script, key=key)
    assert job["state"] == "completed", job
    own = await scene.closed(job["flightId"])
    assert own.is_counted
    assert (job["usage"]["inputTokens"], job["usage"]["outputTokens"]) == (500_003, 30_000)
    assert own.usage.input_tokens == 500_003 - USED[0]
    standings = scene.house.container.engine.pipeline.policies.standings()
    nightly = next(each for each in standings if each.name == "nightly")
    assert (nightly.budgets[0].used, nightly.budgets[0].reserved) == (530_003, 0)


async def test_what_only_says_that_it_is_a_runs_is_none(open_scene: Any) -> None:
    scene = await open_scene()
    job = await scene.job(BY_NEITHER)
    await scene.until("has-begun")
    session = (await scene.house.call("GET", f"/v1/jobs/{job['id']}"))[1]["job"]
    forged = {
        "x-llmgw-run": "llmgw-run-" + "A" * 43,
        "x-llmgw-job": job["id"],
        "x-claude-code-session-id": str(session["providerSessionId"]),
    }
    other = scene.house.client("other", Scope.MODELS_USE)
    assert await scene.ask(other, **forged) == 200
    assert await scene.ask("llmgw-run-" + "A" * 43) == 401
    (request,) = scene.requests()
    assert (request.client, request.job) == ("other", "")
    (scene.house.home / "go").touch()
    own = await scene.closed(job["flightId"])
    assert own.is_counted, "it had no requests of its own"
    assert own.usage.output_tokens == 3


async def test_a_runs_key_is_for_models_alone_and_dies_with_it(open_scene: Any) -> None:
    scene = await open_scene()
    job = await scene.job(BY_NEITHER)
    await scene.until("has-begun")
    key = _key_in(scene)
    assert key not in "\n".join(scene.house.asked)
    folder = scene.house.container.places.jobs_folder / job["id"]
    assert all(key.encode() not in each.read_bytes() for each in folder.iterdir())
    assert await scene.ask(key, **{"x-llmgw-run": key}) == 200
    recording = scene.house.container.recording
    assert recording.store.flush(10.0)
    (request,) = scene.requests()
    assert key not in str(recording.reader.record(request.id)), "it is recorded nowhere"
    assert not scene.lane.only.mentions(key), "and shown to no vendor"
    for path in ("/v1/jobs", "/v1/limits", f"/v1/flights/{job['flightId']}"):
        status, _ = await scene.house.call("GET", path, key=key)
        assert status == 403, path
    (scene.house.home / "go").touch()
    await scene.closed(job["flightId"])
    assert await scene.ask(key) == 401
    other = scene.house.client("other", Scope.MODELS_USE)
    assert await scene.ask(other, **{"x-llmgw-run": key}) == 200
    assert [(each.client, each.job) for each in scene.requests()] == [
        ("local", job["id"]),
        ("other", ""),
    ]
    assert not (folder / "run.key").exists()


async def test_a_revoked_clients_runs_ask_no_more(open_scene: Any) -> None:
    scene = await open_scene()
    job = await scene.job(BY_NEITHER, key=scene.house.client("gone", Scope.JOBS_RUN))
    await scene.until("has-begun")
    key = _key_in(scene)
    assert await scene.ask(key) == 200
    clients = scene.house.container.access.clients
    assert clients is not None
    clients.revoke(next(each.id for each in clients.active() if each.name == "gone"))
    assert await scene.ask(key) == 401
    (scene.house.home / "go").touch()
    await scene.closed(job["flightId"])


@pytest.mark.parametrize("reading_s", [0.0, 0.8])
async def test_a_run_outlives_the_program_and_its_key_with_it(
    open_scene: Any, monkeypatch: pytest.MonkeyPatch, reading_s: float
) -> None:
    """Also where a request ends while it is read what it asked before."""
    read = FlightReader.of_job

    def slowly(reader: FlightReader, job_id: str) -> list[FlightSummary]:
        found = read(reader, job_id)
        time.sleep(reading_s)
        return found

    monkeypatch.setattr(FlightReader, "of_job", slowly)
    limits = '[clients.nightly]\nbudgets = [{ tokens = 20000, per = "never" }]\n'
    scene = await open_scene(limits)
    nightly = scene.house.client("nightly", Scope.JOBS_RUN)
    job = await scene.job(BY_NEITHER, key=nightly)
    await scene.until("has-begun")
    key = _key_in(scene)
    assert await scene.ask(key) == 200
    await scene.house.container.stop()
    await scene.again()
    assert await scene.ask(key) == 200
    (scene.house.home / "go").touch()
    own = await scene.closed(job["flightId"])
    assert not own.is_counted
    assert own.usage.input_tokens == 2 * USED[0], "with what it asked before"
    standings = scene.house.container.engine.pipeline.policies.standings()
    budget = next(each for each in standings if each.name == "nightly").budgets[0]
    assert (budget.used, budget.reserved) == (2 * sum(USED), 0)
    assert await scene.ask(key) == 401


async def test_a_model_that_a_cli_stands_for_is_counted_once(open_scene: Any) -> None:
    scene = await open_scene()
    body = {"model": "claude-cli/sonnet", "max_tokens": 9, "messages": [_HI]}
    body["messages"] = [{"role": "user", "content": _WITH_ASK + BY_KEY}]
    status, told = await scene.house.call("POST", "/v1/messages", body)
    assert status == 200, told
    while len(scene.house.closed) < 2:
        await asyncio.sleep(0.01)
    request, outer = scene.requests()
    assert (request.provider, outer.provider) == ("vendor", "claude-cli")
    assert (request.is_counted, outer.is_counted) == (True, False)
    assert request.job == outer.job != ""
    assert (outer.usage.input_tokens, outer.usage.output_tokens) == USED


async def test_requests_that_nobody_answered_leave_the_cli_its_word(open_scene: Any) -> None:
    """Refused before an upstream was asked: no tokens, so the run's own count."""
    scene = await open_scene('[clients.poor]\nmodels = ["claude-cli/*"]\n')
    job = await scene.run(BY_KEY, key=scene.house.client("poor", Scope.JOBS_RUN))
    own = await scene.closed(job["flightId"])
    (request,) = scene.requests()
    assert (request.job, request.attempts, request.error_kind) == (job["id"], 0, "model_forbidden")
    assert own.is_counted
    assert own.usage.output_tokens == 3


async def test_a_refusal_of_the_vendor_uses_nothing(open_scene: Any) -> None:
    scene = await open_scene()
    scene.lane.then(Refusal(status=400))
    twice = BY_KEY.replace("answer", 'ask "$(cat $HOME/own)" "$ANTHROPIC_CUSTOM_HEADERS"; answer')
    job = await scene.run(twice)
    assert (job["usage"]["inputTokens"], job["usage"]["outputTokens"]) == USED
    _, shown = await scene.house.call("GET", f"/v1/jobs/{job['id']}")
    assert shown["job"]["flights"]["count"] == 2
    await _is_told_alike_everywhere(scene, job["id"], shown["job"]["flights"])


async def _is_told_alike_everywhere(scene: Scene, job_id: str, flights: Any) -> None:
    """Over HTTP from memory, over MCP, from the record, by the session, by the Clients page."""
    container = scene.house.container
    assert container.recording.store.flush(10.0)
    told = await RunBox(container).told_by("llm_job_status", {"jobId": job_id})
    assert told["job"]["flights"] == flights
    container.runs.links._over.clear()
    _, result = await scene.house.call("GET", f"/v1/jobs/{job_id}/result")
    assert result["flights"] == flights
    _, sessions = await scene.house.call("GET", "/v1/sessions")
    (session,) = sessions["sessions"]
    assert (session["usage"]["inputTokens"], session["usage"]["outputTokens"]) == USED
    recorded = container.recording.reader.by_client(0.0)["local"]
    assert recorded.tokens == sum(USED)


def _key_in(scene: Scene) -> str:
    name, _, key = (scene.house.home / "header").read_text().strip().partition(": ")
    assert name == "x-llmgw-run"
    return key


async def test_a_job_says_at_once_that_its_upstream_refuses_its_requests(open_scene: Any) -> None:
    """Its CLI asks again inside itself and says nothing."""
    scene = await open_scene()
    job = await scene.job(BY_NEITHER)
    await scene.until("has-begun")
    key = _key_in(scene)
    scene.lane.then(Refusal(status=401, message="no such account"))
    assert await scene.ask(key) != 200
    async with asyncio.timeout(60):
        waits = None
        while waits is None:  # the answer is with its caller before its flight is closed
            shown = (await scene.house.call("GET", f"/v1/jobs/{job['id']}"))[1]["job"]
            waits = shown["waitingOn"]
    assert waits["status"] == 401, waits
    (scene.house.home / "go").touch()
    await scene.closed(job["flightId"])
