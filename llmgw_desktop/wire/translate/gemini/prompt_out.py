"""A prompt as a request to Gemini. Which model and whether a stream stands in the address."""

from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import OutputFormat, OutputKind, Prompt, Sampling, Tool
from llmgw_desktop.wire.translate.codec import PromptTarget, WrittenRequest
from llmgw_desktop.wire.translate.gemini.contents_out import ContentsWriter, PartWriter
from llmgw_desktop.wire.translate.gemini.models import GeminiModel, gemini_model, thinking_config
from llmgw_desktop.wire.translate.gemini.schema import cleaned
from llmgw_desktop.wire.translate.gemini.tools import write_tools
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import GEMINI, ToolNames

_MOST_STOPS = 5
_LARGEST_SEED = 2**31 - 1
_NEVER = (Feature.LOGPROBS, Feature.USER, Feature.METADATA, Feature.CACHE_KEY, Feature.STORE)
_TIERS = {"default": "standard", "flex": "flex", "priority": "priority"}


def write_config(prompt: Prompt, model: GeminiModel, losses: LossReport) -> dict[str, Any]:
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


def _sampling(wish: Sampling, model: GeminiModel, losses: LossReport) -> dict[str, Any]:
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
    return config | _penalties(wish, model, losses)


def _penalties(wish: Sampling, model: GeminiModel, losses: LossReport) -> dict[str, Any]:
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
    output: OutputFormat, model: GeminiModel, losses: LossReport, *, has_functions: bool
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


def write_prompt(prompt: Prompt, target: PromptTarget, losses: LossReport) -> WrittenRequest:
    model = gemini_model(target.model)
    names = ToolNames(prompt.tools, GEMINI)
    parts = PartWriter(names, model, target.vendor, losses)
    writer = ContentsWriter(parts, names, losses)
    contents, system = writer.write(prompt.turns, demands_seals=model.is_third)
    if not contents:
        raise MalformedRequest("The conversation holds nothing that this model can read.")
    body: dict[str, Any] = {}
    if system:
        body["systemInstruction"] = {"parts": system}
    body["contents"] = contents
    body |= write_tools(prompt, names, model=model, vendor=target.vendor, losses=losses)
    if config := write_config(prompt, model, losses):
        body["generationConfig"] = config
    body |= service_tier(prompt, losses)
    losses.lost_wishes(prompt, *_NEVER)
    return WrittenRequest(body=orjson.dumps(body), names=names)
