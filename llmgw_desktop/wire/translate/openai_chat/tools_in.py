"""A caller's tools, and its choice among them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.content import CallKind, Vendor
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Tool, ToolChoice, ToolMode
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.checked import (
    flag_at,
    needed_object,
    needed_string,
    object_at,
    objects_at,
    one_of,
    string_at,
)
from llmgw_desktop.wire.translate.openai_chat.parts_in import cache_mark

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


def read_tools(fields: Mapping[str, Any], losses: LossReport) -> tuple[Tool | HostedTool, ...]:
    """Functions, custom tools, the legacy `functions`, and a search of the web."""
    tools: list[Tool | HostedTool] = [
        _tool(tool, f"tools[{number}]", losses)
        for number, tool in enumerate(objects_at(fields, "tools", ""))
    ]
    for number, function in enumerate(objects_at(fields, "functions", "")):
        tools.append(_function(function, f"functions[{number}]", losses))
    search = object_at(fields, "web_search_options", "")
    if search is not None:
        tools.append(_search(search))
    return tuple(tools)


def read_choice(fields: Mapping[str, Any]) -> ToolChoice:
    parallel = flag_at(fields, "parallel_tool_calls", "")
    given = fields.get("tool_choice")
    if given is None and fields.get("function_call") is not None:
        return _legacy_choice(fields)
    if given is None:
        return ToolChoice(parallel=parallel)
    if type(given) is dict:
        return replace(_chosen(given), parallel=parallel)
    return ToolChoice(mode=one_of(fields, "tool_choice", "", _MODES), parallel=parallel)


def _legacy_choice(fields: Mapping[str, Any]) -> ToolChoice:
    given = fields["function_call"]
    if type(given) is dict:
        name = needed_string(given, "name", "function_call")
        return ToolChoice(mode=ToolMode.ANY, names=(name,), parallel=False)
    return ToolChoice(mode=one_of(fields, "function_call", "", _MODES), parallel=False)


def _chosen(given: Mapping[str, Any]) -> ToolChoice:
    path = "tool_choice"
    kind = needed_string(given, "type", path)
    if kind in ("function", "custom"):
        inner = needed_object(given, kind, path)
        return ToolChoice(
            mode=ToolMode.ANY, names=(needed_string(inner, "name", f"{path}.{kind}"),)
        )
    if kind in _MODES:
        return ToolChoice(mode=_MODES[kind])
    if kind != "allowed_tools":
        raise MalformedRequest(f"'{kind[:60]}' is no choice known here", path=f"{path}.type")
    allowed = needed_object(given, "allowed_tools", path)
    path = f"{path}.allowed_tools"
    names = []
    for number, tool in enumerate(objects_at(allowed, "tools", path)):
        inner_path = f"{path}.tools[{number}]"
        kind = needed_string(tool, "type", inner_path)
        inner = needed_object(tool, kind, inner_path)
        names.append(needed_string(inner, "name", f"{inner_path}.{kind}"))
    mode = one_of(allowed, "mode", path, _MODES) or ToolMode.AUTO
    return ToolChoice(mode=mode, names=tuple(names))


def _tool(tool: Mapping[str, Any], path: str, losses: LossReport) -> Tool | HostedTool:
    if "type" not in tool and (hosted := _without_type(tool)) is not None:
        return hosted
    kind = "function" if "type" not in tool and "function" in tool else ""
    kind = kind or needed_string(tool, "type", path)
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
    raise MalformedRequest(f"'{kind[:60]}' is no type of tool known here", path=f"{path}.type")


def _without_type(tool: Mapping[str, Any]) -> HostedTool | None:
    for name, kind in _GOOGLE.items():
        if name in tool:
            return HostedTool(kind=kind, vendor=Vendor.GOOGLE, raw=tool)
    return None


def _function(function: Mapping[str, Any], path: str, losses: LossReport) -> Tool:
    for name in function:
        if name not in _OF_FUNCTIONS and function[name] is not None:
            losses.lost(Feature.FIELD, f"tools.{name}")
    return Tool(
        name=needed_string(function, "name", path),
        description=string_at(function, "description", path),
        schema=object_at(function, "parameters", path),
        strict=flag_at(function, "strict", path),
        cache=cache_mark(function, path),
    )


_OF_FUNCTIONS = frozenset({"name", "description", "parameters", "strict", "cache_control"})


def _custom(custom: Mapping[str, Any], path: str, _: LossReport) -> Tool:
    form = object_at(custom, "format", path)
    grammar: Mapping[str, object] | None = form
    if form is not None and form.get("type") == "grammar":
        inner = needed_object(form, "grammar", f"{path}.format")
        grammar = {"type": "grammar", **inner}
    return Tool(
        name=needed_string(custom, "name", path),
        description=string_at(custom, "description", path),
        kind=CallKind.CUSTOM,
        grammar=grammar,
    )


def _search(options: Mapping[str, Any]) -> HostedTool:
    """As OpenAI's other protocol declares the same tool."""
    raw: dict[str, object] = {"type": "web_search"}
    if (size := string_at(options, "search_context_size", "web_search_options")) is not None:
        raw["search_context_size"] = size
    place = object_at(options, "user_location", "web_search_options")
    if place is not None:
        near = object_at(place, "approximate", "web_search_options.user_location") or {}
        raw["user_location"] = {"type": "approximate", **near}
    return HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OPENAI, raw=raw)
