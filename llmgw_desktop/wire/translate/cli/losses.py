"""What a vendor's CLI cannot be asked for, with the reason in words.

A CLI takes one text, and system words beside it. What a single turn says arrives as it is; a longer
conversation is told as a transcript.
"""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.wire.translate.losses import Feature

LOSSES: Mapping[str, str] = MappingProxyType(
    {
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
        Feature.PREFILL: "the CLI answers with a turn of its own, it does not go on with a begun "
        "one",
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
)
