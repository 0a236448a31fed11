"""A large body is checked to be a JSON object in short steps, so that nobody has to wait for it.

The parser works at a stretch and lets nobody in between, so it is given pieces: the body is cut
behind commas, the brackets that are open at a cut are closed for the piece before it and opened
again for the piece behind it, and each piece is parsed for its faults alone. Nothing of it is kept
but where the top-level members stand. Whoever takes the steps decides who has a turn between them.
"""

import re
from collections.abc import Callable, Generator
from functools import cache
from typing import NoReturn

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.plain_text import possessive
from llmgw_desktop.wire.json_edits import LargeObject, Span
from llmgw_desktop.wire.json_values import STRING, characters_end, check_json

STEP_BYTES = 16 * 1024
"""No step looks at much more: at its worst, as lists of lists, it is the work of 2 ms."""
_ALWAYS_HEAVY_BYTES = 256 * 1024
_NEVER_HEAVY_BYTES = 64 * 1024
_MOST_LIGHT_VALUES = 12_000
_MOST_MARKS = 1_500_000
_MOST_MEMBERS = 1_000
_MOST_RUNS_OF_BRACKETS = 100_000
_MOST_STEPS_UNCUT = 8
_DEEPEST = 1024

_STRING = re.compile(STRING, re.DOTALL)
_KEY = re.compile(rb"[ \t\r\n]*+(%b)[ \t\r\n]*+:[ \t\r\n]*+" % STRING, re.DOTALL)
_BLANKS = b" \t\r\n"
_BLANK = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb'[^][{}":, \t\r\n]*+')
_BRACKETS = re.compile(rb"[][{}]*+")
_MARKS = (b",", b":", b"[", b"{")
_OPENING = {ord("["): b"[", ord("{"): b'{"":'}
_CLOSING = {ord("]"): ord("["), ord("}"): ord("{")}
_CLOSER = {ord("["): b"]", ord("{"): b"}"}
_STAND_IN = {ord("["): b"0", ord("{"): b'"":0'}
_QUOTE, _COMMA = ord('"'), ord(",")


def is_heavy(body: bytes) -> bool:
    """Whether to parse it at a stretch would keep others waiting for more than some 10 ms."""
    if len(body) <= _NEVER_HEAVY_BYTES:
        return False
    if len(body) > _ALWAYS_HEAVY_BYTES:
        return True
    return body.count(b":") + body.count(b"[") + body.count(b"{") > _MOST_LIGHT_VALUES


def object_in_steps(
    body: bytes, *, step_bytes: int = STEP_BYTES
) -> Generator[None, None, LargeObject]:
    """Returns what `read_object` would find, and refuses what it refuses: MalformedRequest."""
    walk = _Walk(body, step_bytes)
    try:
        while not walk.is_over:
            walk.step(walk)
            yield
        return LargeObject(body, walk.members)
    except ValueError as error:
        raise MalformedRequest(f"The request body is {error}.") from None


