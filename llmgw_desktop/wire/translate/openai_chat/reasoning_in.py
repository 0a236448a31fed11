"""What a caller wants of the model's thinking, in the members that servers of this protocol know:

`reasoning_effort` (OpenAI), `reasoning` (OpenRouter), `thinking` (Kimi, DeepSeek, GLM).
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import Effort, Reasoning
from llmgw_desktop.wire.translate.openai_chat.checked import (
    count_at,
    flag_at,
    object_at,
    one_of,
    string_at,
)

_MEMBERS = frozenset({"reasoning_effort", "reasoning", "thinking", "include_reasoning"})
_EFFORTS: Mapping[str, Effort | None] = {
    **{str(effort): effort for effort in Effort},
    "default": None,
    "auto": None,
}


def read_reasoning(fields: Mapping[str, Any]) -> Reasoning | None:
    """The vendor's own member goes before the others."""
    if _MEMBERS.isdisjoint(fields):
        return None
    effort = one_of(fields, "reasoning_effort", "", _EFFORTS)
    told = object_at(fields, "reasoning", "") or {}
    thinking = object_at(fields, "thinking", "") or {}
    if effort is None:
        effort = _effort(told, thinking)
    budget = count_at(told, "max_tokens", "reasoning", least=0)
    if budget is None:
        budget = count_at(thinking, "budget_tokens", "thinking", least=-1)
    is_adaptive = thinking.get("type") == "adaptive"
    show = _show(fields, told)
    if effort is None and budget is None and show is None and not is_adaptive:
        return None
    return Reasoning(effort=effort, budget_tokens=budget, is_adaptive=is_adaptive, show=show)


def _effort(told: Mapping[str, Any], thinking: Mapping[str, Any]) -> Effort | None:
    effort: Effort | None = one_of(told, "effort", "reasoning", _EFFORTS)
    if effort is not None:
        return effort
    enabled = flag_at(told, "enabled", "reasoning")
    if enabled is None:
        return _of_thinking(thinking)
    has_more = told.get("max_tokens") is not None
    return (None if has_more else Effort.MEDIUM) if enabled else Effort.NONE


def _of_thinking(thinking: Mapping[str, Any]) -> Effort | None:
    kind = string_at(thinking, "type", "thinking")
    if kind not in (None, "enabled", "disabled", "adaptive", "auto"):
        raise MalformedRequest("must be enabled, disabled or adaptive", path="thinking.type")
    if kind == "disabled":
        return Effort.NONE
    is_plain = kind == "enabled" and thinking.get("budget_tokens") is None
    return Effort.MEDIUM if is_plain else None


def _show(fields: Mapping[str, Any], told: Mapping[str, Any]) -> str | None:
    summary = string_at(told, "summary", "reasoning")
    if flag_at(told, "exclude", "reasoning") or flag_at(fields, "include_reasoning", "") is False:
        return "none"
    return summary
