"""Tools and the choice among them, as callers declare them and as Gemini takes them."""

from collections.abc import Sequence
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import CallKind, Vendor
from llmgw_desktop.domain.model.prompt import (
    HostedKind,
    HostedTool,
    Prompt,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.gemini.models import GeminiModel
from llmgw_desktop.wire.translate.gemini.schema import ReferenceBudget, cleaned_arguments
from llmgw_desktop.wire.translate.gemini.spelling import (
    child,
    from_json_schema,
    from_openapi,
    lose_rest,
    object_of,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.members import (
    Fields,
    elements_in,
    elements_of,
    maybe_text,
    name_in,
    texts_in,
)
from llmgw_desktop.wire.translate.tools import ToolNames, custom_schema

_DECLARATION = frozenset({"name", "description", "parameters", "parametersJsonSchema"})
_HOSTED = {
    "googleSearch": HostedKind.WEB_SEARCH,
    "googleSearchRetrieval": HostedKind.WEB_SEARCH,
    "enterpriseWebSearch": HostedKind.WEB_SEARCH,
    "codeExecution": HostedKind.CODE_EXECUTION,
    "urlContext": HostedKind.WEB_FETCH,
    "computerUse": HostedKind.OTHER,
    "exaAiSearch": HostedKind.OTHER,
    "fileSearch": HostedKind.OTHER,
    "googleMaps": HostedKind.OTHER,
    "mcpServers": HostedKind.OTHER,
    "parallelAiSearch": HostedKind.OTHER,
    "retrieval": HostedKind.OTHER,
}
_MODES = {
    "AUTO": ToolMode.AUTO,
    "ANY": ToolMode.ANY,
    "NONE": ToolMode.NONE,
    # a call must fit its schema, but none has to be made
    "VALIDATED": ToolMode.AUTO,
}
_CHOICE = frozenset({"mode", "allowedFunctionNames"})


def read_tools(fields: Fields, losses: LossReport) -> tuple[Tool | HostedTool, ...]:
    tools: list[Tool | HostedTool] = []
    for given, path in elements_in(fields, "tools"):
        for name, value in object_of(given, path).items():
            if name == "functionDeclarations":
                listed = elements_of(value, f"{path}.{name}") if value is not None else ()
                tools += [_function(each, place, losses) for each, place in listed]
            elif name not in _HOSTED:
                raise MalformedRequest("is no tool that is known here", path=f"{path}.{name}")
            elif value is not None:
                raw = {name: value}
                tools.append(HostedTool(kind=_HOSTED[name], vendor=Vendor.GOOGLE, raw=raw))
    return tuple(tools)


def read_choice(fields: Fields, losses: LossReport) -> ToolChoice:
    config = child(fields, "toolConfig")
    if config is None:
        return ToolChoice()
    lose_rest(config, {"functionCallingConfig"}, losses, "toolConfig")
    path = "toolConfig.functionCallingConfig"
    calling = child(config, "functionCallingConfig", "toolConfig")
    if calling is None:
        return ToolChoice()
    lose_rest(calling, _CHOICE, losses, "functionCallingConfig")
    word = (maybe_text(calling, "mode", path) or "").upper()
    if word and word not in _MODES and word != "MODE_UNSPECIFIED":
        raise MalformedRequest("must be AUTO, ANY, NONE or VALIDATED", path=f"{path}.mode")
    if word == "VALIDATED":
        losses.lost(Feature.FIELD, "functionCallingConfig.mode.VALIDATED")
    names = texts_in(calling, "allowedFunctionNames", path)
    return ToolChoice(mode=_MODES.get(word), names=names)


def _function(given: object, path: str, losses: LossReport) -> Tool:
    fields = object_of(given, path)
    lose_rest(fields, _DECLARATION, losses, "functionDeclaration")
    schema = None
    if (parameters := fields.get("parametersJsonSchema")) is not None:
        schema = from_json_schema(parameters, f"{path}.parametersJsonSchema")
    elif (parameters := fields.get("parameters")) is not None:
        schema = from_openapi(parameters, f"{path}.parameters")
    return Tool(
        name=name_in(fields, "name", path),
        description=maybe_text(fields, "description", path),
        schema=schema,
    )


_HOSTED_NAMES = {
    HostedKind.WEB_SEARCH: "googleSearch",
    HostedKind.WEB_FETCH: "urlContext",
    HostedKind.CODE_EXECUTION: "codeExecution",
}
_NAMES_ALONE = frozenset({"type", "name", "cache_control", "external_web_access"})
_MODE_WORDS = {ToolMode.AUTO: "AUTO", ToolMode.ANY: "ANY", ToolMode.NONE: "NONE"}


def write_tools(
    prompt: Prompt, names: ToolNames, *, model: GeminiModel, vendor: Vendor, losses: LossReport
) -> dict[str, Any]:
    """`tools` and `toolConfig`, as far as there are any."""
    own = [tool for tool in prompt.tools if isinstance(tool, Tool)]
    room = ReferenceBudget()
    functions = [_written_function(tool, names, losses, room) for tool in own]
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


def _written_function(
    tool: Tool, names: ToolNames, losses: LossReport, room: ReferenceBudget
) -> dict[str, Any]:
    _report_function(tool, losses)
    written: dict[str, Any] = {"name": names.written(tool.name, tool.namespace)}
    if tool.description:
        written["description"] = tool.description
    schema = custom_schema(tool, losses) if tool.kind is CallKind.CUSTOM else tool.schema
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
        name = _HOSTED_NAMES.get(tool.kind)
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
    written: dict[str, Any] = {"mode": _MODE_WORDS[choice.mode or ToolMode.AUTO]}
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
