"""The box that says why the program cannot start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.shell.opening import tell_unusable, unusable_box

PROBLEM = "config.toml, line 1: <b>port</b> is no number."


def test_it_says_the_sentence_as_it_is_and_opens_the_file(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("port = <b>")
    opened: list[Path] = []
    box = unusable_box(PROBLEM, file, opened.append)
    qtbot.addWidget(box)
    assert box.text() == PROBLEM
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert [button.text() for button in box.buttons()] == ["Close", "Open settings file"]
    box.show()
    next(b for b in box.buttons() if b.text() == "Open settings file").click()
    assert opened == [file]
    assert not box.isVisible()


def test_a_file_that_does_not_exist_is_not_offered(qtbot: QtBot, tmp_path: Path) -> None:
    box = unusable_box(PROBLEM, tmp_path / "config.toml", lambda _: None)
    qtbot.addWidget(box)
    assert [button.text() for button in box.buttons()] == ["Close"]


def test_it_waits_until_it_was_read(qtbot: QtBot, tmp_path: Path) -> None:
    seen: list[str] = []

    def read() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append(box.text())
        box.defaultButton().click()

    QTimer.singleShot(100, read)
    tell_unusable(PROBLEM, tmp_path / "config.toml")
    assert seen == [PROBLEM]
