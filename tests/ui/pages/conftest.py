"""A stage for the pages that change the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.ui.theme import Theme
from tests.ui.pages.routing_stage import RoutingStage


@pytest_asyncio.fixture
async def stage(theme: Theme, qapp: QApplication, tmp_path: Path) -> AsyncIterator[RoutingStage]:
    made = RoutingStage(theme, tmp_path)
    yield made
    window = made.shell.window
    await made.shell.stop()
    if window is not None:
        delete(window)  # at once: widgets that linger slow the next test
