"""Which member of a chunk grows, where the chunk has nothing else to say (`repeated_frame.py`)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from llmgw_desktop.domain.answer import AnswerEvent
from llmgw_desktop.domain.content import Thinking
from llmgw_desktop.wire.translate.openai_chat.calls_in import CallsIn
from llmgw_desktop.wire.translate.openai_chat.said_in import WORDS, SaidIn
from llmgw_desktop.wire.translate.repeated_frame import Growing

Grow = Callable[[str, list[AnswerEvent]], None]
"""What is done with more words."""


def growing_in(delta: dict[str, Any], said: SaidIn, calls: CallsIn) -> Growing[Grow] | None:
    """The hands that words go through are those that the whole chunk would go through."""
    name = _only_member(delta)
    if name == "tool_calls":
        return _growing_call(delta[name], calls)
    if name is None or type(delta[name]) is not str:
        return None
    if name == "content":
        return delta, name, said.say
    return (delta, name, partial(said.grow, Thinking)) if name in WORDS else None


def _only_member(delta: dict[str, Any]) -> str | None:
    """The one that says something; every chunk of some servers has a role, nulls and empty ones."""
    only = None
    for name, told in delta.items():
        if name != "role" and told is not None and told not in ("", []):
            if only is not None:
                return None
            only = name
    return only


def _growing_call(pieces: Any, calls: CallsIn) -> Growing[Grow] | None:
    if type(pieces) is not list or len(pieces) != 1:
        return None
    piece = pieces[0]
    function = piece.get("function") if type(piece) is dict else None
    if type(function) is not dict:
        return None
    arguments = function.get("arguments")
    if type(arguments) is not str or not arguments:
        return None

    def grow(more: str, events: list[AnswerEvent]) -> None:
        function["arguments"] = more
        calls.feed(piece, events)

    return function, "arguments", grow
