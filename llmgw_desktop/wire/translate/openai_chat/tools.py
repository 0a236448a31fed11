"""Tools and the choice among them, as callers declare them and as a target takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
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
    Fields,
    lose_others,
    maybe_flag,
    maybe_object,
    maybe_one_of,
    maybe_text,
    name_in,
    needed_object,
    not_known,
    objects_in,
)
from llmgw_desktop.wire.translate.openai_chat.models import Abilities
from llmgw_desktop.wire.translate.openai_chat.parts import cache_mark
from llmgw_desktop.wire.translate.tools import (
    ALTERNATIVES,
    ToolNames,
    custom_schema,
    without_alternatives,
)

_MODES = {"auto": ToolMode.AUTO, "none": ToolMode.NONE, "required": ToolMode.ANY}
_HOSTED = {
    "web_search": (HostedKind.WEB_SEARCH, Vendor.OPENAI),
    "web_search_preview": (HostedKind.WEB_SEARCH, Vendor.OPENAI),
}
_BY_BEGINNING = (
    ("web_search_20", HostedKind.WEB_SEARCH, Vendor.ANTHROPIC),
    ("web_fetch_20", HostedKind.WEB_FETCH, Vendor.ANTHROPIC),
    ("code_execution_20", HostedKind.CODE_EXECUTION, Vendor.ANTHROPIC),
    ("computer_20", HostedKind.OTHER, Vendor.ANTHROPIC),
    ("bash_20", HostedKind.OTHER, Vendor.ANTHROPIC),
    ("text_editor_20", HostedKind.OTHER, Vendor.ANTHROPIC),
    ("memory_20", HostedKind.OTHER, Vendor.ANTHROPIC),
    ("openrouter:", HostedKind.OTHER, Vendor.OTHER),
)
_GOOGLE = {
    "google_search": HostedKind.WEB_SEARCH,
    "url_context": HostedKind.WEB_FETCH,
    "code_execution": HostedKind.CODE_EXECUTION,
}
"""Google's own, which some servers of this protocol take without a type."""


def read_tools(fields: Fields, losses: LossReport) -> tuple[Tool | HostedTool, ...]:
    """Functions, custom tools, the legacy `functions`, and a search of the web."""
    tools: list[Tool | HostedTool] = [
        _tool(tool, path, losses) for tool, path in objects_in(fields, "tools")
    ]
    for function, path in objects_in(fields, "functions"):
        tools.append(_function(function, path, losses))
    search = maybe_object(fields, "web_search_options")
    if search is not None:
        tools.append(_search(search))
    return tuple(tools)


def read_choice(fields: Fields) -> ToolChoice:
    parallel = maybe_flag(fields, "parallel_tool_calls")
    given = fields.get("tool_choice")
    if given is None and fields.get("function_call") is not None:
        return _legacy_choice(fields)
    if given is None:
        return ToolChoice(parallel=parallel)
    if type(given) is dict:
        return replace(_chosen(given), parallel=parallel)
    return ToolChoice(mode=maybe_one_of(fields, "tool_choice", _MODES), parallel=parallel)


def _legacy_choice(fields: Fields) -> ToolChoice:
    given = fields["function_call"]
    if type(given) is dict:
        name = name_in(given, "name", "function_call")
        return ToolChoice(mode=ToolMode.ANY, names=(name,), parallel=False)
    return ToolChoice(mode=maybe_one_of(fields, "function_call", _MODES), parallel=False)


def _chosen(given: Fields) -> ToolChoice:
    path = "tool_choice"
    kind = name_in(given, "type", path)
    if kind in ("function", "custom"):
        inner = needed_object(given, kind, path)
        return ToolChoice(mode=ToolMode.ANY, names=(name_in(inner, "name", f"{path}.{kind}"),))
    if kind in _MODES:
        return ToolChoice(mode=_MODES[kind])
    if kind != "allowed_tools":
        raise not_known(kind, f"{path}.type")
    allowed = needed_object(given, "allowed_tools", path)
    path = f"{path}.allowed_tools"
    names = []
    for tool, spot in objects_in(allowed, "tools", path):
        kind = name_in(tool, "type", spot)
        names.append(name_in(needed_object(tool, kind, spot), "name", f"{spot}.{kind}"))
    mode = maybe_one_of(allowed, "mode", _MODES, path) or ToolMode.AUTO
    return ToolChoice(mode=mode, names=tuple(names))


def _tool(tool: Fields, path: str, losses: LossReport) -> Tool | HostedTool:
    if "type" not in tool and (hosted := _without_type(tool)) is not None:
        return hosted
    kind = "function" if "type" not in tool and "function" in tool else ""
    kind = kind or name_in(tool, "type", path)
    if kind in ("function", "custom"):
        inner = needed_object(tool, kind, path)
        read = _function if kind == "function" else _custom
        found = read(inner, f"{path}.{kind}", losses)
        mark = cache_mark(tool, path)
        return found if mark is None else replace(found, cache=mark)
    if kind in _HOSTED:
        return HostedTool(kind=_HOSTED[kind][0], vendor=_HOSTED[kind][1], raw=tool)
    for beginning, hosted_kind, vendor in _BY_BEGINNING:
        if kind.startswith(beginning):
            return HostedTool(kind=hosted_kind, vendor=vendor, raw=tool)
    raise not_known(kind, f"{path}.type")


