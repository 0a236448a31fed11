"""`limits://mine`: what whoever reads it may still spend."""

from collections.abc import Callable, Mapping

import orjson

from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.mcp.resource import Resource


def limits_resources(standing_of: Callable[[Principal], ClientStanding]) -> tuple[Resource, ...]:
    async def mine(principal: Principal, places: Mapping[str, str]) -> str:
        from llmgw_desktop.wire.standings import standing_object  # nobody asks at a start

        del places
        return orjson.dumps(standing_object(standing_of(principal))).decode()

    return (
        Resource(
            uri="limits://mine",
            name="limits",
            description="Your budgets and rate limits: used, reserved, left, and until when.",
            read=mine,
            scope=Scope.MCP,
        ),
    )
