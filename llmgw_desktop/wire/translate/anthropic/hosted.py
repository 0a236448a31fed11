"""Blocks of this vendor alone: its own tools and what they gave, compaction, fallbacks.

They are kept as they are. What can be said of them in words is said for those who cannot take
them. Of other vendors' tools, web search has a form here that callers know.
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


def hosted_in_history(raw: Mapping[str, Any]) -> Hosted:
    """With words: a model that goes on needs to know what was found."""
    kind = str(raw.get("type"))
    return Hosted(vendor=Vendor.ANTHROPIC, what=kind, raw=raw, text=_in_words(kind, raw))


def hosted_in_answer(raw: Mapping[str, Any]) -> Hosted:
    """Without: they would stand in the answer as if the model had said them."""
    return Hosted(vendor=Vendor.ANTHROPIC, what=str(raw.get("type")), raw=raw)


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


MADE_ID = "srvtoolu_llmgw"
"""Ids of the blocks made here begin so: they are for callers, the vendor would refuse them."""
_MOST_SOURCES = 100


def search_blocks(item: Hosted, at: int) -> list[dict[str, Any]]:
    """A web search of OpenAI's as callers know it; empty for anything else."""
    action = item.raw.get("action")
    if item.what != "web_search_call" or not isinstance(action, dict):
        return []
    use_id = f"{MADE_ID}_{at}"
    asked = {name: action[name] for name in ("query", "url") if isinstance(action.get(name), str)}
    listed = action.get("sources")
    sources = (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    found = [
        {
            "type": "web_search_result",
            "url": each["url"],
            "title": str(each.get("title") or each["url"]),
            "encrypted_content": "",
            "page_age": None,
        }
        for each in sources[:_MOST_SOURCES]
        if isinstance(each.get("url"), str)
    ]
    return [
        {"type": "server_tool_use", "id": use_id, "name": "web_search", "input": asked},
        {"type": "web_search_tool_result", "tool_use_id": use_id, "content": found},
    ]
