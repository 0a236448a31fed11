"""What Claude models take, by their names, and how hard they are to think: an effort, or a budget
of tokens, or not at all. The vendor refuses requests that a model does not take.

Read in the vendor's model pages and migration guides in November 2026. A name that is no Claude's
(a server of somebody else's that speaks this protocol) is taken for one of the middle generation.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import Any

from llmgw_desktop.domain.model.prompt import Effort, Prompt, Reasoning, ToolMode
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.translate.codec import effort_of
from llmgw_desktop.wire.translate.losses import Feature, LossReport

UNKNOWN_MAX_OUTPUT = 32_000

_NAME = re.compile(
    r"claude-(?:([a-z]+)-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?|claude-([a-z]+)(?![a-z])"
)
_ALWAYS_THINKING = frozenset({"fable", "mythos"})


class ThinkingSwitch(Enum):
    """How thinking is turned on."""

    NONE = "none"
    BUDGET = "budget"
    ADAPTIVE = "adaptive"


class OffSwitch(Enum):
    """How thinking is turned off."""

    OMIT = "omit"
    """It is off where nobody turns it on."""
    DISABLED = "disabled"
    BETWEEN_TOOLS = "between_tools"
    NEVER = "never"


@value
class ClaudeModel:
    max_output: int | None
    """None: not known."""
    thinking: ThinkingSwitch
    off: OffSwitch
    has_xhigh: bool
    takes_sampling: bool
    takes_temperature_with_top_p: bool
    takes_prefill: bool
    takes_schema: bool

    @property
    def can_force_tools(self) -> bool:
        """Forced calls and thinking exclude each other."""
        return self.off is not OffSwitch.NEVER


_NOT_CLAUDE = ClaudeModel(
    max_output=None,
    thinking=ThinkingSwitch.BUDGET,
    off=OffSwitch.OMIT,
    has_xhigh=False,
    takes_sampling=True,
    takes_temperature_with_top_p=True,
    takes_prefill=True,
    takes_schema=False,
)


@lru_cache(maxsize=256)
def claude_model(name: str) -> ClaudeModel:
    """By a name such as `claude-opus-4-6`, dated or not, with or without a reseller's prefix."""
    found = _NAME.search(name.lower())
    if found is None:
        return _NOT_CLAUDE
    family = found[1] or found[4] or ""
    generation = (int(found[2]), int(found[3] or 0)) if found[2] else (99, 0)
    return ClaudeModel(
        max_output=_max_output(family, generation, name),
        thinking=_thinking(generation),
        off=_off_switch(family, generation),
        has_xhigh=generation >= (4, 7),
        takes_sampling=generation < (4, 7),
        takes_temperature_with_top_p=generation < (4, 1),
        takes_prefill=generation < (4, 6),
        takes_schema=generation >= (4, 5),
    )


def _thinking(generation: tuple[int, int]) -> ThinkingSwitch:
    if generation < (3, 7):
        return ThinkingSwitch.NONE
    return ThinkingSwitch.BUDGET if generation < (4, 6) else ThinkingSwitch.ADAPTIVE


def _off_switch(family: str, generation: tuple[int, int]) -> OffSwitch:
    if generation < (5, 0):
        return OffSwitch.OMIT
    if family in _ALWAYS_THINKING or (family == "opus" and generation >= (5, 5)):
        return OffSwitch.NEVER
    if family == "sonnet" and generation >= (5, 5):
        return OffSwitch.BETWEEN_TOOLS
    return OffSwitch.DISABLED


def _max_output(family: str, generation: tuple[int, int], name: str) -> int | None:
    if generation >= (4, 6):
        return None if generation >= (99, 0) else 128_000
    is_opus_4 = (4, 0) <= generation < (4, 5) and (family == "opus" or "opus" in name.lower())
    if is_opus_4:
        return 32_000
    for since, tokens in (((3, 7), 64_000), ((3, 5), 8_192)):
        if generation >= since:
            return tokens
    return 4_096


LEAST_BUDGET = 1024
_BUDGETS = {
    Effort.MINIMAL: LEAST_BUDGET,
    Effort.LOW: LEAST_BUDGET,
    Effort.MEDIUM: 8_192,
    Effort.HIGH: 24_576,
    Effort.XHIGH: 32_768,
    Effort.MAX: 128_000,
}
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
    effort = effort_of(wanted, least=Effort.LOW)
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
