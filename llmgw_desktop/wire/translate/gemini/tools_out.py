"""Tools and the choice among them, as Gemini takes them."""

from collections.abc import Sequence
from typing import Any

from llmgw_desktop.domain.content import CallKind, Vendor
from llmgw_desktop.domain.prompt import (
    HostedKind,
    HostedTool,
    Prompt,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.custom_text import input_schema
from llmgw_desktop.wire.translate.gemini.abilities import Abilities
from llmgw_desktop.wire.translate.gemini.references import Room
from llmgw_desktop.wire.translate.gemini.schema import cleaned_arguments
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import ToolNames

_HOSTED = {
    HostedKind.WEB_SEARCH: "googleSearch",
    HostedKind.WEB_FETCH: "urlContext",
    HostedKind.CODE_EXECUTION: "codeExecution",
}
_NAMES_ALONE = frozenset({"type", "name", "cache_control", "external_web_access"})
_MODES = {ToolMode.AUTO: "AUTO", ToolMode.ANY: "ANY", ToolMode.NONE: "NONE"}


def write_tools(
    prompt: Prompt, names: ToolNames, model: Abilities, vendor: Vendor, losses: LossReport
) -> dict[str, Any]:
    """`tools` and `toolConfig`, as far as there are any."""
    own = [tool for tool in prompt.tools if isinstance(tool, Tool)]
    room = Room()
    functions = [_function(tool, names, losses, room) for tool in own]
    hosted = _hosted(prompt.tools, vendor, losses)
    if functions and hosted and not model.is_third:
        for name in hosted:
            losses.lost(Feature.HOSTED_TOOL, name)
        hosted = {}
    tools: list[dict[str, Any]] = [{"functionDeclarations": functions}] if functions else []
    tools += [{name: settings} for name, settings in hosted.items()]
    found: dict[str, Any] = {"tools": tools} if tools else {}
    config: dict[str, Any] = {}
    if calling := _choice(prompt, names, losses, has_functions=bool(functions)):
        config["functionCallingConfig"] = calling
    if functions and hosted:
        config["includeServerSideToolInvocations"] = True
    if config:
        found["toolConfig"] = config
    return found


def _function(tool: Tool, names: ToolNames, losses: LossReport, room: Room) -> dict[str, Any]:
    _report_function(tool, losses)
    written: dict[str, Any] = {"name": names.written(tool.name, tool.namespace)}
    if tool.description:
        written["description"] = tool.description
    schema = input_schema(tool.grammar) if tool.kind is CallKind.CUSTOM else tool.schema
    if schema is not None:
        clean = cleaned_arguments(schema, lambda word: losses.lost(Feature.TOOL_SCHEMA, word), room)
        if clean != {"type": "object"}:  # a function without parameters has no schema
            written["parametersJsonSchema"] = clean
    return written


def _report_function(tool: Tool, losses: LossReport) -> None:
    if tool.strict:
        losses.lost(Feature.TOOL_STRICT)
    if tool.cache is not None:
        losses.lost(Feature.CACHE_MARK)
    if tool.namespace_description:
        losses.lost(Feature.TOOL_NAMESPACE)
    if tool.kind is CallKind.CUSTOM and tool.grammar and tool.grammar.get("type") == "grammar":
        losses.lost(Feature.CUSTOM_GRAMMAR)


def _hosted(
    tools: Sequence[Tool | HostedTool], vendor: Vendor, losses: LossReport
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for tool in tools:
        if not isinstance(tool, HostedTool):
            continue
        if tool.vendor is Vendor.GOOGLE and vendor is Vendor.GOOGLE:
            found |= tool.raw
            continue
        named = tool.raw.get("type")
        word = named if isinstance(named, str) else tool.kind
        name = _HOSTED.get(tool.kind)
        if name is None:
            losses.lost(Feature.HOSTED_TOOL, word)
            continue
        found.setdefault(name, {})
        for setting in tool.raw:
            if setting not in _NAMES_ALONE and tool.raw[setting] is not None:
                losses.lost(Feature.HOSTED_TOOL, f"{word}.{setting}")
    return found


def _choice(
    prompt: Prompt, names: ToolNames, losses: LossReport, *, has_functions: bool
) -> dict[str, Any]:
    choice = prompt.tool_choice
    if choice.parallel is False and has_functions:
        losses.lost(Feature.PARALLEL_TOOLS)
    if choice.mode is None and not choice.names:
        return {}
    if not has_functions:
        if choice.mode is ToolMode.ANY:
            losses.lost(Feature.TOOL_CHOICE)
        return {}
    allowed = _allowed(prompt, names, choice)
    if len(allowed) < len(choice.names):
        losses.lost(Feature.TOOL_CHOICE)
    if choice.names and choice.mode in (None, ToolMode.AUTO):
        # the one mode that knows names and still leaves it to the model whether to call
        return {"mode": "VALIDATED", "allowedFunctionNames": allowed} if allowed else {}
    written: dict[str, Any] = {"mode": _MODES[choice.mode or ToolMode.AUTO]}
    if allowed and choice.mode is ToolMode.ANY:
        written["allowedFunctionNames"] = allowed
    return written


def _allowed(prompt: Prompt, names: ToolNames, choice: ToolChoice) -> list[str]:
    """The chosen ones that are declared; a choice has no namespace, so any of the name will do."""
    declared: dict[str, list[Tool]] = {}
    for tool in prompt.tools:
        if isinstance(tool, Tool):
            declared.setdefault(tool.name, []).append(tool)
    return [
        names.written(tool.name, tool.namespace)
        for name in dict.fromkeys(choice.names)
        for tool in declared.get(name, ())
    ]
