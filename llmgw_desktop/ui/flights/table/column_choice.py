"""What a person chose of a table's columns, as one line of text for the settings.

It goes by the columns' keys, so that a version with more columns, or fewer, still understands it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmgw_desktop.app.flight_row import FlightColumn

_WIDEST_PX = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """`order` has every column; `widths` only those that were drawn to another width."""

    order: tuple[str, ...]
    shown: frozenset[str]
    widths: Mapping[str, int]


def default_choice(columns: Sequence[FlightColumn]) -> ColumnChoice:
    return ColumnChoice(
        order=tuple(column.key for column in columns),
        shown=frozenset(column.key for column in columns if column.is_default),
        widths={},
    )


def choice_text(choice: ColumnChoice) -> str:
    return json.dumps(
        {"order": choice.order, "shown": sorted(choice.shown), "widths": dict(choice.widths)}
    )


def choice_of(text: str, columns: Sequence[FlightColumn]) -> ColumnChoice:
    """The default where the text says nothing that could be used."""
    usual = default_choice(columns)
    try:
        read = json.loads(text)
        order = [key for key in dict.fromkeys(read["order"]) if key in usual.order]
        shown = {key for key in read["shown"] if key in usual.order}
        widths = {
            key: min(int(width), _WIDEST_PX)
            for key, width in read["widths"].items()
            if key in usual.order and int(width) > 0
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return usual
    came_since = [key for key in usual.order if key not in order]
    shown |= usual.shown.intersection(came_since)
    if not shown:
        return usual
    return ColumnChoice(order=(*order, *came_since), shown=frozenset(shown), widths=widths)
