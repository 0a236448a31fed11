"""Declared tools, which of them may be called, and JSON schemas, as the vendor takes them.

The root of a tool's schema must be an object without alternatives. Enforced schemas, of tools and
of structured answers, must close every object and may not bound numbers and lengths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.model.content import CacheMark, CallKind, Vendor
from llmgw_desktop.domain.model.prompt import HostedKind, HostedTool, Prompt, Tool, ToolMode
from llmgw_desktop.wire.translate.anthropic.models import ClaudeModel
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import (
    ToolNames,
    custom_schema,
    local_target,
    without_alternatives,
)

_DEEPEST = 60
_SUBSCHEMA_MAPS = ("properties", "$defs", "definitions")
_SUBSCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_UNENFORCED = frozenset(
    {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "patternProperties",
        "propertyNames",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedProperties",
        "unevaluatedItems",
    }
)
_FORMATS = frozenset(
    (
        *("date-time", "time", "date", "duration", "email"),
        *("hostname", "uri", "ipv4", "ipv6", "uuid"),
    )
)
_LONGEST_BOUND = 200
Lost = Callable[[str], None]


def tool_schema(schema: Mapping[str, Any] | None, lost: Lost) -> dict[str, Any]:
    """With an object at its root; `lost` hears what had to be given up."""
    root = _without_draft_3(dict(schema or {}), 0)
    target = local_target(root)
    if target is not None:
        root = {**target, **{name: root[name] for name in root if name != "$ref"}}
    root = without_alternatives(root, lost)
    if root.get("type") != "object":
        if "type" in root:
            lost("type")
        root["type"] = "object"
    if type(root.get("properties")) is not dict:
        root["properties"] = {}
    return root


def enforced_schema(schema: Mapping[str, Any], lost: Lost) -> dict[str, Any]:
    """Closed; bounds that are not enforced are told in the descriptions."""
    return _enforced(dict(schema), lost, 0)


def _enforced(schema: dict[str, Any], lost: Lost, depth: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    told = []
    for name, value in schema.items():
        if _is_enforced(name, value):
            kept["anyOf" if name == "oneOf" else name] = value
        else:
            lost(name)
            told.append(f"{name}: {value}"[:_LONGEST_BOUND])
    if told:
        # as the vendor's own libraries do: the model may heed what is not enforced
        words = f"{{{', '.join(told)}}}"
        before = kept.get("description")
        kept["description"] = f"{before}\n\n{words}" if isinstance(before, str) else words
    if kept.get("type") == "object" or "properties" in kept:
        if kept.get("additionalProperties", False) is not False:
            lost("additionalProperties")
        kept["additionalProperties"] = False
    if depth < _DEEPEST:
        _each_part(kept, lambda part: _enforced(part, lost, depth + 1))
    return kept


def _is_enforced(name: str, value: object) -> bool:
    if name == "minItems":
        return value in (0, 1)
    if name == "format":
        return value in _FORMATS if isinstance(value, str) else False
    return name not in _UNENFORCED


def _without_draft_3(schema: dict[str, Any], depth: int) -> dict[str, Any]:
    """`required: true` on a property is of an old draft, and refused."""
    kept = {
        name: value
        for name, value in schema.items()
        if name != "required" or isinstance(value, list)
    }
    if depth < _DEEPEST:
        _each_part(kept, lambda part: _without_draft_3(part, depth + 1))
    return kept


def _each_part(schema: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    for name in _SUBSCHEMA_MAPS:
        parts = schema.get(name)
        if type(parts) is dict:
            schema[name] = {
                key: change(part) if type(part) is dict else part for key, part in parts.items()
            }
    for name in _SUBSCHEMA_LISTS:
        parts = schema.get(name)
        if type(parts) is list:
            schema[name] = [change(part) if type(part) is dict else part for part in parts]
    for name in ("items", "not", "additionalProperties"):
        part = schema.get(name)
        if type(part) is dict:
            schema[name] = change(part)


_WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_TTLS = ("5m", "1h")
_MODES = {ToolMode.AUTO: "auto", ToolMode.ANY: "any", ToolMode.NONE: "none"}


def cache_control(mark: CacheMark) -> dict[str, str]:
    """Of a mark whose time the vendor knows; another time becomes its default."""
    if mark.ttl in _TTLS:
        return {"type": "ephemeral", "ttl": mark.ttl}
    return {"type": "ephemeral"}


@dataclass(slots=True)
class ToolWriter:
    """Writes the tools of one request."""

    prompt: Prompt
    target: PromptTarget
    model: ClaudeModel
    names: ToolNames
    report: LossReport

    def tools(self) -> list[dict[str, Any]]:
        written: dict[str, dict[str, Any]] = {}
        own = {
            self.names.written(tool.name, tool.namespace)
            for tool in self.prompt.tools
            if isinstance(tool, Tool)
        }
        for tool in self.prompt.tools:
            if isinstance(tool, Tool):
                entry = self._own(tool)
                written.setdefault(entry["name"], entry)
                continue
            hosted = self._hosted(tool)
            name = str((hosted or {}).get("name") or (hosted or {}).get("mcp_server_name"))
            if hosted is None or name in own:
                self.report.lost(Feature.HOSTED_TOOL, str(tool.raw.get("type", "")))
            else:
                written.setdefault(name, hosted)
        return list(written.values())

    def choice(self) -> dict[str, Any] | None:
        wanted = self.prompt.tool_choice
        mode = wanted.mode
        if mode is ToolMode.ANY and not self.model.can_force_tools:
            self.report.lost(Feature.TOOL_CHOICE)
            return self._with_parallel({"type": "auto"})
        if wanted.names and mode is ToolMode.ANY and len(wanted.names) == 1:
            return self._with_parallel({"type": "tool", "name": self._name(wanted.names[0])})
        if wanted.names:
            self.report.lost(Feature.TOOL_CHOICE, "names")
        if mode is None:
            return None if wanted.parallel is not False else self._with_parallel({"type": "auto"})
        return self._with_parallel({"type": _MODES[mode]})

    def _with_parallel(self, choice: dict[str, Any]) -> dict[str, Any]:
        if self.prompt.tool_choice.parallel is False and choice["type"] != "none":
            choice["disable_parallel_tool_use"] = True
        return choice

    def _name(self, name: str) -> str:
        for tool in self.prompt.tools:
            if isinstance(tool, Tool) and tool.name == name:
                return self.names.written(name, tool.namespace)
        return self.names.written(name)

    def _own(self, tool: Tool) -> dict[str, Any]:
        entry: dict[str, Any] = {"name": self.names.written(tool.name, tool.namespace)}
        if tool.description:
            entry["description"] = tool.description
        if tool.namespace_description:
            self.report.lost(Feature.TOOL_NAMESPACE, tool.namespace or "")
        if tool.kind is CallKind.CUSTOM:
            entry["input_schema"] = custom_schema(tool, self.report, tool.name)
        else:
            entry |= self._function(tool)
        if tool.cache is not None:
            entry["cache_control"] = cache_control(tool.cache)
        return entry

    def _function(self, tool: Tool) -> dict[str, Any]:
        def lost(what: str) -> None:
            self.report.lost(Feature.TOOL_SCHEMA, what)

        schema = tool_schema(tool.schema, lost)
        if not tool.strict:
            return {"input_schema": schema}
        if not self.model.takes_schema or self.target.vendor is not Vendor.ANTHROPIC:
            self.report.lost(Feature.TOOL_STRICT)
            return {"input_schema": schema}
        return {"input_schema": enforced_schema(schema, lost), "strict": True}

    def _hosted(self, tool: HostedTool) -> dict[str, Any] | None:
        if self.target.vendor is not Vendor.ANTHROPIC:
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
