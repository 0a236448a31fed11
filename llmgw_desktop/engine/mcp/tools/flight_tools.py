"""`flight_list` and `flight_get`, and a flight by its address: requests, as the recorder has them.

Whoever asks sees its own; `admin` sees all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from llmgw_desktop.clis.fields import ON, TEXT, option, whole_number
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.offer import Resource
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)

_LISTED, _MOST_LISTED = 20, 100
_CHARS, _MOST_CHARS = 20_000, 1_000_000


@value
class FlightFinding:
    """As `FlightShelf` has them; `whole`, `listed` wait for the disk."""

    find: Callable[[str], Awaitable[FlightRecord | None]]
    whole: Callable[[str], FlightRecord | None]
    listed: Callable[[FlightQuery, int, int], tuple[int, Sequence[FlightSummary]]]
    settled: Callable[[FlightQuery], Awaitable[tuple[FlightQuery, dict[str, Any]]]]
    """Looks for words in bodies, where some are asked for; how far it came."""
    now_s: Callable[[], float]

    async def of(self, principal: Principal, flight_id: str) -> FlightRecord:
        """Without bodies. Raises NotFound."""
        found = await self.find(flight_id)
        is_all = Scope.ADMIN in principal.scopes
        if found is None or not (is_all or found.summary.owner == principal.client_id):
            raise NotFound(f"There is no flight '{flight_id[:80]}' of yours that is still kept.")
        return found


def flight_tools(flights: FlightFinding) -> tuple[McpTool, ...]:
    async def listing(call: McpToolCall) -> ToolAnswer:
        return ToolAnswer(structured=await _listed(flights, call))

    async def one(call: McpToolCall) -> ToolAnswer:
        from llmgw_desktop.wire.native.flights import flight_object  # nobody asks at a start

        found = await flights.of(call.principal, call.arguments["flightId"])
        told: dict[str, Any] = {"success": True, "flight": flight_object(found)}
        if call.arguments.get("includeBodies"):
            most = call.arguments.get("maxChars", _CHARS)
            told |= await asyncio.to_thread(_said, flights, found.summary.id, most)
        return ToolAnswer(structured=told)

    return (
        McpTool(
            name="flight_list",
            title="Find requests",
            description="Your recorded requests, newest first; filter as in"
            " 'model:claude* cost>0.05 took>10s error:429 since:2h'.",
            guide=Guide(
                when="finding requests, errors, costs",
                returns="total and flights",
                costs="nothing",
                example={"filter": "error:429 since:2h"},
            ),
            takes=(
                option("filter", {"type": "string"}, ""),
                option("limit", whole_number(1, _MOST_LISTED), "Default 20."),
                option("offset", whole_number(0, 10**9), ""),
            ),
            tells={"total": {"type": "integer"}, "flights": {"type": "array"}},
            call=listing,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
        McpTool(
            name="flight_get",
            title="Read a request",
            description="One recorded request: figures, way, error; with includeBodies what was"
            " said. Secrets are left out.",
            guide=Guide(
                when="one request's way and error",
                returns="the flight",
                costs="bodies cost you up to maxChars each",
                example={"flightId": "fl_1"},
            ),
            takes=(
                option("flightId", TEXT, ""),
                option("includeBodies", ON, ""),
                option("maxChars", whole_number(1000, _MOST_CHARS), "Of each. Default 20000."),
            ),
            needs=frozenset({"flightId"}),
            tells={"flight": {"type": "object"}},
            call=one,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )


def flight_resources(flights: FlightFinding) -> tuple[Resource, ...]:
    async def read(principal: Principal, places: Mapping[str, str]) -> str:
        from llmgw_desktop.wire.native.flights import flight_object  # nobody asks at a start

        found = await flights.of(principal, places["flightId"])
        return orjson.dumps(flight_object(found)).decode()

    return (
        Resource(
            uri="flight://{flightId}",
            name="flight",
            description="One recorded request of yours: figures, way and error.",
            read=read,
            scope=Scope.FLIGHTS_READ,
        ),
    )


async def _listed(flights: FlightFinding, call: McpToolCall) -> dict[str, Any]:
    from llmgw_desktop.domain.flights.flight_filter import FilterMistake, parse_filter
    from llmgw_desktop.wire.native.flights import listed_object  # nobody asks at a start

    asked = call.arguments
    try:
        query = parse_filter(asked.get("filter", ""), flights.now_s())
    except FilterMistake as mistake:
        raise InvalidRun(str(mistake), field="filter") from None
    if Scope.ADMIN not in call.principal.scopes:
        query = replace(query, owner=call.principal.client_id)
    offset, limit = asked.get("offset", 0), asked.get("limit", _LISTED)
    query, searched = await flights.settled(query)
    total, found = await asyncio.to_thread(flights.listed, query, offset, limit)
    end = offset + len(found)
    return {
        "success": True,
        "total": total,
        "next": end if end < total and found else None,
        "flights": [listed_object(each) for each in found],
        **searched,
    }


def _said(flights: FlightFinding, flight_id: str, most: int) -> dict[str, Any]:
    record = flights.whole(flight_id)
    if record is None:
        return {"request": None, "response": None, "unreadable": None}
    asked = _beginning(record.request_body, most, is_whole=record.request_body_whole)
    answered = _beginning(record.answer_body, most, is_whole=record.answer_body_whole)
    return {"request": asked, "response": answered, "unreadable": record.unreadable or None}


def _beginning(body: bytes | None, most: int, *, is_whole: bool) -> dict[str, Any] | None:
    """None where nothing was kept."""
    if body is None:
        return None
    text = body.decode("utf-8", "replace")
    return {"text": text[:most], "whole": is_whole and len(text) <= most}
