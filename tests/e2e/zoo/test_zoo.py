"""Client libraries as people use them, each onto upstreams of protocols that it does not speak.

Every token is compared at both ends: what the upstream told, what the flight holds, what the
library says. Where an upstream tells nothing, no library may stumble over that.
"""

from __future__ import annotations

import pytest

from tests.e2e.zoo.cells import CLIENTS, ZooCell, all_cells
from tests.e2e.zoo.visit import TEXT, WEATHER, Outcome, outcome_of
from tests.support.answers import Spent
from tests.support.flight_log import Flight
from tests.support.shares import its_sisters

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

_CELLS = [
    pytest.param(cell, id=cell.id, marks=pytest.mark.daily if cell.is_daily else ())
    for cell in all_cells()
]


@pytest.fixture
def outcome(
    cell: ZooCell, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    wanted = [each.callspec.params["cell"] for each in its_sisters(request.node)]
    return outcome_of(cell, wanted, shared / "zoo")


@pytest.mark.parametrize("cell", _CELLS)
def test_a_cell(cell: ZooCell, outcome: Outcome):
    heard = outcome.heard
    assert "error" not in heard, heard["error"]
    assert [each.fault for each in outcome.exchanges] == [None] * len(outcome.exchanges)
    _assert_answered(cell, outcome)
    assert len(outcome.flights) == len(outcome.exchanges)
    if cell.is_mute:
        return
    for exchange, flight in zip(outcome.exchanges, outcome.flights, strict=True):
        assert exchange.spent is not None
        assert _of_flight(cell, flight) == _told(cell, exchange.spent)
    if heard["usages"] is not None:
        told = [_carried(cell, each.spent) for each in outcome.exchanges if each.spent]
        known = [{name: each[name] for name in told[0]} for each in heard["usages"]]
        assert known == told


def _assert_answered(cell: ZooCell, outcome: Outcome) -> None:
    heard = outcome.heard
    if cell.scenario in ("plain", "stream") and heard.get("parsed") is None:
        assert heard["text"] == TEXT
    elif cell.scenario == "tools" and heard.get("parsed") is None:
        assert heard["calls"] == 1
        assert heard["text"].startswith("The tool said: ")
        assert "sunny" in heard["text"]  # some libraries put it into an object of their own
        assert len(outcome.exchanges) == 2
    else:
        assert heard["parsed"] == WEATHER
        assert len(outcome.exchanges) == 1


def _told(cell: ZooCell, spent: Spent) -> dict[str, int]:
    """What the upstream's protocol has room for. Input with the cache, output with reasoning."""
    told = {
        "input": spent.prompt_tokens,
        "output": spent.output_tokens,
        "cache_read": spent.cache_read,
    }
    if cell.upstream.protocol == "anthropic":
        return told | {"cache_write": spent.cache_write}
    return told | {"reasoning": spent.reasoning_tokens}


def _carried(cell: ZooCell, spent: Spent) -> dict[str, int]:
    """What of that the client's protocol has room for."""
    told = _told(cell, spent)
    lacking = "reasoning" if CLIENTS[cell.client] == "anthropic" else "cache_write"
    return {name: figure for name, figure in told.items() if name != lacking}


def _of_flight(cell: ZooCell, flight: Flight) -> dict[str, int | None]:
    found = {
        "input": flight.input_tokens,
        "output": flight.output_tokens,
        "cache_read": flight.cache_read_tokens,
    }
    if cell.upstream.protocol == "anthropic":
        return found | {"cache_write": flight.cache_write_tokens}
    return found | {"reasoning": flight.reasoning_tokens}
