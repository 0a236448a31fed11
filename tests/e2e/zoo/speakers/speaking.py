"""What each library's process does: hears on stdin which cells to go through, and tells on stdout,
in a line of JSON each, what the library made of them.

It runs in the library's own environment, where nothing of this project can be imported.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

TOOL = "look_up"
TOOL_WORDS = "Tells the weather of a city."
RESULT = "sunny"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
    "additionalProperties": False,
}
"""Of the tool and of the structured answer alike."""
MOST_TURNS = 4


class Weather(BaseModel):
    """The weather of a city."""

    city: str
    degrees: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    id: str
    client: str
    scenario: str
    model: str
    url: str
    """Of the gateway, with this cell's label: what an SDK appends its paths to."""
    key: str
    prompt: str


@dataclass(kw_only=True)
class Heard:
    text: str = ""
    parsed: Any = None
    calls: int = 0
    usages: list[dict[str, int | None]] | None = None
    """One of each answer, as the library tells it; None where it tells none."""


def spent(
    total_in: int | None,
    total_out: int | None,
    *,
    read: int | None = None,
    written: int | None = None,
    reasoning: int | None = None,
) -> dict[str, int | None]:
    """Input with what came from the cache, output with reasoning."""
    return {
        "input": total_in,
        "output": total_out,
        "cache_read": read,
        "cache_write": written,
        "reasoning": reasoning,
    }


Talk = Callable[[Cell], Heard]


def go_through(talks: Mapping[str, Callable[[Cell], Heard]]) -> None:
    """`talks` by the client's name."""
    for told in json.load(sys.stdin):
        cell = Cell(**told)
        try:
            heard = talks[cell.client](cell)
            line = {"id": cell.id, **heard.__dict__}
        except Exception:  # noqa: BLE001 - whatever a library raises is this cell's outcome
            line = {"id": cell.id, "error": traceback.format_exc()}
        print(json.dumps(line), flush=True)
