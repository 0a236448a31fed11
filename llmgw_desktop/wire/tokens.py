"""A local guess at how many tokens a request holds, for when no vendor can be asked.

The rule, stated so that it can be checked: the bytes of all text in the request, as UTF-8, divided
by four and rounded up; tools and tool inputs count as compact JSON; each image counts 1,600 and
each document 3,000 tokens. Real tokenizers differ by a fifth and more.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.provider import ModelProtocol

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
    return _tokens(utf8_bytes(text))


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
    return _tokens(text_bytes) + attached


def _tokens(text_bytes: int) -> int:
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
