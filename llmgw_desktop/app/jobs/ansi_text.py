"""Reads what programs write for terminals: colours and weights are kept, all else is taken out.

Only SGR sequences mean anything here. Others (cursor, title, clipboard, links) are dropped, and
what is no whole sequence is shown as the characters it is made of: nothing acts on the screen.
"""

import re
from dataclasses import replace

from llmgw_desktop.domain.values import value

Ink = int | tuple[int, int, int]
"""One of a terminal's 256 colours, or red, green and blue."""

LONGEST_SEQUENCE = 4096
"""What goes on for longer is none: else one unclosed title would swallow all that follows."""
_ESC = "\x1b"
_WHOLE = re.compile(
    "\x1b(?:"
    r"\[(?P<sgr>[0-9;:]{0,256})m"
    r"|\[[0-?]{0,256}[ -/]{0,8}[@-~]"
    r"|[\]PX^_][^\x07\x1b\n]{0,4096}(?:\x07|" + "\x1b" + r"\\)"
    r"|[ -/]{1,8}[0-~]"
    r"|[0-OQ-WYZ\\`-~]"
    ")"
)
_BEGUN = re.compile(
    "\x1b(?:"
    r"\[[0-?]{0,256}[ -/]{0,8}"
    r"|[\]PX^_][^\x07\x1b\n]{0,4096}" + "\x1b" + r"?"
    r"|[ -/]{0,8}"
    r")\Z"
)


@value(kw_only=False)
class Look:
    """How a stretch of text is drawn."""

    ink: Ink | None = None
    ground: Ink | None = None
    is_bold: bool = False
    is_faint: bool = False
    is_italic: bool = False
    is_underlined: bool = False
    is_struck: bool = False
    is_reversed: bool = False


PLAIN = Look()
_SWITCHES: dict[int, dict[str, bool]] = {
    1: {"is_bold": True},
    2: {"is_faint": True},
    3: {"is_italic": True},
    4: {"is_underlined": True},
    7: {"is_reversed": True},
    9: {"is_struck": True},
    21: {"is_underlined": True},
    22: {"is_bold": False, "is_faint": False},
    23: {"is_italic": False},
    24: {"is_underlined": False},
    27: {"is_reversed": False},
    29: {"is_struck": False},
}
"""Blinking and hidden text are left out on purpose: nothing flashes, and nothing is unseen."""


class AnsiReader:
    """Takes text in whatever pieces it comes. Holds no more than one sequence that is begun."""

    def __init__(self) -> None:
        self._look = PLAIN
        self._held = ""

    def feed(self, text: str) -> list[tuple[str, Look]]:
        """Stretches of one look each. Controls other than the sequences are still in them."""
        if self._held:
            text, self._held = self._held + text, ""
        if _ESC not in text:
            return [(text, self._look)] if text else []
        found: list[tuple[str, Look]] = []
        at = 0
        while (escape := text.find(_ESC, at)) >= 0:
            whole = _WHOLE.match(text, escape)
            if whole is None and _BEGUN.match(text, escape):
                self._held = text[escape:]
                text = text[:escape]
                break
            # What is no sequence is text, its escape character too.
            end = escape + 1 if whole is None else escape
            self._add(found, text[at:end])
            at = end if whole is None else whole.end()
            if whole is not None and whole["sgr"] is not None:
                self._look = _after(self._look, whole["sgr"])
        self._add(found, text[at:])
        return found

    def finish(self) -> list[tuple[str, Look]]:
        """What was begun and will not be ended."""
        held, self._held = self._held, ""
        return [(held, self._look)] if held else []

    def _add(self, found: list[tuple[str, Look]], text: str) -> None:
        if text:
            found.append((text, self._look))


def _after(look: Look, parameters: str) -> Look:
    fields = parameters.split(";")
    at = 0
    while at < len(fields):
        field = fields[at]
        at += 1
        if ":" in field:
            look = _with_parts(look, field.split(":"))
            continue
        code = _number(field)
        if code in (38, 48):
            ink, at = _ink(fields, at)
            look = _with_ink(look, code, ink)
        else:
            look = _with(look, code)
    return look


def _with(look: Look, code: int) -> Look:
    if code == 0:
        return PLAIN
    if code in _SWITCHES:
        return replace(look, **_SWITCHES[code])
    if 30 <= code <= 37 or 90 <= code <= 97:
        return replace(look, ink=code - 30 if code < 90 else code - 82)
    if 40 <= code <= 47 or 100 <= code <= 107:
        return replace(look, ground=code - 40 if code < 100 else code - 92)
    if code == 39:
        return replace(look, ink=None)
    return replace(look, ground=None) if code == 49 else look


def _with_parts(look: Look, parts: list[str]) -> Look:
    """«38:2::255:0:0», «38:5:196», «4:3»."""
    numbers = [_number(part) for part in parts]
    if numbers[0] in (38, 48):
        ink: Ink | None = None
        if numbers[1] == 5 and len(numbers) >= 3:
            ink = numbers[2] if numbers[2] < 256 else None
        elif numbers[1] == 2 and len(numbers) >= 5:
            ink = _colour(numbers[-3:])
        return _with_ink(look, numbers[0], ink)
    return _with(look, 24 if numbers[:2] == [4, 0] else numbers[0])


def _ink(fields: list[str], at: int) -> tuple[Ink | None, int]:
    """The colour that begins here, and where what follows it begins."""
    kind = _number(fields[at]) if at < len(fields) else 0
    numbers = [_number(field) for field in fields[at + 1 : at + 4]]
    if kind == 5 and numbers:
        return (numbers[0] if numbers[0] < 256 else None), at + 2
    if kind == 2 and len(numbers) == 3:
        return _colour(numbers), at + 4
    return None, len(fields)


def _colour(numbers: list[int]) -> Ink | None:
    red, green, blue = numbers
    return (red, green, blue) if max(numbers) < 256 else None


def _with_ink(look: Look, code: int, ink: Ink | None) -> Look:
    if ink is None:
        return look
    return replace(look, ink=ink) if code == 38 else replace(look, ground=ink)


def _number(field: str) -> int:
    return int(field[:6]) if field[:6].isdigit() else 0
