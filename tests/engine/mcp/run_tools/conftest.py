"""The tools around runs over a gateway with stand-ins for the vendors' CLIs."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import AsyncIterator

import pytest

from tests.engine.runs.conftest import RunHouse, house, idle_house, make_house
from tests.support.run_toolbox import RunBox


def _read_in_sdk() -> None:
    """Past the hook that Qt lays over imports: it looks into modules of pydantic that are still
    being read in, and breaks them."""
    hooked = builtins.__import__
    builtins.__import__ = importlib.__import__
    try:
        importlib.import_module("mcp")
    finally:
        builtins.__import__ = hooked


_read_in_sdk()

__all__ = ["box", "house", "idle_house", "make_house"]


@pytest.fixture
async def box(house: RunHouse) -> AsyncIterator[RunBox]:
    made = RunBox(house.container)
    yield made
    await made.close()
