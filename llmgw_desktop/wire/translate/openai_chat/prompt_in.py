"""A caller's request in Chat Completions becomes a prompt.

Members with a counterpart are read here; the others are named in the report unless they say what
holds anyway.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import (
    OutputFormat,
    OutputKind,
    Prompt,
    Sampling,
)
from llmgw_desktop.wire.openai_chat import asks_for_usage
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_chat.checked import (
    count_at,
    flag_at,
    needed_object,
    needed_string,
    number_at,
    object_at,
    objects_at,
    string_at,
)
from llmgw_desktop.wire.translate.openai_chat.messages_in import MessageReader
from llmgw_desktop.wire.translate.openai_chat.reasoning_in import read_reasoning
from llmgw_desktop.wire.translate.openai_chat.tools_in import read_choice, read_tools

LEGACY = "functions"
"""In a prompt's echo: the caller knows `function_call` alone."""

_READ = frozenset(
    (
        "model",
        "messages",
        "stream",
        "stream_options",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "functions",
        "function_call",
        "web_search_options",
        "max_tokens",
        "max_completion_tokens",
        "stop",
        "temperature",
        "top_p",
        "top_k",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "n",
        "reasoning_effort",
        "reasoning",
        "thinking",
        "include_reasoning",
        "response_format",
        "verbosity",
        "service_tier",
        "user",
        "safety_identifier",
        "metadata",
        "prompt_cache_key",
        "prompt_cache_retention",
        "store",
    )
)
_NEUTRAL: Mapping[str, tuple[object, ...]] = {
    "modalities": (["text"],),
    "logit_bias": ({},),
    "usage": ({"include": True}, {"include": False}),
}
"""What these say holds anyway."""
_TIERS = {"fast": "priority", "performance": "priority", "on_demand": "default"}


def read_prompt(
    fields: Mapping[str, Any], model: str, streaming: bool, losses: LossReport
) -> Prompt:
    messages = objects_at(fields, "messages", "")
    if not messages:
        raise MalformedRequest("at least one message is required", path="messages")
    _note_unread(fields, losses)
    is_legacy = bool(fields.get("functions")) and not fields.get("tools")
    most = count_at(fields, "max_completion_tokens", "", least=1)
    return Prompt(
        model=model,
        turns=MessageReader(losses).read(messages),
        tools=read_tools(fields, losses),
        tool_choice=read_choice(fields),
        reasoning=read_reasoning(fields),
        output=_output(fields),
        sampling=_sampling(fields),
        max_tokens=most or count_at(fields, "max_tokens", "", least=1),
        stop=_stop(fields),
        streaming=streaming,
        stream_usage=asks_for_usage(fields),
        service_tier=_tier(fields),
        user=string_at(fields, "user", "") or string_at(fields, "safety_identifier", ""),
        metadata=_metadata(fields),
        cache_key=string_at(fields, "prompt_cache_key", ""),
        cache_retention=string_at(fields, "prompt_cache_retention", ""),
        store=flag_at(fields, "store", ""),
        echo={LEGACY: True} if is_legacy else None,
    )


def _note_unread(fields: Mapping[str, Any], losses: LossReport) -> None:
    for name, found in fields.items():
        if name in _READ or found is None or found in _NEUTRAL.get(name, ()):
            continue
        losses.lost(Feature.FIELD, name)
    for name, found in (object_at(fields, "stream_options", "") or {}).items():
        if name not in ("include_usage", "include_obfuscation") and found is not None:
            losses.lost(Feature.FIELD, f"stream_options.{name}")


def _sampling(fields: Mapping[str, Any]) -> Sampling:
    wants_logprobs = flag_at(fields, "logprobs", "")
    alternatives = count_at(fields, "top_logprobs", "", least=0)
    candidates = count_at(fields, "n", "", least=1)
    return Sampling(
        temperature=number_at(fields, "temperature", ""),
        top_p=number_at(fields, "top_p", ""),
        top_k=count_at(fields, "top_k", ""),
        seed=count_at(fields, "seed", ""),
        presence_penalty=number_at(fields, "presence_penalty", ""),
        frequency_penalty=number_at(fields, "frequency_penalty", ""),
        logprobs=(alternatives or 0) if wants_logprobs else None,
        candidates=candidates if candidates != 1 else None,
    )


def _stop(fields: Mapping[str, Any]) -> tuple[str, ...]:
    given = fields.get("stop")
    if given is None:
        return ()
    if type(given) is str:
        return (given,) if given else ()
    if type(given) is not list or any(type(each) is not str for each in given):
        raise MalformedRequest("must be a string or a list of strings", path="stop")
    return tuple(given)


def _tier(fields: Mapping[str, Any]) -> str | None:
    word = string_at(fields, "service_tier", "")
    return _TIERS.get(word, word) if word else None


def _metadata(fields: Mapping[str, Any]) -> dict[str, str] | None:
    given = object_at(fields, "metadata", "")
    if not given:
        return None
    for name, found in given.items():
        if type(found) is not str:
            raise MalformedRequest("must be a string", path=f"metadata.{name[:60]}")
    return given


def _output(fields: Mapping[str, Any]) -> OutputFormat | None:
    verbosity = string_at(fields, "verbosity", "")
    given = object_at(fields, "response_format", "")
    if given is None:
        return None if verbosity is None else OutputFormat(verbosity=verbosity)
    kind = needed_string(given, "type", "response_format")
    if kind == "text":
        return OutputFormat(verbosity=verbosity)
    if kind == "json_object":
        return OutputFormat(kind=OutputKind.JSON, verbosity=verbosity)
    if kind != "json_schema":
        raise MalformedRequest(
            f"'{kind[:60]}' is no format known here", path="response_format.type"
        )
    schema = needed_object(given, "json_schema", "response_format")
    path = "response_format.json_schema"
    return OutputFormat(
        kind=OutputKind.SCHEMA,
        name=string_at(schema, "name", path),
        description=string_at(schema, "description", path),
        schema=object_at(schema, "schema", path),
        strict=flag_at(schema, "strict", path),
        verbosity=verbosity,
    )
