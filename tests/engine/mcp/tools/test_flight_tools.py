"""`flight_list`, `flight_get` and `flight://ID`: an agent looks up its own requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.mcp.tool import McpToolCall, NotFound
from llmgw_desktop.engine.mcp.tools.flight_tools import (
    FlightFinding,
    flight_resources,
    flight_tools,
)
from tests.support.made_flights import summary

RECORD = FlightRecord(
    summary=summary(1, owner="me"),
    request_body=b'{"model":"a"}' + b" " * 2000,
    answer_body=b"yes",
    answer_body_whole=False,
)


class Finding:
    def __init__(self) -> None:
        self.queries: list[tuple[FlightQuery, int, int]] = []

    async def find(self, flight_id: str) -> FlightRecord | None:
        return RECORD if flight_id == RECORD.summary.id else None

    def whole(self, flight_id: str) -> FlightRecord | None:
        return RECORD

    def listed(self, query: FlightQuery, offset: int, limit: int) -> Any:
        self.queries.append((query, offset, limit))
        return 3, [RECORD.summary]

    async def settled(self, query: FlightQuery) -> tuple[FlightQuery, dict[str, Any]]:
        if not query.said:
            return query, {}
        return replace(query, said=(), among=("a",)), {"searched": {"flights": 7}}

    def parts(self) -> FlightFinding:
        return FlightFinding(
            find=self.find,
            whole=self.whole,
            listed=self.listed,
            settled=self.settled,
            now_s=lambda: 1000.0,
        )


def _who(client_id: str, *more: Scope) -> Principal:
    return Principal(
        client_id=client_id,
        name=client_id,
        kind=PrincipalKind.KEY,
        scopes=frozenset({Scope.FLIGHTS_READ, *more}),
    )


def _called(finding: Finding, name: str, who: Principal, **arguments: Any) -> dict[str, Any]:
    tools = {each.name: each for each in flight_tools(finding.parts())}
    answer = asyncio.run(tools[name].call(McpToolCall(principal=who, arguments=arguments)))
    return dict(orjson.loads(orjson.dumps(answer.structured)))


def test_a_client_lists_its_own_and_an_administrator_all() -> None:
    finding = Finding()
    told = _called(finding, "flight_list", _who("me"), filter="cost>0.05 since:5m", offset=1)
    assert (told["success"], told["total"], told["next"]) == (True, 3, 2)
    assert told["flights"][0]["id"] == RECORD.summary.id
    query, offset, limit = finding.queries[0]
    assert (query.owner, query.since_s, query.terms[0].name) == ("me", 700.0, "cost")
    assert (offset, limit) == (1, 20)
    _called(finding, "flight_list", _who("boss", Scope.ADMIN))
    assert finding.queries[1][0] == FlightQuery()
    told = _called(finding, "flight_list", _who("me"), filter="body:needle")
    assert told["searched"] == {"flights": 7}
    assert finding.queries[2][0].among == ("a",)
    with pytest.raises(InvalidRun, match="no figure"):
        _called(finding, "flight_list", _who("me"), filter="cost>much")


def test_one_is_read_with_what_was_said_if_wanted() -> None:
    flight_id = RECORD.summary.id
    told = _called(Finding(), "flight_get", _who("me"), flightId=flight_id)
    assert told["flight"]["id"] == flight_id
    assert "request" not in told
    told = _called(
        Finding(), "flight_get", _who("me"), flightId=flight_id, includeBodies=True, maxChars=1000
    )
    assert told["request"] == {"text": (RECORD.request_body or b"").decode()[:1000], "whole": False}
    assert told["response"] == {"text": "yes", "whole": False}
    assert _called(Finding(), "flight_get", _who("boss", Scope.ADMIN), flightId=flight_id)


@pytest.mark.parametrize("flight_id", [RECORD.summary.id, "flt_never"])
def test_anothers_is_as_one_that_never_was(flight_id: str) -> None:
    with pytest.raises(NotFound) as refused:
        _called(Finding(), "flight_get", _who("other"), flightId=flight_id)
    assert str(refused.value).replace(flight_id, "ID") == (
        "There is no flight 'ID' of yours that is still kept."
    )


async def test_it_has_an_address() -> None:
    (resource,) = flight_resources(Finding().parts())
    told = await resource.read(_who("me"), {"flightId": RECORD.summary.id})
    assert orjson.loads(told)["id"] == RECORD.summary.id
    with pytest.raises(NotFound):
        await resource.read(_who("other"), {"flightId": RECORD.summary.id})
