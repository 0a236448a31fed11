"""Of how many flights a figure was told, estimated, only a lower bound, or unknown.

All counts of a stretch are one large whole number with 32 bits to a count, as times to the first
byte are: stretches are put together by adding numbers.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.flight import SUMMED_FIGURES, Counted, FlightState
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.store.figure_cells import marks_of

_COUNT_BITS = 32
_COUNT_MASK = (1 << _COUNT_BITS) - 1
_TOLD, _ESTIMATED, _PARTIAL, _UNKNOWN = range(4)
_KINDS = 4
_BITS = tuple(each._value_ for each in SUMMED_FIGURES)
_WHOLE_BYTES = len(SUMMED_FIGURES) * _KINDS * _COUNT_BITS // 8
ANSWERED_STATES = frozenset(
    each.value for each in (FlightState.OK, FlightState.CUT, FlightState.CANCELED, FlightState.LOST)
)
"""A flight in one of these may have cost something though nobody told what."""

WANTED = (
    "coalesce(marks, 0), input_tokens IS NULL, output_tokens IS NULL, cache_read_tokens IS NULL, "
    "cache_write_tokens IS NULL, cost_usd IS NULL, "
    f"operation = '{Operation.GENERATE}' AND attempts > 0 AND state IN ("
    + ", ".join(f"'{each}'" for each in sorted(ANSWERED_STATES))
    + ")"
)
"""Columns by which flights are counted, all of a kind together; `of_rows` takes them."""


def count_of(marks: int | None, unknown: Iterable[int], flights: int, *, is_answered: bool) -> int:
    """Of flights with the same marks. `unknown`: of how many each of SUMMED_FIGURES is not known;
    that is said only where something was answered."""
    estimated, partial = marks_of(marks)
    counts = 0
    for place, (bit, missing) in enumerate(zip(_BITS, unknown, strict=True)):
        kind = _PARTIAL if partial & bit else _ESTIMATED if estimated & bit else _TOLD
        counts += (flights - missing) << ((place * _KINDS + kind) * _COUNT_BITS)
        if missing and is_answered:
            counts += missing << ((place * _KINDS + _UNKNOWN) * _COUNT_BITS)
    return counts


def of_rows(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, int]]:
    """(Key, counts) of rows of a key, WANTED and how many flights."""
    for key, marks, *unknown, is_answered, flights in rows:
        missing = [flights if each else 0 for each in unknown]
        yield key, count_of(marks, missing, flights, is_answered=bool(is_answered))


def counts_added(one: bytes, other: bytes) -> bytes:
    """Both as they are stored."""
    return counts_to_bytes(counts_from_bytes(one) + counts_from_bytes(other))


def counts_to_bytes(counts: int) -> bytes:
    return counts.to_bytes(_WHOLE_BYTES, "little").rstrip(b"\0")


def counts_from_bytes(stored: bytes) -> int:
    return int.from_bytes(stored, "little")


def counted_in(counts: int) -> Mapping[Figure, Counted]:
    """None of a figure that no flight has."""
    found = {}
    for place, figure in enumerate(SUMMED_FIGURES):
        told, estimated, partial, unknown = (
            counts >> ((place * _KINDS + kind) * _COUNT_BITS) & _COUNT_MASK
            for kind in range(_KINDS)
        )
        if told or estimated or partial or unknown:
            found[figure] = Counted(
                told=told, estimated=estimated, partial=partial, unknown=unknown
            )
    return found
