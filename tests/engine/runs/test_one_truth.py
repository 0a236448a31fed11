"""After a mixed load every place that tells figures tells the same ones: the sums that the test
makes of the flights."""

from __future__ import annotations

import asyncio
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO
from typing import Any

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights.overview import Overview, OverviewSpan
from llmgw_desktop.app.policy import commands
from llmgw_desktop.app.providers.usage import AccountUsage, ProviderSpending
from llmgw_desktop.domain.access.principal import LOCAL, Scope
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flights.flight import (
    ALL_TOLD,
    SUMMED_FIGURES,
    FlightQuery,
    FlightSummary,
    FlightTotals,
)
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.engine.mcp.resources.records import limits_resources
from llmgw_desktop.store.flights.flight_reader import FlightReader
from tests.engine.runs import test_own_requests as own_requests
from tests.support.answers import Behaviour, Refusal, SocketBytes, json_with_200, stream_of
from tests.support.run_toolbox import RunBox
from tests.support.usage_shapes import PRICES, shapes
from tests.wire.usage_ways import CHAT, frames, whole

open_scene = own_requests.open_scene

MORE = PRICES + (
    '[clients.nightly]\nbudgets = [{ tokens = 90000, per = "never" }, { usd = 9, per = "never" }]\n'
)
CHAT_PROVIDER = """
[providers.chat]
kind = "openai-compatible"
base_url = "{url}"
api_key_env = "STUB_KEY"
models = ["gpt-stub"]
local = true
"""
SAID = [{"role": "user", "content": "Say yes."}]
NAMES = {
    Figure.INPUT: ("inputTokens", "input"),
    Figure.OUTPUT: ("outputTokens", "output"),
    Figure.CACHE_READ: ("cacheReadTokens", "cache_read"),
    Figure.CACHE_WRITE: ("cacheCreationTokens", "cache_write"),
    Figure.COST: ("costUsd", "cost"),
}
Metrics = dict[str, dict[tuple[str, ...], Any]]
"""By name and values of labels."""
LEFT_OUT = frozenset({"long", "long and cached", "at the edge"})
"""Small sums are told in full everywhere."""


def figure_of(flight: FlightSummary, figure: Figure) -> float | None:
    usage = flight.usage
    return {
        Figure.INPUT: usage.input_tokens,
        Figure.OUTPUT: usage.output_tokens,
        Figure.CACHE_READ: usage.cache_read_tokens,
        Figure.CACHE_WRITE: usage.cache_write_tokens,
        Figure.COST: flight.cost_usd,
    }[figure]


@dataclass
class Truth:
    """The sums of some flights; each token once."""

    flights: list[FlightSummary]

    def sum(self, *figures: Figure) -> float | None:
        known = [
            told
            for each in self.flights
            if each.is_counted
            for figure in figures
            if (told := figure_of(each, figure)) is not None
        ]
        return sum(known) if known else None

    def kinds(self, figure: Figure) -> dict[str, int]:
        """How many of them told it, and so on."""
        return Counter(
            str(each.provenance(figure))
            for each in self.flights
            if each.is_counted and (figure_of(each, figure) is not None or each.was_generated)
        )

    def by_kind(self, figure: Figure) -> dict[str, float]:
        """Sums by their provenance."""
        sums: dict[str, float] = defaultdict(float)
        for each in self.flights:
            if each.is_counted and (told := figure_of(each, figure)) is not None:
                sums[str(each.provenance(figure))] += told
        return dict(sums)

    def agrees(self, totals: FlightTotals) -> None:
        told = {
            Figure.INPUT: totals.input_tokens,
            Figure.OUTPUT: totals.output_tokens,
            Figure.CACHE_READ: totals.cache_read_tokens,
            Figure.CACHE_WRITE: totals.cache_write_tokens,
            Figure.COST: totals.cost_usd,
        }
        assert totals.flights == len(self.flights)
        assert told == {figure: near(self.sum(figure)) for figure in SUMMED_FIGURES}
        for figure in SUMMED_FIGURES:
            counted = totals.counted.get(figure, ALL_TOLD)
            found = {"told": counted.told, "estimated": counted.estimated}
            found |= {"partial": counted.partial, "unknown": counted.unknown}
            assert {kind: count for kind, count in found.items() if count} == self.kinds(figure)


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value)


