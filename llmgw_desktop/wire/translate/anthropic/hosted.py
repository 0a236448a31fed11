"""Blocks of this vendor alone: its own tools and what they gave, compaction, fallbacks.

They are kept as they are. What can be said of them in words is said for those who cannot take
them.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import Hosted, Vendor

_ALONE = frozenset(
    {
        "server_tool_use",
        "mcp_tool_use",
        "container_upload",
        "compaction",
        "fallback",
        "mid_conv_system",
        "connector_text",
    }
)
_MOST_WORDS = 200_000


def is_hosted(kind: str) -> bool:
    """Of the blocks that a caller may send back."""
    return kind in _ALONE or (kind.endswith("_tool_result") and kind != "tool_result")


def hosted(raw: Mapping[str, Any]) -> Hosted:
    kind = str(raw.get("type"))
    return Hosted(vendor=Vendor.ANTHROPIC, what=kind, raw=raw, text=_in_words(kind, raw))


def _in_words(kind: str, raw: Mapping[str, Any]) -> str | None:
    content = raw.get("content")
    if kind == "compaction":
        return content if isinstance(content, str) and content else None
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return None
    lines = [line for each in content if isinstance(each, dict) for line in _lines(each)]
    return "\n".join(lines)[:_MOST_WORDS] or None


def _lines(result: Mapping[str, Any]) -> list[str]:
    """Of a search's or a fetch's result, a command's output, an MCP tool's text."""
    found = [result.get(name) for name in ("title", "url", "stdout", "stderr", "text")]
    return [each for each in found if isinstance(each, str) and each]
