"""Figures as CLIs tell them: what is no figure is unknown, and so is a price of nothing."""

from __future__ import annotations

import pytest

from llmgw_desktop.clis.told import cost_of, count_of, usage_in
from llmgw_desktop.domain.usage import Usage


@pytest.mark.parametrize(
    ("told", "dollars"),
    [
        (0.25, 0.25),
        (2, 2.0),
        (0, None),
        (0.0, None),
        (-0.1, None),
        (True, None),
        (float("inf"), None),
        (float("nan"), None),
        ("0.25", None),
        (None, None),
    ],
)
def test_a_cost_is_more_than_nothing_or_unknown(told: object, dollars: float | None) -> None:
    assert cost_of(told) == dollars


@pytest.mark.parametrize(
    ("told", "count"), [(3, 3), (0, 0), (-1, None), (True, None), (3.0, None), ("3", None)]
)
def test_a_count_is_a_whole_number_or_unknown(told: object, count: int | None) -> None:
    assert count_of(told) == count


def test_figures_without_a_name_stay_unknown() -> None:
    told = {"in": 5, "out": 2, "read": 3}
    assert usage_in(told, "in", "out") == Usage(input_tokens=5, output_tokens=2)
    assert usage_in(told, "in", "out", cache=("read", "written"), thought="thought") == Usage(
        input_tokens=5, output_tokens=2, cache_read_tokens=3
    )
