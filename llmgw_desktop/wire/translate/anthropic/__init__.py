"""Anthropic Messages as translation sees it, and what it cannot carry as the target."""

from collections.abc import Mapping

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.anthropic.answer_in import read_answer
from llmgw_desktop.wire.translate.anthropic.answer_out import write_answer
from llmgw_desktop.wire.translate.anthropic.events_in import AnthropicEventReader
from llmgw_desktop.wire.translate.anthropic.events_out import AnthropicEventWriter
from llmgw_desktop.wire.translate.anthropic.prompt_in import read_prompt
from llmgw_desktop.wire.translate.anthropic.prompt_out import write_prompt
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.losses import Feature

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
