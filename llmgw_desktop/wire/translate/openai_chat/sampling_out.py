"""How the next token is chosen, as far as the target lets it be said."""

from typing import Any

from llmgw_desktop.domain.prompt import Effort, Prompt
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.target_facts import Abilities

_MOST_STOPS = 4
_TUNED = (
    ("temperature", Feature.TEMPERATURE, 1),
    ("top_p", Feature.TOP_P, 1),
    ("presence_penalty", Feature.PENALTIES, 0),
    ("frequency_penalty", Feature.PENALTIES, 0),
)
"""Each is called so here and there; with the figure that changes nothing."""


def write_sampling(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    sampling = prompt.sampling
    members: dict[str, Any] = {}
    is_fixed = abilities.fixes_sampling and not _thinks_not(prompt, abilities)
    for name, feature, neutral in _TUNED:
        number = getattr(sampling, name)
        if number is None or (is_fixed and number == neutral):
            continue
        if is_fixed:
            losses.lost(feature)
        else:
            members[name] = number
    if sampling.seed is not None:
        members["seed"] = sampling.seed
    if sampling.top_k is not None:
        if abilities.is_openai or abilities.is_groq:
            losses.lost(Feature.TOP_K)
        else:
            members["top_k"] = sampling.top_k
    if sampling.logprobs is not None:
        losses.lost(Feature.LOGPROBS)
    return members | _stop(prompt, abilities, losses)


def _stop(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    if not prompt.stop:
        return {}
    if abilities.fixes_sampling:
        losses.lost(Feature.STOP)
        return {}
    if len(prompt.stop) > _MOST_STOPS:
        losses.lost(Feature.STOP, "more_than_four")
    return {"stop": list(prompt.stop[:_MOST_STOPS])}


def _thinks_not(prompt: Prompt, abilities: Abilities) -> bool:
    """A model that can be told not to think takes a temperature then."""
    reasoning = prompt.reasoning
    return (
        reasoning is not None
        and reasoning.effort is Effort.NONE
        and Effort.NONE in abilities.efforts
    )
