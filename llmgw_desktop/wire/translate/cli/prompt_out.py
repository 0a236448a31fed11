"""A prompt as the gateway's own run of a CLI takes it: one text, and what little can be wished."""

from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import (
    HostedTool,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolMode,
)
from llmgw_desktop.wire.translate.cli.parts_out import USER, PartsWriter
from llmgw_desktop.wire.translate.cli.transcript import transcript
from llmgw_desktop.wire.translate.codec import Target, Written
from llmgw_desktop.wire.translate.efforts import effort_of_budget
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import ToolNames


def write_prompt(prompt: Prompt, _target: Target, losses: LossReport) -> Written:
    """`prompt` and `system` are always there, `schema` and `effort` where they were asked for.

    MalformedRequest where a user has said nothing in words.
    """
    if (prompt.sampling.candidates or 1) > 1:
        raise MalformedRequest("Several answers at once cannot be had from a CLI; ask for one.")
    writer = PartsWriter(losses)
    system, parts = writer.write(prompt.turns)
    if not writer.has_user_words:
        raise MalformedRequest(
            "The conversation holds no words of a user, and a CLI reads nothing else; say in words"
            " what it shall do."
        )
    is_single = len(parts) == 1 and parts[0].heading == USER
    body: dict[str, Any] = {
        "prompt": parts[0].text if is_single else transcript(parts),
        "system": system,
    }
    body |= _output(prompt, losses)
    body |= _effort(prompt.reasoning, losses)
    _report_tools(prompt, losses)
    _report_sampling(prompt.sampling, losses)
    _report_rest(prompt, losses)
    return Written(body=orjson.dumps(body), names=ToolNames())


def _output(prompt: Prompt, losses: LossReport) -> dict[str, Any]:
    output = prompt.output
    if output is None:
        return {}
    if output.verbosity is not None:
        losses.lost(Feature.VERBOSITY)
    if output.kind is OutputKind.TEXT:
        return {}
    if output.kind is OutputKind.JSON or output.schema is None:
        losses.lost(Feature.OUTPUT_FORMAT, "json")
        return {}
    if output.description:
        losses.lost(Feature.OUTPUT_FORMAT, "description")
    return {"schema": output.schema}


def _effort(reasoning: Reasoning | None, losses: LossReport) -> dict[str, Any]:
    """A budget of tokens becomes the word nearest to it."""
    if reasoning is None:
        return {}
    if reasoning.show not in (None, "none", "auto"):
        losses.lost(Feature.REASONING_SUMMARY, reasoning.show)
    effort, budget = reasoning.effort, reasoning.budget_tokens
    if effort is None and budget is not None and budget >= 0:
        effort = effort_of_budget(budget)
    return {} if effort is None else {"effort": str(effort)}


def _report_tools(prompt: Prompt, losses: LossReport) -> None:
    if any(isinstance(tool, Tool) for tool in prompt.tools):
        losses.lost(Feature.TOOLS)
    for tool in prompt.tools:
        if isinstance(tool, HostedTool):
            losses.lost(Feature.HOSTED_TOOL, str(tool.raw.get("type") or tool.kind))
        elif tool.cache is not None:
            losses.lost(Feature.CACHE_MARK)
    choice = prompt.tool_choice
    if (
        choice.mode is ToolMode.ANY
        or choice.names
        or (prompt.tools and choice.mode is ToolMode.NONE)
    ):
        losses.lost(Feature.TOOL_CHOICE)
    if prompt.tools and choice.parallel is False:
        losses.lost(Feature.PARALLEL_TOOLS)


def _report_sampling(wish: Sampling, losses: LossReport) -> None:
    given = (
        (Feature.TEMPERATURE, wish.temperature is not None),
        (Feature.TOP_P, wish.top_p is not None),
        (Feature.TOP_K, wish.top_k is not None),
        (Feature.SEED, wish.seed is not None),
        (Feature.PENALTIES, bool(wish.presence_penalty or wish.frequency_penalty)),
        (Feature.LOGPROBS, wish.logprobs is not None),
    )
    for feature, is_given in given:
        if is_given:
            losses.lost(feature)


def _report_rest(prompt: Prompt, losses: LossReport) -> None:
    if prompt.service_tier not in (None, "auto", "default"):
        losses.lost(Feature.SERVICE_TIER, prompt.service_tier)
    given = (
        (Feature.MAX_TOKENS, prompt.max_tokens is not None),
        (Feature.STOP, any(prompt.stop)),
        (Feature.USER, bool(prompt.user)),
        (Feature.METADATA, bool(prompt.metadata)),
        (Feature.CACHE_KEY, bool(prompt.cache_key or prompt.cache_retention)),
        (Feature.STORE, bool(prompt.store)),
    )
    for feature, is_given in given:
        if is_given:
            losses.lost(feature)
