"""A caller's request in Chat Completions becomes a prompt.

Members with a counterpart are read here; the others are named in the report unless they say what
holds anyway. What is wanted of the model's thinking stands in members that servers of this protocol
know: `reasoning_effort` (OpenAI), `reasoning` (OpenRouter), `thinking` (Kimi, DeepSeek, GLM).
"""

from collections.abc import Mapping

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
)
from llmgw_desktop.wire.openai_chat import asks_for_usage
from llmgw_desktop.wire.translate.codec import EFFORTS
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.members import (
    Fields,
    lose_others,
    maybe_flag,
    maybe_number,
    maybe_object,
    maybe_one_of,
    maybe_text,
    maybe_whole,
    name_in,
    needed_object,
    not_known,
    text_in,
    texts_in,
)
from llmgw_desktop.wire.translate.openai_chat.messages_in import MessageReader
from llmgw_desktop.wire.translate.openai_chat.tools import read_choice, read_tools

_MEMBERS = frozenset({"reasoning_effort", "reasoning", "thinking", "include_reasoning"})
_EFFORTS: Mapping[str, Effort | None] = {**EFFORTS, "default": None, "auto": None}


def read_reasoning(fields: Fields) -> Reasoning | None:
    """The vendor's own member goes before the others."""
    if _MEMBERS.isdisjoint(fields):
        return None
    effort = maybe_one_of(fields, "reasoning_effort", _EFFORTS)
    told = maybe_object(fields, "reasoning") or {}
    thinking = maybe_object(fields, "thinking") or {}
    if effort is None:
        effort = _effort(told, thinking)
    budget = maybe_whole(told, "max_tokens", "reasoning", least=0)
    if budget is None:
        budget = maybe_whole(thinking, "budget_tokens", "thinking", least=-1)
    is_adaptive = thinking.get("type") == "adaptive"
    show = _show(fields, told)
    if effort is None and budget is None and show is None and not is_adaptive:
        return None
    return Reasoning(effort=effort, budget_tokens=budget, is_adaptive=is_adaptive, show=show)


def _effort(told: Fields, thinking: Fields) -> Effort | None:
    effort: Effort | None = maybe_one_of(told, "effort", _EFFORTS, "reasoning")
    if effort is not None:
        return effort
    enabled = maybe_flag(told, "enabled", "reasoning")
    if enabled is None:
        return _of_thinking(thinking)
    has_more = told.get("max_tokens") is not None
    return (None if has_more else Effort.MEDIUM) if enabled else Effort.NONE


def _of_thinking(thinking: Fields) -> Effort | None:
    kind = maybe_text(thinking, "type", "thinking")
    if kind not in (None, "enabled", "disabled", "adaptive", "auto"):
        raise MalformedRequest("must be enabled, disabled or adaptive", path="thinking.type")
    if kind == "disabled":
        return Effort.NONE
    is_plain = kind == "enabled" and thinking.get("budget_tokens") is None
    return Effort.MEDIUM if is_plain else None


def _show(fields: Fields, told: Fields) -> str | None:
    summary = maybe_text(told, "summary", "reasoning")
    if maybe_flag(told, "exclude", "reasoning") or maybe_flag(fields, "include_reasoning") is False:
        return "none"
    return summary


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
_STREAM_OPTIONS = frozenset({"include_usage", "include_obfuscation"})
_TIERS = {"fast": "priority", "performance": "priority", "on_demand": "default"}


def read_prompt(fields: Fields, model: str, streaming: bool, losses: LossReport) -> Prompt:
    _lose_unread(fields, losses)
    is_legacy = bool(fields.get("functions")) and not fields.get("tools")
    most = maybe_whole(fields, "max_completion_tokens", least=1)
    return Prompt(
        model=model,
        turns=MessageReader(losses).read(fields),
        tools=read_tools(fields, losses),
        tool_choice=read_choice(fields),
        reasoning=read_reasoning(fields),
        output=_output(fields),
        sampling=_sampling(fields),
        max_tokens=most or maybe_whole(fields, "max_tokens", least=1),
        stop=_stop(fields),
        streaming=streaming,
        stream_usage=asks_for_usage(fields),
        service_tier=_tier(fields),
        user=maybe_text(fields, "user") or maybe_text(fields, "safety_identifier"),
        metadata=_metadata(fields),
        cache_key=maybe_text(fields, "prompt_cache_key"),
        cache_retention=maybe_text(fields, "prompt_cache_retention"),
        store=maybe_flag(fields, "store"),
        echo={LEGACY: True} if is_legacy else None,
    )


def _lose_unread(fields: Fields, losses: LossReport) -> None:
    if not fields.keys() <= _READ:
        neutral = {name for name, values in _NEUTRAL.items() if fields.get(name) in values}
        lose_others(fields, _READ | neutral, losses)
    if options := maybe_object(fields, "stream_options"):
        lose_others(options, _STREAM_OPTIONS, losses, "stream_options")


def _sampling(fields: Fields) -> Sampling:
    wants_logprobs = maybe_flag(fields, "logprobs")
    alternatives = maybe_whole(fields, "top_logprobs", least=0)
    candidates = maybe_whole(fields, "n", least=1)
    return Sampling(
        temperature=maybe_number(fields, "temperature"),
        top_p=maybe_number(fields, "top_p"),
        top_k=maybe_whole(fields, "top_k"),
        seed=maybe_whole(fields, "seed"),
        presence_penalty=maybe_number(fields, "presence_penalty"),
        frequency_penalty=maybe_number(fields, "frequency_penalty"),
        logprobs=(alternatives or 0) if wants_logprobs else None,
        candidates=candidates if candidates != 1 else None,
    )


def _stop(fields: Fields) -> tuple[str, ...]:
    given = fields.get("stop")
    if type(given) is str:
        return (given,) if given else ()
    return texts_in(fields, "stop")


def _tier(fields: Fields) -> str | None:
    word = maybe_text(fields, "service_tier")
    return _TIERS.get(word, word) if word else None


def _metadata(fields: Fields) -> dict[str, str] | None:
    given = maybe_object(fields, "metadata")
    return {name: text_in(given, name, "metadata") for name in given} if given else None


def _output(fields: Fields) -> OutputFormat | None:
    verbosity = maybe_text(fields, "verbosity")
    given = maybe_object(fields, "response_format")
    if given is None:
        return None if verbosity is None else OutputFormat(verbosity=verbosity)
    kind = name_in(given, "type", "response_format")
    if kind == "text":
        return OutputFormat(verbosity=verbosity)
    if kind == "json_object":
        return OutputFormat(kind=OutputKind.JSON, verbosity=verbosity)
    if kind != "json_schema":
        raise not_known(kind, "response_format.type")
    schema = needed_object(given, "json_schema", "response_format")
    path = "response_format.json_schema"
    return OutputFormat(
        kind=OutputKind.SCHEMA,
        name=maybe_text(schema, "name", path),
        description=maybe_text(schema, "description", path),
        schema=maybe_object(schema, "schema", path),
        strict=maybe_flag(schema, "strict", path),
        verbosity=verbosity,
    )
