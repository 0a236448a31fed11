"""Tool calls of an answer, put together from the pieces that servers send.

Pieces of several calls come mixed, told apart by `index`. A name or id may come late, twice or
never: a call begins when both are known, and an unnamed one never does. Calls begin in the order of
their indices, whichever comes first; where one before them never comes they wait for the end. What
servers leave out (index, id) is made up for; nothing is made up of what a model says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerEvent, ItemBegun, ItemEnded, ItemGrew
from llmgw_desktop.domain.model.content import CallKind, Thinking, ToolCall
from llmgw_desktop.wire.translate.openai_chat.said_in import WORDS, Numbers, SaidIn
from llmgw_desktop.wire.translate.repeated_frame import Growing
from llmgw_desktop.wire.translate.tools import ToolNames, Unwrapper

Grow = Callable[[str, list[AnswerEvent]], None]
"""What is done with more words."""
_MOST_CALLS = 1024
_NOT_PLAIN = re.compile(r"[^0-9A-Za-z]+")
_LONGEST_CHECKED = 1 << 16
_MOST_LOOKS = 1000
"""Of one call: a hostile server sends brackets without end, and each look reads all of them."""


@dataclass(slots=True)
class _Call:
    index: int
    id: str = ""
    name: str = ""
    held: list[str] = field(default_factory=list)
    """Arguments that came before the call could begin."""
    pieces: list[str] = field(default_factory=list)
    chars: int = 0
    number: int = -1
    is_plain: bool = False
    """A custom tool's call: text, no JSON."""
    is_ended: bool = False
    looks: int = 0
    """How often it was looked at whether the arguments are whole."""
    unwrapper: Unwrapper | None = None


