"""Texts without the control sequences of terminals; code stays as it is."""

import re

from llmgw_desktop.engine.compression.fences import fence_after, is_indented

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
