"""The page on a bench, for every test of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import FlightBench, flight_bench


@pytest.fixture
def bench(theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object) -> Iterator[FlightBench]:
    """1,000 recorded flights, none running, the list loaded."""
    with flight_bench(theme, bridge, tmp_path) as made:
        qtbot.waitUntil(lambda: made.states.is_browsing)
        yield made
