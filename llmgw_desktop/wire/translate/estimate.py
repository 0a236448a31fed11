"""A local guess at a prompt's tokens, whatever its protocol, by the rule of `wire/tokens.py`."""

from collections.abc import Iterable

import orjson

from llmgw_desktop.domain.content import (
    Audio,
    Document,
    Hosted,
    Image,
    Item,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from llmgw_desktop.domain.prompt import Prompt, Tool
from llmgw_desktop.wire.tokens import BYTES_PER_TOKEN, DOCUMENT_TOKENS, IMAGE_TOKENS, utf8_bytes

AUDIO_TOKENS = 1500
VIDEO_TOKENS = 8000


def prompt_tokens(prompt: Prompt) -> int:
    """Text by its bytes, attachments by constants; real tokenizers differ by a fifth and more."""
    spoken, attached = _weigh(item for turn in prompt.turns for item in turn.items)
    declared = sum(_tool_bytes(tool) for tool in prompt.tools if isinstance(tool, Tool))
    if prompt.output is not None and prompt.output.schema is not None:
        declared += len(orjson.dumps(prompt.output.schema))
    return -(-(spoken + declared) // BYTES_PER_TOKEN) + attached


def _weigh(items: Iterable[Item]) -> tuple[int, int]:
    """(bytes of text, tokens of attachments)."""
    spoken = attached = 0
    for item in items:
        if isinstance(item, ToolResult):
            more, more_attached = _weigh(item.items)
            spoken += more
            attached += more_attached
        else:
            spoken += utf8_bytes(words_of(item))
            attached += _ATTACHED.get(type(item), 0) if not words_of(item) else 0
    return spoken, attached


def words_of(item: Item) -> str:
    """The text in it that a model reads or has written."""
    match item:
        case ToolCall():
            return item.name + item.arguments
        case Text() | Thinking() | Refusal() | Document() | Hosted():
            return item.text or ""
        case _:
            return ""


_ATTACHED = {
    Image: IMAGE_TOKENS,
    Document: DOCUMENT_TOKENS,
    Audio: AUDIO_TOKENS,
    Video: VIDEO_TOKENS,
}


def _tool_bytes(tool: Tool) -> int:
    schema = tool.schema if tool.schema is not None else tool.grammar
    written = len(orjson.dumps(schema)) if schema is not None else 0
    return utf8_bytes(tool.name) + utf8_bytes(tool.description or "") + written
