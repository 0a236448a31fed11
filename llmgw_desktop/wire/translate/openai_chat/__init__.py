"""Chat Completions as translation sees it, and what it cannot carry as the target."""

from collections.abc import Mapping

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.losses import Feature
from llmgw_desktop.wire.translate.openai_chat.answer_out import ChatEventWriter, write_answer
from llmgw_desktop.wire.translate.openai_chat.events_in import ChatEventReader, read_answer
from llmgw_desktop.wire.translate.openai_chat.prompt_in import read_prompt
from llmgw_desktop.wire.translate.openai_chat.prompt_out import write_prompt

LOSSES: Mapping[str, str] = {
    Feature.DEVELOPER_ROLE: "only OpenAI knows the role developer; others get system",
    Feature.SPEAKER_NAME: "names have few characters here, and Groq refuses them",
    Feature.IMAGE: "an assistant message holds no images",
    Feature.IMAGE_DETAIL: "`original` is a word of OpenAI's alone; others get `high`",
    Feature.DOCUMENT: "files are for OpenAI (PDFs) and OpenRouter; others get text alone",
    Feature.DOCUMENT_URL: "files are given as bytes; only OpenRouter fetches addresses",
    Feature.DOCUMENT_FACTS: "there is no place for context, nor for the wish for citations",
    Feature.AUDIO: "sound is given as bytes, as WAV or MP3",
    Feature.VIDEO: "only OpenRouter takes video",
    Feature.FILE_ID: "a file id is known only to the vendor that gave it, and images have none",
    Feature.THINKING: "past thinking has a place only at servers that want it back",
    Feature.REDACTED_THINKING: "hidden thinking goes back only to the server that made it",
    Feature.SIGNATURE: "a signature goes back only to the vendor that made it",
    Feature.CITATIONS: "citations are of addresses alone, and are no part of what is sent",
    Feature.REFUSAL: "only OpenAI keeps refusals apart from text; others get them as text",
    Feature.HOSTED_ITEM: "there is no place for what a vendor's own tool did, but its words",
    Feature.RESULT_MEDIA: "tool messages hold text; the rest follows in a user message",
    Feature.RESULT_IS_ERROR: "that a tool failed is told in words: `Error: `",
    Feature.CACHE_MARK: "only OpenRouter takes cache marks, for models that need them",
    Feature.PREFILL: "OpenAI's models do not go on with a begun answer",
    Feature.CALL_PAIRING: "a call without a result gets an empty one, a result without a call "
    "is told in a user message",
    Feature.HOSTED_TOOL: "the vendor runs no tools here, but OpenAI's search models the search",
    Feature.CUSTOM_GRAMMAR: "functions take JSON; a grammar is told in words",
    Feature.TOOL_NAMESPACE: "tools have one name; a namespace's description has no place",
    Feature.TOOL_SCHEMA: "OpenAI takes schemas of objects without alternatives at the root",
    Feature.TOOL_CHOICE: "only OpenAI lets a choice be among several tools",
    Feature.PARALLEL_TOOLS: "OpenAI's o models do not take the member",
    Feature.TEMPERATURE: "OpenAI's reasoning models choose it themselves",
    Feature.TOP_P: "OpenAI's reasoning models choose it themselves",
    Feature.TOP_K: "not a member of OpenAI's, and Groq refuses it",
    Feature.PENALTIES: "OpenAI's reasoning models take none",
    Feature.LOGPROBS: "translated answers have no place for them",
    Feature.STOP: "at most four, and OpenAI's reasoning models take none",
    Feature.REASONING: "models differ in which efforts they take; the nearest is sent, or none",
    Feature.REASONING_SUMMARY: "OpenAI shows no thinking in this protocol",
    Feature.VERBOSITY: "a member of OpenAI's newer models and of OpenRouter alone",
    Feature.SERVICE_TIER: "tiers are OpenAI's and Groq's, who do not have the same ones",
    Feature.USER: "other servers than the known ones may refuse the member",
    Feature.METADATA: "OpenAI takes it with `store` alone, others not at all",
    Feature.CACHE_KEY: "a member of OpenAI's alone",
    Feature.STORE: "a member of OpenAI's alone",
    Feature.STOP_SEQUENCE: "an answer does not tell which stop sequence was met",
    Feature.STOP_KIND: "there is one word for several reasons to stop",
    Feature.OUTPUT_MEDIA: "answers hold text, calls and images",
}


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.OPENAI_CHAT,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=ChatEventReader,
        event_writer=ChatEventWriter,
        losses=LOSSES,
    )
