"""A provider's models in the window: searched, copied, asked."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.app.providers.models import shown_models
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.providers.models_dialog import ModelsDialog
from llmgw_desktop.ui.theme import Theme
from tests.app.test_provider_models import OPENROUTER, VLLM
from tests.ui.jobs.conftest import turn_until


async def test_a_person_searches_and_asks_one(theme: Theme, bridge: Bridge, qtbot: QtBot) -> None:
    parent = QWidget()
    dialog = ModelsDialog(theme, "box", bridge, parent)
    asked: list[str] = []
    dialog.ask_wanted.connect(asked.append)

    async def read() -> Any:
        return shown_models([OPENROUTER, VLLM], "box", lambda *_: None)

    dialog.open()
    dialog.begin(read)
    await turn_until(lambda: dialog.names)
    assert dialog.words.text() == "2 models"
    assert not dialog.ask.isEnabled()
    dialog.search.setText("qw")
    assert dialog.names == ["qwen3"]
    assert dialog.words.text() == "1 of 2 models"
    dialog.table.selectRow(0)
    dialog.copy_name.click()
    assert QGuiApplication.clipboard().text() == "qwen3"
    dialog.ask.click()
    assert asked == ["box/qwen3"]
    delete(parent)


async def test_what_cannot_be_asked_is_said(theme: Theme, bridge: Bridge, qtbot: QtBot) -> None:
    parent = QWidget()
    dialog = ModelsDialog(theme, "box", bridge, parent)

    async def refuse() -> Any:
        raise StoreUnavailable("The key was refused (401).")

    dialog.open()
    dialog.begin(refuse)
    await turn_until(lambda: dialog.words.text() == "The key was refused (401).")
    delete(parent)
