"""Hands files and folders to whatever the system opens them with."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import write_first
from llmgw_desktop.ui.widgets.words import said
from llmgw_desktop.ui.window.window_menus import WindowMenus

_FIRST_LINE = b"# Settings of LLM Gateway. What is not set here is as it comes.\n"


def open_path(path: Path) -> bool:
    """False when the system knows no program for it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def make_settings_file(path: Path) -> None:
    """So that there is something to open; one that exists stays as it is. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_first(path, _FIRST_LINE)


class PathOpener:
    """What a person may want to open of this program. `tell` hears what is wrong, or nothing."""

    def __init__(
        self,
        settings_file: Callable[[], Path],
        places: Places,
        open_path: Callable[[Path], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._settings_file = settings_file
        self._places = places
        self._open_path = open_path
        self._tell = tell

    def watch_over(self, menus: WindowMenus) -> None:
        """Opens what its menus want opened."""
        menus.settings_file_wanted.connect(self.settings_file)
        menus.data_folder_wanted.connect(self.data_folder)
        menus.log_folder_wanted.connect(self.log_folder)

    def settings_file(self) -> None:
        path = self._settings_file()
        try:
            make_settings_file(path)
        except OSError as error:
            self._tell(f"{path}: {error.strerror or error}")
            return
        self._open(path)

    def data_folder(self) -> None:
        self._open(self._places.data_folder)

    def folder(self, path: Path) -> None:
        """One that another part of the program names."""
        self._open(path)

    def log_folder(self) -> None:
        self._open(self._places.log_folder)

    def _open(self, path: Path) -> None:
        self._tell("" if self._open_path(path) else f"It is at {path}")


def tell_unusable(problem: str, settings_file: Path) -> None:
    """Until the person has read it. Call outside of any coroutine: a loop of its own turns here."""
    unusable_box(problem, settings_file, open_path).exec()


def unusable_box(
    problem: str, settings_file: Path, open_file: Callable[[Path], object]
) -> QMessageBox:
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle(said("LLM Gateway"))
    box.setTextFormat(Qt.TextFormat.PlainText)  # it quotes the file
    box.setText(problem)
    close = box.addButton("Close", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(close)
    box.setEscapeButton(close)
    if settings_file.exists():  # settings may also come from the environment
        button = box.addButton("Open settings file", QMessageBox.ButtonRole.ActionRole)
        button.clicked.connect(lambda: open_file(settings_file))
    return box
