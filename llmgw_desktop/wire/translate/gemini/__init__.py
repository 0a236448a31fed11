"""Gemini generateContent as translation sees it: the codec, what it cannot carry as the target, and
how a prompt becomes a request. Which model and whether a stream stands in the address.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import OutputFormat, OutputKind, Prompt, Sampling, Tool
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec, PromptTarget, WrittenRequest
from llmgw_desktop.wire.translate.gemini.answer_out import write_answer
from llmgw_desktop.wire.translate.gemini.contents_out import ContentsWriter, PartWriter
from llmgw_desktop.wire.translate.gemini.events_in import GeminiEventReader, read_answer
from llmgw_desktop.wire.translate.gemini.events_out import GeminiEventWriter
from llmgw_desktop.wire.translate.gemini.models import GeminiModel, gemini_model, thinking_config
from llmgw_desktop.wire.translate.gemini.prompt_in import read_prompt
from llmgw_desktop.wire.translate.gemini.schema import cleaned
from llmgw_desktop.wire.translate.gemini.tools import write_tools
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import GEMINI, ToolNames

_MOST_STOPS = 5
_LARGEST_SEED = 2**31 - 1
_NEVER = (Feature.LOGPROBS, Feature.USER, Feature.METADATA, Feature.CACHE_KEY, Feature.STORE)
_TIERS = {"default": "standard", "flex": "flex", "priority": "priority"}


def write_config(prompt: Prompt, model: GeminiModel, losses: LossReport) -> dict[str, Any]:
    config = _sampling(prompt.sampling, model, losses)
    if prompt.max_tokens is not None:
        config["maxOutputTokens"] = prompt.max_tokens
    if stops := _stops(prompt.stop, losses):
        config["stopSequences"] = stops
    if prompt.output is not None:
        has_functions = any(isinstance(tool, Tool) for tool in prompt.tools)
        config |= _output(prompt.output, model, losses, has_functions=has_functions)
    if thinking := thinking_config(prompt.reasoning, model, losses):
        config["thinkingConfig"] = thinking
    return config


def service_tier(prompt: Prompt, losses: LossReport) -> dict[str, Any]:
    tier = prompt.service_tier
    if tier in (None, "auto"):
        return {}
    if tier not in _TIERS:
        losses.lost(Feature.SERVICE_TIER, tier)
        return {}
    return {"serviceTier": _TIERS[tier]}


def _sampling(wish: Sampling, model: GeminiModel, losses: LossReport) -> dict[str, Any]:
    if wish.candidates is not None and wish.candidates > 1:
        raise MalformedRequest("Several answers at once cannot be had from this model.")
    config: dict[str, Any] = {}
    if wish.temperature is not None:
        config["temperature"] = wish.temperature
    if wish.top_p is not None:
        config["topP"] = wish.top_p
    if wish.top_k is not None and wish.top_k < 1:
        losses.lost(Feature.TOP_K)
    elif wish.top_k is not None:
        config["topK"] = wish.top_k
    if wish.seed is not None and abs(wish.seed) > _LARGEST_SEED:
        losses.lost(Feature.SEED)
    elif wish.seed is not None:
        config["seed"] = wish.seed
    return config | _penalties(wish, model, losses)


def _penalties(wish: Sampling, model: GeminiModel, losses: LossReport) -> dict[str, Any]:
    asked = {
        "presencePenalty": wish.presence_penalty,
        "frequencyPenalty": wish.frequency_penalty,
    }
    asked = {name: value for name, value in asked.items() if value}
    if asked and not model.takes_penalties:
        losses.lost(Feature.PENALTIES)
        return {}
    return dict(asked)


def _stops(stops: tuple[str, ...], losses: LossReport) -> list[str]:
    told = [stop for stop in stops if stop]
    if len(told) < len(stops) or len(told) > _MOST_STOPS:
        losses.lost(Feature.STOP)
    return told[:_MOST_STOPS]


def _output(
    output: OutputFormat, model: GeminiModel, losses: LossReport, *, has_functions: bool
) -> dict[str, Any]:
    if output.verbosity is not None:
        losses.lost(Feature.VERBOSITY)
    if output.kind is OutputKind.TEXT:
        return {}
    if has_functions and not model.is_third:
        losses.lost(Feature.OUTPUT_FORMAT)
        return {}
    config: dict[str, Any] = {"responseMimeType": "application/json"}
    if output.kind is OutputKind.SCHEMA and output.schema is not None:
        if output.description:
            losses.lost(Feature.OUTPUT_FORMAT, "description")
        config["responseJsonSchema"] = cleaned(
            output.schema, lambda word: losses.lost(Feature.TOOL_SCHEMA, word)
        )
    return config


def write_prompt(prompt: Prompt, target: PromptTarget, losses: LossReport) -> WrittenRequest:
    model = gemini_model(target.model)
    names = ToolNames(prompt.tools, GEMINI)
    parts = PartWriter(names, model, target.vendor, losses)
    writer = ContentsWriter(parts, names, losses)
    contents, system = writer.write(prompt.turns, demands_seals=model.is_third)
    if not contents:
        raise MalformedRequest("The conversation holds nothing that this model can read.")
    body: dict[str, Any] = {}
    if system:
        body["systemInstruction"] = {"parts": system}
    body["contents"] = contents
    body |= write_tools(prompt, names, model=model, vendor=target.vendor, losses=losses)
    if config := write_config(prompt, model, losses):
        body["generationConfig"] = config
    body |= service_tier(prompt, losses)
    losses.lost_wishes(prompt, *_NEVER)
    return WrittenRequest(body=orjson.dumps(body), names=names)


LOSSES: Mapping[str, str] = {
    # requests
    Feature.SYSTEM_POSITION: "There is one system instruction; a later one becomes a user's "
    "text in a reminder's tags.",
    Feature.DEVELOPER_ROLE: "A developer's message becomes part of the system instruction.",
    Feature.SPEAKER_NAME: "Speakers have no names.",
    Feature.IMAGE_URL: "Models before 2.5 read no images at web addresses; the address is "
    "given as text.",
    Feature.IMAGE_DETAIL: "Images have no detail of their own.",
    Feature.DOCUMENT_URL: "Models before 2.5 read no documents at web addresses; the address "
    "is given as text.",
    Feature.DOCUMENT_FACTS: "Documents have no name, no context and no wish for citations.",
    Feature.FILE_ID: "Files that another vendor keeps cannot be read.",
    Feature.AUDIO: "Models before 2.5 read no audio at web addresses.",
    Feature.VIDEO: "Models before 2.5 read no video at web addresses.",
    Feature.THINKING: "Thinking goes back to Google only with its own signature.",
    Feature.SIGNATURE: "Another vendor's signature never goes to Google.",
    Feature.REDACTED_THINKING: "Another vendor's hidden thinking never goes to Google.",
    Feature.CITATIONS: "Citations of earlier answers have no place in a request; in an answer "
    "only those with an address have one.",
    Feature.REFUSAL: "A refusal becomes plain text.",
    Feature.HOSTED_ITEM: "What another vendor's own tools did is told in words, or not at all.",
    Feature.RESULT_MEDIA: "Models before 3 take media beside a function's response, not in it; "
    "media at an address always stand beside it.",
    Feature.CACHE_MARK: "Google caches by itself; marks have no place.",
    Feature.EMPTY_TEXT: "Empty parts are refused.",
    Feature.PREFILL: "The last turn is the model's own; Google does not promise that the "
    "answer goes on from there.",
    Feature.CALL_ARGUMENTS: "Arguments that are no JSON object become an empty one in a "
    "request; in an answer the call is left out and MALFORMED_FUNCTION_CALL is told.",
    Feature.CALL_PAIRING: "Each call needs its response and each response its call; a missing "
    "response is told as an error, a lone one in words.",
    Feature.HOSTED_TOOL: "Tools that other vendors run are left out where Google has none of "
    "the kind, and so are their settings; models before 3 take none beside functions.",
    Feature.CUSTOM_TOOL: "A custom tool's call reaches a caller as a function's.",
    Feature.CUSTOM_GRAMMAR: "A custom tool becomes a function with one text; its grammar is "
    "told in words and not enforced.",
    Feature.TOOL_NAMESPACE: "Namespaces become part of the names; their descriptions are lost.",
    Feature.TOOL_STRICT: "Functions cannot be made strict one by one.",
    Feature.TOOL_SCHEMA: "Google knows a part of JSON schema; the rest is left out or told in "
    "the description.",
    Feature.TOOL_CHOICE: "Only declared functions can be chosen.",
    Feature.PARALLEL_TOOLS: "Parallel calls cannot be forbidden.",
    Feature.TOP_K: "A number below 1 is no count of tokens.",
    Feature.SEED: "Seeds have 32 bits.",
    Feature.PENALTIES: "Models since 2.5 refuse penalties.",
    Feature.LOGPROBS: "Probabilities have no place in a translated answer.",
    Feature.STOP: "At most five stop sequences, none of them empty.",
    Feature.REASONING: "Not every model can think that little, that much or at all.",
    Feature.REASONING_SUMMARY: "How long the shown thinking is cannot be chosen.",
    Feature.OUTPUT_FORMAT: "Models before 3 take no output format beside functions; a schema's "
    "name and description have no place.",
    Feature.VERBOSITY: "There is no verbosity.",
    Feature.SERVICE_TIER: "Google has standard, flex and priority.",
    Feature.USER: "There is no field for the end user.",
    Feature.METADATA: "Labels allow too little to hold metadata.",
    Feature.CACHE_KEY: "Google caches by itself.",
    Feature.STORE: "Answers are not stored.",
    # answers
    Feature.STOP_SEQUENCE: "Google does not tell which stop sequence was met.",
    Feature.STOP_KIND: "Pauses and full windows have no word of their own.",
    Feature.OUTPUT_MEDIA: "Media that stand in a file of another vendor cannot be shown.",
}


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.GEMINI,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=GeminiEventReader,
        event_writer=GeminiEventWriter,
        losses=LOSSES,
    )
