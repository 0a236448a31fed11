"""A caller's request in Responses or its Codex flavour becomes a prompt."""

from llmgw_desktop.domain.errors import MalformedRequest, NotOffered
from llmgw_desktop.domain.model.content import Role, Text, Turn
from llmgw_desktop.domain.model.prompt import OutputFormat, OutputKind, Prompt, Reasoning, Sampling
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.translate.codec import EFFORTS
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.members import (
    Fields,
    lose_others,
    maybe_flag,
    maybe_number,
    maybe_object,
    maybe_one_of,
    maybe_text,
    maybe_whole,
    needed_object,
    not_known,
    objects_in,
    text_in,
    texts_in,
)
from llmgw_desktop.wire.translate.openai_responses.items_in import InputReader
from llmgw_desktop.wire.translate.openai_responses.tools import tool_choice_of, tools_of
from llmgw_desktop.wire.translate.openai_responses.vendor import DEFAULTS

_ECHOED = frozenset({*DEFAULTS, "prompt_cache_retention"})
_NOT_READ = {"max_tool_calls"}
_SAYS_NOTHING_TO_MODELS = frozenset({"client_metadata", "stream_options", "background"})
"""For the vendor's own records and transport; `background` is refused where it is not false."""
_KNOWN = (_ECHOED - _NOT_READ) | {"model", "stream", "input", "include"} | _SAYS_NOTHING_TO_MODELS
_ONLY_THERE = {
    "conversation": "conversations are kept by the vendor alone; send their items as input",
    "prompt": "prompt templates are kept by the vendor alone; send what they say as input",
}
_NO_BACKGROUND = (
    "answers in the background are not given here; leave it out and wait for the answer, or take "
    "it as a stream"
)
_SHOWN = {word: word for word in ("auto", "concise", "detailed", "none")}

_prompt, _sampled = maker(Prompt), maker(Sampling)


def read_prompt(fields: Fields, model: str, streaming: bool, report: LossReport) -> Prompt:
    """MalformedRequest with the JSON path of what cannot be read, or what only the vendor can do.

    `previous_response_id` is kept as it stands: whoever keeps answers has put their items into
    `input` before (`kept.expanded`).
    """
    _refuse(fields)
    lose_others(fields, _KNOWN, report)
    items = InputReader(report)
    items.read(fields.get("input"))
    return _prompt(
        model=model,
        turns=(*_instructions(fields), *items.turns),
        tools=tools_of([*objects_in(fields, "tools"), *items.tools], report),
        tool_choice=tool_choice_of(fields, report),
        reasoning=_reasoning(fields, report),
        output=_output(fields, report),
        sampling=_sampling(fields, report),
        max_tokens=maybe_whole(fields, "max_output_tokens"),
        streaming=streaming,
        service_tier=maybe_text(fields, "service_tier"),
        user=_user(fields, report),
        metadata=_metadata(fields),
        cache_key=maybe_text(fields, "prompt_cache_key"),
        cache_retention=maybe_text(fields, "prompt_cache_retention"),
        store=maybe_flag(fields, "store"),
        previous_response_id=maybe_text(fields, "previous_response_id"),
        echo={name: told for name, told in fields.items() if name in _ECHOED},
    )


def _refuse(fields: Fields) -> None:
    for name, why in _ONLY_THERE.items():
        if fields.get(name) is not None:
            raise NotOffered(why, path=name)
    if maybe_flag(fields, "background"):
        raise NotOffered(_NO_BACKGROUND, path="background")
    if fields.get("input") is None:
        raise MalformedRequest("is required: a string or an array of items", path="input")


def _instructions(fields: Fields) -> tuple[Turn, ...]:
    words = maybe_text(fields, "instructions")
    return (Turn(role=Role.SYSTEM, items=(Text(text=words),)),) if words else ()


def _reasoning(fields: Fields, report: LossReport) -> Reasoning | None:
    told = maybe_object(fields, "reasoning")
    if told is None:
        return None
    lose_others(told, {"effort", "summary", "generate_summary"}, report, "reasoning")
    effort = maybe_one_of(told, "effort", EFFORTS, "reasoning")
    show = maybe_one_of(told, "summary", _SHOWN, "reasoning")
    show = show or maybe_one_of(told, "generate_summary", _SHOWN, "reasoning")
    if effort is None and show is None:
        return None
    return Reasoning(effort=effort, show=show)


def _output(fields: Fields, report: LossReport) -> OutputFormat | None:
    text = maybe_object(fields, "text")
    if text is None:
        return None
    lose_others(text, {"format", "verbosity"}, report, "text")
    verbosity = maybe_text(text, "verbosity", "text")
    form = maybe_object(text, "format", "text")
    kind = "text" if form is None else text_in(form, "type", "text.format")
    if form is None or kind == "text":
        return None if verbosity is None else OutputFormat(verbosity=verbosity)
    if kind == "json_object":
        return OutputFormat(kind=OutputKind.JSON, verbosity=verbosity)
    if kind != "json_schema":
        raise not_known(kind, "text.format.type")
    path = "text.format"
    return OutputFormat(
        kind=OutputKind.SCHEMA,
        name=maybe_text(form, "name", path),
        description=maybe_text(form, "description", path),
        schema=needed_object(form, "schema", path),
        strict=maybe_flag(form, "strict", path),
        verbosity=verbosity,
    )


def _sampling(fields: Fields, report: LossReport) -> Sampling:
    logprobs = maybe_whole(fields, "top_logprobs") or None
    for wanted in texts_in(fields, "include"):
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


def _user(fields: Fields, report: LossReport) -> str | None:
    user = maybe_text(fields, "user")
    safety = maybe_text(fields, "safety_identifier")
    if user and safety and user != safety:
        report.lost(Feature.FIELD, "safety_identifier")
    return user or safety


def _metadata(fields: Fields) -> dict[str, str] | None:
    told = maybe_object(fields, "metadata")
    if told is None:
        return None
    return {name: text_in(told, name, "metadata") for name in told}
