"""How hard to think, as a model takes it: an effort, or a budget of tokens, or not at all."""

from typing import Any

from llmgw_desktop.domain.prompt import Effort, Prompt, Reasoning, ToolMode
from llmgw_desktop.wire.translate.anthropic.claude_models import (
    ClaudeModel,
    OffSwitch,
    ThinkingSwitch,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport

LEAST_BUDGET = 1024
_BUDGETS = {
    Effort.MINIMAL: LEAST_BUDGET,
    Effort.LOW: LEAST_BUDGET,
    Effort.MEDIUM: 8_192,
    Effort.HIGH: 24_576,
    Effort.XHIGH: 32_768,
    Effort.MAX: 128_000,
}
_EFFORTS_BY_BUDGET = ((1024, Effort.LOW), (8_192, Effort.MEDIUM), (24_576, Effort.HIGH))
_SHOWN = {"none": "omitted", "auto": "summarized", "concise": "summarized"}


def written_thinking(
    prompt: Prompt, model: ClaudeModel, max_tokens: int, report: LossReport, *, is_unsigned: bool
) -> dict[str, Any]:
    """The members `thinking` and `output_config` of a request, those that are needed.

    `is_unsigned`: the turn that goes on now began without thinking that the vendor can read, and
    models with budgets refuse to think then.
    """
    wanted = prompt.reasoning
    if wanted is None:
        return {}
    effort = _effort(wanted)
    if effort is Effort.NONE:
        return _off(model, report)
    if model.thinking is ThinkingSwitch.NONE:
        report.lost(Feature.REASONING)
        return {}
    is_forced = prompt.tool_choice.mode is ToolMode.ANY and model.can_force_tools
    if model.thinking is ThinkingSwitch.ADAPTIVE:
        return _adaptive(wanted, effort, model, report, is_forced=is_forced)
    if is_forced or is_unsigned:
        report.lost(Feature.REASONING, "tool_choice" if is_forced else "unsigned")
        return {}
    return _budgeted(wanted, effort, max_tokens, report)


def _effort(wanted: Reasoning) -> Effort | None:
    if wanted.effort is not None:
        return wanted.effort
    budget = wanted.budget_tokens
    if budget is None or budget < 0:
        return None
    if budget == 0:
        return Effort.NONE
    for most, effort in _EFFORTS_BY_BUDGET:
        if budget <= most:
            return effort
    return Effort.XHIGH


def _off(model: ClaudeModel, report: LossReport) -> dict[str, Any]:
    if model.off is OffSwitch.OMIT:
        return {}
    if model.off is OffSwitch.NEVER:
        report.lost(Feature.REASONING, "none")
        return {"output_config": {"effort": "low"}}
    return {"thinking": {"type": model.off.value}}


def _adaptive(
    wanted: Reasoning,
    effort: Effort | None,
    model: ClaudeModel,
    report: LossReport,
    *,
    is_forced: bool,
) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if effort is not None:
        members["output_config"] = {"effort": _known_effort(effort, model, report)}
    if not is_forced:
        members["thinking"] = {"type": "adaptive", **_display(wanted, report)}
        return members
    report.lost(Feature.REASONING, "tool_choice")
    if model.off is not OffSwitch.OMIT:
        members["thinking"] = {"type": model.off.value}
        # without thinking the highest efforts are refused
        if effort in (Effort.XHIGH, Effort.MAX):
            members["output_config"] = {"effort": "high"}
    return members


def _known_effort(effort: Effort, model: ClaudeModel, report: LossReport) -> str:
    if effort is Effort.MINIMAL:
        report.lost(Feature.REASONING, "minimal")
        return "low"
    if effort is Effort.XHIGH and not model.has_xhigh:
        report.lost(Feature.REASONING, "xhigh")
        return "high"
    return effort.value


def _budgeted(
    wanted: Reasoning, effort: Effort | None, max_tokens: int, report: LossReport
) -> dict[str, Any]:
    if max_tokens <= LEAST_BUDGET:
        report.lost(Feature.REASONING, "max_tokens")
        return {}
    given = wanted.budget_tokens
    if given is not None and given > 0:
        budget, most = given, max_tokens - 1
    else:
        # an effort says nothing of tokens: some of them must be left for the answer
        budget = _BUDGETS[effort or Effort.MEDIUM]
        most = max(LEAST_BUDGET, max_tokens * 4 // 5)
    fitting = min(max(budget, LEAST_BUDGET), most)
    if fitting != budget:
        report.lost(Feature.REASONING, "budget")
    thinking = {"type": "enabled", "budget_tokens": fitting, **_display(wanted, report)}
    return {"thinking": thinking}


def _display(wanted: Reasoning, report: LossReport) -> dict[str, str]:
    if wanted.show is None:
        return {}
    if wanted.show in ("concise", "detailed"):
        report.lost(Feature.REASONING_SUMMARY, wanted.show)
    return {"display": _SHOWN.get(wanted.show, "summarized")}
