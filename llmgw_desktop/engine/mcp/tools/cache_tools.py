"""`flight_cache`, and the same as a resource: why a request missed its vendor's cache."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from llmgw_desktop.clis.fields import TEXT, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.engine.mcp.offer import Resource
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)

if TYPE_CHECKING:
    from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer

Explainer = Callable[[], "CacheExplainer"]


def cache_tools(explainer: "Explainer") -> tuple[McpTool, ...]:
    async def why(call: McpToolCall) -> ToolAnswer:
        told = await _told(explainer, call.arguments["flightId"], call.principal)
        return ToolAnswer(structured={"success": True, **told})

    return (
        McpTool(
            name="flight_cache",
            title="Explain a cache miss",
            description="Why the prompt of one of your requests did not come from its vendor's"
            " cache, what that cost, and what would have kept it warm.",
            guide=Guide(
                when="a request that was dearer than expected",
                returns="words and figures",
                costs="nothing",
                example={"flightId": "fl_1"},
            ),
            takes=(option("flightId", TEXT, "As x-llmgw-flight names it in an answer."),),
            needs=frozenset({"flightId"}),
            tells={"words": {"type": "string"}},
            call=why,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )


def cache_resources(explainer: "Explainer") -> tuple[Resource, ...]:
    async def read(principal: Principal, places: Mapping[str, str]) -> str:
        return orjson.dumps(await _told(explainer, places["flightId"], principal)).decode()

    return (
        Resource(
            uri="flight-cache://{flightId}",
            name="flight-cache",
            description="Why one of your requests missed its vendor's cache.",
            read=read,
            scope=Scope.FLIGHTS_READ,
        ),
    )


async def _told(explainer: "Explainer", flight_id: str, principal: Principal) -> dict[str, Any]:
    owner = None if Scope.ADMIN in principal.scopes else principal.client_id
    found = await asyncio.to_thread(lambda: explainer().explain(flight_id, owner))
    if found is None or (owner is not None and found.flight.owner != owner):
        raise NotFound(f"You made no request '{flight_id[:80]}' that is still kept.")
    from llmgw_desktop.engine.prompt_cache.explainer import told_of  # nobody asks at a start

    return told_of(found)
