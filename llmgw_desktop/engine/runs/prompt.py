"""A prompt out of its parts, and texts without needless blanks."""

import re
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.domain.run_errors import InvalidRun

_PARTS = ("system", "tools", "context", "task")
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_LINE_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def assembled(parts: Mapping[str, Any]) -> str:
    """In their order, joined by blank lines; empty ones are left out. Raises InvalidRun."""
    for name, value in parts.items():
        if name == "cacheControl":
            continue
        if name not in _PARTS:
            raise InvalidRun(f"it has {', '.join(_PARTS)} and cacheControl", field="promptParts")
        if value is not None and not isinstance(value, str):
            raise InvalidRun(f"{name} must be a text", field="promptParts")
        no_nul(value or "", "promptParts")
    if not (parts.get("task") or "").strip():
        raise InvalidRun("it needs a task", field="promptParts")
    return "\n\n".join(parts[name] for name in _PARTS if parts.get(name))


def squeezed(text: str) -> str:
    """Without blanks at the ends of lines and more than one blank line at once; code between
    fences stays as it is."""
    kept: list[str] = []
    done = 0
    for fence in _FENCED.finditer(text):
        kept += (_without_blanks(text[done : fence.start()]), fence.group())
        done = fence.end()
    kept.append(_without_blanks(text[done:]))
    return "".join(kept)


def _without_blanks(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("", text))
