"""How streams begin, in each protocol: what only says that an answer starts, what is one, and what
is an error in its place.

Used where an error behind a good status may still go elsewhere; nothing is changed here.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.sse import data_of

LARGEST_EVENT_BYTES = 64 * 1024
"""More than this is content, whatever it says."""


class StreamOpening(Enum):
    """What a frame is, of a stream of which nothing was passed on yet."""

    START = "start"
    OUTPUT = "output"
    ERROR = "error"


def opening(frame: bytes, protocol: ModelProtocol) -> StreamOpening:
    """Whatever is not known for a start or an error is output."""
    if len(frame) > LARGEST_EVENT_BYTES:
        return StreamOpening.OUTPUT
    data = data_of(frame)
    if not data:
        return StreamOpening.START  # a comment: `: OPENROUTER PROCESSING`
    try:
        payload = parse_json(data)
    except ValueError:
        return StreamOpening.OUTPUT
    if type(payload) is not dict:
        return StreamOpening.OUTPUT
    if _is_error(payload):
        return StreamOpening.ERROR
    return StreamOpening.START if _STARTS[protocol](payload) else StreamOpening.OUTPUT


def output_chars(frame: bytes) -> int:
    """How many characters of an answer a frame brings, of whatever kind: text, thinking, calls."""
    try:
        return _chars(parse_json(data_of(frame)), "")
    except ValueError:
        return 0


def says_something(frame: bytes, protocol: ModelProtocol) -> bool:
    """Whether it brings a word of the answer or of a tool call: thinking is neither. Whatever is
    not known says something."""
    if opening(frame, protocol) is not StreamOpening.OUTPUT:
        return False
    try:
        payload = parse_json(data_of(frame))
    except ValueError:
        return True
    return type(payload) is not dict or not _THINKS[protocol](payload)


def _thinks_anthropic(payload: Mapping[str, Any]) -> bool:
    part = payload.get("delta") or payload.get("content_block") or {}
    if payload.get("type") == "content_block_stop":
        return True
    kind = part.get("type", "") if type(part) is dict else ""
    return kind in _THOUGHTS


def _thinks_chat(payload: Mapping[str, Any]) -> bool:
    choices = payload.get("choices")
    if type(choices) is not list or not choices or payload.get("usage"):
        return False
    return all(type(each) is dict and _is_thought_of_chat(each) for each in choices)


def _is_thought_of_chat(choice: Mapping[str, Any]) -> bool:
    delta = choice.get("delta")
    if choice.get("finish_reason") or type(delta) is not dict:
        return False
    said = {name for name, it in delta.items() if it and name != "role"}
    return bool(said) and all(name.startswith("reasoning") for name in said)


def _thinks_responses(payload: Mapping[str, Any]) -> bool:
    kind = str(payload.get("type", ""))
    if kind == "response.output_item.done":
        item = payload.get("item")
        return type(item) is dict and item.get("type") == "reasoning"
    return kind.startswith("response.reasoning")


def _thinks_gemini(payload: Mapping[str, Any]) -> bool:
    parts = [
        part
        for each in payload.get("candidates") or ()
        if type(each) is dict
        for part in (each.get("content") or {}).get("parts") or ()
    ]
    return bool(parts) and all(type(part) is dict and part.get("thought") for part in parts)


def _is_error(payload: Mapping[str, Any]) -> bool:
    if payload.get("error") or payload.get("type") in ("error", "response.failed"):
        return True
    return payload.get("object") == "error"


def _anthropic(payload: Mapping[str, Any]) -> bool:
    kind = payload.get("type")
    if kind != "content_block_start":
        return kind in ("message_start", "ping")
    block = payload.get("content_block")
    if type(block) is not dict or block.get("type") not in ("text", "thinking"):
        return False
    return not (block.get("text") or block.get("thinking"))


def _chat(payload: Mapping[str, Any]) -> bool:
    choices = payload.get("choices")
    if type(choices) is not list or payload.get("usage"):
        return False
    return all(type(choice) is dict and _says_nothing(choice) for choice in choices)


def _says_nothing(choice: Mapping[str, Any]) -> bool:
    delta = choice.get("delta") or {}
    if choice.get("finish_reason") or choice.get("text") or type(delta) is not dict:
        return False
    return not any(said for name, said in delta.items() if name != "role")


def _responses(payload: Mapping[str, Any]) -> bool:
    kind = payload.get("type")
    if kind == "response.output_item.added":
        item = payload.get("item")
        return type(item) is dict and item.get("type") in ("message", "reasoning")
    return kind in (
        "response.created",
        "response.queued",
        "response.in_progress",
        "response.content_part.added",
    )


def _gemini(payload: Mapping[str, Any]) -> bool:
    return not payload.get("candidates") and not payload.get("promptFeedback")


def _cli(payload: Mapping[str, Any]) -> bool:
    return "begun" in payload or "usage" in payload


_STARTS = {
    ModelProtocol.ANTHROPIC: _anthropic,
    ModelProtocol.OPENAI_CHAT: _chat,
    ModelProtocol.OPENAI_RESPONSES: _responses,
    ModelProtocol.CODEX: _responses,
    ModelProtocol.GEMINI: _gemini,
    ModelProtocol.CLI: _cli,
}


def _thinks_cli(_: Mapping[str, Any]) -> bool:
    return False


_THOUGHTS = frozenset({"thinking", "redacted_thinking", "thinking_delta", "signature_delta"})
_THINKS = {
    ModelProtocol.ANTHROPIC: _thinks_anthropic,
    ModelProtocol.OPENAI_CHAT: _thinks_chat,
    ModelProtocol.OPENAI_RESPONSES: _thinks_responses,
    ModelProtocol.CODEX: _thinks_responses,
    ModelProtocol.GEMINI: _thinks_gemini,
    ModelProtocol.CLI: _thinks_cli,
}
_SAYING = frozenset(
    {
        "text",
        "thinking",
        "partial_json",
        "delta",
        "content",
        "reasoning",
        "reasoning_content",
        "refusal",
        "arguments",
    }
)


def _chars(said: object, name: str) -> int:
    if type(said) is str:
        return len(said) if name in _SAYING else 0
    if type(said) is dict:
        return sum(_chars(each, key) for key, each in said.items())
    if type(said) is list:
        return sum(_chars(each, name) for each in said)
    return 0
