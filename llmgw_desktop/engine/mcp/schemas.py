"""A tool's options as the JSON schemas that clients are shown."""

from typing import Any

from llmgw_desktop.clis.cli import Option
from llmgw_desktop.engine.mcp.tool import Profile, Tool


def input_schema(tool: Tool, profile: Profile = Profile.FULL) -> dict[str, Any]:
    is_cut = profile is not Profile.FULL and tool.core_takes is not None
    shown = [
        option
        for option in tool.takes
        if not is_cut or option.name in (tool.core_takes or ()) or option.name in tool.needs
    ]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {option.name: _told(option) for option in shown},
    }
    if tool.needs:
        schema["required"] = sorted(tool.needs)
    if not is_cut:
        schema["additionalProperties"] = False
    return schema


def _told(option: Option) -> dict[str, Any]:
    """Without a meaning where another tool says it."""
    meaning = {"description": option.meaning} if option.meaning else {}
    return {**option.schema, **meaning}


def output_schema(tool: Tool) -> dict[str, Any]:
    """Nothing but `success` is always there: an error is told in a shape of its own."""
    return {
        "type": "object",
        "properties": {"success": {"type": "boolean"}, **tool.tells},
        "required": ["success"],
    }
