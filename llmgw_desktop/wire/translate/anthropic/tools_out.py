"""Declared tools, and which of them may be called, as the vendor wants them."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import CacheMark, CallKind, Vendor
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Prompt, Tool, ToolMode
from llmgw_desktop.wire.translate.anthropic.claude_models import ClaudeModel
from llmgw_desktop.wire.translate.anthropic.schema import enforced_schema, tool_schema
from llmgw_desktop.wire.translate.codec import Target
from llmgw_desktop.wire.translate.custom_text import input_schema
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import ToolNames

_WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_TTLS = ("5m", "1h")
_MODES = {ToolMode.AUTO: "auto", ToolMode.ANY: "any", ToolMode.NONE: "none"}


def cache_control(mark: CacheMark) -> dict[str, str]:
    """Of a mark whose time the vendor knows; another time becomes its default."""
    if mark.ttl in _TTLS:
        return {"type": "ephemeral", "ttl": mark.ttl}
    return {"type": "ephemeral"}


class ToolWriter:
    """Writes the tools of one request."""

    __slots__ = ("_model", "_names", "_prompt", "_report", "_target")

    def __init__(
        self,
        prompt: Prompt,
        target: Target,
        model: ClaudeModel,
        names: ToolNames,
        report: LossReport,
    ) -> None:
        self._prompt = prompt
        self._target = target
        self._model = model
        self._names = names
        self._report = report

    def tools(self) -> list[dict[str, Any]]:
        written: dict[str, dict[str, Any]] = {}
        own = {
            self._names.written(tool.name, tool.namespace)
            for tool in self._prompt.tools
            if isinstance(tool, Tool)
        }
        for tool in self._prompt.tools:
            if isinstance(tool, Tool):
                entry = self._own(tool)
                written.setdefault(entry["name"], entry)
                continue
            hosted = self._hosted(tool)
            name = str((hosted or {}).get("name") or (hosted or {}).get("mcp_server_name"))
            if hosted is None or name in own:
                self._report.lost(Feature.HOSTED_TOOL, str(tool.raw.get("type", "")))
            else:
                written.setdefault(name, hosted)
        return list(written.values())

    def choice(self) -> dict[str, Any] | None:
        wanted = self._prompt.tool_choice
        mode = wanted.mode
        if mode is ToolMode.ANY and not self._model.can_force_tools:
            self._report.lost(Feature.TOOL_CHOICE)
            return self._with_parallel({"type": "auto"})
        if wanted.names and mode is ToolMode.ANY and len(wanted.names) == 1:
            return self._with_parallel({"type": "tool", "name": self._name(wanted.names[0])})
        if wanted.names:
            self._report.lost(Feature.TOOL_CHOICE, "names")
        if mode is None:
            return None if wanted.parallel is not False else self._with_parallel({"type": "auto"})
        return self._with_parallel({"type": _MODES[mode]})

    def _with_parallel(self, choice: dict[str, Any]) -> dict[str, Any]:
        if self._prompt.tool_choice.parallel is False and choice["type"] != "none":
            choice["disable_parallel_tool_use"] = True
        return choice

    def _name(self, name: str) -> str:
        for tool in self._prompt.tools:
            if isinstance(tool, Tool) and tool.name == name:
                return self._names.written(name, tool.namespace)
        return self._names.written(name)

    def _own(self, tool: Tool) -> dict[str, Any]:
        entry: dict[str, Any] = {"name": self._names.written(tool.name, tool.namespace)}
        if tool.description:
            entry["description"] = tool.description
        if tool.namespace_description:
            self._report.lost(Feature.TOOL_NAMESPACE, tool.namespace or "")
        if tool.kind is CallKind.CUSTOM:
            if tool.grammar and tool.grammar.get("type") == "grammar":
                self._report.lost(Feature.CUSTOM_GRAMMAR, tool.name)
            entry["input_schema"] = input_schema(tool.grammar)
        else:
            entry |= self._function(tool)
        if tool.cache is not None:
            entry["cache_control"] = cache_control(tool.cache)
        return entry

    def _function(self, tool: Tool) -> dict[str, Any]:
        def lost(what: str) -> None:
            self._report.lost(Feature.TOOL_SCHEMA, what)

        schema = tool_schema(tool.schema, lost)
        if not tool.strict:
            return {"input_schema": schema}
        if not self._model.takes_schema or self._target.vendor is not Vendor.ANTHROPIC:
            self._report.lost(Feature.TOOL_STRICT)
            return {"input_schema": schema}
        return {"input_schema": enforced_schema(schema, lost), "strict": True}

    def _hosted(self, tool: HostedTool) -> dict[str, Any] | None:
        if self._target.vendor is not Vendor.ANTHROPIC:
            return None
        if tool.vendor is Vendor.ANTHROPIC:
            return dict(tool.raw)
        return _web_search(tool.raw) if tool.kind is HostedKind.WEB_SEARCH else None


def _web_search(raw: Mapping[str, object]) -> dict[str, Any]:
    """Of another vendor's; where the user is and which sites may be read mean the same."""
    search: dict[str, Any] = dict(_WEB_SEARCH)
    place = raw.get("user_location")
    if isinstance(place, dict) and place.get("type") == "approximate":
        known = {
            name: place[name]
            for name in ("city", "region", "country", "timezone")
            if isinstance(place.get(name), str)
        }
        search["user_location"] = {"type": "approximate", **known}
    filters = raw.get("filters")
    domains = filters.get("allowed_domains") if isinstance(filters, dict) else None
    if isinstance(domains, list) and domains:
        search["allowed_domains"] = [str(domain) for domain in domains]
    return search
