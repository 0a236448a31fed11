"""What stands in a text several times, once; a note says how often, and marks where."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import eq

from llmgw_desktop.engine.compression.blocks import Block, Care

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


def once_each(blocks: Sequence[Block], known: int) -> None:
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
