"""What a server behind us lists, and a tool of it as our clients see it: its name, for whom it is,
what it says."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

import orjson

from llmgw_desktop.domain.access.principal import Principal, PrincipalKind
from llmgw_desktop.domain.mcp_server import (
    ADDRESS,
    AskAbout,
    McpServer,
    hashed_name,
    offered_name,
)
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.pins import ServerTool
from llmgw_desktop.engine.mcp.tool import PLAINLY, CameBy, McpToolCall, Profile

if TYPE_CHECKING:
    from llmgw_desktop.engine.flights.open_flight import OpenFlight

MOST_LIST_BYTES = 8 << 20
"""Of one list, kept for as long as its server is known: what goes beyond is left out."""
_LISTED_KEYS = ("title", "description", "inputSchema", "annotations")


@value
class ServerLists:
    """What one server says that it has, as it said it; whatever is no object is left out."""

    tools: tuple[Mapping[str, Any], ...] = ()
    resources: tuple[Mapping[str, Any], ...] = ()
    templates: tuple[Mapping[str, Any], ...] = ()
    prompts: tuple[Mapping[str, Any], ...] = ()


def within(entries: list[Any], room: int) -> tuple[list[Mapping[str, Any]], int]:
    """Those objects whose JSON fits into so many bytes, from the first on, and what is left; 0
    where one does not. For a thread: they may be large."""
    found: list[Mapping[str, Any]] = []
    for each in entries:
        if isinstance(each, dict):
            room -= len(orjson.dumps(each))
            if room <= 0:
                return found, 0
            found.append(each)
    return found, room


@value
class ToolBehind:
    """A tool as our clients see it."""

    name: str
    server: str
    tool: str
    """Its server's name of it."""
    definition: Mapping[str, Any]
    """As it was approved."""
    description: str = ""
    ask: AskAbout = AskAbout.RISKY

    @property
    def annotations(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.definition.get("annotations") or {}
        return found

    def shown(self) -> dict[str, Any]:
        """As lists have it. What its result looks like stays with the server: one that is too large
        is told otherwise, and a client would take that for a fault."""
        told = {key: self.definition[key] for key in _LISTED_KEYS if key in self.definition}
        told["inputSchema"] = {"type": "object", **told["inputSchema"]}
        if self.description:
            told["description"] = self.description
        return {"name": self.name, **told}


@value
class BehindCall:
    """One call on its way to a server."""

    offered: ToolBehind
    asked: McpToolCall
    came: CameBy = PLAINLY
    opened: "Callable[[OpenFlight], None]" = field(
        default=lambda _: None, repr=False, compare=False
    )
    """Hears of the flight that it is, before anything is asked."""


def offered_as(server: McpServer, tool: ServerTool, taken: set[str]) -> ToolBehind:
    name = offered_name(server.name, tool.tool, server.rename.get(tool.tool, ""))
    if name in taken:
        name = hashed_name(server.name, tool.tool, name)
    return ToolBehind(
        name=name,
        server=server.name,
        tool=tool.tool,
        definition=tool.approved,
        description=server.describe.get(tool.tool, ""),
        ask=server.ask,
    )


def reason_to_ask(tool: ToolBehind) -> str:
    """Why a person is asked before it is called, in a sentence; empty where nobody has to be. A
    server's hints are its own word: whoever does not believe them has a rule, or asks about
    everything."""
    if tool.ask is AskAbout.NOTHING:
        return ""
    if tool.ask is AskAbout.EVERYTHING:
        return "You want to be asked about every call of this server."
    hints = tool.annotations
    if hints.get("readOnlyHint") is True or hints.get("destructiveHint") is False:
        return ""
    if hints.get("readOnlyHint") is False or hints.get("destructiveHint") is True:
        return "Its server says that it may change or remove what is there."
    return "Its server does not say whether it only reads."


def may_use(server: McpServer, principal: Principal, profile: Profile) -> bool:
    """Lists and calls ask the same."""
    if server.profiles and profile not in server.profiles:
        return False
    if principal.kind is PrincipalKind.LOCAL and not principal.came_from_elsewhere:
        return True
    if server.clients:
        return any(Glob(each).fits(principal.known_as) for each in server.clients)
    return not principal.is_remote


def told_of(name: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """What clients are told of it, with addresses of ours. Raises ServerFailed."""
    content, structured = result.get("content", []), result.get("structuredContent")
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise ServerFailed(f"{name} answered with what is no result of a tool.")
    told: dict[str, Any] = {"content": [_with_address(name, each) for each in content]}
    if isinstance(structured, dict):
        told["structuredContent"] = structured
    if result.get("isError") is True:
        told["isError"] = True
    return told


def _with_address(name: str, block: dict[str, Any]) -> dict[str, Any]:
    """A link leads to its server, through us: to no file of this computer by itself."""
    if block.get("type") == "resource_link" and isinstance(block.get("uri"), str):
        return {**block, "uri": f"{ADDRESS}{name}/{block['uri']}"}
    inner = block.get("resource")
    if block.get("type") == "resource" and isinstance(inner, dict):
        return {**block, "resource": {**inner, "uri": f"{ADDRESS}{name}/{inner.get('uri', '')}"}}
    return block
