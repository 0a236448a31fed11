"""A prompt as the body of a request to a server that speaks Chat Completions."""

from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import Effort, OutputKind, Prompt
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.codec import PromptTarget, WrittenRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.messages_out import MessageWriter
from llmgw_desktop.wire.translate.openai_chat.models import Abilities, abilities_of, write_thinking
from llmgw_desktop.wire.translate.openai_chat.tools import write_tools
from llmgw_desktop.wire.translate.tools import PLAIN, ToolNames, schema_name, short_id

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
    losses.lost_wishes(prompt, Feature.LOGPROBS)
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


_GROQ_TIERS = {"auto": "auto", "default": "on_demand", "flex": "flex", "priority": "performance"}
_RETENTIONS = frozenset({"in_memory", "in-memory", "24h"})


def write_prompt(prompt: Prompt, target: PromptTarget, losses: LossReport) -> WrittenRequest:
    if (prompt.sampling.candidates or 1) > 1:
        raise MalformedRequest("several answers to one request cannot be translated; ask for one")
    abilities = abilities_of(target)
    names = ToolNames(prompt.tools, PLAIN)
    messages = MessageWriter(abilities, names, CallIds(target.id_rule), losses)
    body: dict[str, Any] = {
        "model": target.model,
        "messages": messages.write(prompt.turns),
    }
    body |= write_tools(prompt, abilities, names, losses)
    if prompt.max_tokens is not None:
        most = "max_completion_tokens" if abilities.is_openai else "max_tokens"
        body[most] = prompt.max_tokens
    body |= write_sampling(prompt, abilities, losses)
    body |= write_thinking(prompt.reasoning, abilities, losses)
    body |= _output(prompt, abilities, losses)
    body |= _account(prompt, abilities, losses)
    if prompt.streaming:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return WrittenRequest(body=orjson.dumps(body), names=names)


def _output(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    output = prompt.output
    members: dict[str, Any] = {}
    if output is None:
        return members
    if output.kind is OutputKind.JSON:
        members["response_format"] = {"type": "json_object"}
    elif output.kind is OutputKind.SCHEMA:
        schema: dict[str, Any] = {"name": schema_name(output.name)}
        if output.description is not None:
            schema["description"] = output.description
        schema["schema"] = output.schema or {"type": "object", "properties": {}}
        if output.strict is not None:
            schema["strict"] = output.strict
        members["response_format"] = {"type": "json_schema", "json_schema": schema}
    if output.verbosity is not None:
        takes = abilities.is_openrouter or (abilities.is_openai and abilities.fixes_sampling)
        if takes:
            members["verbosity"] = output.verbosity
        elif output.verbosity != "medium":
            losses.lost(Feature.VERBOSITY)
    return members


def _account(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    """Who asks, what it is for, and how it is charged and kept."""
    members = _tier(prompt, abilities, losses)
    if prompt.user is not None:
        if abilities.is_openai or abilities.is_openrouter or abilities.is_groq:
            members["user"] = short_id(prompt.user)
        else:
            losses.lost(Feature.USER)
    if prompt.metadata:
        if abilities.is_openai and prompt.store:
            members["metadata"] = dict(prompt.metadata)
        else:
            losses.lost(Feature.METADATA)
    if prompt.store is not None:
        if abilities.is_openai:
            members["store"] = prompt.store
        elif prompt.store:
            losses.lost(Feature.STORE)
    return members | _cache(prompt, abilities, losses)


def _cache(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if prompt.cache_key is not None:
        if abilities.is_openai:
            members["prompt_cache_key"] = short_id(prompt.cache_key)
        else:
            losses.lost(Feature.CACHE_KEY)
    if prompt.cache_retention is not None:
        if abilities.is_openai and prompt.cache_retention in _RETENTIONS:
            members["prompt_cache_retention"] = prompt.cache_retention
        else:
            losses.lost(Feature.CACHE_KEY, "retention")
    return members


def _tier(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    tier = prompt.service_tier
    if tier is None:
        return {}
    if abilities.is_openai:
        return {"service_tier": tier}
    if abilities.is_groq and tier in _GROQ_TIERS:
        return {"service_tier": _GROQ_TIERS[tier]}
    if tier not in ("auto", "default"):
        losses.lost(Feature.SERVICE_TIER, tier)
    return {}
