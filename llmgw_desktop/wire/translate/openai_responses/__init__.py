"""OpenAI Responses and its Codex flavour as translation sees them, and what they cannot carry."""

from collections.abc import Mapping
from functools import partial

import orjson

from llmgw_desktop.domain.model.answer import Answer
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.answer_facts import parse_answer
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.codec import Codec, RequestContext
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses.events_in import ResponsesEventReader
from llmgw_desktop.wire.translate.openai_responses.events_out import ResponsesEventWriter
from llmgw_desktop.wire.translate.openai_responses.prompt_in import read_prompt
from llmgw_desktop.wire.translate.openai_responses.prompt_out import write_prompt
from llmgw_desktop.wire.translate.tools import ToolNames

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
