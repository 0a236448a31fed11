"""Tools, resources and prompts as the protocol shows them, in plain JSON."""

from typing import Any

import orjson

from llmgw_desktop.clis.cli import Option
from llmgw_desktop.engine.mcp.offer import McpOffer, McpPrompt, Resource, Visitor
from llmgw_desktop.engine.mcp.tool import BY_SEARCH, McpTool, Profile, ToolAnswer


def input_schema(tool: McpTool, profile: Profile = Profile.FULL) -> dict[str, Any]:
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


def output_schema(tool: McpTool) -> dict[str, Any]:
    """Nothing but `success` is always there: an error is told in a shape of its own."""
    return {
        "type": "object",
        "properties": {"success": {"type": "boolean"}, **tool.tells},
        "required": ["success"],
    }


def tools_shown(offer: McpOffer, visitor: Visitor) -> list[dict[str, Any]]:
    """Ours, then those of servers behind us."""
    shown = offer.toolbox.shown(visitor.principal, visitor.profile)
    own = [tool_shown(tool, visitor.profile) for tool in shown if not visitor.server]
    behind = offer.toolbox.behind
    if behind is not None and visitor.profile not in BY_SEARCH:
        found = behind.shown(visitor.principal, visitor.profile)
        own += [each.shown() for each in found if visitor.server in ("", each.server)]
    return own


def tool_shown(tool: McpTool, profile: Profile) -> dict[str, Any]:
    """Hints that are as clients assume them anyway are left out, and a second title: every client
    carries the list."""
    hints: dict[str, Any] = {}
    if tool.reads_only:
        hints["readOnlyHint"] = True
    elif not tool.destroys:
        hints["destructiveHint"] = False
    if tool.is_idempotent and not tool.reads_only:
        hints["idempotentHint"] = True
    if not tool.reaches_out:
        hints["openWorldHint"] = False
    shape = {"outputSchema": output_schema(tool)} if tool.has_shape else {}
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.told,
        "inputSchema": input_schema(tool, profile),
        **shape,
        "annotations": hints,
    }


def answer_shown(answer: ToolAnswer) -> dict[str, Any]:
    if answer.raw is not None:
        return dict(answer.raw)
    structured = dict(answer.structured)
    text = orjson.dumps(structured).decode() if answer.text is None else answer.text
    shown: dict[str, Any] = {
        "content": [{"type": "text", "text": text}],
        "structuredContent": structured,
    }
    if answer.is_error:
        shown["isError"] = True
    return shown


def resources_shown(offer: McpOffer, visitor: Visitor) -> list[dict[str, Any]]:
    return [
        {"uri": each.uri, **_described(each)}
        for each in resources_allowed(offer, visitor)
        if not each.is_template
    ]


def templates_shown(offer: McpOffer, visitor: Visitor) -> list[dict[str, Any]]:
    return [
        {"uriTemplate": each.uri, **_described(each)}
        for each in resources_allowed(offer, visitor)
        if each.is_template
    ]


def prompts_shown(offer: McpOffer, visitor: Visitor) -> list[dict[str, Any]]:
    return [_prompt_shown(each) for each in prompts_allowed(offer, visitor)]


def resources_allowed(offer: McpOffer, visitor: Visitor) -> list[Resource]:
    return [each for each in offer.resources if each.is_for(visitor.principal)]


def prompts_allowed(offer: McpOffer, visitor: Visitor) -> list[McpPrompt]:
    return [each for each in offer.prompts if each.scope in visitor.principal.scopes]


def _described(resource: Resource) -> dict[str, Any]:
    return {
        "name": resource.name,
        "description": resource.description,
        "mimeType": resource.mime_type,
    }


def _prompt_shown(prompt: McpPrompt) -> dict[str, Any]:
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": prompt.description,
        "arguments": [
            {"name": each.name, "description": each.description, "required": each.is_needed}
            for each in prompt.arguments
        ],
    }
