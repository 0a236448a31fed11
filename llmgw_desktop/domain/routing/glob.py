"""Patterns of names: `*` stands for any letters or none, `?` for exactly one, the rest for itself.

A match takes time in proportion to the name's length, whatever the pattern: no part that was found
is looked for again further on.
"""

import re
from collections.abc import Callable

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
