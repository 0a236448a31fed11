"""Anthropic Messages as translation sees it: the codec, what it cannot carry as the target, and how
a prompt becomes a request for the vendor, or for a server that speaks its protocol.

Turns are written in `turns_out.py`, tools in `tools_out.py`; what a model takes stands in
`models.py`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import CacheMark, Vendor
from llmgw_desktop.domain.model.prompt import OutputKind, Prompt, Tool, ToolMode
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.anthropic.answer_in import read_answer
from llmgw_desktop.wire.translate.anthropic.answer_out import write_answer
from llmgw_desktop.wire.translate.anthropic.blocks_out import Block, BlockWriter
from llmgw_desktop.wire.translate.anthropic.events_in import AnthropicEventReader
from llmgw_desktop.wire.translate.anthropic.events_out import AnthropicEventWriter
from llmgw_desktop.wire.translate.anthropic.models import (
    UNKNOWN_MAX_OUTPUT,
    ClaudeModel,
    claude_model,
    written_thinking,
)
from llmgw_desktop.wire.translate.anthropic.prompt_in import read_prompt
from llmgw_desktop.wire.translate.anthropic.tools_out import (
    ToolWriter,
    cache_control,
    enforced_schema,
)
from llmgw_desktop.wire.translate.anthropic.turns_out import TurnWriter, begins_unsigned
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.codec import Codec, PromptTarget, WrittenRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import ANTHROPIC, ToolNames

_MOST_MARKS = 4
_TIERS = {"auto": "auto", "priority": "auto", "default": "standard_only"}


def write_prompt(prompt: Prompt, target: PromptTarget, report: LossReport) -> WrittenRequest:
    if (prompt.sampling.candidates or 1) > 1:
        raise MalformedRequest("This model gives one answer at a time.", path="n")
    model = claude_model(target.model)
    names = ToolNames(prompt.tools, ANTHROPIC)
    max_tokens = _max_tokens(prompt, model, report)
    thinking: dict[str, Any] = {}
    if prompt.reasoning is not None:
        unsigned = begins_unsigned(prompt.turns, target.vendor)
        thinking = written_thinking(prompt, model, max_tokens, report, is_unsigned=unsigned)
    thinks = thinking.get("thinking", {}).get("type") in ("enabled", "adaptive")
    ids = CallIds(target.id_rule)
    turns = TurnWriter(BlockWriter(target, names, report), ids, report)
    system, messages = turns.write(prompt.turns, takes_prefill=model.takes_prefill and not thinks)
    writer = ToolWriter(prompt, target, model, names=names, report=report)
    tools = writer.tools() if prompt.tools else []
    body: dict[str, Any] = {"model": target.model, "max_tokens": max_tokens}
    if prompt.streaming:
        body["stream"] = True
    if tools:
        body["tools"] = tools
        choice = writer.choice()
        if choice is not None:
            body["tool_choice"] = choice
    elif prompt.tool_choice.mode is ToolMode.ANY:
        report.lost(Feature.TOOL_CHOICE)
    body |= thinking
    takes_schema = model.takes_schema and target.vendor is Vendor.ANTHROPIC
    _add_format(body, prompt, report, takes_schema=takes_schema)
    _add_sampling(body, prompt, model, report, thinks=thinks)
    _add_facts(body, prompt, report)
    if system:
        body["system"] = system
    body["messages"] = messages
    _mark_for_key(prompt, target, system=system, messages=messages, report=report)
    _keep_last_marks(tools, system, messages, report)
    return WrittenRequest(body=orjson.dumps(body), names=names)


def _max_tokens(prompt: Prompt, model: ClaudeModel, report: LossReport) -> int:
    wanted = prompt.max_tokens
    if wanted is None:
        return model.max_output or UNKNOWN_MAX_OUTPUT
    if model.max_output is not None and wanted > model.max_output:
        report.lost(Feature.MAX_TOKENS)
        return model.max_output
    return wanted


def _add_format(
    body: dict[str, Any], prompt: Prompt, report: LossReport, *, takes_schema: bool
) -> None:
    output = prompt.output
    if output is None:
        return
    if output.verbosity not in (None, "medium"):
        report.lost(Feature.VERBOSITY)
    if output.kind is OutputKind.TEXT:
        return
    if output.kind is OutputKind.JSON or output.schema is None or not takes_schema:
        report.lost(Feature.OUTPUT_FORMAT, output.kind)
        return

    def lost(what: str) -> None:
        report.lost(Feature.OUTPUT_FORMAT, what)

    wanted = {"type": "json_schema", "schema": enforced_schema(output.schema, lost)}
    body["output_config"] = {**body.get("output_config", {}), "format": wanted}


def _add_sampling(
    body: dict[str, Any], prompt: Prompt, model: ClaudeModel, report: LossReport, *, thinks: bool
) -> None:
    wanted = prompt.sampling
    takes = model.takes_sampling and not thinks
    if wanted.temperature is not None:
        fitting = min(max(wanted.temperature, 0.0), 1.0)
        if takes:
            body["temperature"] = fitting
        if wanted.temperature != (fitting if takes else 1):
            report.lost(Feature.TEMPERATURE)
    if wanted.top_p is not None:
        if takes and (model.takes_temperature_with_top_p or wanted.temperature is None):
            body["top_p"] = wanted.top_p
        elif wanted.top_p != 1:
            report.lost(Feature.TOP_P)
    if wanted.top_k is not None:
        if takes:
            body["top_k"] = wanted.top_k
        else:
            report.lost(Feature.TOP_K)
    report.lost_wishes(prompt, Feature.SEED, Feature.PENALTIES, Feature.LOGPROBS, Feature.METADATA)


def _add_facts(body: dict[str, Any], prompt: Prompt, report: LossReport) -> None:
    if prompt.stop:
        stops = [each for each in prompt.stop if each.strip()]
        if len(stops) < len(prompt.stop):
            report.lost(Feature.STOP)
        if stops:
            body["stop_sequences"] = stops
    if prompt.user:
        body["metadata"] = {"user_id": prompt.user}
    tier = prompt.service_tier
    if tier is not None:
        if tier in _TIERS:
            body["service_tier"] = _TIERS[tier]
        if tier not in ("auto", "default"):
            report.lost(Feature.SERVICE_TIER, tier)


def _mark_for_key(
    prompt: Prompt,
    target: PromptTarget,
    *,
    system: list[Block],
    messages: list[dict[str, Any]],
    report: LossReport,
) -> None:
    """A caller that names a cache wants one, and here nothing is cached without a mark."""
    if prompt.cache_key is None:
        return
    if target.vendor is not Vendor.ANTHROPIC:
        report.lost(Feature.CACHE_KEY)
        return
    own = [getattr(item, "cache", None) for turn in prompt.turns for item in turn.items]
    own += [tool.cache for tool in prompt.tools if isinstance(tool, Tool)]
    if any(own):
        return
    mark = cache_control(CacheMark(ttl="1h" if prompt.cache_retention == "24h" else None))
    for blocks in (system, messages[-1]["content"]):
        if blocks and blocks[-1].get("type") in ("text", "image", "document", "tool_result"):
            blocks[-1]["cache_control"] = mark


def _keep_last_marks(
    tools: list[Block], system: list[Block], messages: list[dict[str, Any]], report: LossReport
) -> None:
    blocks = [*tools, *system, *(block for message in messages for block in message["content"])]
    marked = [block for block in blocks if "cache_control" in block]
    for block in marked[:-_MOST_MARKS]:
        del block["cache_control"]
        report.lost(Feature.CACHE_MARK)


LOSSES: Mapping[str, str] = {
    Feature.SYSTEM_POSITION: "system messages later than the first turn become reminders in "
    "user turns; most models take them at the top alone",
    Feature.SPEAKER_NAME: "speakers cannot be named",
    Feature.IMAGE: "only PNG, JPEG, GIF and WebP, and not in system or assistant turns",
    Feature.IMAGE_DETAIL: "images have no level of detail",
    Feature.DOCUMENT: "only PDF and plain text, and not in system or assistant turns",
    Feature.AUDIO: "no audio input",
    Feature.VIDEO: "no video input",
    Feature.FILE_ID: "files stored with another vendor cannot be read",
    Feature.THINKING: "thinking needs this vendor's signature",
    Feature.REDACTED_THINKING: "only this vendor's own can be read",
    Feature.SIGNATURE: "calls and text carry no signatures, and other vendors' are not sent",
    Feature.CITATIONS: "only this vendor's own are taken back, and without an address there "
    "is no form for others",
    Feature.REFUSAL: "a refusal in the history becomes text",
    Feature.HOSTED_ITEM: "items of other vendors' tools become text where they have one",
    Feature.RESULT_MEDIA: "tool results hold text, images and documents",
    Feature.CACHE_MARK: "at most four, the last ones are kept",
    Feature.EMPTY_TEXT: "text of blanks alone is refused by the vendor",
    Feature.PREFILL: "newer models and thinking do not continue an assistant's message; they "
    "are asked to go on",
    Feature.CALL_ARGUMENTS: "arguments that are no JSON object become an empty one",
    Feature.CALL_PAIRING: "calls without a result get one that says so, results without a "
    "call become text, and of several results of a call the last one counts",
    Feature.HOSTED_TOOL: "of other vendors' tools only web search has a counterpart",
    Feature.CUSTOM_GRAMMAR: "a custom tool's grammar is told in words, not enforced",
    Feature.TOOL_NAMESPACE: "a namespace is put before the names; its description is lost",
    Feature.TOOL_STRICT: "older models and other servers do not enforce schemas",
    Feature.TOOL_SCHEMA: "the schema's root must be a plain object",
    Feature.TOOL_CHOICE: "one tool or all of them; models that always think cannot be forced",
    Feature.TEMPERATURE: "refused by newer models and with thinking; at most 1",
    Feature.TOP_P: "refused by newer models, with a temperature and with thinking",
    Feature.TOP_K: "refused by newer models and with thinking",
    Feature.SEED: "no seed",
    Feature.PENALTIES: "no penalties",
    Feature.LOGPROBS: "no log probabilities",
    Feature.STOP: "stop sequences of blanks alone are refused",
    Feature.MAX_TOKENS: "not more than the model can write",
    Feature.REASONING: "efforts and budgets that a model does not know become the nearest, "
    "and thinking gives way to a forced tool call and to few tokens",
    Feature.REASONING_SUMMARY: "thinking is shown or not, without degrees",
    Feature.OUTPUT_FORMAT: "only schemas, on models since 4.5; bounds on numbers and lengths "
    "are told, not enforced",
    Feature.VERBOSITY: "no verbosity",
    Feature.SERVICE_TIER: "standard, or priority where there is capacity",
    Feature.METADATA: "only a user's id",
    Feature.CACHE_KEY: "caching is by marks; two are set for a vendor that knows them",
    Feature.OUTPUT_MEDIA: "answers hold no images or sound; a text says that there was one",
}


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.ANTHROPIC,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=AnthropicEventReader,
        event_writer=AnthropicEventWriter,
        losses=LOSSES,
    )
