"""The tools of a request, and which of them the model may or must call."""

from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.content import CallKind, Vendor
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Tool, ToolChoice, ToolMode
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses import hosted
from llmgw_desktop.wire.translate.openai_responses.reading import (
    as_list,
    as_object,
    maybe_bool,
    maybe_object,
    maybe_string,
    name_in,
    string_in,
    tell_unknown,
)

_LATER = frozenset({"defer_loading", "allowed_callers", "output_schema", "async"})
"""When the vendor shows a tool to its model and how its own programs may call it; a model that is
shown all of them from the start misses nothing."""
_FUNCTION = _LATER | {"type", "name", "description", "parameters", "strict"}
_CUSTOM = _LATER | {"type", "name", "description", "format"}
_ANY_WAY = ToolChoice()
_MODES = {"auto": ToolMode.AUTO, "none": ToolMode.NONE, "required": ToolMode.ANY}


def tools_of(
    values: Iterable[tuple[object, str]], report: LossReport
) -> tuple[Tool | HostedTool, ...]:
    """`values`: each with its path. Of two tools of one name in one namespace the first holds."""
    found: dict[object, Tool | HostedTool] = {}
    for value, path in values:
        for tool in _tools(as_object(value, path), path, report):
            key = (tool.namespace, tool.name) if isinstance(tool, Tool) else len(found)
            found.setdefault(key, tool)
    return tuple(found.values())


def tool_choice_of(fields: Mapping[str, Any], report: LossReport) -> ToolChoice:
    parallel = maybe_bool(fields, "parallel_tool_calls")
    value = fields.get("tool_choice")
    if value is None:
        return _ANY_WAY if parallel is None else ToolChoice(parallel=parallel)
    if isinstance(value, str):
        return ToolChoice(mode=_mode(value, "tool_choice"), parallel=parallel)
    choice = as_object(value, "tool_choice")
    kind = string_in(choice, "type", "tool_choice")
    if kind in ("function", "custom"):
        name = name_in(choice, "name", "tool_choice")
        return ToolChoice(mode=ToolMode.ANY, names=(name,), parallel=parallel)
    if kind == "allowed_tools":
        return _allowed(choice, parallel, report)
    if kind in hosted.TOOLS or hosted.is_web_search(kind):
        report.lost(Feature.TOOL_CHOICE, kind)
        return ToolChoice(parallel=parallel)
    raise MalformedRequest(f"'{kind[:60]}' is not known", path="tool_choice.type")


def _tools(
    tool: dict[str, Any], path: str, report: LossReport, space: Mapping[str, Any] | None = None
) -> list[Tool | HostedTool]:
    kind = string_in(tool, "type", path)
    if kind in ("function", "custom"):
        return [_own(tool, kind, path, report, space)]
    if kind == "namespace" and space is None:
        return _namespace(tool, path, report)
    if space is None and hosted.is_web_search(kind):
        return [HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OPENAI, raw=tool)]
    if space is None and kind in hosted.TOOLS:
        is_code = kind == "code_interpreter"
        what = HostedKind.CODE_EXECUTION if is_code else HostedKind.OTHER
        return [HostedTool(kind=what, vendor=Vendor.OPENAI, raw=tool)]
    raise MalformedRequest(f"a tool of type '{kind[:60]}' is not known", path=f"{path}.type")


def _namespace(tool: dict[str, Any], path: str, report: LossReport) -> list[Tool | HostedTool]:
    name_in(tool, "name", path)
    tell_unknown(tool, frozenset({"type", "name", "description", "tools"}), report, "namespace.")
    spot = f"{path}.tools"
    return [
        found
        for at, each in enumerate(as_list(tool.get("tools"), spot))
        for found in _tools(as_object(each, f"{spot}[{at}]"), f"{spot}[{at}]", report, tool)
    ]


def _own(
    tool: dict[str, Any], kind: str, path: str, report: LossReport, space: Mapping[str, Any] | None
) -> Tool:
    is_custom = kind == "custom"
    tell_unknown(tool, _CUSTOM if is_custom else _FUNCTION, report, "tools.")
    return Tool(
        name=name_in(tool, "name", path),
        description=maybe_string(tool, "description", path),
        schema=None if is_custom else maybe_object(tool, "parameters", path),
        kind=CallKind.CUSTOM if is_custom else CallKind.FUNCTION,
        namespace=space["name"] if space else None,
        namespace_description=maybe_string(space, "description") if space else None,
        strict=None if is_custom else maybe_bool(tool, "strict", path),
        grammar=maybe_object(tool, "format", path) if is_custom else None,
    )


def _allowed(choice: Mapping[str, Any], parallel: bool | None, report: LossReport) -> ToolChoice:
    spot = "tool_choice.tools"
    names = []
    for at, value in enumerate(as_list(choice.get("tools"), spot)):
        path = f"{spot}[{at}]"
        tool = as_object(value, path)
        kind = string_in(tool, "type", path)
        if kind in ("function", "custom"):
            names.append(name_in(tool, "name", path))
        else:
            report.lost(Feature.TOOL_CHOICE, kind)
    mode = _mode(choice.get("mode", "auto"), "tool_choice.mode")
    return ToolChoice(mode=mode, names=tuple(names), parallel=parallel)


def _mode(word: object, path: str) -> ToolMode:
    mode = _MODES.get(word) if isinstance(word, str) else None
    if mode is None:
        raise MalformedRequest("must be one of auto, none, required", path=path)
    return mode
