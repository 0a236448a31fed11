"""What a person said last in a request, apart from all the rest of it.

For telling whether two requests differ in nothing but that. Pure: no protocol's meaning is needed
beyond where its last turn stands.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from llmgw_desktop.domain.provider import ModelProtocol

_NO_WORDS = re.compile(
    rb'"(?:image|image_url|image_file|input_image|document|file|file_id|file_data|file_url|'
    rb"input_file|input_audio|audio|video|video_url|container_upload|inlineData|inline_data|"
    rb'fileData|file_data|file_uri|fileUri)"'
)
"""Wherever one stands, the request may hold more than words. It need not: then it is left alone."""
_MANY = ("n", "candidateCount", "candidate_count")


class LastWords(NamedTuple):
    text: str
    rest: bytes
    """All of the request but the text, as JSON."""


class _Spot(NamedTuple):
    """`holder[key]` is the text; `path` leads from the body's top level to the holder."""

    path: tuple[str | int, ...]
    text: str


def last_words(protocol: ModelProtocol, body: bytes, fields: Mapping[str, Any]) -> LastWords | None:
    """None where the last turn is not a person's, or not words alone, or answers are many."""
    find = _FINDERS.get(protocol)
    if find is None or type(fields) is not dict or _NO_WORDS.search(body) or _wants_many(fields):
        return None
    spot = find(fields)
    if spot is None or not spot.text:
        return None
    try:
        return LastWords(spot.text, orjson.dumps([spot.path, _without(fields, spot.path)]))
    except TypeError:  # what the parser took and orjson does not write: not worth a second way
        return None


def _wants_many(fields: Mapping[str, Any]) -> bool:
    config = fields.get("generationConfig", fields.get("generation_config"))
    places = [fields, config if isinstance(config, dict) else {}]
    return any(place.get(name) not in (None, 1) for place in places for name in _MANY)


def _in_turns(name: str, inside: str, kind: str | None) -> Callable[[Any], _Spot | None]:
    """`name`: of the turns; `inside`: of what a turn says; `kind`: of its pieces of text."""

    def find(fields: Mapping[str, Any]) -> _Spot | None:
        turns = fields.get(name)
        if isinstance(turns, str) and name == "input":
            return _Spot((name,), turns)
        if not isinstance(turns, list) or not turns or not isinstance(turns[-1], dict):
            return None
        turn, at = turns[-1], len(turns) - 1
        if turn.get("role", "user") != "user" or turn.get("type", "message") != "message":
            return None
        said = turn.get(inside)
        if isinstance(said, str):
            return _Spot((name, at, inside), said)
        if not isinstance(said, list) or not said or not all(_is_text(each, kind) for each in said):
            return None
        return _Spot((name, at, inside, len(said) - 1, "text"), said[-1]["text"])

    return find


def _is_text(piece: object, kind: str | None) -> bool:
    if not isinstance(piece, dict) or not isinstance(piece.get("text"), str):
        return False
    return set(piece) == {"text"} if kind is None else piece.get("type") == kind


def _without(value: Any, path: Sequence[str | int]) -> Any:
    """A copy, shallow but for the way to what is left out."""
    if not path:
        return None
    first, further = path[0], path[1:]
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = _without(value[first], further)
    return copy


_FINDERS: Mapping[ModelProtocol, Callable[[Any], _Spot | None]] = {
    ModelProtocol.ANTHROPIC: _in_turns("messages", "content", "text"),
    ModelProtocol.OPENAI_CHAT: _in_turns("messages", "content", "text"),
    ModelProtocol.OPENAI_RESPONSES: _in_turns("input", "content", "input_text"),
    ModelProtocol.CODEX: _in_turns("input", "content", "input_text"),
    ModelProtocol.GEMINI: _in_turns("contents", "parts", None),
}
