"""Where code between fences begins and ends."""

import re

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
