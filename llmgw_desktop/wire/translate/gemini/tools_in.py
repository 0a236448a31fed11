"""Declared tools and the choice among them."""

from llmgw_desktop.domain.content import Vendor
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Tool, ToolChoice, ToolMode
from llmgw_desktop.wire.translate.gemini.members import (
    Fields,
    child,
    items,
    needed_text,
    object_of,
    report_others,
    text,
    texts,
)
from llmgw_desktop.wire.translate.gemini.schema_in import from_json_schema, from_openapi
from llmgw_desktop.wire.translate.losses import Feature, LossReport

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
    for given, path in items(fields, "tools", ""):
        for name, value in object_of(given, path).items():
            if name == "functionDeclarations":
                tools += _functions(value, f"{path}.{name}", losses)
            elif name not in _HOSTED:
                raise MalformedRequest("is no tool that is known here", path=f"{path}.{name}")
            elif value is not None:
                raw = {name: value}
                tools.append(HostedTool(kind=_HOSTED[name], vendor=Vendor.GOOGLE, raw=raw))
    return tuple(tools)


def read_choice(fields: Fields, losses: LossReport) -> ToolChoice:
    config = child(fields, "toolConfig", "")
    if config is None:
        return ToolChoice()
    report_others(config, frozenset({"functionCallingConfig"}), losses, "toolConfig.")
    path = "toolConfig.functionCallingConfig"
    calling = child(config, "functionCallingConfig", "toolConfig.")
    if calling is None:
        return ToolChoice()
    report_others(calling, _CHOICE, losses, "functionCallingConfig.")
    word = (text(calling, "mode", f"{path}.") or "").upper()
    if word and word not in _MODES and word != "MODE_UNSPECIFIED":
        raise MalformedRequest("must be AUTO, ANY, NONE or VALIDATED", path=f"{path}.mode")
    if word == "VALIDATED":
        losses.lost(Feature.FIELD, "functionCallingConfig.mode.VALIDATED")
    names = texts(calling, "allowedFunctionNames", f"{path}.")
    return ToolChoice(mode=_MODES.get(word), names=names)


def _functions(given: object, path: str, losses: LossReport) -> list[Tool]:
    return [_function(each, place, losses) for each, place in items({"": given}, "", path)]


def _function(given: object, path: str, losses: LossReport) -> Tool:
    fields = object_of(given, path)
    report_others(fields, _DECLARATION, losses, "functionDeclaration.")
    schema = None
    if (parameters := fields.get("parametersJsonSchema")) is not None:
        schema = from_json_schema(parameters, f"{path}.parametersJsonSchema")
    elif (parameters := fields.get("parameters")) is not None:
        schema = from_openapi(parameters, f"{path}.parameters")
    return Tool(
        name=needed_text(fields, "name", f"{path}."),
        description=text(fields, "description", f"{path}."),
        schema=schema,
    )
