"""What is read and written alike: why an answer ended, citations, the vendor's own blocks."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.model.answer import Stop, StopKind
from llmgw_desktop.domain.model.content import Citation, Hosted, Vendor
from llmgw_desktop.wire.translate.carriers import MADE_BLOCK_ID

_KINDS = {
    "end_turn": StopKind.END,
    "tool_use": StopKind.TOOLS,
    "max_tokens": StopKind.LENGTH,
    "model_context_window_exceeded": StopKind.CONTEXT,
    "stop_sequence": StopKind.STOP_SEQUENCE,
    "refusal": StopKind.REFUSAL,
    "pause_turn": StopKind.PAUSE,
}
_WORDS = {kind: word for word, kind in _KINDS.items()}
_LONGEST = 1000


def read_stop(told: Mapping[str, Any], *, has_calls: bool) -> Stop:
    """Of a message, or of what a message_delta changes. Calls that wait for results are why it
    ended, whatever else a server says, unless they were cut."""
    reason = told.get("stop_reason")
    word = reason[:_LONGEST] if isinstance(reason, str) else None
    kind = _KINDS.get(word or "", StopKind.END)
    if kind is StopKind.END and has_calls:
        kind = StopKind.TOOLS
    sequence = told.get("stop_sequence")
    return Stop(
        kind=kind,
        sequence=sequence[:_LONGEST] if isinstance(sequence, str) else None,
        vendor_word=word,
    )


def refusal_in(told: Mapping[str, Any]) -> str | None:
    """The vendor's explanation of a refusal."""
    details = told.get("stop_details")
    if type(details) is not dict:
        return None
    explanation = details.get("explanation")
    return explanation if isinstance(explanation, str) and explanation else None


def written_reason(stop: Stop, *, has_calls: bool, has_refused: bool) -> str:
    if stop.kind is StopKind.END and has_refused:
        return "refusal"
    if stop.kind is StopKind.END and has_calls:
        return "tool_use"
    return _WORDS[stop.kind]


def read_citation(raw: Mapping[str, Any]) -> Citation:
    is_ours = raw.get("encrypted_index") == ""
    return Citation(
        url=_word(raw, "url") or _word(raw, "source"),
        title=_word(raw, "title") or _word(raw, "document_title"),
        cited_text=_word(raw, "cited_text"),
        raw=None if is_ours else raw,
        vendor=Vendor.OTHER if is_ours else Vendor.ANTHROPIC,
    )


def written_citation(citation: Citation) -> Mapping[str, object] | None:
    """For a caller; None where the protocol has no form for it."""
    if citation.vendor is Vendor.ANTHROPIC and citation.raw is not None:
        return citation.raw
    if citation.url is None:
        return None
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "cited_text": citation.cited_text or "",
        "encrypted_index": "",
    }


def _word(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


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


_MOST_SOURCES = 100


def search_blocks(item: Hosted, at: int) -> list[dict[str, Any]]:
    """A web search of OpenAI's as callers know it; empty for anything else."""
    action = item.raw.get("action")
    if item.what != "web_search_call" or not isinstance(action, dict):
        return []
    use_id = f"{MADE_BLOCK_ID}_{at}"
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


STATUS_OF_ERROR = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
