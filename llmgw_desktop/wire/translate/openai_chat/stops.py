"""`finish_reason` and what it means, both ways."""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.domain.answer import Stop, StopKind

CALLS = frozenset({"tool_calls", "function_call"})
FAILURES = frozenset({"error", "network_error", "insufficient_system_resource"})
"""Words of OpenRouter, GLM and DeepSeek for an answer that broke off."""
_KINDS: Mapping[str, StopKind] = MappingProxyType(
    {
        "stop": StopKind.END,
        "length": StopKind.LENGTH,
        "max_tokens": StopKind.LENGTH,
        "model_length": StopKind.CONTEXT,
        "model_context_window_exceeded": StopKind.CONTEXT,
        "content_filter": StopKind.REFUSAL,
        "sensitive": StopKind.REFUSAL,
        "safety": StopKind.REFUSAL,
        "refusal": StopKind.REFUSAL,
    }
)
"""With the words of servers that do not keep to the vendor's; unknown ones mean the end."""
_WORDS: Mapping[StopKind, str] = MappingProxyType(
    {
        StopKind.LENGTH: "length",
        StopKind.CONTEXT: "length",
        StopKind.TOOLS: "tool_calls",
        StopKind.REFUSAL: "content_filter",
    }
)


def read_stop(
    word: str, *, has_calls: bool, has_refusal: bool, sequence: str | None = None
) -> Stop:
    """Calls count more than the word, unless the answer was cut short or refused."""
    kind = _KINDS.get(word, StopKind.END)
    if kind is StopKind.END:
        if has_calls:
            kind = StopKind.TOOLS
        elif has_refusal:
            kind = StopKind.REFUSAL
        elif sequence:
            kind = StopKind.STOP_SEQUENCE
    return Stop(kind=kind, sequence=sequence or None, vendor_word=word)


def finish_reason(stop: Stop, *, has_calls: bool, has_refusal: bool, is_legacy: bool) -> str:
    """A refusal that is told in words of its own is an end like any other."""
    kind = stop.kind
    if has_calls and kind not in (StopKind.LENGTH, StopKind.CONTEXT, StopKind.REFUSAL):
        kind = StopKind.TOOLS
    if kind is StopKind.REFUSAL and has_refusal:
        return "stop"
    if kind is StopKind.TOOLS:
        if not has_calls:
            return "stop"
        return "function_call" if is_legacy else "tool_calls"
    return _WORDS.get(kind, "stop")