def _without_type(tool: Fields) -> HostedTool | None:
    for name, kind in _GOOGLE.items():
        if name in tool:
            return HostedTool(kind=kind, vendor=Vendor.GOOGLE, raw=tool)
    return None


def _function(function: Fields, path: str, losses: LossReport) -> Tool:
    lose_others(function, _OF_FUNCTIONS, losses, "tools")
    return Tool(
        name=name_in(function, "name", path),
        description=maybe_text(function, "description", path),
        schema=maybe_object(function, "parameters", path),
        strict=maybe_flag(function, "strict", path),
        cache=cache_mark(function, path),
    )


_OF_FUNCTIONS = frozenset({"name", "description", "parameters", "strict", "cache_control"})


def _custom(custom: Fields, path: str, _: LossReport) -> Tool:
    form = maybe_object(custom, "format", path)
    grammar: Mapping[str, object] | None = form
    if form is not None and form.get("type") == "grammar":
        inner = needed_object(form, "grammar", f"{path}.format")
        grammar = {"type": "grammar", **inner}
    return Tool(
        name=name_in(custom, "name", path),
        description=maybe_text(custom, "description", path),
        kind=CallKind.CUSTOM,
        grammar=grammar,
    )


def _search(options: Fields) -> HostedTool:
    """As OpenAI's other protocol declares the same tool."""
    raw: dict[str, object] = {"type": "web_search"}
    if (size := maybe_text(options, "search_context_size", "web_search_options")) is not None:
        raw["search_context_size"] = size
    place = maybe_object(options, "user_location", "web_search_options")
    if place is not None:
        near = maybe_object(place, "approximate", "web_search_options.user_location") or {}
        raw["user_location"] = {"type": "approximate", **near}
    return HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OPENAI, raw=raw)


_MODE_WORDS = {ToolMode.AUTO: "auto", ToolMode.ANY: "required", ToolMode.NONE: "none"}
_NOT_AT_ROOT = frozenset({*ALTERNATIVES, "enum", "const", "not"})


def write_tools(
    prompt: Prompt, abilities: Abilities, names: ToolNames, losses: LossReport
) -> dict[str, Any]:
    """The members of the body that are about tools; without tools there is no choice either."""
    if not prompt.tools:
        return {}
    tools = [
        _written_tool(tool, abilities, names, losses)
        for tool in prompt.tools
        if isinstance(tool, Tool)
    ]
    members = _hosted(prompt.tools, abilities, losses)
    if tools:
        members["tools"] = tools
        members |= _choice(prompt, abilities, names, losses)
    return members


def _written_tool(
    tool: Tool, abilities: Abilities, names: ToolNames, losses: LossReport
) -> dict[str, Any]:
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
        written["parameters"] = custom_schema(tool, losses)
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
        merged = without_alternatives(schema, lambda _: None)
        schema = {name: told for name, told in merged.items() if name not in _NOT_AT_ROOT}
        if type(schema.get("required")) is not list:
            schema.pop("required", None)
    if schema.get("type") == "object" and "properties" in schema:
        return schema
    if schema.get("type") not in ("object", None):
        return schema
    return {**schema, "type": "object", "properties": schema.get("properties") or {}}


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
        members["tool_choice"] = _written_choice(prompt, abilities, names, losses)
    if choice.parallel is not None:
        if abilities.takes_parallel:
            members["parallel_tool_calls"] = choice.parallel
        elif not choice.parallel:
            losses.lost(Feature.PARALLEL_TOOLS)
    return members


def _written_choice(
    prompt: Prompt, abilities: Abilities, names: ToolNames, losses: LossReport
) -> str | dict[str, Any]:
    choice = prompt.tool_choice
    mode = choice.mode or ToolMode.AUTO
    if not choice.names or mode is ToolMode.NONE:
        return _MODE_WORDS[mode]
    by_name = {tool.name: tool for tool in prompt.tools if isinstance(tool, Tool)}
    chosen = [_one(by_name.get(name, Tool(name=name)), abilities, names) for name in choice.names]
    if mode is ToolMode.ANY and len(chosen) == 1:
        return chosen[0]
    if abilities.is_openai:
        return {
            "type": "allowed_tools",
            "allowed_tools": {"mode": _MODE_WORDS[mode], "tools": chosen},
        }
    losses.lost(Feature.TOOL_CHOICE)
    return _MODE_WORDS[mode]


def _one(tool: Tool, abilities: Abilities, names: ToolNames) -> dict[str, Any]:
    is_custom = tool.kind is CallKind.CUSTOM and abilities.takes_custom_tools
    kind = "custom" if is_custom else "function"
    return {"type": kind, kind: {"name": names.written(tool.name, tool.namespace)}}
