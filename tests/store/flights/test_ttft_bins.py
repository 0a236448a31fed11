"""Percentiles from bins are near the true ones; bins survive the disk and can be added."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.store.flights.counts import (
    BINS,
    LEAST_MS,
    added,
    bin_of,
    bins_of,
    from_bytes,
    packed,
    percentile,
    percentiles_of_bins,
    to_bytes,
)

_counts = st.dictionaries(st.integers(0, BINS - 1), st.integers(1, 2**30), max_size=40)


def _bins(values: list[float]) -> int:
    return packed(Counter(map(bin_of, values)))


def test_percentiles_by_nearest_rank() -> None:
    assert percentile([], 0.5) is None
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert percentile(list(map(float, range(1, 101))), 0.95) == 95.0


def test_bins_of_nothing() -> None:
    assert percentiles_of_bins(0, (0.5, 0.95)) == [None, None]
    assert to_bytes(0) == b""
    assert from_bytes(b"") == 0


@pytest.mark.parametrize("odd", [0.0, -5.0, math.nan, -math.inf])
def test_senseless_times_are_in_the_first_bin(odd: float) -> None:
    assert bin_of(odd) == 0


def test_endless_times_are_in_the_last_bin() -> None:
    assert bin_of(math.inf) == bin_of(1e300) == bin_of(2.0**25) == BINS - 1


def test_less_than_a_millisecond_is_told_as_what_it_was() -> None:
    quick = [0.2 + number / 1000 for number in range(101)]
    assert percentiles_of_bins(_bins(quick), (0.5,)) == pytest.approx([0.25], rel=0.023)
    assert percentiles_of_bins(_bins([1e-9]), (0.5,)) == pytest.approx([LEAST_MS], rel=0.03)


@pytest.mark.parametrize(
    ("stored", "bins"),
    [
        # As they were written while the first bin held all up to a millisecond.
        (b"\x00\x00\x07", {1.0: 7}),
        (b"\x00\xa0\x02\x00\x00\x00\x03", {1030.0: 2, 1100.0: 3}),
    ],
)
def test_sums_stored_on_the_older_scale_can_be_read_and_added_to(
    stored: bytes, bins: dict[float, int]
) -> None:
    expected = packed({bin_of(ms): count for ms, count in bins.items()})
    assert from_bytes(stored) == expected
    assert from_bytes(to_bytes(from_bytes(stored) + _bins([0.3]))) == expected + _bins([0.3])


@given(st.lists(st.floats(0.001, 1e7), min_size=1, max_size=300))
def test_percentiles_are_near(values: list[float]) -> None:
    values.sort()
    found = percentiles_of_bins(_bins(values), (0.5, 0.95))
    assert found == pytest.approx([percentile(values, 0.5), percentile(values, 0.95)], rel=0.023)


@given(_counts)
def test_disk_gives_back_what_it_got(counts: dict[int, int]) -> None:
    assert from_bytes(to_bytes(packed(counts))) == packed(counts)


@given(_counts, _counts)
def test_adding_numbers_adds_counts(one: dict[int, int], two: dict[int, int]) -> None:
    both = Counter(one) + Counter(two)
    assert packed(one) + packed(two) == packed(both)


def test_a_minute_is_small_on_the_disk() -> None:
    dice = random.Random(1)
    minute = [dice.lognormvariate(6.5, 0.7) for _ in range(10)]
    assert len(to_bytes(_bins(minute))) < 400


@given(_counts, _counts)
def test_adding_what_is_stored_is_adding_numbers(one: dict[int, int], two: dict[int, int]) -> None:
    together = added(to_bytes(packed(one)), to_bytes(packed(two)))
    assert together == to_bytes(packed(one) + packed(two))


@given(st.lists(st.floats(0.0001, 1e10) | st.floats(0.01, 1e6), max_size=100))
def test_times_as_they_are_stored(values: list[float]) -> None:
    assert bins_of(values) == to_bytes(_bins(values))
