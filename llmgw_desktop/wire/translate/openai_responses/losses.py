"""What Responses and its Codex flavour cannot carry, each with its reason, for the documents."""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.wire.translate.losses import Feature

_ALWAYS: dict[str, str] = {
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
LOSSES: Mapping[str, str] = MappingProxyType(dict(_ALWAYS))
_NOT_THERE = "This flavour refuses the member."
CODEX_LOSSES: Mapping[str, str] = MappingProxyType(
    _ALWAYS
    | {
        Feature.TEMPERATURE: _NOT_THERE,
        Feature.TOP_P: _NOT_THERE,
        Feature.MAX_TOKENS: _NOT_THERE,
        Feature.USER: _NOT_THERE,
        Feature.METADATA: _NOT_THERE,
        Feature.CACHE_KEY: "The cache's retention cannot be chosen in this flavour.",
        Feature.STORE: "Nothing is stored in this flavour.",
        Feature.SERVICE_TIER: "Of the tiers only `priority` is taken.",
    }
)
