"""generationConfig: how the answer is wanted."""

from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import OutputFormat, OutputKind, Prompt, Sampling, Tool
from llmgw_desktop.wire.translate.gemini.abilities import Abilities
from llmgw_desktop.wire.translate.gemini.schema import cleaned
from llmgw_desktop.wire.translate.gemini.thinking_out import thinking_config
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_MOST_STOPS = 5
_LARGEST_SEED = 2**31 - 1
_TIERS = {"default": "standard", "flex": "flex", "priority": "priority"}


def write_config(prompt: Prompt, model: Abilities, losses: LossReport) -> dict[str, Any]:
    config = _sampling(prompt.sampling, model, losses)
    if prompt.max_tokens is not None:
        config["maxOutputTokens"] = prompt.max_tokens
    if stops := _stops(prompt.stop, losses):
        config["stopSequences"] = stops
    if prompt.output is not None:
        has_functions = any(isinstance(tool, Tool) for tool in prompt.tools)
        config |= _output(prompt.output, model, losses, has_functions=has_functions)
    if thinking := thinking_config(prompt.reasoning, model, losses):
        config["thinkingConfig"] = thinking
    return config


def service_tier(prompt: Prompt, losses: LossReport) -> dict[str, Any]:
    tier = prompt.service_tier
    if tier in (None, "auto"):
        return {}
    if tier not in _TIERS:
        losses.lost(Feature.SERVICE_TIER, tier)
        return {}
    return {"serviceTier": _TIERS[tier]}


def report_rest(prompt: Prompt, losses: LossReport) -> None:
    """What has no place in this protocol."""
    if prompt.user:
        losses.lost(Feature.USER)
    if prompt.metadata:
        losses.lost(Feature.METADATA)
    if prompt.cache_key or prompt.cache_retention:
        losses.lost(Feature.CACHE_KEY)
    if prompt.store:
        losses.lost(Feature.STORE)


def _sampling(wish: Sampling, model: Abilities, losses: LossReport) -> dict[str, Any]:
    if wish.candidates is not None and wish.candidates > 1:
        raise MalformedRequest("Several answers at once cannot be had from this model.")
    config: dict[str, Any] = {}
    if wish.temperature is not None:
        config["temperature"] = wish.temperature
    if wish.top_p is not None:
        config["topP"] = wish.top_p
    if wish.top_k is not None and wish.top_k < 1:
        losses.lost(Feature.TOP_K)
    elif wish.top_k is not None:
        config["topK"] = wish.top_k
    if wish.seed is not None and abs(wish.seed) > _LARGEST_SEED:
        losses.lost(Feature.SEED)
    elif wish.seed is not None:
        config["seed"] = wish.seed
    if wish.logprobs is not None:
        losses.lost(Feature.LOGPROBS)
    return config | _penalties(wish, model, losses)


def _penalties(wish: Sampling, model: Abilities, losses: LossReport) -> dict[str, Any]:
    asked = {
        "presencePenalty": wish.presence_penalty,
        "frequencyPenalty": wish.frequency_penalty,
    }
    asked = {name: value for name, value in asked.items() if value}
    if asked and not model.takes_penalties:
        losses.lost(Feature.PENALTIES)
        return {}
    return dict(asked)


def _stops(stops: tuple[str, ...], losses: LossReport) -> list[str]:
    told = [stop for stop in stops if stop]
    if len(told) < len(stops) or len(told) > _MOST_STOPS:
        losses.lost(Feature.STOP)
    return told[:_MOST_STOPS]


def _output(
    output: OutputFormat, model: Abilities, losses: LossReport, *, has_functions: bool
) -> dict[str, Any]:
    if output.verbosity is not None:
        losses.lost(Feature.VERBOSITY)
    if output.kind is OutputKind.TEXT:
        return {}
    if has_functions and not model.is_third:
        losses.lost(Feature.OUTPUT_FORMAT)
        return {}
    config: dict[str, Any] = {"responseMimeType": "application/json"}
    if output.kind is OutputKind.SCHEMA and output.schema is not None:
        if output.description:
            losses.lost(Feature.OUTPUT_FORMAT, "description")
        config["responseJsonSchema"] = cleaned(
            output.schema, lambda word: losses.lost(Feature.TOOL_SCHEMA, word)
        )
    return config
