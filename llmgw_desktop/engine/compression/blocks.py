"""A text in its blocks: prose, and code between fences, which stays as it is; and lines that say
nothing to a reader.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from llmgw_desktop.domain.plain_text import possessive
from llmgw_desktop.domain.values import value

_FENCE = re.compile(r"[ \t>]*+(`{3,}+|~{3,}+)([^\n]*+)")
_INDENTS = ("    ", "\t")


def is_indented(line: str) -> bool:
    """As code without fences is."""
    return line.startswith(_INDENTS)


def may_hold_fence(text: str) -> bool:
    return "```" in text or "~~~" in text


def fence_after(line: str, fence: str) -> str:
    """The fence that is open behind this line; empty: none. `fence`: the one before it."""
    if not may_hold_fence(line):
        return fence
    found = _FENCE.match(line)
    if found is None:
        return fence
    marks, rest = found.groups()
    if not fence:
        # A line that goes on with its own sign is code within a line.
        return "" if marks[0] in rest and marks[0] == "`" else marks
    closes = marks.startswith(fence) and not rest.strip()
    return "" if closes else fence


def fence_after_all(text: str, fence: str) -> str:
    """As `fence_after`, of several lines."""
    if may_hold_fence(text):
        for line in text.split("\n"):
            fence = fence_after(line, fence)
    return fence


MOST_BLOCKS = 100_000
_GAP = re.compile(r"(\n" + possessive(r"[ \t\r]*+\n", "+") + ")")
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
class TextBlock:
    """Lines without a blank one among them, and the blank lines behind them."""

    text: str
    gap: str
    care: Care


def blocks_of(text: str) -> list[TextBlock]:
    """None where there are more than MOST_BLOCKS."""
    pieces = _GAP.split(text)
    if len(pieces) > 2 * MOST_BLOCKS:
        return []
    texts, gaps = pieces[::2], [*pieces[1::2], ""]
    cares = _cares(texts)
    return [TextBlock(*each) for each in zip(texts, gaps, cares, strict=True)]


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


_LONGEST = 200


@value(kw_only=False)
class Courtesies:
    """What may be left out at a text's beginning and at its end."""

    openings: re.Pattern[str]
    closings: re.Pattern[str]


_QUESTIONS = r"have any (?:other |more |further )?questions"
_HELP = r"need any(?:thing else| (?:more |further )?(?:help|clarification|assistance))"
_AGREED = r"(?:sure(?: thing)?|certainly|of course|absolutely|great question|happy to help)"

OF_PROMPTS = Courtesies(
    openings=re.compile(r"(?:hi|hello|hey|good (?:morning|evening))(?: there)?[,.!]?", re.I),
    closings=re.compile(
        r"(?:many )?thank(?:s| you)(?: (?:so|very) much)? in advance"
        r"(?: for your (?:help|time|support|assistance))?[.!]?",
        re.I,
    ),
)
OF_ANSWERS = Courtesies(
    openings=re.compile(
        rf"{_AGREED}[!.,]?(?: i(?:'d| would) be (?:happy|glad) to help(?: you)?"
        r"(?: with (?:that|this))?)?[!.]?",
        re.I,
    ),
    closings=re.compile(
        rf"(?:i hope (?:this|that) helps|(?:please )?let me know if you (?:{_QUESTIONS}|{_HELP})"
        r"|feel free to (?:ask|reach out)(?: if you have any (?:other |more |further )?questions)?"
        r"|is there anything else (?:i can help(?: you)? with|you need))[.!?]?",
        re.I,
    ),
)


def without_courtesies(blocks: list[TextBlock], courtesies: Courtesies) -> list[TextBlock]:
    """Something is always left; what another block introduces belongs to it."""
    first, last = 0, len(blocks)
    while first < last - 1 and _is(blocks[first], courtesies.openings):
        first += 1
    while last - 1 > first and _is(blocks[last - 1], courtesies.closings):
        if blocks[last - 2].text.rstrip().endswith(":"):
            break
        last -= 1
    return blocks[first:last]


def _is(block: TextBlock, pattern: re.Pattern[str]) -> bool:
    if block.care is not Care.PROSE or len(block.text) > _LONGEST:
        return False
    return pattern.fullmatch(block.text.strip()) is not None
