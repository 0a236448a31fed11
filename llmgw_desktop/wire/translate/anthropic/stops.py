"""Why an answer ended, in the vendor's words and in ours."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.answer import Stop, StopKind

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
