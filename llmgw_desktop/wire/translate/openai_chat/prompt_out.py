"""A prompt as the body of a request to a server that speaks Chat Completions."""

import hashlib
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import OutputKind, Prompt
from llmgw_desktop.wire.translate.codec import Target, Written
from llmgw_desktop.wire.translate.ids import CallIds
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import PLAIN, ToolNames
from llmgw_desktop.wire.translate.openai_chat.messages_out import MessageWriter
from llmgw_desktop.wire.translate.openai_chat.sampling_out import write_sampling
from llmgw_desktop.wire.translate.openai_chat.target_facts import Abilities, abilities_of
from llmgw_desktop.wire.translate.openai_chat.thinking_out import write_thinking
from llmgw_desktop.wire.translate.openai_chat.tools_out import write_tools

_LONGEST_NAME = 64
_GROQ_TIERS = {"auto": "auto", "default": "on_demand", "flex": "flex", "priority": "performance"}
_RETENTIONS = frozenset({"in_memory", "in-memory", "24h"})


def write_prompt(prompt: Prompt, target: Target, losses: LossReport) -> Written:
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
    return Written(body=orjson.dumps(body), names=names)


def _output(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    output = prompt.output
    members: dict[str, Any] = {}
    if output is None:
        return members
    if output.kind is OutputKind.JSON:
        members["response_format"] = {"type": "json_object"}
    elif output.kind is OutputKind.SCHEMA:
        schema: dict[str, Any] = {"name": _plain_name(output.name)}
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


def _plain_name(name: str | None) -> str:
    if not name:
        return "answer"
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)[:64]


def _account(prompt: Prompt, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    """Who asks, what it is for, and how it is charged and kept."""
    members = _tier(prompt, abilities, losses)
    if prompt.user is not None:
        if abilities.is_openai or abilities.is_openrouter or abilities.is_groq:
            members["user"] = _short(prompt.user)
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
            members["prompt_cache_key"] = _short(prompt.cache_key)
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


def _short(name: str) -> str:
    """OpenAI refuses longer ones; the same name always becomes the same one."""
    if len(name) <= _LONGEST_NAME:
        return name
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
