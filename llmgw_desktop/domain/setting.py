"""A setting as everything knows it that reads, shows or changes it: its kind of value, its words.

It stands with the field that holds its value (`setting`, `described`). `read` takes what TOML gave,
`read_text` what an environment variable or a command holds; both raise Unfit.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from llmgw_desktop.domain.values import value

_T = TypeVar("_T")
Schema = Mapping[str, object]
"""JSON Schema, 2020-12."""
TEXTS_SCHEMA: Schema = {"type": "array", "items": {"type": "string"}}
FIRST_VERSION = "0.1.0"


_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


class Unfit(Exception):
    """A value that cannot be taken; the text says what was expected."""


class Kind:
    """One kind of value: what it accepts, and the words that say so."""

    typed_as: ClassVar[str] = ""
    """A sentence about how `read_text` takes several; empty where there is one."""

    @property
    def expected(self) -> str:
        raise NotImplementedError

    @property
    def schema(self) -> Schema:
        """Of what stands in the file; what it cannot say, `read` says."""
        return {"type": "string"}

    def read(self, raw: object) -> Any:
        raise NotImplementedError

    def read_text(self, text: str) -> Any:
        return self.read(text)

    def shown(self, value: Any) -> str:
        """As a person reads it, and `read_text` takes it."""
        return str(value)


class TableKind(Kind):
    """A kind whose value is a table or a list of them, which no variable's text holds."""

    @property
    def schema(self) -> Schema:
        return {"type": "object"}

    def read_text(self, text: str) -> Any:
        raise Unfit(self.expected)

    def shown(self, value: Mapping[str, object]) -> str:
        """In one line of the file."""
        told = ", ".join(f'{key} = "{each}"' for key, each in value.items())
        return f"{{ {told} }}" if told else ""


@value(kw_only=False)
class Shape(TableKind):
    """What the reader of its table takes apart by itself; the words say how it looks."""

    expected: str
    schema: Schema = field(default_factory=dict)

    def read(self, raw: object) -> object:
        return raw


@value(kw_only=False)
class Setting:
    """One key of a table."""

    kind: Kind
    words: str
    env: tuple[str, ...] = ()
    """The first of these variables that is set wins over the file."""
    since: str = FIRST_VERSION
    """The first version that has it."""
    label: str = ""
    """How forms call it, where not by its key."""

    @property
    def plain_words(self) -> str:
        """Without the marks and addresses that the words have for pages."""
        return _LINK.sub(r"\1", self.words).replace("`", "")


def described(
    kind: Kind, words: str, *, env: tuple[str, ...] = (), since: str = FIRST_VERSION
) -> dict[str, Setting]:
    """The metadata of a field that is a setting."""
    return {"setting": Setting(kind, words, env, since)}


def setting(
    default: _T, kind: Kind, words: str, *, env: tuple[str, ...] = (), since: str = FIRST_VERSION
) -> _T:
    """A dataclass's field that is a setting."""
    made: _T = field(default=default, metadata=described(kind, words, env=env, since=since))
    return made


def settings_of_table(table: type) -> dict[str, Setting]:
    """Those of a dataclass, by key, in its order."""
    found = ((each.name, each.metadata.get("setting")) for each in fields(table))
    return {name: each for name, each in found if each is not None}


@value
class WholeNumber(Kind):
    """A count or a port."""

    least: int
    most: int
    hint: str = ""

    @property
    def expected(self) -> str:
        return f"a whole number from {self.least} to {self.most}{self.hint and f' ({self.hint})'}"

    @property
    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, raw: object) -> int:
        if type(raw) is not int or not self.least <= raw <= self.most:
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text.strip()):
            raise Unfit(self.expected)
        return self.read(int(text))


@value(kw_only=False)
class CacheLife(Kind):
    """One of the two that Anthropic has for its cache."""

    expected = "300 or 3600"
    schema: ClassVar[Schema] = {"enum": (300, 3600)}

    def read(self, raw: object) -> int:
        if type(raw) is not int or raw not in (300, 3600):
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> int:
        return self.read(int(text) if re.fullmatch("[0-9]{1,9}", text.strip()) else text)


