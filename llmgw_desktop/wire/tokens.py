"""Local guesses at tokens, for when no vendor can be asked or told: of a request's body, of a
prompt whatever its protocol, and of an answer that broke off.

The rule, stated so that it can be checked: the bytes of all text in the request, as UTF-8, divided
by four and rounded up; tools and tool inputs count as compact JSON; each image counts 1,600 and
each document 3,000 tokens. Real tokenizers differ by a fifth and more. Of a broken answer the words
that came are counted: no tokenizer makes one token of two, so that is a lower bound.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from llmgw_desktop.domain.model.content import (
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
from llmgw_desktop.domain.model.prompt import Prompt, Tool
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.sse import data_of

BYTES_PER_TOKEN = 4
IMAGE_TOKENS = 1600
DOCUMENT_TOKENS = 3000

_DEEPEST = 6
_SPOKEN_ANTHROPIC: tuple[str, ...] = ("system", "messages")
_DECLARED_ANTHROPIC: tuple[str, ...] = ("tools",)
_SPOKEN_OPENAI: tuple[str, ...] = ("messages", "input")
_DECLARED_OPENAI: tuple[str, ...] = ("tools", "functions", "response_format")
_TEXT_MEMBERS = ("text", "thinking", "content", "title", "context", "refusal")
_JSON_MEMBERS = ("input", "tool_calls", "function_call")
_IMAGES = frozenset({"image", "image_url", "input_image"})
_DOCUMENTS = frozenset({"document", "file", "input_file", "input_audio"})


def text_tokens(text: str) -> int:
    """Tokens of one text by the rule above."""
    return tokens_of(utf8_bytes(text))


def result_tokens(result: Mapping[str, Any]) -> int:
    """Of what a tool of an MCP server gave back, for the model that will read it, by the rule
    above."""
    found, blocks = 0, result.get("content")
    for block in blocks if isinstance(blocks, list) else []:
        if block.get("type") == "image":
            found += IMAGE_TOKENS
        elif block.get("type") == "text":
            found += text_tokens(str(block.get("text", "")))
        else:
            found += tokens_of(_json_bytes(block))
    if not blocks:
        found += tokens_of(_json_bytes(result.get("structuredContent")))
    return found


def estimate_tokens(fields: Mapping[str, Any], protocol: ModelProtocol) -> int:
    """Tokens of a request's prompt by the rule above."""
    spoken, declared = _SPOKEN_ANTHROPIC, _DECLARED_ANTHROPIC
    if protocol is not ModelProtocol.ANTHROPIC:
        spoken, declared = _SPOKEN_OPENAI, _DECLARED_OPENAI
    text_bytes = sum(_json_bytes(fields.get(name)) for name in declared)
    attached = 0
    for name in spoken:
        more_bytes, more_attached = _weigh(fields.get(name), _DEEPEST)
        text_bytes += more_bytes
        attached += more_attached
    return tokens_of(text_bytes) + attached


def tokens_of(text_bytes: int) -> int:
    return -(-text_bytes // BYTES_PER_TOKEN)


def _weigh(value: object, depth: int) -> tuple[int, int]:
    """(bytes of text, tokens of attachments) in a text, a block, a message or a list of them."""
    if isinstance(value, str):
        return utf8_bytes(value), 0
    if depth == 0 or not isinstance(value, list | dict):
        return 0, 0
    if isinstance(value, list):
        weights = [_weigh(item, depth - 1) for item in value]
        return sum(weight[0] for weight in weights), sum(weight[1] for weight in weights)
    return _weigh_block(value, depth)


def _weigh_block(block: dict[str, Any], depth: int) -> tuple[int, int]:
    kind = block.get("type")
    if isinstance(kind, str) and kind in _IMAGES:
        return 0, IMAGE_TOKENS
    if isinstance(kind, str) and kind in _DOCUMENTS:
        return 0, DOCUMENT_TOKENS
    text_bytes = sum(_json_bytes(block[name]) for name in _JSON_MEMBERS if name in block)
    attached = 0
    for name in _TEXT_MEMBERS:
        if name in block:
            more_bytes, more_attached = _weigh(block[name], depth - 1)
            text_bytes += more_bytes
            attached += more_attached
    return text_bytes, attached


def _json_bytes(value: object) -> int:
    try:
        return len(orjson.dumps(value)) if value else 0
    except orjson.JSONEncodeError:
        return 0  # nested deeper than any tool: a body may be, and a guess is not worth an error


def utf8_bytes(text: str) -> int:
    """Of its UTF-8."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


LOOKED_AT_BYTES = 64 * 1024
"""More is not read, for nobody may wait for it; what was left out makes the bound no less true."""
_GROWING: dict[ModelProtocol, tuple[bytes, ...]] = {
    ModelProtocol.ANTHROPIC: (b'"content_block_delta"',),
    ModelProtocol.OPENAI_RESPONSES: (b'.delta"',),
    ModelProtocol.CODEX: (b'.delta"',),
}
"""What marks a piece that goes on; the others say again what was said."""
_WORDS = re.compile(
    rb'"(?:text|content|thinking|reasoning|reasoning_content|partial_json|arguments|delta|refusal)"'
    rb'\s*:\s*("(?:[^"\\]|\\.)*")'
)
_FRAME_END = re.compile(rb"\r?\n\r?\n")


def least_output_tokens(protocol: ModelProtocol, answer: bytes | bytearray) -> int:
    """`answer` in the dialect of this protocol, as far as it came; 0 where nothing was written."""
    some = bytes(answer[:LOOKED_AT_BYTES])
    return len("".join(_written(protocol, some)).split())


def _written(protocol: ModelProtocol, answer: bytes) -> Iterator[str]:
    marks = _GROWING.get(protocol)
    for frame in _FRAME_END.split(answer):
        if marks is not None and not any(mark in frame for mark in marks):
            continue
        for found in _WORDS.finditer(data_of(frame) or frame):
            with suppress(ValueError):
                yield parse_json(found[1])


_CALLS = re.compile(
    rb'"(?:tool_use|tool_calls|function_call|functionCall|custom_tool_call|server_tool_use|inlineData'
    rb'|image_generation_call|web_search_call|executableCode|b64_json)"'
)


def says_nothing(answer: bytes) -> bool:
    """Whether neither words nor a call stand in an answer of any dialect, streamed or whole."""
    if _CALLS.search(answer):
        return False
    return all(found[1] == b'""' for found in _WORDS.finditer(answer))


AUDIO_TOKENS = 1500
VIDEO_TOKENS = 8000


def prompt_tokens(prompt: Prompt) -> int:
    """Text by its bytes, attachments by constants; real tokenizers differ by a fifth and more."""
    spoken, attached = _weigh_items(item for turn in prompt.turns for item in turn.items)
    declared = sum(_tool_bytes(tool) for tool in prompt.tools if isinstance(tool, Tool))
    if prompt.output is not None and prompt.output.schema is not None:
        declared += len(orjson.dumps(prompt.output.schema))
    return tokens_of(spoken + declared) + attached


def _weigh_items(items: Iterable[Item]) -> tuple[int, int]:
    """(bytes of text, tokens of attachments)."""
    spoken = attached = 0
    for item in items:
        if isinstance(item, ToolResult):
            more, more_attached = _weigh_items(item.items)
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
