"""Shorter texts that say the same: without control sequences of terminals, repeats and boilerplate;
code stays as it is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import eq

from llmgw_desktop.domain.plain_text import possessive
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.compression.blocks import (
    Care,
    Courtesies,
    TextBlock,
    blocks_of,
    care_of,
    fence_after,
    is_indented,
    may_hold_fence,
    without_courtesies,
)

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b\n]*+(?:\x07|\x1b\\)?|[PX^_][^\x1b\n]*+(?:\x1b\\)?"
    r"|[ -/]*+[0-~])"
)
_ESCAPE = "\x1b"


def without_ansi(text: str) -> str:
    """What is left of an unfinished sequence goes as well, so that none can come to be."""
    if _ESCAPE not in text:
        return text
    lines, fence = text.split("\n"), ""
    for number, line in enumerate(lines):
        if not (fence or is_indented(line)) and _ESCAPE in line:
            lines[number] = line = _SEQUENCE.sub("", line).replace(_ESCAPE, "")
        fence = fence_after(line, fence)
    return "\n".join(lines)


LEAST_CHARS = 100
"""Of a block that is worth a note."""
_NUMBERED = "[block "


def folded(lines: list[str]) -> list[str]:
    """Three and more of the same line, one below the other, as one with a note."""
    if not any(map(eq, lines, lines[1:])):
        return lines
    made: list[str] = []
    for line, run in groupby(lines):
        times = sum(1 for _ in run)
        note = f"[the line above {times - 1} more times]"
        is_worth_it = times > 2 and len(note) < (times - 1) * (len(line) + 1) - 1
        made += (line, note) if is_worth_it else [line] * times
    return made


def once_each(blocks: Sequence[TextBlock], known: int) -> None:
    """Changes the blocks. `known`: how many numbers the text has used already."""
    may = [each for each in blocks if each.care is not Care.CODE and len(each.text) >= LEAST_CHARS]
    times = Counter(each.text for each in may)
    if len(times) == len(may):
        return
    numbers: dict[str, int] = {}
    for each in may:
        if (count := times[each.text]) < 2:
            continue
        if (number := numbers.get(each.text)) is not None:
            each.text = f"{_NUMBERED}{number} again]"
            continue
        number = numbers[each.text] = known + len(numbers) + 1
        each.text = f"{each.text}\n{_NUMBERED}{number}, {count} times in all]"


def numbers_in(text: str) -> int:
    return text.count(_NUMBERED)


MOST_LINES = 400_000
MOST_SEQUENCES = 1_000_000
"""Of terminals. A text of more is left as it is: work has an end, whatever one is asked for."""
_HEAD = re.compile(possessive(r"[ \t\r]*+\n", "*"))
_RULES = tuple(sign * 8 for sign in "-=_*#")
_WORDS = re.compile(r"[^\d:=/\\`\"<>{}\[\]|#*_$%&@~^+\t\r\n]++")


def compressed(text: str, courtesies: Courtesies | None = None) -> str:
    """`courtesies`: those that may go, too. In time that grows with the text alone."""
    if not text or text.isspace() or _is_too_much(text):
        return text
    plain = without_ansi(text)
    plain = plain[_HEAD.match(plain).end() :]  # type: ignore[union-attr]
    blocks = blocks_of(plain)
    if not blocks:
        return text
    blocks = _without_tail(blocks)
    finds = _finds_in(plain)
    for block in blocks:
        if block.care is not Care.CODE:
            block.text = _shorter(block, finds)
    once_each(blocks, numbers_in(plain))
    if courtesies is not None:
        blocks = _without_tail(without_courtesies(blocks, courtesies))
    made = "".join(_joined(blocks))
    return made if made and len(made) < len(text) else text


def _is_too_much(text: str) -> bool:
    return text.count("\n") > MOST_LINES or text.count("\x1b") > MOST_SEQUENCES


def _without_tail(blocks: list[TextBlock]) -> list[TextBlock]:
    """Blank lines at the end, where no code goes on to it."""
    while len(blocks) > 1 and blocks[-1].care is not Care.CODE and not blocks[-1].text.strip():
        blocks.pop()
    last = blocks[-1]
    if last.care is not Care.CODE:
        last.text = last.text.rstrip(" \t\r\n")
        last.gap = ""
    elif not may_hold_fence(last.text):
        last.gap = ""
    return blocks


@value(kw_only=False)
class _Finds:
    """What is anywhere in a text: where something is nowhere, no block is looked at for it."""

    rules: bool
    runs: bool


def _finds_in(text: str) -> _Finds:
    rules = any(rule in text for rule in _RULES)
    lines = [line for line in text.split("\n") if line]
    # Blanks at the ends go first: they may be all by which two lines differ.
    runs = any(map(eq, lines, lines[1:])) or " \n" in text or "  " in text
    return _Finds(rules=rules, runs=runs)


def _shorter(block: TextBlock, finds: _Finds) -> str:
    text = block.text
    has_ends = " \n" in text or text[-1:] == " "
    if not (has_ends or finds.rules or finds.runs or "  " in text):
        return text
    lines = text.split("\n")
    if block.care is Care.PROSE:
        if has_ends:
            lines = [line.rstrip(" \t") for line in lines]
        if finds.rules:
            lines = [_short_rule(line) for line in lines]
        if "  " in text:
            lines = [_without_gaps(line) for line in lines]
    text = "\n".join(folded(lines)) if finds.runs else "\n".join(lines)
    if block.care is Care.DELICATE and text != block.text and care_of(text) is Care.PROSE:
        # What was one below the other stands alone now.
        block.text, block.care = text, Care.PROSE
        return _shorter(block, finds)
    return text


def _short_rule(line: str) -> str:
    is_rule = line.startswith(_RULES) and line == line[0] * len(line)
    return line[:3] if is_rule else line


def _without_gaps(line: str) -> str:
    """Of a line of plain words; how far it is set in stays."""
    words = line.lstrip(" ")
    if "  " not in words or not _WORDS.fullmatch(words):
        return line
    return line[: len(line) - len(words)] + " ".join(filter(None, words.split(" ")))


def _joined(blocks: list[TextBlock]) -> list[str]:
    parts: list[str] = []
    for number, block in enumerate(blocks):
        parts.append(block.text)
        follows = blocks[number + 1] if number + 1 < len(blocks) else block
        is_code = block.care is Care.CODE and follows.care is Care.CODE
        if is_code or not block.gap:
            parts.append(block.gap)
        else:
            parts.append("\n\r\n" if "\r" in block.gap else "\n\n")
    return parts
