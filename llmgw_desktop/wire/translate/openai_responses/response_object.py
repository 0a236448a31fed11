"""The response object that answers consist of, and that first and last events of streams hold.

Official SDKs demand most of its members; those that say what was asked for come from the request.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.answer import Stop, StopKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.codec import Asked

_DEFAULTS: Mapping[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}
_IN_PARTS = frozenset({"text", "reasoning"})
"""Of these, what the request leaves out is told all the same."""
_OF_CODEX = {"instructions": _DEFAULTS["instructions"], "tools": _DEFAULTS["tools"], "store": False}
_FILTERED = "content_filter"
_INCOMPLETE = {
    StopKind.LENGTH: "max_output_tokens",
    StopKind.CONTEXT: "max_output_tokens",
    StopKind.REFUSAL: _FILTERED,
}
_CODES = frozenset(
    {
        "server_error",
        "rate_limit_exceeded",
        "invalid_prompt",
        "context_length_exceeded",
        "insufficient_quota",
    }
)


def asked_for(asked: Asked, *, is_codex: bool) -> dict[str, Any]:
    """What the answer repeats of its request.

    The Codex flavour's callers never look at it; it would be most of a short answer.
    """
    told: dict[str, Any] = {
        name: value for name, value in (asked.prompt.echo or {}).items() if value is not None
    }
    for name in _IN_PARTS & told.keys():
        told[name] = {**_DEFAULTS[name], **told[name]}
    members = {**_DEFAULTS, **told}
    if is_codex:
        members |= _OF_CODEX
    if members["tools"]:
        members["tools"] = [_tool(tool) for tool in members["tools"]]
    return members


def response_object(
    head: Mapping[str, Any], status: str, output: object, repeated: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """`head`: id, created_at, model; `more`: error, incomplete_details, usage."""
    return {
        **head,
        "object": "response",
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "output": output,
        "usage": None,
        **repeated,
        **more,
    }


def usage_object(usage: Usage) -> dict[str, Any] | None:
    """None where a sum is not known. Details that are not known are null: whoever passes an answer
    on has counted them for clients that want numbers (`callers_usage.py`)."""
    asked, answered = usage.input_tokens, usage.output_tokens
    if asked is None or answered is None:
        return None
    cached = None
    if usage.cache_read_tokens is not None:
        cached = {"cached_tokens": usage.cache_read_tokens}
        if usage.cache_write_tokens is not None:
            cached["cache_write_tokens"] = usage.cache_write_tokens
    thought = usage.reasoning_tokens
    return {
        "input_tokens": asked,
        "input_tokens_details": cached,
        "output_tokens": answered,
        "output_tokens_details": None if thought is None else {"reasoning_tokens": thought},
        "total_tokens": asked + answered,
    }


def incomplete_reason(stop: Stop, *, has_refused: bool) -> str | None:
    """None for an answer that is complete; a refusal in words is one."""
    reason = _INCOMPLETE.get(stop.kind)
    return None if has_refused and reason == _FILTERED else reason


def error_object(message: str, kind: str, status: int | None = None) -> dict[str, Any]:
    """The vendor has few words for what went wrong, and clients know them alone."""
    if kind in _CODES:
        return {"code": kind, "message": message}
    code = "rate_limit_exceeded" if status == 429 or "rate_limit" in kind else "server_error"
    return {"code": code, "message": message}


def _tool(tool: object) -> object:
    """Functions are repeated with all their members."""
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}
