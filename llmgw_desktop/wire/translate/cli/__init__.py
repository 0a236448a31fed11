"""The gateway's own runs of vendors' CLIs as translation sees them: requests go in, streams come
out.

No caller speaks this, so there is nothing to be read from one or written to one. A CLI takes one
text, and system words beside it. What a single turn says arrives as it is; a longer conversation is
told as a transcript.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import orjson

from llmgw_desktop.domain.errors import MalformedRequest, NotServed, UpstreamGarbage
from llmgw_desktop.domain.model.prompt import (
    HostedTool,
    OutputKind,
    Prompt,
    Reasoning,
    Tool,
    ToolMode,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.cli import CliEventReader
from llmgw_desktop.wire.translate.cli.transcript import USER, PartsWriter, transcript
from llmgw_desktop.wire.translate.codec import Codec, PromptTarget, WrittenRequest, effort_of
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import ToolNames

LOSSES: Mapping[str, str] = {
    Feature.SYSTEM_POSITION: "system words stand before the conversation, wherever they stood "
    "in it",
    Feature.DEVELOPER_ROLE: "a developer's message becomes part of the system words",
    Feature.SPEAKER_NAME: "speakers are the user and the assistant, without names",
    Feature.IMAGE: "a prompt is text; images are left out",
    Feature.DOCUMENT: "a prompt is text; documents that are no text are left out",
    Feature.DOCUMENT_URL: "a document at an address is not fetched",
    Feature.DOCUMENT_FACTS: "there is no place for context, nor for the wish for citations",
    Feature.AUDIO: "a prompt is text; sound is left out",
    Feature.VIDEO: "a prompt is text; video is left out",
    Feature.FILE_ID: "a file id is known only to the vendor that gave it",
    Feature.THINKING: "earlier thinking is no part of a transcript",
    Feature.REDACTED_THINKING: "earlier thinking is no part of a transcript",
    Feature.SIGNATURE: "a transcript holds no signatures",
    Feature.CITATIONS: "a transcript holds no citations",
    Feature.REFUSAL: "a refusal in the history becomes text",
    Feature.HOSTED_ITEM: "what a vendor's own tool did is told in words, or not at all",
    Feature.CACHE_MARK: "the CLI decides what it caches",
    Feature.PREFILL: "the CLI answers with a turn of its own, it does not go on with a begun one",
    Feature.TOOLS: "an agent works with its own tools, not with the caller's",
    Feature.HOSTED_TOOL: "an agent works with its own tools, not with a vendor's",
    Feature.TOOL_CHOICE: "the agent chooses among its own tools",
    Feature.PARALLEL_TOOLS: "the agent calls its own tools as it likes",
    Feature.TEMPERATURE: "a CLI has no such setting",
    Feature.TOP_P: "a CLI has no such setting",
    Feature.TOP_K: "a CLI has no such setting",
    Feature.SEED: "a CLI has no such setting",
    Feature.PENALTIES: "a CLI has no such setting",
    Feature.LOGPROBS: "a CLI tells no probabilities",
    Feature.STOP: "an agent's run cannot be stopped at words",
    Feature.MAX_TOKENS: "an agent's run has no limit of tokens",
    Feature.REASONING_SUMMARY: "how long the shown thinking is cannot be chosen",
    Feature.OUTPUT_FORMAT: "only a schema can be asked for, without a description",
    Feature.VERBOSITY: "a CLI has no such setting",
    Feature.SERVICE_TIER: "the tier is that of the CLI's own account",
    Feature.USER: "the CLI's own account is the user",
    Feature.METADATA: "a run carries no metadata",
    Feature.CACHE_KEY: "the CLI decides what it caches",
    Feature.STORE: "the vendor stores no answers of a CLI for the caller",
}


_NEVER = (
    *(Feature.TEMPERATURE, Feature.TOP_P, Feature.TOP_K, Feature.SEED, Feature.PENALTIES),
    *(Feature.LOGPROBS, Feature.MAX_TOKENS, Feature.STOP, Feature.USER, Feature.METADATA),
    *(Feature.CACHE_KEY, Feature.STORE),
)


def write_prompt(prompt: Prompt, _target: PromptTarget, losses: LossReport) -> WrittenRequest:
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
    if prompt.service_tier not in (None, "auto", "default"):
        losses.lost(Feature.SERVICE_TIER, prompt.service_tier)
    losses.lost_wishes(prompt, *_NEVER)
    return WrittenRequest(body=orjson.dumps(body), names=ToolNames())


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
    effort = effort_of(reasoning)
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


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.CLI,
        read_prompt=_no_caller,
        write_prompt=write_prompt,
        read_answer=_no_whole_answer,
        write_answer=_no_caller,
        event_reader=_event_reader,
        event_writer=_no_caller,
        losses=LOSSES,
    )


def _event_reader(_names: ToolNames) -> CliEventReader:
    """An agent never calls the caller's tools, so there are no names to be read back."""
    return CliEventReader()


def _no_caller(*_: object) -> NoReturn:
    raise NotServed(
        "A CLI is asked in the dialect of the caller; the one between the gateway and its own runs"
        " of CLIs is spoken by no caller."
    )


def _no_whole_answer(*_: object) -> NoReturn:
    raise UpstreamGarbage("A run of a CLI is told as a stream, and this is none.")
