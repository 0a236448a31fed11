"""Kinds of values that a setting can have: what each accepts, and the words that say so.

`read` takes what TOML gave, `read_text` what an environment variable holds; both raise Unfit.
Which setting is of which kind is left to `known.py`.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Protocol


class Unfit(Exception):
    """A value that cannot be taken; the text says what was expected."""


class Value(Protocol):
    """One kind of value."""

    @property
    def expected(self) -> str: ...

    def read(self, raw: object) -> object: ...

    def read_text(self, text: str) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeNumber:
    """A count or a port."""

    least: int
    most: int
    hint: str = ""

    @property
    def expected(self) -> str:
        return f"a whole number from {self.least} to {self.most}{self.hint and f' ({self.hint})'}"

    def read(self, raw: object) -> int:
        if type(raw) is not int or not self.least <= raw <= self.most:
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text.strip()):
            raise Unfit(self.expected)
        return self.read(int(text))


@dataclass(frozen=True, slots=True)
class CacheLife:
    """One of the two that Anthropic has for its cache."""

    expected = "300 or 3600"

    def read(self, raw: object) -> int:
        if type(raw) is not int or raw not in (300, 3600):
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> int:
        return self.read(int(text) if re.fullmatch("[0-9]{1,9}", text.strip()) else text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """A duration; whole or not."""

    least: float
    most: float

    @property
    def expected(self) -> str:
        return f"a number of seconds from {self.least:g} to {self.most:g}"

    def read(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
            raise Unfit(self.expected)
        if not self.least <= raw <= self.most:
            raise Unfit(self.expected)
        return float(raw)

    def read_text(self, text: str) -> float:
        try:
            return self.read(float(text))
        except ValueError:
            raise Unfit(self.expected) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A number between two others, such as a part of one."""

    least: float
    most: float

    @property
    def expected(self) -> str:
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise Unfit(self.expected)
        if not self.least <= raw <= self.most:
            raise Unfit(self.expected)
        return float(raw)

    def read_text(self, text: str) -> float:
        try:
            return self.read(float(text))
        except ValueError:
            raise Unfit(self.expected) from None


_UNITS = {"B": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([KMGT]?)(i?)B", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Bytes, as a whole number or with a unit; units step by 1024."""

    least: str
    most: str

    @property
    def expected(self) -> str:
        return f'a number of bytes or a size such as "5 GB", from {self.least} to {self.most}'

    def read(self, raw: object) -> int:
        size = size_bytes(raw) if isinstance(raw, str) else raw
        if type(size) is not int or not self._least <= size <= self._most:
            raise Unfit(self.expected)
        return size

    def read_text(self, text: str) -> int:
        return self.read(int(text) if re.fullmatch("[0-9]{1,18}", text) else text)

    @property
    def _least(self) -> int:
        return size_bytes(self.least) or 0

    @property
    def _most(self) -> int:
        return size_bytes(self.most) or 0


def size_bytes(text: str) -> int | None:
    """`5 GB` in bytes; None for what is not a size."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    number, unit, _ = found.groups()
    return int(float(number) * 1024 ** _UNITS[f"{unit.upper()}B"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of the members of an enumeration, as written there."""

    words: Iterable[StrEnum]
    """The enumeration, or some of its members."""

    @property
    def expected(self) -> str:
        return "one of " + ", ".join(f'"{word}"' for word in self.words)

    def read(self, raw: object) -> StrEnum:
        found = next((word for word in self.words if word == raw), None)
        if found is None:
            raise Unfit(self.expected)
        return found

    def read_text(self, text: str) -> StrEnum:
        return self.read(text.strip().lower())


@dataclass(frozen=True, slots=True)
class YesNo:
    """true or false."""

    expected = "true or false"

    def read(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> bool:
        word = text.strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise Unfit(f"{self.expected} (1, 0, yes, no, on and off are understood too)")


@dataclass(frozen=True, slots=True)
class PlainText:
    """Text of one line."""

    expected = "a text"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not raw.isprintable():
            raise Unfit(self.expected)
        return raw.strip()

    def read_text(self, text: str) -> str:
        return self.read(text)


@dataclass(frozen=True, slots=True)
class FilePath:
    """A file, looked at when it is used; empty for none."""

    expected = "an absolute path, or one that begins with ~/"

    def read(self, raw: object) -> str:
        path = PlainText().read(raw)
        if path and not (PurePath(path).is_absolute() or path.startswith("~/")):
            raise Unfit(self.expected)
        return path

    def read_text(self, text: str) -> str:
        return self.read(text)


_ODD_IN_PATTERN = re.compile(r"[\[\]{}()|^$\\]")


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A name in which `*` stands for any letters and `?` for one."""

    expected = "a name of 1 to 200 characters, with * for any letters and ? for one"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or raw.strip() != raw or not raw.isprintable():
            raise Unfit(self.expected)
        if not 0 < len(raw) <= 200:
            raise Unfit(self.expected)
        if odd := _ODD_IN_PATTERN.search(raw):
            raise Unfit(f"{self.expected}; {odd.group()} has no meaning here")
        return raw

    def read_text(self, text: str) -> str:
        return self.read(text)


def is_name_pattern(text: str) -> bool:
    try:
        NamePattern().read(text)
    except Unfit:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A list of texts, each accepted by `is_fit`; `each` says what one is."""

    each: str
    is_fit: Callable[[str], bool]

    @property
    def expected(self) -> str:
        return f"a list of texts, each {self.each}"

    def read(self, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list):
            raise Unfit(self.expected)
        if not all(isinstance(text, str) and self.is_fit(text) for text in raw):
            raise Unfit(self.expected)
        return tuple(dict.fromkeys(raw))

    def read_text(self, text: str) -> tuple[str, ...]:
        return self.read([part.strip() for part in text.split(",") if part.strip()])
