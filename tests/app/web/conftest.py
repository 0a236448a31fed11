"""A gateway with its pocket page, and a phone that is paired with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway.web import asked
from tests.engine.conftest import House
from tests.support.pocket_scene import Device, paired, pocket_house


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits until a button is armed; one looks at what is told before."""
    monkeypatch.setattr(asked, "ARM_AFTER_S", 0.0)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with pocket_house(tmp_path / "home") as house:
        yield house


@pytest.fixture
async def phone(house: House) -> Device:
    return await paired(house)