def in_words(dollars: float | None) -> Any:
    """As exact as screens are."""
    return pytest.approx(dollars, abs=0.0005)


def dollars_in(words: str) -> float:
    """The first amount: of a day, where a month stands behind."""
    found = re.search(r"\$([\d.]+)", words)
    assert found, words
    return float(found[1])


def grouped(
    flights: Iterable[FlightSummary], name: Callable[[FlightSummary], str]
) -> dict[str, Truth]:
    groups: dict[str, Truth] = {}
    for each in flights:
        groups.setdefault(name(each), Truth([])).flights.append(each)
    return groups


async def _load(scene: own_requests.Scene) -> tuple[str, str]:
    """A job that asks through here, and what two clients and a person ask; the job's id, and the
    key of who asked for it."""
    nightly = scene.house.client("nightly", Scope.JOBS_RUN, Scope.MODELS_USE)
    editor = scene.house.client("editor", Scope.MODELS_USE)
    job = await scene.run(own_requests.BY_KEY, key=nightly)
    assert job["state"] == "completed", job
    assert await scene.ask(nightly) == 200
    chosen = [each for each in shapes("chat", streaming=True) if each.name not in LEFT_OUT]
    for number, shape in enumerate(chosen):
        streaming = number % 2 == 1 or not shape.is_whole
        behaviour: Behaviour = json_with_200(whole(CHAT, shape.usage, **shape.more))
        if streaming:
            said = frames(CHAT, shape.usage, begun=shape.begun, **shape.more)
            behaviour = stream_of(*said) if shape.is_whole else _cut(said[:1])
        scene.lane.then(behaviour)
        path = ("/v1/chat/completions", "/v1/messages", "/v1/responses")[number % 3]
        body = {"model": "gpt-stub", "stream": streaming, "max_tokens": 9, "messages": SAID}
        if number % 3 == 2:
            body = {"model": "gpt-stub", "stream": streaming, "input": SAID}
        await _send(scene, path, body, (editor, "")[number % 2])
    scene.lane.then(Refusal(status=400))
    for model in ("gpt-stub", "practice/echo", "no-such-model"):
        body = {"model": model, "max_tokens": 9, "messages": SAID}
        await _send(scene, "/v1/chat/completions", body, editor)
    return job["id"], nightly


def _cut(said: list[bytes]) -> SocketBytes:
    sent = b"".join(said)
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return SocketBytes(data=b"%b%x\r\n%b\r\n" % (head, len(sent), sent))


async def _send(scene: own_requests.Scene, path: str, body: Any, key: str) -> None:
    house, before = scene.house, len(scene.house.closed)
    url = house.container.gateway.status.url + path
    headers = {"Authorization": f"Bearer {key or house.key}"}
    async with house.session.post(url, json=body, headers=headers) as answer:
        await answer.read()
    async with asyncio.timeout(60):
        while len(house.closed) == before:
            await asyncio.sleep(0.001)


async def test_every_place_tells_the_same_figures(open_scene: Any) -> None:
    scene: own_requests.Scene = await open_scene(MORE)
    container = scene.house.container
    config = container.places.config_file
    config.write_text(config.read_text() + CHAT_PROVIDER.format(url=scene.lane.base_url))
    container.check_settings()
    job_id, key = await _load(scene)
    assert container.recording.store.flush(10.0)
    reader = container.recording.reader
    flights = reader.page(FlightQuery(), offset=0, limit=1000)
    assert {each.id: each for each in flights} == {each.id: each for each in scene.house.closed}
    assert {str(each.state) for each in flights} >= {"ok", "cut", "failed"}
    assert {kind for figure in NAMES for kind in Truth(flights).kinds(figure)} == {
        *("told", "estimated", "partial", "unknown")
    }
    assert sum(not each.is_counted for each in flights) == 1, "the job's own"
    _agrees_the_reader(reader, flights)
    _agree_the_pages(reader, container.recording.practice(), flights)
    _agrees_the_clients_page(scene, flights)
    await _agree_the_metrics(scene, flights)
    await _agree_the_flights_door(scene, flights)
    await _agree_the_limits(scene, flights)
    await _agrees_the_job(scene, job_id, key, flights)


