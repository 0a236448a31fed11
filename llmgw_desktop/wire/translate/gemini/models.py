"""What a Gemini model can, read from its name, and how hard it is to think: levels since Gemini 3,
budgets of tokens before.

What a name does not tell is taken for little. A model that cannot do what is asked gets the nearest
that it can, and that is reported.
"""

import re
from collections.abc import Mapping

from llmgw_desktop.domain.model.prompt import Effort, Reasoning
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.gemini import bare_model
from llmgw_desktop.wire.translate.codec import effort_of
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_GENERATION = re.compile(r"gemini-(\d+)(?:[.-](\d{1,2})(?!\d))?(?=[.-]|$)")
_NEWEST = 3.0
_UNTOLD = 2.5


@value
class GeminiModel:
    name: str
    """Without folders and prefixes."""
    generation: float

    @property
    def is_third(self) -> bool:
        """Signatures on calls are demanded; thinking has levels; hosted tools, formats and media
        in results go together with functions."""
        return self.generation >= 3

    @property
    def reads_addresses(self) -> bool:
        """Media at web addresses; files of Google's own are read by all."""
        return self.generation >= 2.5

    @property
    def takes_penalties(self) -> bool:
        return self.generation < 2.5

    @property
    def thinks(self) -> bool:
        if any(word in self.name for word in ("-image", "-tts", "-live", "embedding")):
            return False
        return self.is_third or self.name.startswith("gemini-2.5")


def gemini_model(model: str) -> GeminiModel:
    name = bare_model(model).rpartition("/")[2].lower()
    found = _GENERATION.match(name)
    if found is not None:
        generation = float(f"{found[1]}.{found[2] or 0}")
    elif name.startswith("gemini-") and name.endswith("-latest"):
        generation = _NEWEST
    else:
        generation = _UNTOLD
    return GeminiModel(name=name, generation=generation)


_BUDGETS: Mapping[Effort, int] = {
    Effort.NONE: 0,
    Effort.MINIMAL: 512,
    Effort.LOW: 1024,
    Effort.MEDIUM: 8192,
    Effort.HIGH: 24576,
    Effort.XHIGH: 32768,
    Effort.MAX: 32768,
}
_LEVELS: Mapping[Effort, str] = {
    Effort.NONE: "MINIMAL",
    Effort.MINIMAL: "MINIMAL",
    Effort.LOW: "LOW",
    Effort.MEDIUM: "MEDIUM",
    Effort.HIGH: "HIGH",
    Effort.XHIGH: "HIGH",
    Effort.MAX: "HIGH",
}
_WITH_MINIMAL = ("gemini-3-flash", "gemini-3.1-flash", "gemini-3.5-flash")
"""Models that are known to take MINIMAL; the others think a little at the least."""
_WITHOUT_MEDIUM = "gemini-3-pro"


def thinking_config(
    wish: Reasoning | None, model: GeminiModel, losses: LossReport
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


def _level(wish: Reasoning, model: GeminiModel, losses: LossReport) -> dict[str, object]:
    effort = effort_of(wish, most=Effort.HIGH)
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


def _budget(wish: Reasoning, model: GeminiModel, losses: LossReport) -> dict[str, object]:
    budget = wish.budget_tokens
    if budget is None and wish.effort is not None:
        budget = _BUDGETS[wish.effort]
        if wish.effort is Effort.NONE and "pro" in model.name:
            losses.lost(Feature.REASONING, wish.effort)
    if budget is None:
        return {"thinkingBudget": -1} if wish.is_adaptive else {}
    if budget < 0:
        return {"thinkingBudget": -1}
    return {"thinkingBudget": _within(budget, model)}


def _within(budget: int, model: GeminiModel) -> int:
    """The model's own limits. A budget is a hint, so the nearest one does."""
    if "pro" in model.name:
        return min(max(budget, 128), 32768)
    if budget == 0:
        return 0
    least = 512 if "lite" in model.name else 1
    return min(max(budget, least), 24576)
