"""The one box that stands without a window: the program cannot start with these settings."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from llmgw_desktop.ui.opening import open_path


def tell_unusable(problem: str, settings_file: Path) -> None:
    """Until the person has read it. Call outside of any coroutine: a loop of its own turns here."""
    unusable_box(problem, settings_file, open_path).exec()


def unusable_box(
    problem: str, settings_file: Path, open_file: Callable[[Path], object]
) -> QMessageBox:
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle("LLM Gateway")
    box.setTextFormat(Qt.TextFormat.PlainText)  # it quotes the file
    box.setText(problem)
    close = box.addButton("Close", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(close)
    box.setEscapeButton(close)
    if settings_file.exists():  # settings may also come from the environment
        button = box.addButton("Open settings file", QMessageBox.ButtonRole.ActionRole)
        button.clicked.connect(lambda: open_file(settings_file))
    return box