def _agrees_the_reader(reader: FlightReader, flights: list[FlightSummary]) -> None:
    Truth(flights).agrees(reader.totals(0.0, math.inf))
    by_provider = grouped(flights, lambda each: each.provider or "")
    found = reader.by_provider(0.0, math.inf)
    assert found.keys() == by_provider.keys()
    for name, truth in by_provider.items():
        truth.agrees(found[name])
    by_account = grouped(flights, lambda each: each.account or each.provider or "")
    accounts = reader.by_account(0.0, math.inf)
    assert accounts.keys() == by_account.keys()
    for name, truth in by_account.items():
        truth.agrees(accounts[name])
    clients = reader.by_client(0.0)
    by_owner = grouped(flights, lambda each: each.owner or "")
    by_owner.pop("", None)
    assert clients.keys() == by_owner.keys()
    for name, truth in by_owner.items():
        told = clients[name]
        assert told.flights == len(truth.flights)
        assert told.tokens == truth.sum(Figure.INPUT, Figure.OUTPUT)
        assert told.cost_usd == near(truth.sum(Figure.COST))


def _agree_the_pages(
    reader: FlightReader, practice: Iterable[str], flights: list[FlightSummary]
) -> None:
    names = tuple(practice)
    overview = Overview(reader, tuple, SystemClock(), lambda: names)
    figures = overview.figures(OverviewSpan.DAY, with_practice=True)
    Truth(flights).agrees(figures.totals)
    plain = [each for each in flights if each.provider not in names]
    figures = overview.figures(OverviewSpan.DAY)
    Truth(plain).agrees(figures.totals)
    for name in ("input_tokens", "output_tokens", "cost_usd", "flights"):
        bars = [getattr(each.totals, name) or 0 for each in figures.buckets]
        assert sum(bars) == near(getattr(figures.totals, name))
    assert len(flights) - len(plain) == figures.practice_flights == 1
    usage = AccountUsage(reader.by_account, SystemClock())
    usage.read()
    spending = ProviderSpending(reader.by_provider, tuple, SystemClock())
    spending.read()
    for name in ("chat", "vendor"):
        truth = grouped(flights, lambda each: each.provider or "")[name]
        requests = f"{len(truth.flights)} requests"
        for words in (usage.of(name), spending.words(name, 0)):
            assert requests in words
            assert dollars_in(words) == in_words(truth.sum(Figure.COST))
        assert f"{truth.sum(Figure.INPUT):,} tokens in" in usage.of(name)
        assert f"{truth.sum(Figure.OUTPUT):,} out" in usage.of(name)


def _agrees_the_clients_page(scene: own_requests.Scene, flights: list[FlightSummary]) -> None:
    desk = scene.house.container.client_desk
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    today = [each for each in flights if each.started_at_s >= midnight.timestamp()]
    rows = {each.name: each for each in desk.look(desk.standings()[0]).rows}
    for name in ("nightly", "editor"):
        truth = grouped(today, lambda each: each.client)[name]
        row = rows[name]
        assert row.requests == str(len(truth.flights))
        assert row.tokens.lstrip("≈≥") == f"{truth.sum(Figure.INPUT, Figure.OUTPUT):,}"
        assert dollars_in(row.cost) == in_words(truth.sum(Figure.COST))


