"""What of a server's tools is offered: what a person approved, as it was then and nothing else.

The list first seen counts as approved: the person wrote `offer = true`. What comes later, or is
otherwise in any word, is held back until somebody has looked: a tool that changes what it says of
itself after it was trusted is how agents are led astray.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any

import orjson

from llmgw_desktop.domain.mcp_server import McpServer, ToolPin
from llmgw_desktop.domain.values import value

_KEPT = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
"""Of a tool as its server tells it. Icons and hints of other revisions are not passed on."""
_LONGEST_TOOL_NAME = 256
LARGEST_DEFINITION = 64 << 10
"""Bytes of JSON; a larger tool is left out."""


class ToolState(StrEnum):
    """How a tool of a server stands with us."""

    OFFERED = "offered"
    NEW = "new"
    """Held back: it came after the first list."""
    CHANGED = "changed"
    """Held back: it is not what was approved."""
    HIDDEN = "hidden"
    """By a person, or by the settings."""
    GONE = "gone"
    """Its server does not list it any more."""


@value
class ServerTool:
    """One tool with its state; `now` and `approved` are definitions, empty where there is none."""

    server: str
    tool: str
    state: ToolState
    now: Mapping[str, Any]
    approved: Mapping[str, Any]


def definition_of(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is compared, shown and offered of a tool; None for what is no tool."""
    name, schema = told.get("name"), told.get("inputSchema")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_TOOL_NAME:
        return None
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        return None
    found = {key: told[key] for key in _KEPT if told.get(key) is not None}
    for key in ("title", "description"):
        if not isinstance(found.get(key, ""), str):
            return None
    if not all(isinstance(found.get(key, {}), dict) for key in ("outputSchema", "annotations")):
        return None
    try:
        written = orjson.dumps(found)
    except (TypeError, ValueError, RecursionError):
        return None
    return found if len(written) <= LARGEST_DEFINITION else None


def definitions_of(told: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name; of several with one name the first."""
    found: dict[str, dict[str, Any]] = {}
    for each in told:
        definition = definition_of(each)
        if definition is not None:
            found.setdefault(definition["name"], definition)
    return found


def digest_of(definition: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()


def standing_of(
    server: McpServer,
    now: Mapping[str, Mapping[str, Any]] | None,
    pins: Mapping[str, ToolPin],
) -> list[ServerTool]:
    """All that are known, in the server's order. `now`: None where it was not asked yet, and what
    was approved is taken to be there still: whoever calls it has it looked at first."""
    listed = {name: pin.definition for name, pin in pins.items()} if now is None else now
    found = []
    for name, definition in listed.items():
        pin = pins.get(name)
        state = _state(server, name, definition, pin)
        approved = pin.definition if pin is not None else {}
        found.append(
            ServerTool(
                server=server.name, tool=name, state=state, now=definition, approved=approved
            )
        )
    for name, pin in pins.items():
        if name not in listed:
            found.append(
                ServerTool(
                    server=server.name,
                    tool=name,
                    state=ToolState.GONE,
                    now={},
                    approved=pin.definition,
                )
            )
    return found


def _state(
    server: McpServer, name: str, definition: Mapping[str, Any], pin: ToolPin | None
) -> ToolState:
    if not server.lets_through(name):
        return ToolState.HIDDEN
    if pin is None:
        return ToolState.NEW
    if pin.is_hidden:
        return ToolState.HIDDEN
    return ToolState.OFFERED if pin.definition == definition else ToolState.CHANGED
