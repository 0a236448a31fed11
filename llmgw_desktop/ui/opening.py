"""Hands files and folders to whatever the system opens them with."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from llmgw_desktop.store.private_files import write_first

_FIRST_LINE = b"# Settings of LLM Gateway. What is not set here is as it comes.\n"


def open_path(path: Path) -> bool:
    """False when the system knows no program for it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def make_settings_file(path: Path) -> None:
    """So that there is something to open; one that exists stays as it is. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_first(path, _FIRST_LINE)
