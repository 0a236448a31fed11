"""`sessions://all`, `sessions://{cli}`: whoever reads sees his own."""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.tool_errors import NotFound
from llmgw_desktop.engine.mcp.tools.sessions import listed
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.wire.native_ids import without_native_ids


def session_resources(sessions: Sessions) -> tuple[Resource, ...]:
    async def everything(principal: Principal, places: Mapping[str, str]) -> str:
        del places
        return _told({"cli": None} | await listed(sessions, principal), principal)

    async def of_cli(principal: Principal, places: Mapping[str, str]) -> str:
        try:
            cli = CliName(places["cli"])
        except ValueError as error:
            raise NotFound("There are sessions of " + ", ".join(CliName) + ".") from error
        told = await listed(sessions, principal, cli)
        active = told.pop("activeSessions")[cli.value]
        return _told({"cli": cli, **told, "activeSession": active}, principal)

    changes = frozenset({JobChanged})
    return (
        Resource(
            uri="sessions://all",
            name="sessions",
            description="Your sessions with all CLIs.",
            read=everything,
            scope=Scope.JOBS_RUN,
            changes_with=changes,
        ),
        Resource(
            uri="sessions://{cli}",
            name="sessions-of-cli",
            description="Your sessions with one CLI.",
            read=of_cli,
            scope=Scope.JOBS_RUN,
            changes_with=changes,
        ),
    )


def _told(told: Mapping[str, Any], principal: Principal) -> str:
    return orjson.dumps(without_native_ids(told) if principal.is_remote else told).decode()
