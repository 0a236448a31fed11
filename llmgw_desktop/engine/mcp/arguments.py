"""A call's arguments against what its tool takes; what does not fit is refused by its name."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.clis.values import fits, said
from llmgw_desktop.domain.near_names import meant
from llmgw_desktop.engine.mcp.tool import Tool
from llmgw_desktop.engine.mcp.tool_errors import InvalidArgument

_OF_CLIENTS = frozenset({"wait_for_previous"})
"""Gemini CLI shows its model each tool with this argument more, for the order in which it calls
tools itself, and sends it along."""


def checked(tool: Tool, arguments: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Those that were given; null means: not given. Raises InvalidArgument."""
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    table = {option.name: option for option in tool.takes}
    for name, value in given.items():
        option = table.get(name)
        if option is None and name in _OF_CLIENTS:
            continue
        if option is None and name in tool.refuses:
            _refuse(tool, name, value)
            continue
        if option is None:
            has = ", ".join(table) or "no arguments"
            hint = meant(name, {each.name: each.schema for each in tool.takes})
            raise InvalidArgument(
                f"{tool.name} has no such argument; {hint}it has {has}", field=name[:80]
            )
        if not fits(value, option.schema):
            raise InvalidArgument(f"it must be {said(option.schema)}", field=name)
        if isinstance(value, str):
            no_nul(value, name)
        if not _has_whole_characters(value):
            raise InvalidArgument("it holds half a character", field=name)
    for name in sorted(tool.needs - given.keys()):
        raise InvalidArgument("it must be given", field=name)
    return {name: value for name, value in given.items() if name in table}


def _has_whole_characters(value: object) -> bool:
    """JSON can write halves of characters, which neither programs nor files take."""
    if isinstance(value, str):
        return value.isascii() or value.encode("utf-8", "ignore").decode() == value
    if isinstance(value, list):
        return all(map(_has_whole_characters, value))
    if isinstance(value, dict):
        return all(map(_has_whole_characters, (*value, *value.values())))
    return True


def _refuse(tool: Tool, name: str, value: object) -> None:
    if value is not False and value != []:
        raise InvalidArgument(tool.refuses[name], field=name)
