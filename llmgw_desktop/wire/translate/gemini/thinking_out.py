"""How hard the model is to think: levels since Gemini 3, budgets of tokens before.

A model that cannot do what is asked gets the nearest that it can, and that is reported.
"""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.domain.prompt import Effort, Reasoning
from llmgw_desktop.wire.translate.gemini.abilities import Abilities
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_BUDGETS: Mapping[Effort, int] = MappingProxyType(
    {
        Effort.NONE: 0,
        Effort.MINIMAL: 512,
        Effort.LOW: 1024,
        Effort.MEDIUM: 8192,
        Effort.HIGH: 24576,
        Effort.XHIGH: 32768,
        Effort.MAX: 32768,
    }
)
_EFFORTS = ((0, Effort.NONE), (512, Effort.MINIMAL), (1024, Effort.LOW), (8192, Effort.MEDIUM))
_LEVELS: Mapping[Effort, str] = MappingProxyType(
    {
        Effort.NONE: "MINIMAL",
        Effort.MINIMAL: "MINIMAL",
        Effort.LOW: "LOW",
        Effort.MEDIUM: "MEDIUM",
        Effort.HIGH: "HIGH",
        Effort.XHIGH: "HIGH",
        Effort.MAX: "HIGH",
    }
)
_WITH_MINIMAL = ("gemini-3-flash", "gemini-3.1-flash", "gemini-3.5-flash")
"""Models that are known to take MINIMAL; the others think a little at the least."""
_WITHOUT_MEDIUM = "gemini-3-pro"


def thinking_config(
    wish: Reasoning | None, model: Abilities, losses: LossReport
) -> dict[str, object]:
    """Empty where nothing is to be said."""
    if wish is None:
        return {}
    if not model.thinks:
        if wish.effort is not Effort.NONE or wish.show not in (None, "none"):
            losses.lost(Feature.REASONING)
        return {}
    config: dict[str, object] = {}
    if wish.show is not None:
        config["includeThoughts"] = wish.show != "none"
        if wish.show not in ("none", "auto"):
            losses.lost(Feature.REASONING_SUMMARY, wish.show)
    if model.is_third:
        return config | _level(wish, model, losses)
    return config | _budget(wish, model, losses)


def _level(wish: Reasoning, model: Abilities, losses: LossReport) -> dict[str, object]:
    effort = wish.effort
    if effort is None and wish.budget_tokens is not None and wish.budget_tokens >= 0:
        effort = _effort_of(wish.budget_tokens)
    if effort is None:
        return {}
    level = _LEVELS[effort]
    if level == "MINIMAL" and not model.name.startswith(_WITH_MINIMAL):
        level = "LOW"
    if level == "MEDIUM" and model.name.startswith(_WITHOUT_MEDIUM):
        level = "HIGH"
    if level.lower() != effort:
        losses.lost(Feature.REASONING, effort)
    return {"thinkingLevel": level}


def _budget(wish: Reasoning, model: Abilities, losses: LossReport) -> dict[str, object]:
    budget = wish.budget_tokens
    if budget is None and wish.effort is not None:
        budget = _BUDGETS[wish.effort]
        if wish.effort is Effort.NONE and not _can_stop(model):
            losses.lost(Feature.REASONING, wish.effort)
    if budget is None:
        return {"thinkingBudget": -1} if wish.is_adaptive else {}
    if budget < 0:
        return {"thinkingBudget": -1}
    return {"thinkingBudget": _within(budget, model)}


def _within(budget: int, model: Abilities) -> int:
    """The model's own limits. A budget is a hint, so the nearest one does."""
    if "pro" in model.name:
        return min(max(budget, 128), 32768)
    if budget == 0:
        return 0
    least = 512 if "lite" in model.name else 1
    return min(max(budget, least), 24576)


def _can_stop(model: Abilities) -> bool:
    return "pro" not in model.name


def _effort_of(budget: int) -> Effort:
    return next((effort for most, effort in _EFFORTS if budget <= most), Effort.HIGH)
