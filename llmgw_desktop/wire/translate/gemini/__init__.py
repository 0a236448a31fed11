"""Gemini generateContent as translation sees it, and what it cannot carry as the target."""

from collections.abc import Mapping

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.gemini.answer_out import write_answer
from llmgw_desktop.wire.translate.gemini.events_in import GeminiEventReader, read_answer
from llmgw_desktop.wire.translate.gemini.events_out import GeminiEventWriter
from llmgw_desktop.wire.translate.gemini.prompt_in import read_prompt
from llmgw_desktop.wire.translate.gemini.prompt_out import write_prompt
from llmgw_desktop.wire.translate.losses import Feature

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
