"""What every window test has: one theme, light, that is put away afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Appearance, Theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    qapp.setStyle("Fusion")
    made = Theme(qapp, Appearance.LIGHT)
    yield made
    delete(made)


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()
