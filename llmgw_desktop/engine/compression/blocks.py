"""A text as blocks with blank lines between them, and which of them may be touched.

What cannot be told from code, a table or data for sure is taken for it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from llmgw_desktop.engine.compression.fences import fence_after_all, may_hold_fence

MOST_BLOCKS = 100_000
_GAP = re.compile(r"(\n(?:[ \t\r]*+\n)++)")
_DELICATE = tuple('`"“”„«»‘<>\\')
_SIGNS = ("`", "~~~", '"', "“", "”", "<", "@@ -", "diff --git")
"""Without any of these a block neither begins nor ends what holds others."""
_QUOTE = re.compile(r"(?<!\w)'(?=\S)")
_DIFF = re.compile(r"^(?:diff --git |@@ -)", re.MULTILINE)
_VERBATIM = ("pre", "code", "script", "style", "textarea")


class Care(Enum):
    """How much may be done to a block."""

    PROSE = "prose"
    DELICATE = "delicate"
    """Something in it is quoted or aligned: it stays as it is, or goes as a whole."""
    CODE = "code"
    """Never touched: code, data, a table."""


@dataclass(slots=True)
class Block:
    """Lines without a blank one among them, and the blank lines behind them."""

    text: str
    gap: str
    care: Care


def blocks_of(text: str) -> list[Block]:
    """None where there are more than MOST_BLOCKS."""
    pieces = _GAP.split(text)
    if len(pieces) > 2 * MOST_BLOCKS:
        return []
    texts, gaps = pieces[::2], [*pieces[1::2], ""]
    cares = _cares(texts)
    return [Block(*each) for each in zip(texts, gaps, cares, strict=True)]


def _cares(texts: list[str]) -> Iterator[Care]:
    still_open = _Open()
    for text in texts:
        if still_open.passes(text):
            yield Care.CODE
        else:
            yield care_of(text)


class _Open:
    """What began in a block before and has not ended: all in between belongs to it."""

    def __init__(self) -> None:
        self._fence = ""
        self._is_quoting = self._is_diff = False
        self._curly = self._verbatim = self._depth = 0
        self._was_open = False

    def passes(self, text: str) -> bool:
        """Whether something was open before this block, within it, or is after it."""
        if not self._was_open and text[:1] not in ("{", "[") and not _has(text, _SIGNS):
            return False
        passed = self._passes(text)
        self._was_open = self._is_open
        return passed

    def _passes(self, text: str) -> bool:
        was_open = self._was_open
        if may_hold_fence(text):
            was_open = True
            self._fence = fence_after_all(text, self._fence)
        if self._fence:
            return True
        self._is_quoting ^= bool(text.count('"') & 1)
        if "“" in text or "”" in text:
            self._curly = max(self._curly + text.count("“") - text.count("”"), 0)
        if "<" in text:
            was_open = self._count_tags(text.lower()) or was_open
        if self._depth or text[:1] in ("{", "["):
            self._count_braces(text)
        if "@@ -" in text or "diff --git" in text:
            self._is_diff = self._is_diff or _DIFF.search(text) is not None
        return was_open or self._is_open

    @property
    def _is_open(self) -> bool:
        return bool(
            self._fence
            or self._is_quoting
            or self._is_diff
            or self._curly
            or self._verbatim
            or self._depth
        )

    def _count_tags(self, text: str) -> bool:
        """Whether there are any of elements in which blanks count."""
        opened = sum(text.count(f"<{tag}") for tag in _VERBATIM)
        closed = sum(text.count(f"</{tag}") for tag in _VERBATIM)
        self._verbatim = max(self._verbatim + opened - closed, 0)
        return bool(opened or closed)

    def _count_braces(self, text: str) -> None:
        opened = text.count("{") + text.count("[")
        self._depth = max(self._depth + opened - text.count("}") - text.count("]"), 0)


def care_of(text: str) -> Care:
    """Of a block by itself."""
    if _is_indented(text) or _is_data(text) or _is_table(text):
        return Care.CODE
    if _has(text, _DELICATE) or ("'" in text and _QUOTE.search(text)) or _is_aligned(text):
        return Care.DELICATE
    return Care.PROSE


def _has(text: str, signs: tuple[str, ...]) -> bool:
    """A loop: where none is there it is quicker than a pattern."""
    for sign in signs:  # noqa: SIM110 - any() would be twice as dear
        if sign in text:
            return True
    return False


def _is_indented(text: str) -> bool:
    return "\t" in text or text.startswith("    ") or "\n    " in text


def _is_data(text: str) -> bool:
    is_enclosed = text[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]")
    return is_enclosed or '":' in text or '" :' in text


def _is_table(text: str) -> bool:
    if "|" in text and text.count("|") > 1:
        return True
    if "\n" not in text:
        return False
    for separator in (",", ";"):
        if text.count(separator) < 4:
            continue
        counts = {_cells(line, separator) for line in text.rstrip().split("\n")}
        if len(counts) == 1 and min(counts) > 1:
            return True
    return False


def _cells(line: str, separator: str) -> int:
    """Separators without a blank behind them, as prose has one."""
    return line.count(separator) - line.count(f"{separator} ")


def _is_aligned(text: str) -> bool:
    """Lines with wide gaps one below the other."""
    if "  " not in text:
        return False
    was_gapped = False
    for line in text.split("\n"):
        is_gapped = "  " in line.strip()
        if is_gapped and was_gapped:
            return True
        was_gapped = is_gapped
    return False
