"""What a translation could not carry, by name, for the flight and for `x-llmgw-dropped`.

Each codec declares a table of what its protocol cannot carry as a target; reporting a loss that
stands in no table is a fault, so that the generated document is the truth.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from llmgw_desktop.domain.model.prompt import Prompt

MOST_LOSSES = 64
_LONGEST_DETAIL = 60


class Feature(StrEnum):
    """Something that a request or an answer may hold and not every protocol can."""

    # in what is said
    SYSTEM_POSITION = "system_position"
    DEVELOPER_ROLE = "developer_role"
    SPEAKER_NAME = "speaker_name"
    IMAGE = "image"
    IMAGE_URL = "image_url"
    IMAGE_DETAIL = "image_detail"
    DOCUMENT = "document"
    DOCUMENT_URL = "document_url"
    DOCUMENT_FACTS = "document_facts"
    AUDIO = "audio"
    VIDEO = "video"
    FILE_ID = "file_id"
    THINKING = "thinking"
    REDACTED_THINKING = "redacted_thinking"
    SIGNATURE = "signature"
    CITATIONS = "citations"
    REFUSAL = "refusal"
    HOSTED_ITEM = "hosted_item"
    RESULT_MEDIA = "result_media"
    RESULT_IS_ERROR = "result_is_error"
    CACHE_MARK = "cache_mark"
    EMPTY_TEXT = "empty_text"
    PREFILL = "prefill"
    CALL_ARGUMENTS = "call_arguments"
    CALL_PAIRING = "call_pairing"
    # in the tools
    TOOLS = "tools"
    """Those that the caller runs."""
    HOSTED_TOOL = "hosted_tool"
    CUSTOM_TOOL = "custom_tool"
    CUSTOM_GRAMMAR = "custom_grammar"
    TOOL_NAMESPACE = "tool_namespace"
    TOOL_STRICT = "tool_strict"
    TOOL_SCHEMA = "tool_schema"
    TOOL_CHOICE = "tool_choice"
    PARALLEL_TOOLS = "parallel_tools"
    # in how to answer
    TEMPERATURE = "temperature"
    TOP_P = "top_p"
    TOP_K = "top_k"
    SEED = "seed"
    PENALTIES = "penalties"
    LOGPROBS = "logprobs"
    CANDIDATES = "candidates"
    STOP = "stop"
    MAX_TOKENS = "max_tokens"
    REASONING = "reasoning"
    REASONING_SUMMARY = "reasoning_summary"
    OUTPUT_FORMAT = "output_format"
    VERBOSITY = "verbosity"
    SERVICE_TIER = "service_tier"
    USER = "user"
    METADATA = "metadata"
    CACHE_KEY = "cache_key"
    STORE = "store"
    # in the answer
    STOP_SEQUENCE = "stop_sequence"
    STOP_KIND = "stop_kind"
    OUTPUT_MEDIA = "output_media"
    # a member of the request that no pivot knows
    FIELD = "field"


class LossReport:
    """Gathers the losses of one flight; each name once, in the order in which they were met."""

    __slots__ = ("_declared", "_names")

    def __init__(self, declared: Mapping[str, str] | None = None) -> None:
        """`declared`: the target's own table; without one everything may be lost (reading)."""
        self._declared = declared
        self._names: dict[str, None] = {}

    def lost(self, feature: Feature, detail: str = "") -> None:
        """`detail` names which, such as the field's name; it is no place for contents."""
        if self._declared is not None and feature not in self._declared:
            raise AssertionError(f"{feature} is not declared as a loss of this protocol")
        name = f"{feature}:{_plain(detail)}" if detail else str(feature)
        if len(self._names) < MOST_LOSSES:
            self._names[name] = None

    def lost_wishes(self, prompt: Prompt, *features: Feature) -> None:
        """Those of them that this prompt asks for."""
        for feature in features:
            if _WISHED[feature](prompt):
                self.lost(feature)

    def under(self, declared: Mapping[str, str]) -> "LossReport":
        """The same report, with another table to be held to."""
        other = LossReport(declared)
        other._names = self._names
        return other

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)


_WISHED: Mapping[Feature, Callable[[Prompt], object]] = {
    Feature.TEMPERATURE: lambda it: it.sampling.temperature is not None,
    Feature.TOP_P: lambda it: it.sampling.top_p is not None,
    Feature.TOP_K: lambda it: it.sampling.top_k is not None,
    Feature.SEED: lambda it: it.sampling.seed is not None,
    Feature.PENALTIES: lambda it: it.sampling.presence_penalty or it.sampling.frequency_penalty,
    Feature.LOGPROBS: lambda it: it.sampling.logprobs is not None,
    Feature.STOP: lambda it: any(it.stop),
    Feature.MAX_TOKENS: lambda it: it.max_tokens is not None,
    Feature.USER: lambda it: it.user,
    Feature.METADATA: lambda it: it.metadata,
    Feature.CACHE_KEY: lambda it: it.cache_key or it.cache_retention,
    Feature.STORE: lambda it: it.store,
}
"""What a prompt asks for where it asks for it at all."""


def _plain(detail: str) -> str:
    """Fit for a header: printable ASCII without separators."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-[]/") else "_" for c in detail)
    return kept[:_LONGEST_DETAIL]
