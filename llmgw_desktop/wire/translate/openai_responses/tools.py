"""Tools and the choice among them, as callers declare them and as a request in Responses does."""

from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.model.content import CallKind, Vendor
from llmgw_desktop.domain.model.prompt import (
    HostedKind,
    HostedTool,
    Prompt,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.members import (
    as_object,
    lose_others,
    maybe_flag,
    maybe_object,
    maybe_one_of,
    maybe_text,
    name_in,
    not_known,
    objects_of,
    one_of,
    text_in,
)
from llmgw_desktop.wire.translate.openai_responses import vendor
from llmgw_desktop.wire.translate.openai_responses.vendor import Body, Writing, is_web_search
from llmgw_desktop.wire.translate.tools import custom_schema, without_alternatives

_LATER = frozenset({"defer_loading", "allowed_callers", "output_schema", "async"})
"""When the vendor shows a tool to its model and how its own programs may call it; a model that is
shown all of them from the start misses nothing."""
_FUNCTION = _LATER | {"type", "name", "description", "parameters", "strict"}
_CUSTOM = _LATER | {"type", "name", "description", "format"}
_ANY_WAY = ToolChoice()
_MODES = {"auto": ToolMode.AUTO, "none": ToolMode.NONE, "required": ToolMode.ANY}


def tools_of(
    declared: Iterable[tuple[dict[str, Any], str]], report: LossReport
) -> tuple[Tool | HostedTool, ...]:
    """`declared`: each with its path. Of two tools of one name in one namespace the first holds."""
    found: dict[object, Tool | HostedTool] = {}
    for given, path in declared:
        for tool in _tools(given, path, report):
            key = (tool.namespace, tool.name) if isinstance(tool, Tool) else len(found)
            found.setdefault(key, tool)
    return tuple(found.values())


def tool_choice_of(fields: Mapping[str, Any], report: LossReport) -> ToolChoice:
    parallel = maybe_flag(fields, "parallel_tool_calls")
    value = fields.get("tool_choice")
    if value is None:
        return _ANY_WAY if parallel is None else ToolChoice(parallel=parallel)
    if isinstance(value, str):
        return ToolChoice(mode=one_of(fields, "tool_choice", _MODES), parallel=parallel)
    choice = as_object(value, "tool_choice")
    kind = text_in(choice, "type", "tool_choice")
    if kind in ("function", "custom"):
        name = name_in(choice, "name", "tool_choice")
        return ToolChoice(mode=ToolMode.ANY, names=(name,), parallel=parallel)
    if kind == "allowed_tools":
        return _allowed(choice, parallel, report)
    if kind in vendor.TOOLS or vendor.is_web_search(kind):
        report.lost(Feature.TOOL_CHOICE, kind)
        return ToolChoice(parallel=parallel)
    raise not_known(kind, "tool_choice.type")


def _tools(
    tool: dict[str, Any], path: str, report: LossReport, space: Mapping[str, Any] | None = None
) -> list[Tool | HostedTool]:
    kind = text_in(tool, "type", path)
    if kind in ("function", "custom"):
        return [_own(tool, kind, path, report, space=space)]
    if kind == "namespace" and space is None:
        return _namespace(tool, path, report)
    if space is None and vendor.is_web_search(kind):
        return [HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OPENAI, raw=tool)]
    if space is None and kind in vendor.TOOLS:
        is_code = kind == "code_interpreter"
        what = HostedKind.CODE_EXECUTION if is_code else HostedKind.OTHER
        return [HostedTool(kind=what, vendor=Vendor.OPENAI, raw=tool)]
    raise not_known(kind, f"{path}.type")


def _namespace(tool: dict[str, Any], path: str, report: LossReport) -> list[Tool | HostedTool]:
    name_in(tool, "name", path)
    lose_others(tool, {"type", "name", "description", "tools"}, report, "namespace")
    return [
        found
        for each, spot in objects_of(tool.get("tools"), f"{path}.tools")
        for found in _tools(each, spot, report, tool)
    ]


def _own(
    tool: dict[str, Any],
    kind: str,
    path: str,
    report: LossReport,
    *,
    space: Mapping[str, Any] | None,
) -> Tool:
    is_custom = kind == "custom"
    lose_others(tool, _CUSTOM if is_custom else _FUNCTION, report, "tools")
    return Tool(
        name=name_in(tool, "name", path),
        description=maybe_text(tool, "description", path),
        schema=None if is_custom else maybe_object(tool, "parameters", path),
        kind=CallKind.CUSTOM if is_custom else CallKind.FUNCTION,
        namespace=space["name"] if space else None,
        namespace_description=maybe_text(space, "description") if space else None,
        strict=None if is_custom else maybe_flag(tool, "strict", path),
        grammar=maybe_object(tool, "format", path) if is_custom else None,
    )


def _allowed(choice: Mapping[str, Any], parallel: bool | None, report: LossReport) -> ToolChoice:
    names = []
    for tool, path in objects_of(choice.get("tools"), "tool_choice.tools"):
        kind = text_in(tool, "type", path)
        if kind in ("function", "custom"):
            names.append(name_in(tool, "name", path))
        else:
            report.lost(Feature.TOOL_CHOICE, kind)
    mode = maybe_one_of(choice, "mode", _MODES, "tool_choice") or ToolMode.AUTO
    return ToolChoice(mode=mode, names=tuple(names), parallel=parallel)


_MODE_WORDS = {ToolMode.AUTO: "auto", ToolMode.ANY: "required", ToolMode.NONE: "none"}
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
            yield _written_tool(tool, writing)
        elif tool.namespace in spaces:
            spaces[tool.namespace]["tools"].append(_written_tool(tool, writing))
        else:
            space: Body = {
                "type": "namespace",
                "name": tool.namespace,
                "description": tool.namespace_description or "",
                "tools": [_written_tool(tool, writing)],
            }
            spaces[tool.namespace] = space
            yield space


def _written_tool(tool: Tool, writing: Writing) -> Body:
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
    return body | {"parameters": custom_schema(tool, writing.report), "strict": False}


def _parameters(tool: Tool, writing: Writing) -> Mapping[str, Any]:
    """An object at the root, without what the vendor refuses there."""

    def lost(_: str) -> None:
        writing.report.lost(Feature.TOOL_SCHEMA, tool.name)

    schema = without_alternatives(tool.schema or {}, lost)
    schema.pop("$schema", None)
    if schema.get("type") != "object":
        schema["type"] = "object"
    if not isinstance(schema.get("properties"), dict):
        schema["properties"] = {}
    return schema


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
        return _MODE_WORDS[mode]
    own = {tool.name: tool for tool in tools if isinstance(tool, Tool)}
    chosen = [_named(own[name], writing) for name in choice.names if name in own]
    if len(chosen) < len(choice.names):
        writing.report.lost(Feature.TOOL_CHOICE)
    if not chosen:
        return _MODE_WORDS[mode]
    if len(chosen) == 1 and mode is ToolMode.ANY:
        return chosen[0]
    return {"type": "allowed_tools", "mode": _MODE_WORDS[mode], "tools": chosen}


def _named(tool: Tool, writing: Writing) -> Body:
    """By its name alone: a choice has no place for a namespace."""
    is_custom = tool.kind is CallKind.CUSTOM and writing.is_own
    name = writing.names.written(tool.name, tool.namespace)
    return {"type": "custom" if is_custom else "function", "name": name}
