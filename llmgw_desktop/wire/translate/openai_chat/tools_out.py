"""Tools as the target takes them, and the choice among them."""

from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.content import CallKind, Vendor
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Prompt, Tool, ToolMode
from llmgw_desktop.wire.translate.custom_text import input_schema
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_chat.target_facts import Abilities

_MODES = {ToolMode.AUTO: "auto", ToolMode.ANY: "required", ToolMode.NONE: "none"}
_ALTERNATIVES = ("anyOf", "oneOf", "allOf")
_NOT_AT_ROOT = frozenset({*_ALTERNATIVES, "enum", "const", "not"})


def write_tools(
    prompt: Prompt, abilities: Abilities, names: ToolNames, losses: LossReport
) -> dict[str, Any]:
    """The members of the body that are about tools; without tools there is no choice either."""
    if not prompt.tools:
        return {}
    tools = [
        _tool(tool, abilities, names, losses) for tool in prompt.tools if isinstance(tool, Tool)
    ]
    members = _hosted(prompt.tools, abilities, losses)
    if tools:
        members["tools"] = tools
        members |= _choice(prompt, abilities, names, losses)
    return members


def _tool(tool: Tool, abilities: Abilities, names: ToolNames, losses: LossReport) -> dict[str, Any]:
    if tool.cache is not None:
        losses.lost(Feature.CACHE_MARK, "tools")
    if tool.namespace_description:
        losses.lost(Feature.TOOL_NAMESPACE)
    written: dict[str, Any] = {"name": names.written(tool.name, tool.namespace)}
    if tool.description is not None:
        written["description"] = tool.description
    if tool.kind is CallKind.FUNCTION:
        written["parameters"] = fitting_schema(tool.schema, abilities, losses)
    elif abilities.takes_custom_tools:
        if tool.grammar is not None:
            written["format"] = _nested(tool.grammar)
        return {"type": "custom", "custom": written}
    else:
        if tool.grammar is not None and tool.grammar.get("type") == "grammar":
            losses.lost(Feature.CUSTOM_GRAMMAR)
        written["parameters"] = input_schema(tool.grammar)
    if tool.strict is not None and tool.kind is CallKind.FUNCTION:
        written["strict"] = tool.strict
    return {"type": "function", "function": written}


def fitting_schema(
    schema: Mapping[str, object] | None, abilities: Abilities, losses: LossReport
) -> Mapping[str, object]:
    """An object's schema; the same one wherever that will do."""
    if not schema:
        return {"type": "object", "properties": {}}
    if abilities.is_openai and (
        not _NOT_AT_ROOT.isdisjoint(schema) or type(schema.get("required", [])) is not list
    ):
        losses.lost(Feature.TOOL_SCHEMA)
        schema = _without_alternatives(schema)
    if schema.get("type") == "object" and "properties" in schema:
        return schema
    if schema.get("type") not in ("object", None):
        return schema
    return {**schema, "type": "object", "properties": schema.get("properties") or {}}


def _without_alternatives(schema: Mapping[str, object]) -> dict[str, object]:
    """All properties of all of them; required is what is so whichever holds."""
    kept = {name: value for name, value in schema.items() if name not in _NOT_AT_ROOT}
    required = _names(schema)
    properties: dict[str, object] = {}
    for word in _ALTERNATIVES:
        found = schema.get(word)
        variants = [each for each in found if type(each) is dict] if type(found) is list else []
        for variant in variants:
            inner = variant.get("properties")
            properties |= inner if type(inner) is dict else {}
        sets = [set(_names(variant)) for variant in variants]
        if sets:
            shared = set.union(*sets) if word == "allOf" else set.intersection(*sets)
            required += [name for name in sorted(shared) if name not in required]
    own = kept.get("properties")
    kept["properties"] = {**properties, **(own if type(own) is dict else {})}
    kept.pop("required", None)
    if required:
        kept["required"] = required
    return kept


def _names(schema: Mapping[str, object]) -> list[str]:
    required = schema.get("required")
    return [each for each in required if type(each) is str] if type(required) is list else []


def _nested(grammar: Mapping[str, object]) -> Mapping[str, object]:
    if grammar.get("type") != "grammar" or "grammar" in grammar:
        return grammar
    return {
        "type": "grammar",
        "grammar": {name: value for name, value in grammar.items() if name != "type"},
    }


def _hosted(
    tools: Iterable[Tool | HostedTool], abilities: Abilities, losses: LossReport
) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for tool in tools:
        if not isinstance(tool, HostedTool):
            continue
        if tool.kind is HostedKind.WEB_SEARCH and abilities.searches:
            members["web_search_options"] = _search_options(tool)
        else:
            losses.lost(Feature.HOSTED_TOOL, str(tool.raw.get("type") or tool.kind))
    return members


def _search_options(tool: HostedTool) -> dict[str, Any]:
    if tool.vendor is not Vendor.OPENAI:
        return {}
    options: dict[str, Any] = {}
    if "search_context_size" in tool.raw:
        options["search_context_size"] = tool.raw["search_context_size"]
    place = tool.raw.get("user_location")
    if type(place) is dict:
        near = {name: value for name, value in place.items() if name != "type"}
        options["user_location"] = {"type": "approximate", "approximate": near}
    return options


def _choice(
    prompt: Prompt, abilities: Abilities, names: ToolNames, losses: LossReport
) -> dict[str, Any]:
    choice = prompt.tool_choice
    members: dict[str, Any] = {}
    if choice.mode is not None or choice.names:
        members["tool_choice"] = _chosen(prompt, abilities, names, losses)
    if choice.parallel is not None:
        if abilities.takes_parallel:
            members["parallel_tool_calls"] = choice.parallel
        elif not choice.parallel:
            losses.lost(Feature.PARALLEL_TOOLS)
    return members


def _chosen(
    prompt: Prompt, abilities: Abilities, names: ToolNames, losses: LossReport
) -> str | dict[str, Any]:
    choice = prompt.tool_choice
    mode = choice.mode or ToolMode.AUTO
    if not choice.names or mode is ToolMode.NONE:
        return _MODES[mode]
    by_name = {tool.name: tool for tool in prompt.tools if isinstance(tool, Tool)}
    chosen = [_one(by_name.get(name, Tool(name=name)), abilities, names) for name in choice.names]
    if mode is ToolMode.ANY and len(chosen) == 1:
        return chosen[0]
    if abilities.is_openai:
        return {"type": "allowed_tools", "allowed_tools": {"mode": _MODES[mode], "tools": chosen}}
    losses.lost(Feature.TOOL_CHOICE)
    return _MODES[mode]


def _one(tool: Tool, abilities: Abilities, names: ToolNames) -> dict[str, Any]:
    is_custom = tool.kind is CallKind.CUSTOM and abilities.takes_custom_tools
    kind = "custom" if is_custom else "function"
    return {"type": kind, kind: {"name": names.written(tool.name, tool.namespace)}}
