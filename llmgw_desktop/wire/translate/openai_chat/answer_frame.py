"""What is the same in whole and in streamed answers to a caller: names, usage, citations."""

from typing import Any

from llmgw_desktop.domain.content import Citation
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.openai_chat.prompt_in import LEGACY

_PREFIX = "chatcmpl-"


def answer_id(given: str, asked: Asked) -> str:
    """The upstream's where it has the form that this protocol has."""
    return given if given.startswith(_PREFIX) else f"{_PREFIX}{asked.answer_id}"


def is_legacy(asked: Asked) -> bool:
    return bool((asked.prompt.echo or {}).get(LEGACY))


def usage_object(usage: Usage) -> dict[str, Any] | None:
    """None where a sum is not known: the protocol has no word for unknown ones."""
    prompt, output = usage.input_tokens, usage.output_tokens
    if prompt is None or output is None:
        return None
    told: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
    }
    read, written = usage.cache_read_tokens, usage.cache_write_tokens
    details = {"cached_tokens": read, "cache_write_tokens": written}
    if known := {name: count for name, count in details.items() if count is not None}:
        told["prompt_tokens_details"] = known
    if usage.reasoning_tokens is not None:
        told["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return told


def annotation(citation: Citation, start: int, end: int) -> dict[str, Any] | None:
    """`start` and `end` are those of the text in the whole content; a citation without a place of
    its own is of all of it. None for one that has no address."""
    if citation.url is None:
        return None
    cited: dict[str, Any] = {
        "start_index": start if citation.start is None else start + citation.start,
        "end_index": end if citation.end is None else start + citation.end,
        "title": citation.title or "",
        "url": citation.url,
    }
    if citation.cited_text is not None:
        cited["content"] = citation.cited_text
    return {"type": "url_citation", "url_citation": cited}


def call_start(call_id: str, name: str, *, is_custom: bool) -> dict[str, Any]:
    """A call as it begins; what grows is empty."""
    if is_custom:
        return {"id": call_id, "type": "custom", "custom": {"name": name, "input": ""}}
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
