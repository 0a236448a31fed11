"""Declared tools of a caller's request: its own, and those that the vendor runs or knows."""

import re
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import Vendor
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import HostedKind, HostedTool, Tool
from llmgw_desktop.wire.translate.anthropic.blocks_in import BlockReader
from llmgw_desktop.wire.translate.anthropic.json_fields import (
    as_object,
    maybe_flag,
    maybe_list,
    maybe_object,
    maybe_text,
    text_in,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_DATED = re.compile(r"([a-z0-9_]+)_\d{8}")
_KINDS = {
    "web_search": HostedKind.WEB_SEARCH,
    "web_fetch": HostedKind.WEB_FETCH,
    "code_execution": HostedKind.CODE_EXECUTION,
}
_KNOWN = {
    "type",
    "name",
    "description",
    "input_schema",
    "strict",
    "cache_control",
    # how the arguments are streamed, which is decided by who answers
    "eager_input_streaming",
    "defer_loading",
}


def read_tools(
    fields: Mapping[str, Any], blocks: BlockReader, report: LossReport
) -> tuple[Tool | HostedTool, ...]:
    listed = maybe_list(fields, "tools") or []
    return tuple(_tool(each, f"tools[{at}]", blocks, report) for at, each in enumerate(listed))


def _tool(value: object, path: str, blocks: BlockReader, report: LossReport) -> Tool | HostedTool:
    tool = as_object(value, path)
    kind = maybe_text(tool, "type", path) or "custom"
    if kind != "custom":
        return _hosted(tool, kind, path)
    blocks.rest(tool, _KNOWN, "tools")
    if maybe_flag(tool, "defer_loading", path):
        report.lost(Feature.FIELD, "tools.defer_loading")
    return Tool(
        name=text_in(tool, "name", path),
        description=maybe_text(tool, "description", path),
        schema=maybe_object(tool, "input_schema", path),
        strict=maybe_flag(tool, "strict", path),
        cache=blocks.cache_mark(tool, path),
    )


def _hosted(tool: dict[str, Any], kind: str, path: str) -> HostedTool:
    dated = _DATED.fullmatch(kind)
    if dated is None and kind != "mcp_toolset":
        raise MalformedRequest(f"'{kind[:80]}' is no known type", path=f"{path}.type")
    family = _KINDS.get(dated[1], HostedKind.OTHER) if dated else HostedKind.OTHER
    return HostedTool(kind=family, vendor=Vendor.ANTHROPIC, raw=tool)