async def _agree_the_metrics(scene: own_requests.Scene, flights: list[FlightSummary]) -> None:
    house = scene.house
    url = house.container.gateway.status.url + "/metrics"
    async with house.session.get(url, headers={"Authorization": f"Bearer {house.key}"}) as answer:
        assert answer.status == 200
        text = await answer.text()
    told: dict[str, dict[frozenset[str], float]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            told[sample.name][frozenset(sample.labels.values())] = sample.value
    right = {**_metrics_of_providers(flights), **_metrics_of_clients(flights)}
    for name, values in right.items():
        assert told[name] == {frozenset(labels): each for labels, each in values.items()}, name


def _metrics_of_providers(flights: list[FlightSummary]) -> Metrics:
    right: Metrics = defaultdict(dict)
    for provider, truth in grouped(flights, lambda each: each.provider or "none").items():
        for figure, (_, name) in NAMES.items():
            for kind, value in truth.by_kind(figure).items():
                if figure is Figure.COST:
                    right["llmgw_provider_cost_usd_total"][provider, kind] = near(value)
                else:
                    right["llmgw_tokens_total"][provider, name, kind] = near(value)
            if unknown := truth.kinds(figure).get("unknown"):
                right["llmgw_unknown_figures_total"][provider, name] = unknown
    return right


def _metrics_of_clients(flights: list[FlightSummary]) -> Metrics:
    right: Metrics = defaultdict(dict)
    known = [each for each in flights if each.owner is not None]
    for client, truth in grouped(known, lambda each: each.client).items():
        right["llmgw_client_requests_total"][(client,)] = len(truth.flights)
        for kind, value in truth.by_kind(Figure.COST).items():
            right["llmgw_client_cost_usd_total"][client, kind] = near(value)
        for figure in (Figure.INPUT, Figure.OUTPUT):
            for kind, value in truth.by_kind(figure).items():
                right["llmgw_client_tokens_total"][client, NAMES[figure][1], kind] = near(value)
    return right


async def _agree_the_flights_door(scene: own_requests.Scene, flights: list[FlightSummary]) -> None:
    for flight in flights:
        status, told = await scene.house.call("GET", f"/v1/flights/{flight.id}")
        assert status == 200
        for figure, (name, _) in NAMES.items():
            right = {"value": figure_of(flight, figure), "provenance": flight.provenance(figure)}
            assert told["flight"][name] == right, (flight.id, name)
        assert told["flight"]["counted"] is flight.is_counted


async def _agree_the_limits(scene: own_requests.Scene, flights: list[FlightSummary]) -> None:
    """Of a client whose figures were all told: of others a budget may take what was reserved."""
    container = scene.house.container
    truth = grouped(flights, lambda each: each.client)["nightly"]
    right = [truth.sum(Figure.INPUT, Figure.OUTPUT), near(truth.sum(Figure.COST))]
    _, told = await scene.house.call("GET", "/v1/limits?of=nightly")
    (limits,) = told["limits"]
    assert [each["used"] for each in limits["budgets"]] == right
    said = StringIO()
    with redirect_stdout(said):
        arguments = parse(["limits", "nightly", "--json"])
        done = await asyncio.to_thread(commands.limits, arguments, container.places, {})
    assert (done, orjson.loads(said.getvalue())) == (0, told)
    standings = container.engine.pipeline.policies.standings()
    (standing,) = [each for each in standings if each.name == "nightly"]
    (mine,) = limits_resources(lambda principal: standing)
    assert orjson.loads(await mine.read(LOCAL, {})) == limits


async def _agrees_the_job(
    scene: own_requests.Scene, job_id: str, key: str, flights: list[FlightSummary]
) -> None:
    asked = [each for each in flights if each.job == job_id and each.is_counted]
    truth = Truth(asked)
    of_job = scene.house.container.recording.reader.of_job(job_id)
    assert {each.id for each in of_job} == {each.id for each in flights if each.job == job_id}
    (own,) = [each for each in flights if each.job == job_id and not each.is_counted]
    assert own.usage.input_tokens == truth.sum(Figure.INPUT)
    assert own.cost_usd == near(truth.sum(Figure.COST))
    assert own.owner is not None
    who = replace(LOCAL, client_id=own.owner, name=own.client)
    _, shown = await scene.house.call("GET", f"/v1/jobs/{job_id}", key=key)
    status = await RunBox(scene.house.container).told_by("llm_job_status", {"jobId": job_id}, who)
    shown_in_full = shown["job"], shown["job"]["flights"], status["job"]["flights"]
    for told in shown_in_full:
        assert told["usage"]["inputTokens"] == truth.sum(Figure.INPUT)
        assert told["usage"]["outputTokens"] == truth.sum(Figure.OUTPUT)
        assert told["costUsd"] == near(truth.sum(Figure.COST))
    assert [each["flights"]["ids"] for each in (shown["job"], status["job"])] == [
        [each.id for each in asked]
    ] * 2
