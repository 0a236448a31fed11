"""An English text as the numbers of its pieces, as BERT's uncased models are taught to read it.

What the model cannot read is told, never guessed at: a piece that it does not know would make two
texts look alike that are not.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

MOST_CHARACTERS = 2_000
"""Twice what the most pieces are in plain English; longer texts are not even looked at."""
MOST_PIECES = 256
"""So many the model was made for, its two marks among them."""
_LONGEST_WORD = 100
_ASCII_SIGNS = "!-/:-@[-`{-~"
_WORDS = re.compile(rf"[{_ASCII_SIGNS}]|[^\s{_ASCII_SIGNS}]+")
_BEGIN, _END = "[CLS]", "[SEP]"


class Wordpiece:
    """`pieces` of a text, by the words of a vocabulary in their order."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary

    def pieces(self, text: str) -> list[int] | None:
        """None where the model cannot read all of it: too long, another script, unknown signs."""
        if not text.strip() or len(text) > MOST_CHARACTERS or not is_plain(text):
            return None
        known = self._vocabulary
        found = [known[_BEGIN]]
        for word in _words(text.lower()):
            pieces = self._of_word(word)
            if pieces is None or len(found) + len(pieces) >= MOST_PIECES:
                return None
            found += pieces
        return [*found, known[_END]]

    def _of_word(self, word: str) -> list[int] | None:
        """The longest known beginning, then the longest of what is left, to its end."""
        found: list[int] = []
        start = 0
        while start < len(word):
            end = min(len(word), _LONGEST_WORD)
            piece = None
            while end > start and piece is None:
                part = word[start:end] if start == 0 else "##" + word[start:end]
                piece = self._vocabulary.get(part)
                end -= 1
            if piece is None or len(word) > _LONGEST_WORD:
                return None
            found.append(piece)
            start = end + 1
        return found


def is_plain(text: str) -> bool:
    """Letters and digits of English, blanks, and punctuation of all kinds."""
    if text.isascii():
        return all(each.isprintable() or each in "\t\n\r" for each in text)
    return all(
        each.isprintable() if each.isascii() else unicodedata.category(each)[0] == "P"
        for each in text
        if each not in "\t\n\r\u00a0"
    )


def _words(text: str) -> Iterator[str]:
    for match in _WORDS.finditer(text):
        word = match[0]
        if word.isascii():
            yield word
        else:
            yield from _apart(word)


def _apart(word: str) -> Iterator[str]:
    """Punctuation beyond ASCII stands for itself, as that of ASCII does."""
    start = 0
    for at, sign in enumerate(word):
        if not sign.isascii():
            if at > start:
                yield word[start:at]
            yield sign
            start = at + 1
    if start < len(word):
        yield word[start:]