@value
class Share(Kind):
    """A number between two others, such as a part of one."""

    least: float
    most: float

    @property
    def expected(self) -> str:
        return f"a number from {self.least:g} to {self.most:g}"

    @property
    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.least, "maximum": self.most}

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

    def shown(self, value: float) -> str:
        return str(int(value) if value == int(value) else value)


class Seconds(Share):
    """A duration; whole or not."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        return f"a number of seconds from {self.least:g} to {self.most:g}"


_UNITS = {"B": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4}
_SIZE_WRITTEN = r"^[0-9]{1,15}(\.[0-9]{1,6})? ?[KMGTkmgt]?[Ii]?[Bb]$"
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([KMGT]?)(i?)B", re.IGNORECASE)


@value
class Size(Kind):
    """Bytes, as a whole number or with a unit; units step by 1024."""

    least: str
    most: str

    @property
    def expected(self) -> str:
        return f'a number of bytes or a size such as "5 GB", from {self.least} to {self.most}'

    @property
    def schema(self) -> Schema:
        whole = {"type": "integer", "minimum": self._least, "maximum": self._most}
        return {"anyOf": (whole, {"type": "string", "pattern": _SIZE_WRITTEN})}

    def read(self, raw: object) -> int:
        size = size_bytes(raw) if isinstance(raw, str) else raw
        if type(size) is not int or not self._least <= size <= self._most:
            raise Unfit(self.expected)
        return size

    def read_text(self, text: str) -> int:
        return self.read(int(text) if re.fullmatch("[0-9]{1,18}", text) else text)

    def shown(self, value: int) -> str:
        """With the largest unit that it is a whole number of."""
        steps = [unit for unit, power in _UNITS.items() if value and value % 1024**power == 0]
        unit = steps[-1] if steps else "B"
        return f"{value // 1024 ** _UNITS[unit]} {unit}"

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


@value
class Word(Kind):
    """One of the members of an enumeration, as written there."""

    words: Iterable[StrEnum]
    """The enumeration, or some of its members."""

    @property
    def expected(self) -> str:
        return "one of " + ", ".join(f'"{word}"' for word in self.words)

    @property
    def schema(self) -> Schema:
        return {"enum": tuple(map(str, self.words))}

    def read(self, raw: object) -> StrEnum:
        found = next((word for word in self.words if word == raw), None)
        if found is None:
            raise Unfit(self.expected)
        return found

    def read_text(self, text: str) -> StrEnum:
        return self.read(text.strip().lower())


@value(kw_only=False)
class YesNo(Kind):
    """true or false."""

    expected = "true or false"
    schema: ClassVar[Schema] = {"type": "boolean"}

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

    def shown(self, value: bool) -> str:
        return str(value).lower()


@value(kw_only=False)
class PlainText(Kind):
    """Text of one line."""

    expected = "a text"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not raw.isprintable():
            raise Unfit(self.expected)
        return raw.strip()


_ODD_IN_PATTERN = re.compile(r"[\[\]{}()|^$\\]")


@value(kw_only=False)
class NamePattern(Kind):
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


def is_name_pattern(text: str) -> bool:
    try:
        NamePattern().read(text)
    except Unfit:
        return False
    return True


@value
class Texts(Kind):
    """A list of texts, each accepted by `is_fit`; `each` says what one is."""

    each: str
    is_fit: Callable[[str], bool]
    typed_as: ClassVar[str] = "Separated by commas."

    @property
    def expected(self) -> str:
        return f"a list of texts, each {self.each}"

    @property
    def schema(self) -> Schema:
        return TEXTS_SCHEMA

    def read(self, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list):
            raise Unfit(self.expected)
        if not all(isinstance(text, str) and self.is_fit(text) for text in raw):
            raise Unfit(self.expected)
        return tuple(dict.fromkeys(raw))

    def read_text(self, text: str) -> tuple[str, ...]:
        return self.read([part.strip() for part in text.split(",") if part.strip()])

    def shown(self, value: Iterable[str]) -> str:
        return ", ".join(value)
