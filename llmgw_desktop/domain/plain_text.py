"""Texts and names: text that acts on no terminal, what was meant by a name with a slip in it, what
patterns of text need, and patterns of names, in which `*` stands for any letters or none, `?` for
exactly one, the rest for itself.

A match takes time in proportion to the name's length, whatever the pattern: no part that was found
is looked for again further on.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, AnyStr, Final

_NO_LINE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_SHOWN = {**_PICTURES, 0x7F: 0x2421, **dict.fromkeys(range(0x80, 0xA0), 0xFFFD)}
"""U+009B begins an escape sequence on some terminals."""
_ENDS_ROUNDS_RIGHT: Final = sys.version_info >= (3, 11, 5)


def possessive(body: AnyStr, times: AnyStr) -> AnyStr:
    """`(?:body)*+`, where `times` is `*`: as often as it fits, and nothing is given back. Before
    3.11.5 Python goes on behind what it has read of a last round that failed half way. An atomic
    group is right there, and costs memory for each round."""
    if isinstance(body, bytes):
        return (b"(?:%b)%b+" if _ENDS_ROUNDS_RIGHT else b"(?>(?:%b)%b)") % (body, times)
    return (f"(?:{body}){times}+") if _ENDS_ROUNDS_RIGHT else f"(?>(?:{body}){times})"


def plain_text(words: str) -> str:
    """With a picture in the place of each control character but tab and line end."""
    return words if words.isprintable() else words.translate(_SHOWN)


def is_plain_line(words: str) -> bool:
    """Without control characters but tab, and without what came as bytes that are no UTF-8."""
    return words.isprintable() or not _NO_LINE.search(words)


_NEAR: Final = 0.75
_LONGEST: Final = 80


def meant(name: str, schemas: Mapping[str, Mapping[str, Any]]) -> str:
    """«did you mean 'prompt'? », or nothing. A field may also stand inside of another's object."""
    for whole, schema in schemas.items():
        if name in schema.get("properties", ()):
            return f"it belongs into '{whole}'; "
    by_lower = {each.lower(): each for each in schemas}
    near = nearest(name[:_LONGEST].lower(), by_lower)
    return f"did you mean '{by_lower[near]}'? " if near else ""


def nearest(name: str, known: Iterable[str], likeness: float = _NEAR) -> str:
    """The name that is meant by one with a slip in it, or ""; `likeness`: from 0 to 1."""
    from difflib import get_close_matches  # only a mistake needs it

    near = get_close_matches(name, known, n=1, cutoff=likeness)
    return near[0] if near else ""


_WILD_RUN = re.compile(r"[*?]{2,}")


class Glob:
    """One pattern, made ready."""

    __slots__ = ("fits", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.fits: Callable[[str], object] = _matcher(pattern)
        """Takes a name; what it returns is as good as True or False."""

    @property
    def takes_all(self) -> bool:
        return self.pattern.strip("*") == "" and self.pattern != ""


def covers(wide: str, narrow: str) -> bool:
    """Whether every name that `narrow` takes is taken by `wide` too.

    True is certain; a few that cover each other in involved ways are not seen.
    """
    wide, narrow = _plain(wide), _plain(narrow)
    at = to = 0
    star, resumed = -1, 0
    while to < len(narrow):
        if at < len(wide) and wide[at] == "*":
            star, resumed = at, to
            at += 1
        elif at < len(wide) and _takes(wide[at], narrow[to]):
            at += 1
            to += 1
        elif star >= 0:
            resumed += 1
            at, to = star + 1, resumed
        else:
            return False
    return wide[at:] in ("", "*")


def _takes(wide: str, narrow: str) -> bool:
    return narrow != "*" and wide in (narrow, "?")


def _plain(pattern: str) -> str:
    """The same pattern with each run of wild cards in one order: `*?*` is `?*`."""

    def ordered(found: re.Match[str]) -> str:
        run = found.group()
        return "?" * run.count("?") + ("*" if "*" in run else "")

    return _WILD_RUN.sub(ordered, pattern)


def _matcher(pattern: str) -> Callable[[str], object]:
    first, *others = pattern.split("*")
    if "?" not in pattern:
        if not others:
            return pattern.__eq__
        if not any(others):
            return lambda name: name.startswith(first)
    if not others:
        return re.compile(_letters(first), re.DOTALL).fullmatch
    middle = "".join(f"(?>.*?{_letters(part)})" for part in others[:-1] if part)
    return re.compile(f"{_letters(first)}{middle}.*{_letters(others[-1])}", re.DOTALL).fullmatch


def _letters(part: str) -> str:
    return "".join("." if letter == "?" else re.escape(letter) for letter in part)


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def month_text(day: date) -> str:
    """«Nov», also where the computer speaks another language: `%b` would write that one's."""
    return _MONTHS[day.month - 1]


def weekday_text(day: date) -> str:
    """«Sat», in the same way."""
    return _WEEKDAYS[day.weekday()]
