"""A caller's request in Responses or its Codex flavour becomes a prompt."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import Role, Text, Turn
from llmgw_desktop.domain.errors import MalformedRequest, NotOffered
from llmgw_desktop.domain.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
)
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses.items_in import InputReader
from llmgw_desktop.wire.translate.openai_responses.reading import (
    as_string,
    maybe_bool,
    maybe_list,
    maybe_number,
    maybe_object,
    maybe_string,
    maybe_whole,
    string_in,
    tell_unknown,
)
from llmgw_desktop.wire.translate.openai_responses.tools_in import tool_choice_of, tools_of

_READ = frozenset(
    {
        "model",
        "stream",
        "input",
        "instructions",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "text",
        "temperature",
        "top_p",
        "top_logprobs",
        "max_output_tokens",
        "service_tier",
        "user",
        "safety_identifier",
        "metadata",
        "prompt_cache_key",
        "prompt_cache_retention",
        "store",
        "previous_response_id",
        "include",
        "truncation",
    }
)
_SAYS_NOTHING_TO_MODELS = frozenset({"client_metadata", "stream_options", "background"})
"""For the vendor's own records and transport; `background` is refused where it is not false."""
_KNOWN = _READ | _SAYS_NOTHING_TO_MODELS
_ONLY_THERE = {
    "conversation": "conversations are kept by the vendor alone; send their items as input",
    "prompt": "prompt templates are kept by the vendor alone; send what they say as input",
}
_NO_BACKGROUND = (
    "answers in the background are not given here; leave it out and wait for the answer, or take "
    "it as a stream"
)
_ECHOED = frozenset(
    {
        "instructions",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "text",
        "temperature",
        "top_p",
        "top_logprobs",
        "max_output_tokens",
        "max_tool_calls",
        "service_tier",
        "user",
        "safety_identifier",
        "metadata",
        "prompt_cache_key",
        "prompt_cache_retention",
        "store",
        "previous_response_id",
        "truncation",
    }
)
_SHOWN = ("auto", "concise", "detailed", "none")

_prompt, _sampled = maker(Prompt), maker(Sampling)


def read_prompt(
    fields: Mapping[str, Any], model: str, streaming: bool, report: LossReport
) -> Prompt:
    """MalformedRequest with the JSON path of what cannot be read, or what only the vendor can do.

    `previous_response_id` is kept as it stands: whoever keeps answers has put their items into
    `input` before (`kept.expanded`).
    """
    _refuse(fields)
    tell_unknown(fields, _KNOWN, report)
    items = InputReader(report)
    items.read(fields.get("input"))
    own = maybe_list(fields, "tools")
    declared = [(tool, f"tools[{at}]") for at, tool in enumerate(own)] + items.tools
    return _prompt(
        model=model,
        turns=(*_instructions(fields), *items.turns),
        tools=tools_of(declared, report),
        tool_choice=tool_choice_of(fields, report),
        reasoning=_reasoning(fields, report),
        output=_output(fields, report),
        sampling=_sampling(fields, report),
        max_tokens=maybe_whole(fields, "max_output_tokens"),
        streaming=streaming,
        service_tier=maybe_string(fields, "service_tier"),
        user=_user(fields, report),
        metadata=_metadata(fields),
        cache_key=maybe_string(fields, "prompt_cache_key"),
        cache_retention=maybe_string(fields, "prompt_cache_retention"),
        store=maybe_bool(fields, "store"),
        previous_response_id=maybe_string(fields, "previous_response_id"),
        echo={name: told for name, told in fields.items() if name in _ECHOED},
    )


def _refuse(fields: Mapping[str, Any]) -> None:
    for name, why in _ONLY_THERE.items():
        if fields.get(name) is not None:
            raise NotOffered(why, path=name)
    if maybe_bool(fields, "background"):
        raise NotOffered(_NO_BACKGROUND, path="background")
    if fields.get("input") is None:
        raise MalformedRequest("is required: a string or an array of items", path="input")


def _instructions(fields: Mapping[str, Any]) -> tuple[Turn, ...]:
    words = maybe_string(fields, "instructions")
    return (Turn(role=Role.SYSTEM, items=(Text(text=words),)),) if words else ()


def _reasoning(fields: Mapping[str, Any], report: LossReport) -> Reasoning | None:
    told = maybe_object(fields, "reasoning")
    if told is None:
        return None
    tell_unknown(told, frozenset({"effort", "summary", "generate_summary"}), report, "reasoning.")
    effort = maybe_string(told, "effort", "reasoning")
    if effort is not None and effort not in tuple(Effort):
        raise MalformedRequest(f"must be one of {', '.join(Effort)}", path="reasoning.effort")
    show = maybe_string(told, "summary", "reasoning")
    show = show or maybe_string(told, "generate_summary", "reasoning")
    if show is not None and show not in _SHOWN:
        raise MalformedRequest(f"must be one of {', '.join(_SHOWN)}", path="reasoning.summary")
    if effort is None and show is None:
        return None
    return Reasoning(effort=None if effort is None else Effort(effort), show=show)


def _output(fields: Mapping[str, Any], report: LossReport) -> OutputFormat | None:
    text = maybe_object(fields, "text")
    if text is None:
        return None
    tell_unknown(text, frozenset({"format", "verbosity"}), report, "text.")
    verbosity = maybe_string(text, "verbosity", "text")
    form = maybe_object(text, "format", "text")
    kind = "text" if form is None else string_in(form, "type", "text.format")
    if form is None or kind == "text":
        return None if verbosity is None else OutputFormat(verbosity=verbosity)
    if kind == "json_object":
        return OutputFormat(kind=OutputKind.JSON, verbosity=verbosity)
    if kind != "json_schema":
        raise MalformedRequest(f"'{kind[:60]}' is not known", path="text.format.type")
    path = "text.format"
    schema = maybe_object(form, "schema", path)
    if schema is None:
        raise MalformedRequest("is required", path="text.format.schema")
    return OutputFormat(
        kind=OutputKind.SCHEMA,
        name=maybe_string(form, "name", path),
        description=maybe_string(form, "description", path),
        schema=schema,
        strict=maybe_bool(form, "strict", path),
        verbosity=verbosity,
    )


def _sampling(fields: Mapping[str, Any], report: LossReport) -> Sampling:
    logprobs = maybe_whole(fields, "top_logprobs") or None
    for at, word in enumerate(maybe_list(fields, "include")):
        wanted = as_string(word, f"include[{at}]")
        if wanted == "message.output_text.logprobs":
            logprobs = logprobs or 0
        elif wanted != "reasoning.encrypted_content":
            # sealed reasoning is given in any case
            report.lost(Feature.FIELD, f"include.{wanted}")
    if fields.get("truncation") not in (None, "disabled"):
        report.lost(Feature.FIELD, "truncation")
    return _sampled(
        temperature=maybe_number(fields, "temperature"),
        top_p=maybe_number(fields, "top_p"),
        logprobs=logprobs,
    )


def _user(fields: Mapping[str, Any], report: LossReport) -> str | None:
    user = maybe_string(fields, "user")
    safety = maybe_string(fields, "safety_identifier")
    if user and safety and user != safety:
        report.lost(Feature.FIELD, "safety_identifier")
    return user or safety


def _metadata(fields: Mapping[str, Any]) -> dict[str, str] | None:
    told = maybe_object(fields, "metadata")
    if told is None:
        return None
    return {name: as_string(word, f"metadata.{name}") for name, word in told.items()}
