"""Text that acts on no terminal, and what was meant by a name with a slip in it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_NO_LINE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_SHOWN = {**_PICTURES, 0x7F: 0x2421, **dict.fromkeys(range(0x80, 0xA0), 0xFFFD)}
"""U+009B begins an escape sequence on some terminals."""


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
