"""OpenAI Responses and its Codex flavour as translation sees them: the codec, what they cannot
carry, and how a prompt becomes a request in Responses, or in the flavour that Codex speaks to its
vendor.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.answer import Answer
from llmgw_desktop.domain.model.content import Role, Text, Turn
from llmgw_desktop.domain.model.prompt import Effort, OutputKind, Prompt, Reasoning
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.answer_facts import parse_answer
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.codec import (
    Codec,
    PromptTarget,
    RequestContext,
    WrittenRequest,
    effort_of,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses.events_in import ResponsesEventReader
from llmgw_desktop.wire.translate.openai_responses.events_out import ResponsesEventWriter
from llmgw_desktop.wire.translate.openai_responses.items_out import input_of
from llmgw_desktop.wire.translate.openai_responses.prompt_in import read_prompt
from llmgw_desktop.wire.translate.openai_responses.tools import write_tools
from llmgw_desktop.wire.translate.openai_responses.vendor import Body, Writing, is_own
from llmgw_desktop.wire.translate.tools import PLAIN, ToolNames, schema_name, short_id

_FEWEST_TOKENS = 16


def write_prompt(prompt: Prompt, target: PromptTarget, report: LossReport) -> WrittenRequest:
    """`previous_response_id` is never written: what it stands for has become part of the turns."""
    if prompt.sampling.candidates is not None and prompt.sampling.candidates > 1:
        raise MalformedRequest("This model gives one answer at a time; ask for one.")
    names = ToolNames(prompt.tools, PLAIN, keeps_namespaces=is_own(target))
    ids = CallIds(target.id_rule)
    writing = Writing(target=target, names=names, ids=ids, report=report)
    body: Body = {"model": target.model, "stream": prompt.streaming}
    turns = _write_instructions(body, prompt.turns, writing)
    body["input"] = input_of(turns, writing)
    write_tools(body, prompt, writing)
    _write_reasoning(body, prompt.reasoning, writing)
    _write_text(body, prompt)
    _write_limits(body, prompt, writing)
    _write_sampling(body, prompt, writing)
    _write_dealings(body, prompt, writing)
    return WrittenRequest(body=orjson.dumps(body), names=names)


def _write_instructions(body: Body, turns: tuple[Turn, ...], writing: Writing) -> tuple[Turn, ...]:
    """One plain text of the system before everything else; in any other form it is a message.

    The Codex flavour takes instructions of Codex alone there: all others are the developer's.
    """
    if writing.is_codex:
        body["instructions"] = ""
        return turns
    first = turns[0] if turns else None
    if first is None or first.role is not Role.SYSTEM or len(first.items) != 1 or first.name:
        return turns
    words = first.items[0]
    if not isinstance(words, Text) or words.citations or words.signature is not None:
        return turns
    if words.cache is not None:
        writing.report.lost(Feature.CACHE_MARK)
    body["instructions"] = words.text
    return turns[1:]


def _write_reasoning(body: Body, wanted: Reasoning | None, writing: Writing) -> None:
    if not writing.may_reason:
        if wanted is not None and wanted.effort not in (None, Effort.NONE):
            writing.report.lost(Feature.REASONING)
        return
    told: Body = {}
    effort = None if wanted is None else effort_of(wanted)
    if effort is not None:
        told["effort"] = str(effort)
    if wanted is not None and wanted.show not in (None, "none") and effort is not Effort.NONE:
        told["summary"] = wanted.show
    if wanted is None and writing.is_codex:
        # no summary: who asked for no thoughts takes the first block of his answer for its text
        told = {"effort": "medium"}
    if told:
        body["reasoning"] = told
    if writing.is_own:
        body["include"] = ["reasoning.encrypted_content"]


def _write_text(body: Body, prompt: Prompt) -> None:
    wanted = prompt.output
    if wanted is None:
        return
    text: Body = {}
    if wanted.kind is OutputKind.JSON:
        text["format"] = {"type": "json_object"}
    elif wanted.kind is OutputKind.SCHEMA:
        form: Body = {
            "type": "json_schema",
            "name": schema_name(wanted.name),
            "schema": wanted.schema or {},
        }
        optional = {"description": wanted.description, "strict": wanted.strict}
        text["format"] = form | _known(optional)
    if wanted.verbosity is not None:
        text["verbosity"] = wanted.verbosity
    if text:
        body["text"] = text


def _write_limits(body: Body, prompt: Prompt, writing: Writing) -> None:
    if prompt.stop:
        writing.report.lost(Feature.STOP)
    most = prompt.max_tokens
    if most is None:
        return
    if writing.is_codex:
        writing.report.lost(Feature.MAX_TOKENS)
    elif most < _FEWEST_TOKENS and writing.is_own:
        writing.report.lost(Feature.MAX_TOKENS)
        body["max_output_tokens"] = _FEWEST_TOKENS
    else:
        body["max_output_tokens"] = most


def _write_sampling(body: Body, prompt: Prompt, writing: Writing) -> None:
    refuses = writing.is_codex or writing.reasons
    for name, feature in (("temperature", Feature.TEMPERATURE), ("top_p", Feature.TOP_P)):
        wanted = getattr(prompt.sampling, name)
        if wanted is not None and refuses:
            writing.report.lost(feature)
        elif wanted is not None:
            body[name] = wanted
    writing.report.lost_wishes(
        prompt, Feature.TOP_K, Feature.SEED, Feature.PENALTIES, Feature.LOGPROBS
    )


def _write_dealings(body: Body, prompt: Prompt, writing: Writing) -> None:
    """Who asks, at which price, and what is kept of it."""
    if prompt.cache_key:
        body["prompt_cache_key"] = short_id(prompt.cache_key)
    if writing.is_codex:
        body |= {"stream": True, "store": False}
        report = writing.report
        report.lost_wishes(prompt, Feature.USER, Feature.METADATA, Feature.STORE)
        if prompt.cache_retention is not None:
            report.lost(Feature.CACHE_KEY)
        if prompt.service_tier not in (None, "auto", "default", "priority"):
            report.lost(Feature.SERVICE_TIER)
        if prompt.service_tier == "priority":
            body["service_tier"] = "priority"
        return
    body["store"] = prompt.store is True
    body |= _known(
        {
            "service_tier": prompt.service_tier,
            "user": short_id(prompt.user) if prompt.user else None,
            "metadata": prompt.metadata,
            "prompt_cache_retention": prompt.cache_retention,
        }
    )


def _known(members: Mapping[str, Any]) -> Body:
    return {name: value for name, value in members.items() if value is not None}


LOSSES: Mapping[str, str] = {
    Feature.SPEAKER_NAME: "Messages name no speaker.",
    Feature.IMAGE: "A model's own turn holds no pictures.",
    Feature.DOCUMENT: "A model's own turn holds no documents.",
    Feature.DOCUMENT_FACTS: "Documents have no context and no switch for citations.",
    Feature.AUDIO: "Sound is taken as mp3 or wav in the user's messages alone.",
    Feature.VIDEO: "There is no video.",
    Feature.FILE_ID: "A file's id is of use to the vendor alone that gave it.",
    Feature.THINKING: "Reasoning is taken back only as this vendor has sealed it.",
    Feature.REDACTED_THINKING: "Reasoning is taken back only as this vendor has sealed it.",
    Feature.SIGNATURE: "A seal is of use to the vendor alone that made it.",
    Feature.CITATIONS: "Citations are addresses or files of the vendor.",
    Feature.HOSTED_ITEM: "What another vendor's own tools did is told in words, if at all.",
    Feature.RESULT_MEDIA: "Outputs of tools are text, pictures and documents.",
    Feature.RESULT_IS_ERROR: "Outputs have no mark of failure; the words say that it is an error.",
    Feature.CACHE_MARK: "The vendor's cache finds the beginnings of prompts by itself.",
    Feature.PREFILL: "An answer is never the continuation of a turn that was begun.",
    Feature.HOSTED_TOOL: "Other vendors' tools have no counterpart, or not with these settings.",
    Feature.CUSTOM_GRAMMAR: "A server that is not the vendor's takes functions alone; "
    "the grammar is told in words.",
    Feature.TOOL_SCHEMA: "Arguments are one object; alternatives at its root are merged.",
    Feature.TOOL_CHOICE: "Only declared functions and custom tools can be chosen.",
    Feature.TEMPERATURE: "Models that reason do not take it.",
    Feature.TOP_P: "Models that reason do not take it.",
    Feature.TOP_K: "There is no such member.",
    Feature.SEED: "There is no such member.",
    Feature.PENALTIES: "There are no such members.",
    Feature.LOGPROBS: "Probabilities are not carried back.",
    Feature.STOP: "There are no stop sequences.",
    Feature.MAX_TOKENS: "The vendor allows no fewer than 16.",
    Feature.REASONING: "Models that do not reason refuse the member.",
    Feature.STOP_SEQUENCE: "An answer does not tell which stop sequence was met.",
    Feature.STOP_KIND: "An answer is complete, cut by its length or filtered, and nothing else.",
    Feature.OUTPUT_MEDIA: "Of media, an answer holds pictures with their bytes alone.",
}
_NOT_THERE = "This flavour refuses the member."
CODEX_LOSSES: Mapping[str, str] = {
    **LOSSES,
    Feature.TEMPERATURE: _NOT_THERE,
    Feature.TOP_P: _NOT_THERE,
    Feature.MAX_TOKENS: _NOT_THERE,
    Feature.USER: _NOT_THERE,
    Feature.METADATA: _NOT_THERE,
    Feature.CACHE_KEY: "The cache's retention cannot be chosen in this flavour.",
    Feature.STORE: "Nothing is stored in this flavour.",
    Feature.SERVICE_TIER: "Of the tiers only `priority` is taken.",
}


def read_answer(body: bytes, names: ToolNames) -> Answer:
    """UpstreamGarbage for what is no answer, UpstreamError where the vendor says that it failed.

    The body of a stream is read too: the Codex flavour streams whatever was asked for, and other
    servers answer with the wrong kind.
    """
    reader = ResponsesEventReader(names)
    if body.lstrip()[:5] in (b"event", b"data:") or body.lstrip()[:1] == b":":
        return collected([*reader.feed(body), *reader.finish()])
    return collected(reader.whole(parse_answer(body)))


def write_answer(
    answer: Answer, asked: RequestContext, report: LossReport, *, is_codex: bool = False
) -> bytes:
    writer = ResponsesEventWriter(asked, report, is_codex=is_codex, has_frames=False)
    writer.take(answer)
    return orjson.dumps(writer.response)


def codec(flavour: ModelProtocol = ModelProtocol.OPENAI_RESPONSES) -> Codec:
    """The flavours differ in what upstreams take; `write_prompt` looks at the target's protocol."""
    is_codex = flavour is ModelProtocol.CODEX
    return Codec(
        protocol=flavour,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=partial(write_answer, is_codex=is_codex),
        event_reader=ResponsesEventReader,
        event_writer=partial(ResponsesEventWriter, is_codex=is_codex),
        losses=CODEX_LOSSES if is_codex else LOSSES,
    )
