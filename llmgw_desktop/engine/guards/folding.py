"""Copies of a text as a model reads it: without signs that nobody sees, blanks of one kind, letters
and digits in their plain form. What is found in a copy is told as bytes of the text itself.

Two copies, for a pattern may be written either way: one composed (NFKC), which keeps accents, and a
bare one without them, in which letters that look alike are one. A text that is its own copy, as all
plain ASCII is, costs one look.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate

_BLOCK_CHARS = 2048
"""So many are folded at a time: places are looked up in one block, however long the text."""
_ASCII_BLANKS = ("\t", "\x0b", "\x0c")
_CONTROLS = {*range(0x0B, 0x0D), *range(0x80, 0xA0), 0x09} - {0x85}
_UNSEEN = {
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0xFFFC),
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}
"""Drawn as nothing, besides all that Unicode calls formatting (Cf)."""
_BLANKS = {0x09, 0x0B, 0x0C, 0x85, 0x2028, 0x2029, 0x2800}
"""Besides all that Unicode calls a space (Zs)."""
_ALIKE = {
    # Cyrillic
    **dict(zip("абвгдезикмнопрстухьѕіјһԁԛԝү", "a6brde3nkmhonpctyxbsijhdqwy", strict=True)),
    **dict(zip("АВЕЗКМНОРСТУХЅІЈҺԚԜҮ", "ABE3KMHOPCTYXSIJHQWY", strict=True)),
    # Greek
    **dict(zip("αβγεηικνορτυχωϲϳ", "aByenikvoptuxwcj", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺ", "ABEZHIKMNOPTYXCM", strict=True)),
    # Armenian, Cherokee, Latin
    **dict(zip("օսոհցզյ", "ounhgqj", strict=True)),
    **dict(zip("ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃ", "ABCDEHJKLMPSTVWZ", strict=True)),
    **dict(zip("ıȷɑɡɩɪʟɴʀʏᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢłøđħŧƖǀ", "ijagiilnryacdejkmoptuvwzlodhtll", strict=True)),
    # signs
    **dict.fromkeys("‐‑‒–—―−⁃˗﹘֊᠆", "-"),
    **dict.fromkeys("․‧·∙•。｡٫۔", "."),
    **dict.fromkeys("⁄∕╱⧸", "/"),
    **dict.fromkeys("‘’‛ʹʼ′`´", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("꞉ː˸։∶", ":"),
    "﹫": "@",
    "ⓐ": "a",
    "＿": "_",
    "ˍ": "_",
    "⁺": "+",
    "﹢": "+",
}
"""A bounded table: letters that most fonts draw as a Latin one, and signs between digits."""


class _Table(dict[int, str]):
    """What each character becomes; worked out when it is first met."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        made = self[code] = self._fold(chr(code))
        return made


def _seen(char: str) -> str:
    """As it is drawn: nothing, a blank, or itself."""
    code = ord(char)
    if code in _BLANKS or unicodedata.category(char) == "Zs":
        return " "
    if code in _UNSEEN or code in _CONTROLS or unicodedata.category(char) == "Cf":
        return ""
    return char


def _bare(char: str) -> str:
    """Without accents, and as the Latin letter or digit that it looks like."""
    if not (char := _seen(char)) or char.isascii():
        return char
    if char in _ALIKE:
        return _ALIKE[char]
    bare = ""
    for each in unicodedata.normalize("NFKD", char):
        kind = unicodedata.category(each)
        if kind in ("Mn", "Me"):
            continue
        bare += str(unicodedata.decimal(each)) if kind == "Nd" else _ALIKE.get(each, each)
    return bare


_SEEN, _BARE = _Table(_seen), _Table(_bare)
_FEW = 48


def _changed(text: str, table: _Table) -> str:
    """Few different characters are replaced one by one, which is many times faster."""
    odd = {char for char in set(text) if not char.isascii() or char in _ASCII_BLANKS}
    folds = [(char, fold) for char in odd if (fold := table[ord(char)]) != char]
    if len(folds) > _FEW:
        return text.translate(table)
    for char, fold in folds:
        text = text.replace(char, fold)
    return text


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", _long_runs().sub("", _changed(text, _SEEN)))


@cache
def _long_runs() -> "re.Pattern[str]":
    """Accents upon accents, which nobody reads and Unicode's order takes for ever to sort."""
    marks = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
    return re.compile(f"[{re.escape(marks)}]{{31,}}")


def _stripped(text: str) -> str:
    return _changed(text, _BARE)


class FoldedText:
    """A copy, and where each part of it stands in the text."""

    def __init__(self, text: str, folded: str, fold: Callable[[str], str]) -> None:
        self.text = folded.encode(errors="surrogateescape")
        self._raw_text = text
        self._fold = fold
        self._blocks: list[str] = []
        self._ends: list[int] = []
        self._raw_ends: list[int] = []
        self._at = -1
        self._places: list[tuple[int, int, int]] = []

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Of bytes of the copy, not none; those that nobody sees within belong to it."""
        if not self._blocks:
            self._measure()
        if self._ends[-1] != len(self.text):  # letters that become others together: all of it
            return 0, self._raw_ends[-1]
        return self._raw(start)[0], self._raw(end - 1)[1]

    def _measure(self) -> None:
        self._blocks = list(_blocks(self._raw_text))
        self._ends = list(accumulate(_size(self._fold(block)) for block in self._blocks))
        self._raw_ends = list(accumulate(map(_size, self._blocks)))

    def _raw(self, at: int) -> tuple[int, int]:
        """From and to: the bytes of the text that this byte of the copy comes from."""
        number = min(bisect_right(self._ends, at), len(self._blocks) - 1)
        begin = self._ends[number - 1] if number else 0
        if number != self._at:
            self._at = number
            self._places = list(self._each(number))
        for end, raw_start, raw_end in self._places:
            if at - begin < end:
                return raw_start, raw_end
        return self._raw_ends[number], self._raw_ends[number]

    def _each(self, number: int) -> Iterator[tuple[int, int, int]]:
        """Of a block's letters with their accents: up to where in the copy, and where they are."""
        at, raw = 0, self._raw_ends[number - 1] if number else 0
        for letter in _letters(self._blocks[number]):
            size = _size(letter)
            at += _size(self._fold(letter))
            yield at, raw, raw + size
            raw += size


def readings(text: bytes) -> Iterator[FoldedText]:
    """Those copies of a text of UTF-8 that differ from it and from each other."""
    if text.isascii() and not any(blank.encode() in text for blank in _ASCII_BLANKS):
        return
    said = text.decode(errors="surrogateescape")
    known = {said}
    for fold in (_composed, _stripped):
        if (folded := fold(said)) not in known:
            known.add(folded)
            yield FoldedText(said, folded, fold)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogateescape"))


def _blocks(text: str) -> Iterator[str]:
    """None begins with an accent of the letter before it."""
    start = 0
    while start < len(text):
        end = start + _BLOCK_CHARS
        while end < len(text) and _joins(text[end]):
            end += 1
        yield text[start:end]
        start = end


def _letters(text: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _joins(text[at]):
            yield text[start:at]
            start = at


def _joins(char: str) -> bool:
    """Whether it may become one with what stands before it."""
    return not char.isascii() and (
        not _SEEN[ord(char)]
        or unicodedata.combining(unicodedata.normalize("NFKC", char)[0]) != 0
        or unicodedata.category(char) in ("Mn", "Me", "Cf", "Mc")
        or 0x1160 <= ord(char) <= 0x11FF
    )
