"""A prompt becomes a Messages request for the vendor, or for a server that speaks its protocol.

Turns are written in `turns_out.py`, tools in `tools_out.py`; what a model takes stands in
`models.py`.
"""

from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import CacheMark, Vendor
from llmgw_desktop.domain.model.prompt import OutputKind, Prompt, Tool, ToolMode
from llmgw_desktop.wire.translate.anthropic.blocks_out import Block, BlockWriter
from llmgw_desktop.wire.translate.anthropic.models import (
    UNKNOWN_MAX_OUTPUT,
    ClaudeModel,
    claude_model,
    written_thinking,
)
from llmgw_desktop.wire.translate.anthropic.tools_out import (
    ToolWriter,
    cache_control,
    enforced_schema,
)
from llmgw_desktop.wire.translate.anthropic.turns_out import TurnWriter, begins_unsigned
from llmgw_desktop.wire.translate.carriers import CallIds
from llmgw_desktop.wire.translate.codec import PromptTarget, WrittenRequest
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
