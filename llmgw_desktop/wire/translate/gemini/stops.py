"""Why a model stopped, in Google's words and in ours."""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.domain.answer import Stop, StopKind

BLOCKED = "blocked:"
"""Before the reason for which a prompt got no answer at all."""

FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "MALFORMED_FUNCTION_CALL": "The model made a function call that cannot be read.",
        "UNEXPECTED_TOOL_CALL": "The model called a tool though none was offered.",
        "TOO_MANY_TOOL_CALLS": "The model called tools too often in a row.",
        "MISSING_THOUGHT_SIGNATURE": "A call of the conversation lacks its thought signature.",
        "MALFORMED_RESPONSE": "The model made an answer that cannot be read.",
    }
)
"""Reasons that are faults and no ends."""

_KINDS: Mapping[str, StopKind] = MappingProxyType(
    {
        "STOP": StopKind.END,
        "MAX_TOKENS": StopKind.LENGTH,
        "CONTINUATION": StopKind.PAUSE,
        "SAFETY": StopKind.REFUSAL,
        "RECITATION": StopKind.REFUSAL,
        "LANGUAGE": StopKind.REFUSAL,
        "BLOCKLIST": StopKind.REFUSAL,
        "PROHIBITED_CONTENT": StopKind.REFUSAL,
        "SPII": StopKind.REFUSAL,
        "MODEL_ARMOR": StopKind.REFUSAL,
        "JAILBREAK": StopKind.REFUSAL,
        "ESCALATION": StopKind.REFUSAL,
        "PUP_LIMITED_DISABLED": StopKind.REFUSAL,
        "IMAGE_SAFETY": StopKind.REFUSAL,
        "IMAGE_PROHIBITED_CONTENT": StopKind.REFUSAL,
        "IMAGE_RECITATION": StopKind.REFUSAL,
    }
)

_WORDS: Mapping[StopKind, str] = MappingProxyType(
    {
        StopKind.LENGTH: "MAX_TOKENS",
        StopKind.CONTEXT: "MAX_TOKENS",
        StopKind.REFUSAL: "SAFETY",
    }
)


def stop_of(reason: str) -> Stop:
    """Of a finishReason that is no failure; words that we do not know are plain ends."""
    if reason.startswith(BLOCKED):
        return Stop(kind=StopKind.REFUSAL, vendor_word=reason.removeprefix(BLOCKED))
    return Stop(kind=_KINDS.get(reason, StopKind.END), vendor_word=reason)


def finish_reason(stop: Stop) -> str:
    return _WORDS.get(stop.kind, "STOP")
