"""A row of the flights table: what a column is, and a flight with its cells made.

Texts are made once, when a page of flights is loaded; widths are in characters, and what they
come to on screen is left to the window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo

from llmgw_desktop.app.figures import local_time
from llmgw_desktop.app.flight_words import OPERATION_WORDS
from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.domain.model_request import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTime:
    """What a row needs to know of the present."""

    now_s: float
    today: date
    zone: tzinfo | None = None

    @staticmethod
    def at(now_s: float, zone: tzinfo | None = None) -> "RowTime":
        return RowTime(now_s=now_s, today=local_time(now_s, zone).date(), zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightColumn:
    """`key` names it in settings and never changes."""

    key: str
    title: str
    hint: str
    text: Callable[[FlightSummary, RowTime], str]
    width_chars: int
    is_number: bool = False
    is_default: bool = True
    tip: Callable[[FlightSummary], str] | None = None
    """What is to be said of a cell beside its text; empty: nothing."""


@dataclass(frozen=True, slots=True)
class ShownFlight:
    """A row ready to be painted: its cells in the order of the columns, and what is unusual."""

    summary: FlightSummary
    cells: tuple[str, ...]
    operation_note: str = ""
    loss_note: str = ""


def shown_flight(
    flight: FlightSummary, columns: tuple[FlightColumn, ...], time: RowTime
) -> ShownFlight:
    is_usual = flight.operation is Operation.GENERATE
    return ShownFlight(
        flight,
        tuple(column.text(flight, time) for column in columns),
        operation_note="" if is_usual else OPERATION_WORDS[flight.operation].lower(),
        loss_note=f"{len(flight.losses):,} lost" if flight.losses else "",
    )