@cache
def _items(levels: int = 3) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What stands between two cuts, and many of it with their commas.

    An item may hold so many levels of brackets; those of deeper ones are taken one by one.
    """
    inner = STRING
    for _ in range(levels):
        flat = possessive(rb'[^][{}"]++|%b' % inner, b"*")
        inner = rb"%b|\[%b\]|\{%b\}" % (STRING, flat, flat)
    item = possessive(rb'[^][{}",]++|%b' % inner, b"*")
    return re.compile(item, re.DOTALL), re.compile(possessive(b"%b," % item, b"*"), re.DOTALL)


class _Walk:
    """Goes through a body once. Every step raises ValueError, in words for the sender."""

    def __init__(self, body: bytes, step_bytes: int) -> None:
        self._body = body
        self._step_bytes = step_bytes
        self._item, self._many_items = _items()
        self._at = 0
        self._open = bytearray()
        """The brackets that are open here."""
        self._piece_at = 0
        self._piece_open = b""
        """The brackets that were open where the piece begins."""
        self._piece_parts: list[bytes] = []
        """The piece so far, where it is not as it stands in the body."""
        self._marks = 0
        self._runs_of_brackets = 0
        self._key: Span = (0, 0)
        self._value_at = 0
        # Functions, not methods of this walk: one that held itself would hold the body until the
        # collector comes, which may be after many more.
        self._then: Callable[[_Walk], None] = _Walk._behind_value
        self.step: Callable[[_Walk], None] = _Walk._start
        self.members: list[tuple[Span, Span]] = []
        self.is_over = False

    # the top level

    def _start(self) -> None:
        self._at = self._piece_at = self._match(_BLANK)
        first = self._here()
        if first == ord("{"):
            self._push(first)
            self.step = _Walk._before_key
        elif first not in _BLANKS:
            raise ValueError("not a JSON object")

    def _before_key(self) -> None:
        found = _KEY.match(self._body, self._at, self._at + self._step_bytes)
        if found is not None:
            if len(self.members) == _MOST_MEMBERS:
                raise ValueError(f"not for a model: it has more than {_MOST_MEMBERS} members")
            self._key = found.span(1)
            self._at = self._value_at = found.end()
            self.step = _Walk._before_value
        elif self._next() == ord("}"):
            self._close_object()
        elif self._at + self._step_bytes < len(self._body):
            raise ValueError(f"not for a model: no name ends soon after byte {self._at}")
        else:
            self._give_up()

    def _before_value(self) -> None:
        first = self._next()
        if first == _QUOTE:
            self._take_string(_Walk._behind_value)
        elif first in _OPENING:
            self._push(first)
            self.step = _Walk._inside
        else:
            self._at = self._match(_SCALAR)
            self._behind_value()

    def _behind_value(self) -> None:
        self.members.append((self._key, (self._value_at, self._at)))
        self.step = _Walk._between

    def _between(self) -> None:
        first = self._next()
        if first == _COMMA:
            self._at += 1
            self._cut_if_due()
            self.step = _Walk._before_key
        elif first == ord("}"):
            self._close_object()
        else:
            self._give_up()

    def _close_object(self) -> None:
        self._pop(ord("}"))
        self._check_piece(b"")
        self.step = _Walk._behind_all

    def _behind_all(self) -> None:
        self._at = self._match(_BLANK)
        self.is_over = self._at == len(self._body)
        if not self.is_over and self._body[self._at] not in _BLANKS:
            self._give_up()

    # below it

    def _inside(self) -> None:
        end = self._match(self._many_items)
        if end > self._at:
            self._at = end
            self._cut_if_due()
            return
        self._at = self._match(self._item)
        first = self._here()
        if first == _QUOTE:
            self._take_string(_Walk._go_on_inside)
        elif first == _COMMA:
            self._at += 1
            self._cut_if_due()
        else:
            self._take_brackets()
            self._refuse_uncut()

    def _take_brackets(self) -> None:
        for bracket in self._body[self._at : self._match(_BRACKETS)]:
            if bracket in _OPENING:
                self._push(bracket)
                continue
            self._pop(bracket)
            if len(self._open) == 1:
                self._behind_value()
                break
        self._runs_of_brackets += 1
        if self._runs_of_brackets > _MOST_RUNS_OF_BRACKETS:
            raise ValueError("nested too deeply too often")

    def _go_on_inside(self) -> None:
        self.step = _Walk._inside

    # strings

    def _take_string(self, then: "Callable[[_Walk], None]") -> None:
        found = _STRING.match(self._body, self._at, self._at + self._step_bytes)
        if found is not None:
            self._at = found.end()
            then(self)
            return
        self._piece_parts += (self._body[self._piece_at : self._at], b'""')
        self._at += 1
        self._then = then
        self.step = _Walk._inside_string

    def _inside_string(self) -> None:
        body, start = self._body, self._at
        end = characters_end(body, start, start + 2 * self._step_bytes)
        check_json(b'"%b"' % body[start:end])
        self._at = end
        if self._here() == _QUOTE:
            self._at = self._piece_at = end + 1
            self._then(self)
        elif end == start:
            self._give_up()

    # pieces

    def _cut_if_due(self) -> None:
        """A comma stands before."""
        if self._piece_bytes() >= self._step_bytes // 2:
            closers = b"".join(_CLOSER[bracket] for bracket in reversed(self._open))
            self._check_piece(_STAND_IN[self._open[-1]] + closers)

    def _refuse_uncut(self) -> None:
        if self._piece_bytes() > _MOST_STEPS_UNCUT * self._step_bytes:
            raise ValueError("not for a model: there is too much between two of its commas")

    def _check_piece(self, closing: bytes) -> None:
        text = b"".join((*self._piece_parts, self._body[self._piece_at : self._at]))
        self._marks += sum(map(text.count, _MARKS))
        if self._marks > _MOST_MARKS:
            raise ValueError("too finely divided: more values than any model takes")
        opening = b""
        if self._piece_open:  # the stand-in before the comma finds out a comma with nothing behind
            innermost = self._piece_open[-1]
            outer = b"".join(_OPENING[bracket] for bracket in self._piece_open[:-1])
            opening = b"%b%c%b," % (outer, innermost, _STAND_IN[innermost])
        check_json(b"%b%b%b" % (opening, text, closing))
        self._piece_at = self._at
        self._piece_open = bytes(self._open)
        self._piece_parts = []

    def _piece_bytes(self) -> int:
        return sum(map(len, self._piece_parts)) + self._at - self._piece_at

    # signs

    def _here(self) -> int:
        if self._at >= len(self._body):
            raise ValueError("not valid JSON: unexpected end of data")
        return self._body[self._at]

    def _next(self) -> int:
        """The next byte that is not blank."""
        self._at = self._match(_BLANK)
        if self._here() in _BLANKS:
            raise ValueError("not for a model: there is too much blank space in it")
        return self._here()

    def _match(self, pattern: re.Pattern[bytes]) -> int:
        """Where a pattern that fits everywhere, be it with nothing, ends within this step."""
        found = pattern.match(self._body, self._at, self._at + self._step_bytes)
        return self._at if found is None else found.end()

    def _push(self, bracket: int) -> None:
        if len(self._open) == _DEEPEST:
            raise ValueError("not valid JSON: recursion limit exceeded")
        self._open.append(bracket)
        self._at += 1

    def _pop(self, bracket: int) -> None:
        if self._open.pop() != _CLOSING[bracket]:
            self._give_up()
        self._at += 1

    def _give_up(self) -> NoReturn:
        raise ValueError(f"not valid JSON: unexpected character at byte {self._at}")
