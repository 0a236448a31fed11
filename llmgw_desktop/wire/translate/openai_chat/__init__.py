"""Chat Completions as translation sees it: the codec, what it cannot carry as the target, and how a
prompt becomes the body of a request.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import Effort, OutputKind, Prompt
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.codec import Codec, PromptTarget, WrittenRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.answer_out import ChatEventWriter, write_answer
from llmgw_desktop.wire.translate.openai_chat.events_in import ChatEventReader, read_answer
from llmgw_desktop.wire.translate.openai_chat.messages_out import MessageWriter
from llmgw_desktop.wire.translate.openai_chat.models import Abilities, abilities_of, write_thinking
from llmgw_desktop.wire.translate.openai_chat.prompt_in import read_prompt
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


LOSSES: Mapping[str, str] = {
    Feature.DEVELOPER_ROLE: "only OpenAI knows the role developer; others get system",
    Feature.SPEAKER_NAME: "names have few characters here, and Groq refuses them",
    Feature.IMAGE: "an assistant message holds no images",
    Feature.IMAGE_DETAIL: "`original` is a word of OpenAI's alone; others get `high`",
    Feature.DOCUMENT: "files are for OpenAI (PDFs) and OpenRouter; others get text alone",
    Feature.DOCUMENT_URL: "files are given as bytes; only OpenRouter fetches addresses",
    Feature.DOCUMENT_FACTS: "there is no place for context, nor for the wish for citations",
    Feature.AUDIO: "sound is given as bytes, as WAV or MP3",
    Feature.VIDEO: "only OpenRouter takes video",
    Feature.FILE_ID: "a file id is known only to the vendor that gave it, and images have none",
    Feature.THINKING: "past thinking has a place only at servers that want it back",
    Feature.REDACTED_THINKING: "hidden thinking goes back only to the server that made it",
    Feature.SIGNATURE: "a signature goes back only to the vendor that made it",
    Feature.CITATIONS: "citations are of addresses alone, and are no part of what is sent",
    Feature.REFUSAL: "only OpenAI keeps refusals apart from text; others get them as text",
    Feature.HOSTED_ITEM: "there is no place for what a vendor's own tool did, but its words",
    Feature.RESULT_MEDIA: "tool messages hold text; the rest follows in a user message",
    Feature.RESULT_IS_ERROR: "that a tool failed is told in words: `Error: `",
    Feature.CACHE_MARK: "only OpenRouter takes cache marks, for models that need them",
    Feature.PREFILL: "OpenAI's models do not go on with a begun answer",
    Feature.CALL_PAIRING: "a call without a result gets an empty one, a result without a call "
    "is told in a user message",
    Feature.HOSTED_TOOL: "the vendor runs no tools here, but OpenAI's search models the search",
    Feature.CUSTOM_GRAMMAR: "functions take JSON; a grammar is told in words",
    Feature.TOOL_NAMESPACE: "tools have one name; a namespace's description has no place",
    Feature.TOOL_SCHEMA: "OpenAI takes schemas of objects without alternatives at the root",
    Feature.TOOL_CHOICE: "only OpenAI lets a choice be among several tools",
    Feature.PARALLEL_TOOLS: "OpenAI's o models do not take the member",
    Feature.TEMPERATURE: "OpenAI's reasoning models choose it themselves",
    Feature.TOP_P: "OpenAI's reasoning models choose it themselves",
    Feature.TOP_K: "not a member of OpenAI's, and Groq refuses it",
    Feature.PENALTIES: "OpenAI's reasoning models take none",
    Feature.LOGPROBS: "translated answers have no place for them",
    Feature.STOP: "at most four, and OpenAI's reasoning models take none",
    Feature.REASONING: "models differ in which efforts they take; the nearest is sent, or none",
    Feature.REASONING_SUMMARY: "OpenAI shows no thinking in this protocol",
    Feature.VERBOSITY: "a member of OpenAI's newer models and of OpenRouter alone",
    Feature.SERVICE_TIER: "tiers are OpenAI's and Groq's, who do not have the same ones",
    Feature.USER: "other servers than the known ones may refuse the member",
    Feature.METADATA: "OpenAI takes it with `store` alone, others not at all",
    Feature.CACHE_KEY: "a member of OpenAI's alone",
    Feature.STORE: "a member of OpenAI's alone",
    Feature.STOP_SEQUENCE: "an answer does not tell which stop sequence was met",
    Feature.STOP_KIND: "there is one word for several reasons to stop",
    Feature.OUTPUT_MEDIA: "answers hold text, calls and images",
}


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.OPENAI_CHAT,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=ChatEventReader,
        event_writer=ChatEventWriter,
        losses=LOSSES,
    )
