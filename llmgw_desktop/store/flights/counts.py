"""Counts of hours and minutes as cells: figures that are told, and how soon first bytes came."""

import math
import struct
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import log2
from typing import Any

from llmgw_desktop.domain.flights.flight import SUMMED_FIGURES, Counted, FlightState
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.store.flights.rows import marks_of

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


BINS_PER_OCTAVE = 16
_OCTAVES_BELOW, _OCTAVES_ABOVE = 10, 24
BINS = (_OCTAVES_BELOW + _OCTAVES_ABOVE) * BINS_PER_OCTAVE
"""From a microsecond to more than four hours; what lies beyond is in the outermost bins."""
LEAST_MS = 2.0**-_OCTAVES_BELOW
_LAST_MS = 2.0 ** (_OCTAVES_ABOVE - 1)
_MILLISECOND = _OCTAVES_BELOW * BINS_PER_OCTAVE
"""The bin that begins at one."""
_BIN_BITS = 32
_BIN_BYTES = _BIN_BITS // 8
_PLACE_BYTES = 2
_FROM_LEAST = 0x8000
"""In the stored place of the first bin: it counts from LEAST_MS on, not from a millisecond."""


_SCALE = 1 / LEAST_MS


def bin_of(ttft_ms: float) -> int:
    """Also for times that make no sense."""
    if not ttft_ms > LEAST_MS:
        return 0
    if ttft_ms > 1e9:
        return BINS - 1
    return min(int(log2(ttft_ms * _SCALE) * BINS_PER_OCTAVE), BINS - 1)


def bins_of(ttft_ms: Sequence[float]) -> bytes:
    """Each of these times as one flight, as it is stored."""
    if not ttft_ms:
        return b""
    if min(ttft_ms) > LEAST_MS and max(ttft_ms) < _LAST_MS:
        numbers = [int(log2(each * _SCALE) * BINS_PER_OCTAVE) for each in ttft_ms]
    else:
        numbers = [bin_of(each) for each in ttft_ms]
    first = min(numbers)
    return _stored(first, sum([1 << ((number - first) * _BIN_BITS) for number in numbers]))


def added(one: bytes, other: bytes) -> bytes:
    """The flights of both, all three as they are stored."""
    if not one or not other:
        return one or other
    first, second = _first_bin(one), _first_bin(other)
    if second < first:
        one, other, first, second = other, one, second, first
    more = int.from_bytes(other[_PLACE_BYTES:], "little") << ((second - first) * _BIN_BITS)
    return _stored(first, int.from_bytes(one[_PLACE_BYTES:], "little") + more)


def packed(counts: Mapping[int, int]) -> int:
    """Flights by bin as one number."""
    return sum(count << (number * _BIN_BITS) for number, count in counts.items())


def to_bytes(bins: int) -> bytes:
    """For the disk, without the empty bins below the first."""
    if not bins:
        return b""
    first = ((bins & -bins).bit_length() - 1) // _BIN_BITS
    return _stored(first, bins >> (first * _BIN_BITS))


def from_bytes(stored: bytes) -> int:
    if not stored:
        return 0
    return int.from_bytes(stored[_PLACE_BYTES:], "little") << (_first_bin(stored) * _BIN_BITS)


def bins_counted(bins: int) -> dict[int, int]:
    """Flights by bin, the empty ones left out."""
    if not bins:
        return {}
    stored = to_bytes(bins)
    first = _first_bin(stored)
    whole = stored[_PLACE_BYTES:] + bytes(-(len(stored) - _PLACE_BYTES) % _BIN_BYTES)
    counts = struct.unpack(f"<{len(whole) // _BIN_BYTES}I", whole)
    return {first + place: count for place, count in enumerate(counts) if count}


def rank(count: int, share: float) -> int:
    """Which of `count` ordered values is the percentile (nearest rank), from 0."""
    return max(math.ceil(count * share) - 1, 0)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Of values in ascending order; None of none."""
    return ordered[rank(len(ordered), share)] if ordered else None


def percentiles_of_bins(bins: int, shares: Sequence[float]) -> list[float | None]:
    """Of values of which only the bins are known: the middles of the bins that hold them."""
    if not bins:
        return [None] * len(shares)
    stored = to_bytes(bins)
    first = _first_bin(stored)
    whole = stored[_PLACE_BYTES:] + bytes(-(len(stored) - _PLACE_BYTES) % _BIN_BYTES)
    up_to = list(accumulate(struct.unpack(f"<{len(whole) // _BIN_BYTES}I", whole)))
    places = (bisect_right(up_to, rank(up_to[-1], share)) for share in shares)
    return [float(LEAST_MS * 2.0 ** ((first + place + 0.5) / BINS_PER_OCTAVE)) for place in places]


def _stored(first: int, bins: int) -> bytes:
    """Of a number that begins with this bin, which is not empty."""
    place = (first | _FROM_LEAST).to_bytes(_PLACE_BYTES)
    return place + bins.to_bytes((bins.bit_length() + 7) // 8, "little")


def _first_bin(stored: bytes) -> int:
    place = int.from_bytes(stored[:_PLACE_BYTES])
    return place & ~_FROM_LEAST if place & _FROM_LEAST else place + _MILLISECOND
