"""Answers in their single claims: sentences and items of lists; blocks of code stay whole."""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from llmgw_desktop.domain.values import value

MOST_TEXT = 65_536
"""Characters of an answer that are compared."""
MOST_CLAIMS = 400
"""Of an answer."""
LONGEST_CLAIM = 1_000
_FENCE = re.compile(r"^[ \t]*(```|~~~)")
_MARK = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]|^[ \t]*[-=*_]{3,}[ \t]*$")
_END = re.compile(r"(?<=[.!?])[\"')\]]?(?:\n|[^\S\n]+(?=[^\sa-z]))")
_NOT_ENDS = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|no|fig|approx)|^\d{1,3})\.$", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
_NEGATION_WORDS = (
    "not no never none neither nor without cannot cant dont doesnt isnt arent wasnt werent wont"
    " shouldnt couldnt wouldnt hasnt havent didnt"
)
_NEGATIONS = frozenset(_NEGATION_WORDS.split())
_EMPTY_WORDS = (
    "a an the of to in on at by for and or is are was were be been it its this that these those as"
    " with from will would should can could may must do does did has have had there here"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())


class _Kind(Enum):
    WORD = 0
    NUMBER = 1
    NEGATION = 2
    EMPTY = 3


@value(kw_only=False)
class ClaimText:
    """One claim as it is compared."""

    text: str
    words: frozenset[str]
    """Without negations, numbers and words that say nothing."""
    numbers: frozenset[str]
    is_negated: bool
    is_block: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """The same for claims that say the same in the same words."""
        if self.is_block or not self.words:
            return (self.text.casefold(),)
        return (tuple(sorted(self.words)), tuple(sorted(self.numbers)), self.is_negated)


def pieces_of(answer: str) -> tuple[list[ClaimText], bool]:
    """Its claims, and whether these are all of it."""
    pieces: list[ClaimText] = []
    is_whole = len(answer) <= MOST_TEXT
    for text, is_block in _texts(answer[:MOST_TEXT]):
        if len(pieces) == MOST_CLAIMS:
            return pieces, False
        piece = _block(text) if is_block else _piece(text)
        if piece is not None:
            pieces.append(piece)
            is_whole = is_whole and (is_block or len(text) <= LONGEST_CLAIM)
    return pieces, is_whole


def _texts(answer: str) -> Iterator[tuple[str, bool]]:
    """Each with whether it is a block of code."""
    block: list[str] | None = None
    fence = ""
    paragraph: list[str] = []
    for line in answer.splitlines():
        opened = _FENCE.match(line)
        if block is not None:
            if opened and opened.group(1) == fence:
                yield "\n".join(block), True
                block = None
            else:
                block.append(line)
            continue
        if opened or not line.strip() or _MARK.match(line) or _HEADING.match(line):
            yield from ((each, False) for each in _sentences(paragraph))
            paragraph = []
        if opened:
            block, fence = [], opened.group(1)
        elif line.strip() and not _HEADING.match(line):
            paragraph.append(_MARK.sub("", line).strip())
    yield from ((each, False) for each in _sentences(paragraph))
    if block:
        yield "\n".join(block), True


def _sentences(lines: list[str]) -> Iterator[str]:
    held = ""
    for part in _END.split("\n".join(lines)):
        part = part.replace("\n", " ")
        held = f"{held} {part}" if held else part
        if len(held) > LONGEST_CLAIM or not _NOT_ENDS.search(held[-12:]):
            yield held
            held = ""
    if held:
        yield held


def _piece(text: str) -> ClaimText | None:
    text = text.strip(" \t*_|")[:LONGEST_CLAIM]
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    if not tokens:
        return None
    read = [_read(token) for token in tokens]
    return ClaimText(
        text,
        frozenset(value for kind, value in read if kind is _Kind.WORD),
        frozenset(value for kind, value in read if kind is _Kind.NUMBER),
        sum(kind is _Kind.NEGATION for kind, _ in read) % 2 == 1,
    )


@lru_cache(maxsize=8192)
def _read(token: str) -> tuple[_Kind, str]:
    """The same few words make most of a text."""
    bare = token.replace("'", "").replace("’", "")
    if bare in _NEGATIONS or token.endswith(("n't", "n’t")):
        return _Kind.NEGATION, ""
    if token[0].isdigit():
        return _Kind.NUMBER, _THOUSANDS.sub("", token)
    return (_Kind.EMPTY, "") if bare in _EMPTY else (_Kind.WORD, _stem(bare))


def _block(text: str) -> ClaimText | None:
    lines = [line.rstrip() for line in text.splitlines()]
    joined = "\n".join(lines).strip("\n")
    if not joined.strip():
        return None
    return ClaimText(joined, frozenset(), frozenset(), is_negated=False, is_block=True)


def _stem(word: str) -> str:
    """Without the `s` of a plural or of a verb."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
