"""Shares a table's width among its columns: names give way first, then the least important go."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ELASTIC = "model"
"""This column takes what the others leave."""
_FIRST_TO_GO = (
    "rate", "output", "input", "ttft", "cache", "provider", "status", "took", "client",
)  # fmt: skip
"""What stands nowhere here is never taken away: the table scrolls instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A column that the person wants to see; `width` is as wide as it would be."""

    key: str
    width: int
    least: int


def shared(wants: Sequence[Want], room: int) -> dict[str, int]:
    """Widths by key, in the order of the wants. Columns for which there is no room are missing."""
    left = list(wants)
    for key in _FIRST_TO_GO:
        if sum(want.least for want in left) <= room:
            break
        left = [want for want in left if want.key != key]
    return _widths(left, room)


def _widths(wants: list[Want], room: int) -> dict[str, int]:
    missing = sum(want.width for want in wants) - room
    can_give = sum(want.width - want.least for want in wants)
    widths = {}
    for want in wants:
        own = want.width - want.least
        gives = min(own, math.ceil(missing * own / can_give)) if missing > 0 and own else 0
        widths[want.key] = want.width - gives
    spare = room - sum(widths.values())
    if ELASTIC in widths and spare > 0:
        widths[ELASTIC] += spare
    return widths
