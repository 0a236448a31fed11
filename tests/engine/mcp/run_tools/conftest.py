"""The tools around runs over a gateway with stand-ins for the vendors' CLIs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.engine.runs.conftest import RunHouse, house, make_house
from tests.support.run_toolbox import RunBox

__all__ = ["box", "house", "make_house"]


@pytest.fixture
async def box(house: RunHouse) -> AsyncIterator[RunBox]:
    made = RunBox(house.container)
    yield made
    await made.close()
