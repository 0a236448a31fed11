"""Kinds of values that a setting can have: what each accepts, and the words that say so.

`read` takes what TOML gave, `read_text` what an environment variable holds; both raise Unfit.
Which setting is of which kind is left to `known.py`.
"""

import ipaddress
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit


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


@dataclass(frozen=True, slots=True)
class LoopbackHost:
    """An address of this computer. Others are refused until a way to protect them exists."""

    expected = "an address of this computer: 127.0.0.1, ::1 or localhost"

    def read(self, raw: object) -> str:
        if raw == "localhost":
            return "localhost"
        try:
            address = ipaddress.ip_address(raw if isinstance(raw, str) else "")
        except ValueError:
            raise Unfit(self.expected) from None
        if not address.is_loopback:
            raise Unfit(self.expected)
        return str(address)

    def read_text(self, text: str) -> str:
        return self.read(text.strip())


_OTHER_DOORS = re.compile(
    r"/(v1|v1beta|openai|anthropic|gemini|responses|backend-api|health|metrics|oauth|"
    r"\.well-known)(/|$)"
)


@dataclass(frozen=True, slots=True)
class DoorPath:
    """Where a door stands that may be moved."""

    expected = 'a path such as "/mcp", of letters, digits and -_.~, that no other door has'

    def read(self, raw: object) -> str:
        path = raw.rstrip("/") if isinstance(raw, str) else ""
        if not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){1,8}", path):
            raise Unfit(self.expected)
        if _OTHER_DOORS.match(path):
            raise Unfit(self.expected)
        return path

    def read_text(self, text: str) -> str:
        return self.read(text.strip())


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """An address of this gateway as others know it; empty for none."""

    expected = 'an address such as "https://gateway.example.com", without a path'

    def read(self, raw: object) -> str:
        url = raw.strip().removesuffix("/") if isinstance(raw, str) else "?"
        if not url:
            return ""
        scheme, _, host = url.partition("://")
        if scheme.lower() not in ("https", "http") or not is_host(host) or not is_origin(url):
            raise Unfit(self.expected)
        if scheme.lower() == "http" and not _names_this_computer(host):
            raise Unfit(f"{self.expected}; http:// leads no further than this computer")
        return url.lower()

    def read_text(self, text: str) -> str:
        return self.read(text)


def _names_this_computer(host: str) -> bool:
    name = urlsplit(f"http://{host}").hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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


_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def is_host(text: str) -> bool:
    """A Host header's value; no pattern, no address with a path."""
    return _HOST.fullmatch(text) is not None


def is_origin(text: str) -> bool:
    """An Origin header's value; never `null` and no pattern."""
    scheme, _, rest = text.partition("://")
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or not is_host(rest):
        return False
    try:
        return urlsplit(text).hostname is not None
    except ValueError:
        return False
