"""Where an answer tells its verdict as JSON: all of it, or the one block of code that holds it."""

import json
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.engine.compression.fences import fence_after


def json_in(text: str) -> tuple[Mapping[str, Any] | None, bool]:
    """The one piece of JSON with a verdict, and whether it is the whole answer."""
    whole = text.strip()
    is_all = whole.startswith("{")
    found = []
    for block in [whole] if is_all else _json_blocks(text):
        try:
            told = json.loads(block, object_pairs_hook=_object)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict) and "verdict" in told:
            found.append(told)
    return (found[0] if len(found) == 1 else None), is_all


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands there twice nobody knows which is meant. Raises ValueError."""
    told = dict(members)
    if len(told) < len(members):
        raise ValueError("a name stands there twice")
    return told


def _json_blocks(text: str) -> list[str]:
    """Those within another block are what is shown there."""
    blocks: list[str] = []
    inside: list[str] | None = None
    fence = ""
    for line in text.splitlines():
        before, fence = fence, fence_after(line, fence)
        if not before and fence:
            inside = [] if line.strip().removeprefix(fence) == "json" else None
        elif before and not fence:
            if inside is not None:
                blocks.append("\n".join(inside))
            inside = None
        elif inside is not None:
            inside.append(line)
    return blocks
