"""The same asked again is answered again, to the same client alone, and only where a route says."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import LOCAL, Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import RouteDecision, RouteRule
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.pipeline.response_cache import cache as cache_module
from llmgw_desktop.engine.pipeline.response_cache.cache import ResponseCache
from llmgw_desktop.store.access.clients import ClientStore
from tests.engine.conftest import House, house_in
from tests.support.answers import Refusal

ROUTE = """
[[routes]]
name = "again"
match = { model = "claude-*" }
to = ["claude"]
cache_s = 600
"""
PATH = "/v1/messages"


def _body(**more: object) -> dict[str, object]:
    return {
        "model": "claude-stub",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "Hello"}],
        **more,
    }


async def _ask(house: House, body: dict[str, object], **headers: str) -> tuple[bytes, str, str]:
    async with house.post(PATH, body, **headers) as answer:
        assert answer.status == 200
        told = answer.headers
        return await answer.read(), told.get("x-llmgw-cache", ""), told["x-llmgw-flight"]


def _key(house: House, name: str) -> str:
    clock = SystemClock()
    store = ClientStore(house.container.places.gateway_db, clock)
    try:
        return ClientKeys(store, clock, TimedIds(clock)).add(name, [Scope.MODELS_USE])
    finally:
        store.close()


@pytest.mark.parametrize("streams", [False, True])
async def test_the_same_again_comes_from_the_cache_as_it_was(tmp_path: Path, streams: bool) -> None:
    async with house_in(tmp_path / "home", ROUTE) as house:
        body = _body(stream=streams)
        first, missed, one = await _ask(house, body)
        second, hit, two = await _ask(house, body)
        assert (missed, hit) == ("miss", "hit")
        assert first == second
        assert one != two
        assert len(house.lane.requests) == 1
        closed = {each.id: each for each in house.closed}
        assert closed[two].cost_usd == 0.0
        assert closed[two].replied_chunks == closed[one].replied_chunks


async def test_another_client_another_word_or_a_wish_is_not_answered_from_it(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path / "home", ROUTE) as house:
        await _ask(house, _body())
        key = _key(house, "another")
        _, said, _ = await _ask(house, _body(), Authorization=f"Bearer {key}")
        assert said == "miss"
        _, said, _ = await _ask(house, _body(max_tokens=9))
        assert said == "miss"
        _, said, _ = await _ask(house, _body(), **{"Cache-Control": "no-cache"})
        assert said == ""
        _, said, _ = await _ask(house, _body(), **{"X-Project": "other"})
        assert said == "miss"
        assert len(house.lane.requests) == 5


async def test_what_failed_is_asked_again(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ROUTE) as house:
        house.lane.then(Refusal(status=400))
        async with house.post(PATH, _body()) as refused:
            assert refused.status == 400
        _, said, _ = await _ask(house, _body())
        assert said == "miss"


async def test_without_a_route_that_says_so_nothing_is_kept(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ROUTE.replace("cache_s = 600", "")) as house:
        for _ in range(2):
            _, said, _ = await _ask(house, _body())
            assert said == ""
        assert len(house.lane.requests) == 2


async def test_an_answer_is_given_as_long_as_the_route_says(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ROUTE.replace("600", "0.000001")) as house:
        for _ in range(2):
            _, said, _ = await _ask(house, _body())
            assert said == "miss"


async def test_the_least_used_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_ENTRY_BYTES", cache_module.MOST_OF_ONE // 2)
    async with house_in(tmp_path / "home", ROUTE) as house:
        room = cache_module.MOST_BYTES // (cache_module.MOST_OF_ONE // 2)
        for number in range(room + 1):
            await _ask(house, _body(max_tokens=number + 1))
        _, oldest, _ = await _ask(house, _body(max_tokens=1))
        _, newest, _ = await _ask(house, _body(max_tokens=room + 1))
        assert (oldest, newest) == ("miss", "hit")


def _asked(**fields: object) -> ModelRequest:
    return ModelRequest(
        flight_id="flt_1",
        principal=LOCAL,
        protocol=ModelProtocol.OPENAI_RESPONSES,
        operation=Operation.GENERATE,
        model="claude-stub",
        streaming=False,
        body=orjson.dumps(fields),
        fields=fields,
        headers={},
    )


def _by_rule(house_rule: str = "again") -> RouteDecision:
    return RouteDecision(candidates=(), reason="", rule=house_rule)


@pytest.mark.parametrize(
    "field", [{"background": True}, {"conversation": "conv_1"}, {"previous_response_id": "resp_1"}]
)
def test_what_goes_on_from_what_a_vendor_keeps_is_another_each_time(
    field: dict[str, object],
) -> None:
    cache = ResponseCache(SystemClock())
    cache.apply([RouteRule(name="again", to=(), cache_s=600)])
    assert cache.place(_asked(input="x", background=False), _by_rule()) is not None
    assert cache.place(_asked(input="x", **field), _by_rule()) is None


def test_what_was_asked_under_earlier_routes_is_not_kept() -> None:
    cache = ResponseCache(SystemClock())
    rules = [RouteRule(name="again", to=(), cache_s=600)]
    cache.apply(rules)
    place = cache.place(_asked(input="x"), _by_rule())
    assert place is not None
    cache.apply(rules)
    flight = OpenFlight(
        "flt_1",
        path="/",
        protocol=ModelProtocol.OPENAI_RESPONSES,
        operation=Operation.GENERATE,
        clock=SystemClock(),
    )
    cache.keep(place, flight, status=200, headers=(), pieces=(b"{}",), is_stream=False)
    assert cache.find(place) is None
    assert cache.size == 0
