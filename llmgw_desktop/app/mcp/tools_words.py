"""Tools of other MCP servers in words: how they stand, and what differs from what was approved."""

import difflib
import json
from collections.abc import Mapping
from typing import Any, Final

from llmgw_desktop.app.words.inert_text import inert, inert_line

STATE_WORDS: Final = {
    "offered": "offered",
    "new": "new, held back until you approve it",
    "changed": "changed, held back until you approve it",
    "hidden": "hidden",
    "gone": "not listed by its server any more",
}
HELD_BACK: Final = ("new", "changed")
_LONGEST = 20_000


def difference(approved: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What a person has to look at, whole: lines with - were approved, lines with + are said now.
    Harmless to show."""
    before, after = (_lines(each) for each in (approved, now))
    if not approved:
        return "\n".join(after)[:_LONGEST]
    lines = difflib.unified_diff(before, after, lineterm="", n=2)
    found = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(found)[:_LONGEST]


def first_words(definition: Mapping[str, Any], longest: int = 100) -> str:
    """Of its description, for a line."""
    said = str(definition.get("description") or definition.get("title") or "")
    return inert_line(" ".join(said.split()), longest)


def server_words(server: Mapping[str, Any]) -> str:
    """«running, 12 calls, the last one 4 ms»."""
    parts = ["running" if server.get("is_running") else "not running"]
    calls, latency = server.get("calls"), server.get("latency_ms")
    if calls:
        parts.append(f"{calls:,} calls" if calls != 1 else "1 call")
    if isinstance(latency, int | float):
        parts.append(f"the last one {latency:.0f} ms")
    if server.get("failures"):
        parts.append(f"{server['failures']:,} failed")
    return ", ".join(parts)


def _lines(definition: Mapping[str, Any]) -> list[str]:
    """Long texts line by line: a difference in one is to be seen."""
    found: list[str] = []
    for key, each in sorted(definition.items()):
        if isinstance(each, str):
            found += [f"{key}: {line}" for line in inert(each).split("\n")]
        else:
            written = json.dumps(each, indent=1, sort_keys=True, ensure_ascii=False)
            found += [f"{key}: {line}" for line in inert(written).split("\n")]
    return found
