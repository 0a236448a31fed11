"""Text that acts on no terminal: what we say ourselves, whoever's words it repeats, and what others
may put into a header."""

import re

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
