"""The texts of a stream that go on from event to event, in each dialect, and where each ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_strings import Text

Channel = tuple[object, ...]
"""Which text goes on; the first members say of which block or choice it is."""
Ends = Callable[[Channel], bool]
"""Whether an event ends this text."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a text."""

    channel: Channel
    text: Text
    is_json: bool = False
    """Of a tool's arguments."""


_TEXTS_OF_ANTHROPIC = ("text", "thinking", "partial_json")
_TEXTS_OF_CHAT = ("content", "refusal", "reasoning_content", "reasoning")


def deltas_of(protocol: ModelProtocol, event: Any) -> list[Delta]:
    """Of an event as `json_strings` reads it."""
    if not isinstance(event, dict):
        return []
    if protocol is ModelProtocol.ANTHROPIC:
        return [*_of_anthropic(event)]
    if protocol is ModelProtocol.OPENAI_CHAT:
        return [*_of_chat(event)]
    if protocol is ModelProtocol.GEMINI:
        return [*_of_gemini(event)]
    return [*_of_responses(event)]


def ends_of(protocol: ModelProtocol, event: Any) -> Ends:
    if not isinstance(event, dict) or event.get("error") is not None:
        return _all
    if protocol is ModelProtocol.ANTHROPIC:
        return _anthropic_ends(event)
    if protocol is ModelProtocol.OPENAI_CHAT:
        return _chat_ends(event)
    if protocol is ModelProtocol.GEMINI:
        return _gemini_ends(event)
    return _responses_ends(event)


def _all(channel: Channel) -> bool:
    del channel
    return True


def _none(channel: Channel) -> bool:
    del channel
    return False


def _of_anthropic(event: dict[str, Any]) -> Iterator[Delta]:
    delta = event.get("delta")
    if _said(event.get("type")) == "content_block_delta" and isinstance(delta, dict):
        for name in _TEXTS_OF_ANTHROPIC:
            if isinstance(text := delta.get(name), Text):
                yield Delta((event.get("index"), name), text, is_json=name == "partial_json")


def _anthropic_ends(event: dict[str, Any]) -> Ends:
    kind, index = _said(event.get("type")), event.get("index")
    if kind == "content_block_stop":
        return lambda channel: channel[0] == index
    return _all if kind in ("message_delta", "message_stop", "error") else _none


def _of_chat(event: dict[str, Any]) -> Iterator[Delta]:
    for choice in _dicts(event.get("choices")):
        at, delta = choice.get("index"), choice.get("delta")
        if not isinstance(delta, dict):
            continue
        for name in _TEXTS_OF_CHAT:
            if isinstance(text := delta.get(name), Text):
                yield Delta((at, name), text)
        for call in (*_dicts(delta.get("tool_calls")), *_dicts([delta])):
            called = call.get("function") or call.get("function_call")
            text = called.get("arguments") if isinstance(called, dict) else None
            if isinstance(text, Text):
                yield Delta((at, "call", call.get("index")), text, is_json=True)


def _chat_ends(event: dict[str, Any]) -> Ends:
    """A choice's texts end with its last event, and one ends where another begins; calls may go on
    side by side."""
    ended = {
        choice.get("index")
        for choice in _dicts(event.get("choices"))
        if choice.get("finish_reason") is not None
    }
    begun: dict[object, set[object]] = {}
    for delta in _of_chat(event):
        if delta.text.end > delta.text.start:
            begun.setdefault(delta.channel[0], set()).add(delta.channel[1])

    def ends(channel: Channel) -> bool:
        now = begun.get(channel[0])
        return channel[0] in ended or (
            now is not None and channel[1] != "call" and channel[1] not in now
        )

    return ends


def _of_responses(event: dict[str, Any]) -> Iterator[Delta]:
    kind, text = _said(event.get("type")), event.get("delta")
    if kind.endswith(".delta") and isinstance(text, Text):
        part = event.get("content_index", event.get("summary_index"))
        yield Delta(
            (event.get("output_index"), kind, part), text, is_json=kind.endswith("arguments.delta")
        )


def _responses_ends(event: dict[str, Any]) -> Ends:
    kind, item = _said(event.get("type")), event.get("output_index")
    if kind in ("response.completed", "response.incomplete", "response.failed", "error"):
        return _all
    if kind.endswith(".done"):
        return lambda channel: channel[0] == item
    return _none


def _of_gemini(event: dict[str, Any]) -> Iterator[Delta]:
    for candidate in _dicts(event.get("candidates")):
        content = candidate.get("content")
        parts = _dicts(content.get("parts")) if isinstance(content, dict) else []
        for part in parts:
            if isinstance(text := part.get("text"), Text):
                yield Delta((candidate.get("index", 0), bool(part.get("thought"))), text)


def _gemini_ends(event: dict[str, Any]) -> Ends:
    """What is thought ends where something is said, and the other way about."""
    ended: set[object] = set()
    said: dict[object, set[bool]] = {}
    for candidate in _dicts(event.get("candidates")):
        at, content = candidate.get("index", 0), candidate.get("content")
        parts = _dicts(content.get("parts")) if isinstance(content, dict) else []
        if candidate.get("finishReason") is not None or any("text" not in p for p in parts):
            ended.add(at)
        said[at] = {bool(part.get("thought")) for part in parts}

    def ends(channel: Channel) -> bool:
        at, kind = channel[0], channel[1]
        return at in ended or (bool(said.get(at)) and kind not in said[at])

    return ends


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _said(value: Any) -> str:
    return str(value) if isinstance(value, Text) else ""
