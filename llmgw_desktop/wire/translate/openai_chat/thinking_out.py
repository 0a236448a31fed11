"""How hard the model is to think, in the words of the target."""

from typing import Any

from llmgw_desktop.domain.prompt import Effort, Reasoning
from llmgw_desktop.wire.translate.efforts import effort_of_budget
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.target_facts import (
    Abilities,
    nearest_effort,
)


def write_thinking(
    reasoning: Reasoning | None, abilities: Abilities, losses: LossReport
) -> dict[str, Any]:
    """Nothing where the choice is left to the model: that is what holds anyway."""
    if reasoning is None:
        return {}
    if abilities.is_openrouter:
        return _openrouter(reasoning, abilities, losses)
    if abilities.is_openai and reasoning.show not in (None, "none"):
        losses.lost(Feature.REASONING_SUMMARY)
    wanted = _wanted(reasoning)
    if wanted is None:
        return {}
    if wanted is Effort.NONE and abilities.wants_thinking_back:
        return {"thinking": {"type": "disabled"}}
    effort = nearest_effort(wanted, abilities.efforts)
    if effort is not wanted and not (effort is None and wanted is Effort.NONE):
        losses.lost(Feature.REASONING, wanted)
    return {} if effort is None else {"reasoning_effort": str(effort)}


def _wanted(reasoning: Reasoning) -> Effort | None:
    if reasoning.effort is not None:
        return reasoning.effort
    if reasoning.budget_tokens is None or reasoning.budget_tokens < 0:
        return None
    return effort_of_budget(reasoning.budget_tokens)


def _openrouter(reasoning: Reasoning, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if reasoning.effort is not None:
        effort = nearest_effort(reasoning.effort, abilities.efforts)
        if effort is not reasoning.effort:
            losses.lost(Feature.REASONING, reasoning.effort)
        told["effort"] = str(effort)
    elif reasoning.budget_tokens is not None and reasoning.budget_tokens > 0:
        told["max_tokens"] = reasoning.budget_tokens
    elif reasoning.budget_tokens == 0:
        told["effort"] = str(Effort.NONE)
    elif reasoning.is_adaptive or reasoning.budget_tokens is not None:
        told["enabled"] = True
    if reasoning.show == "none":
        told["exclude"] = True
    return {"reasoning": told} if told else {}