class CallsIn:
    """Of one answer."""

    def __init__(self, names: ToolNames, numbers: Numbers, said: SaidIn) -> None:
        self._names = names
        self._numbers = numbers
        self._said = said
        self._calls: dict[int, _Call] = {}
        self._current = 0
        """The index that came last."""
        self._next = 0
        """All calls before this index have begun."""
        self._count = 0
        self._seed = ""
        self.has_begun = False
        """At least one has."""

    def seed(self, answer_id: str) -> None:
        """What ids are made from where the server gives none."""
        self._seed = _NOT_PLAIN.sub("", answer_id)[-16:]

    def feed(self, piece: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        """One entry of `tool_calls`."""
        is_custom = piece.get("type") == "custom" or "custom" in piece
        inner = piece.get("custom" if is_custom else "function")
        told: Mapping[str, Any] = inner if type(inner) is dict else {}
        call_id, name = piece.get("id"), told.get("name")
        call = self._call(piece, events)
        if not call.id and type(call_id) is str:
            call.id = call_id
        if not call.name and type(name) is str:
            call.name = name
            call.is_plain = is_custom
        arguments = _arguments(told.get("input" if is_custom else "arguments"))
        self._numbers.count(arguments)
        call.chars += len(arguments)
        if call.number < 0:
            if arguments:
                call.held.append(arguments)
            if call.name and call.id:
                self._begin_in_order(call, events)
        elif arguments:
            self._grow(call, arguments, events)

    def feed_legacy(self, piece: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        """`function_call`: one, without an id."""
        self.feed({"index": 0, "function": piece}, events)

    def end(self, events: list[AnswerEvent]) -> None:
        """No more comes; calls that waited for an id alone get one."""
        for index in sorted(self._calls):
            self._end(self._calls[index], events)

    def _call(self, piece: Mapping[str, Any], events: list[AnswerEvent]) -> _Call:
        index = piece.get("index")
        if type(index) is not int:
            index = self._index_without(piece)
        known = self._calls.get(index)
        if known is not None and not _is_another(known, piece):
            self._current = index
            return known
        if self._count >= _MOST_CALLS:
            raise UpstreamGarbage("The provider's answer has more tool calls than any answer.")
        before = known or self._calls.get(self._current)
        if before is not None and (known is not None or _is_complete(before)):
            self._end(before, events, is_last=known is not None)
        self._count += 1
        self._current = index
        call = self._calls[index] = _Call(index)
        return call

    def _index_without(self, piece: Mapping[str, Any]) -> int:
        """A new id is a new call, and so is a new name after whole arguments."""
        current = self._calls.get(self._current)
        if current is None:
            return 0
        call_id = piece.get("id")
        if call_id:
            for index, call in self._calls.items():
                if call.id == call_id:
                    return index
            is_new = bool(current.id)
        else:
            is_new = bool(current.name) and _name_in(piece) != "" and _is_complete(current)
        return max(self._calls) + 1 if is_new else self._current

    def _begin_in_order(self, call: _Call, events: list[AnswerEvent]) -> None:
        """This one where it is its turn, and those that have waited for it."""
        if call.index < self._next:
            self._begin(call, events)
            return
        while (following := self._calls.get(self._next)) is not None:
            if following.number < 0:
                if not (following.name and following.id):
                    return
                self._begin(following, events)
            self._next += 1

    def _begin(self, call: _Call, events: list[AnswerEvent]) -> None:
        tool = self._names.read(call.name)
        if tool.kind is CallKind.CUSTOM and not call.is_plain:
            call.unwrapper = Unwrapper()
        kind = CallKind.CUSTOM if call.is_plain else tool.kind
        self._said.end(events)
        call.number = self._numbers.next()
        self.has_begun = True
        begun = ToolCall(
            id=call.id, name=tool.name, arguments="", kind=kind, namespace=tool.namespace
        )
        events.append(ItemBegun(index=call.number, item=begun))
        for held in call.held:
            self._grow(call, held, events)
        call.held = []

    def _grow(self, call: _Call, arguments: str, events: list[AnswerEvent]) -> None:
        if call.is_ended:
            return
        more = arguments
        if call.unwrapper is not None:
            more = call.unwrapper.feed(arguments)
        elif not call.is_plain:
            if call.chars > _LONGEST_CHECKED:
                call.pieces.clear()
            call.pieces.append(arguments)
        if more:
            events.append(ItemGrew(index=call.number, more=more))

    def _end(self, call: _Call, events: list[AnswerEvent], *, is_last: bool = True) -> None:
        """`is_last`: an id will not come any more."""
        if call.is_ended or not call.name or (call.number < 0 and not is_last):
            return
        if call.number < 0:
            call.id = call.id or f"call_{self._seed}_{self._numbers.peek()}"
            self._begin(call, events)
        rest = call.unwrapper.finish() if call.unwrapper is not None else ""
        if call.unwrapper is None and not call.is_plain and not call.pieces:
            rest = "{}"
        if rest:
            events.append(ItemGrew(index=call.number, more=rest))
        events.append(ItemEnded(index=call.number))
        call.is_ended = True
        call.pieces = []


def _name_in(piece: Mapping[str, Any]) -> str:
    function = piece.get("function")
    name = function.get("name") if type(function) is dict else None
    return name if type(name) is str else ""


def _is_another(known: _Call, piece: Mapping[str, Any]) -> bool:
    """Some servers give all calls the same index, but whole and with ids of their own."""
    call_id = piece.get("id")
    if not call_id or not known.id or call_id == known.id or not _name_in(piece):
        return False
    pieces = known.pieces or known.held
    if known.chars > _LONGEST_CHECKED:
        return pieces != [] and pieces[-1].rstrip().endswith("}")
    return not pieces or _is_complete(known)


def _is_complete(call: _Call) -> bool:
    """Whether the arguments are one whole JSON object. A longer text is left open: looking at it
    again and again would cost more than it is worth."""
    pieces = call.pieces or call.held
    if call.is_plain or not pieces or not pieces[-1].rstrip().endswith("}"):
        return call.is_ended
    if call.chars > _LONGEST_CHECKED or call.looks >= _MOST_LOOKS:
        return False
    call.looks += 1
    try:
        orjson.loads("".join(pieces))
    except ValueError:
        return False
    return True


def _arguments(given: object) -> str:
    """A few servers give an object in the place of its text."""
    if type(given) is str:
        return given
    if given is None:
        return ""
    try:
        return orjson.dumps(given if type(given) is dict else object()).decode()
    except TypeError:
        raise UpstreamGarbage(
            "The provider's answer has a tool call whose arguments are no text."
        ) from None


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
