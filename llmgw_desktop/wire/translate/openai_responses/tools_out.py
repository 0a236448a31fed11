"""Tools and the choice among them, as a request in Responses declares them."""

from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.content import CallKind, Vendor
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Prompt, Tool, ToolChoice, ToolMode
from llmgw_desktop.wire.translate.custom_text import input_schema
from llmgw_desktop.wire.translate.losses import Feature
from llmgw_desktop.wire.translate.openai_responses.hosted import is_web_search
from llmgw_desktop.wire.translate.openai_responses.writing import Body, Writing

_MODES = {ToolMode.AUTO: "auto", ToolMode.ANY: "required", ToolMode.NONE: "none"}
_ALTERNATIVES = ("anyOf", "oneOf", "allOf")
_CARRIED_SETTINGS = frozenset({"type", "name", "allowed_domains", "user_location", "cache_control"})


def write_tools(body: Body, prompt: Prompt, writing: Writing) -> None:
    """Without tools there is nothing to choose from, and the vendor refuses the members."""
    tools = list(_declared(prompt.tools, writing))
    choice = prompt.tool_choice
    if not tools:
        if choice.mode is ToolMode.ANY or choice.names:
            writing.report.lost(Feature.TOOL_CHOICE)
        return
    body["tools"] = tools
    written = _choice(choice, prompt.tools, writing)
    if written is not None:
        body["tool_choice"] = written
    if choice.parallel is not None:
        body["parallel_tool_calls"] = choice.parallel
    elif writing.is_codex:
        body["parallel_tool_calls"] = True


def _declared(tools: Iterable[Tool | HostedTool], writing: Writing) -> Iterable[Body]:
    spaces: dict[str, Body] = {}
    for tool in tools:
        if isinstance(tool, HostedTool):
            if (hosted := _hosted(tool, writing)) is not None:
                yield hosted
        elif tool.namespace is None or not writing.is_own:
            yield _own(tool, writing)
        elif tool.namespace in spaces:
            spaces[tool.namespace]["tools"].append(_own(tool, writing))
        else:
            space: Body = {
                "type": "namespace",
                "name": tool.namespace,
                "description": tool.namespace_description or "",
                "tools": [_own(tool, writing)],
            }
            spaces[tool.namespace] = space
            yield space


def _own(tool: Tool, writing: Writing) -> Body:
    if tool.cache is not None:
        writing.report.lost(Feature.CACHE_MARK)
    name = writing.names.written(tool.name, tool.namespace)
    body: Body = {"type": "function", "name": name}
    if tool.description is not None:
        body["description"] = tool.description
    if tool.kind is CallKind.FUNCTION:
        body["parameters"] = _parameters(tool, writing)
        body["strict"] = bool(tool.strict)
        return body
    if writing.is_own:
        body["type"] = "custom"
        if tool.grammar is not None:
            body["format"] = dict(tool.grammar)
        return body
    if tool.grammar is not None and tool.grammar.get("type") == "grammar":
        writing.report.lost(Feature.CUSTOM_GRAMMAR)
    return body | {"parameters": input_schema(tool.grammar), "strict": False}


def _parameters(tool: Tool, writing: Writing) -> Mapping[str, Any]:
    """An object at the root, without what the vendor refuses there."""
    schema = dict(tool.schema or {})
    schema.pop("$schema", None)
    merged = [name for name in _ALTERNATIVES if name in schema]
    if merged:
        writing.report.lost(Feature.TOOL_SCHEMA, tool.name)
        known = schema.get("properties")
        found: dict[str, Any] = dict(known) if isinstance(known, dict) else {}
        for name in merged:
            for branch in _list(schema.pop(name)):
                inner = branch.get("properties") if isinstance(branch, dict) else None
                found = (inner if isinstance(inner, dict) else {}) | found
        schema["properties"] = found
    if schema.get("type") != "object":
        schema["type"] = "object"
    if not isinstance(schema.get("properties"), dict):
        schema["properties"] = {}
    return schema


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _hosted(tool: HostedTool, writing: Writing) -> Body | None:
    if tool.vendor is Vendor.OPENAI and writing.is_own:
        raw = dict(tool.raw)
        if writing.is_codex and is_web_search(str(raw.get("type"))):
            raw["type"] = "web_search"
        return raw
    if tool.kind is HostedKind.WEB_SEARCH and writing.is_own:
        return _web_search(tool, writing)
    writing.report.lost(Feature.HOSTED_TOOL, str(tool.raw.get("type") or tool.kind))
    return None


def _web_search(tool: HostedTool, writing: Writing) -> Body:
    """The settings that other vendors write under the same names are kept."""
    body: Body = {"type": "web_search"}
    domains = tool.raw.get("allowed_domains")
    if isinstance(domains, list) and domains:
        body["filters"] = {"allowed_domains": domains}
    if isinstance(place := tool.raw.get("user_location"), dict):
        body["user_location"] = place
    for name in tool.raw.keys() - _CARRIED_SETTINGS:
        if tool.vendor is Vendor.ANTHROPIC and tool.raw[name] is not None:
            writing.report.lost(Feature.HOSTED_TOOL, f"web_search.{name}")
    return body


def _choice(
    choice: ToolChoice, tools: Iterable[Tool | HostedTool], writing: Writing
) -> str | Body | None:
    if choice.mode is None and not choice.names:
        return None
    mode = choice.mode or ToolMode.AUTO
    if not choice.names or mode is ToolMode.NONE:
        return _MODES[mode]
    own = {tool.name: tool for tool in tools if isinstance(tool, Tool)}
    chosen = [_named(own[name], writing) for name in choice.names if name in own]
    if len(chosen) < len(choice.names):
        writing.report.lost(Feature.TOOL_CHOICE)
    if not chosen:
        return _MODES[mode]
    if len(chosen) == 1 and mode is ToolMode.ANY:
        return chosen[0]
    return {"type": "allowed_tools", "mode": _MODES[mode], "tools": chosen}


def _named(tool: Tool, writing: Writing) -> Body:
    """By its name alone: a choice has no place for a namespace."""
    is_custom = tool.kind is CallKind.CUSTOM and writing.is_own
    name = writing.names.written(tool.name, tool.namespace)
    return {"type": "custom" if is_custom else "function", "name": name}
