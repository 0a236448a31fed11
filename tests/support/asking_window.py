"""The real window over a gateway in this process, on Qt's own loop, and who sits at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.jobs.approval import Ask
from llmgw_desktop.ui.access.page import AccessPage
from llmgw_desktop.ui.questions.permission_dialog import PermissionDialog
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.button import Button

PATIENCE_S = 200.0


class Person:
    """At the window."""

    def __init__(self, shell: DesktopShell) -> None:
        self._shell = shell
        self._watch = shell._question_watch

    async def dialog(self, is_it: Callable[[Ask], bool]) -> PermissionDialog:
        """About this, and in sight."""
        shown: PermissionDialog | None = None

        def is_there() -> bool:
            nonlocal shown
            found = self._watch.dialog
            if not isinstance(found, PermissionDialog) or not found.isVisible():
                return False
            shown = found
            return is_it(found.question.ask) and bool(found.asked.pieces)

        await until(is_there)
        assert shown is not None
        return shown

    async def press(self, dialog: PermissionDialog, button: Button) -> None:
        """As soon as it may be pressed."""
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert dialog.isVisible(), "nobody has looked at it yet"
        dialog.activateWindow()
        await until(button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    async def waiting(self) -> dict[str, list[Button]]:
        """The list on the page Access, once one is in it: titles, and what can be pressed."""
        window = self._shell.window
        assert window is not None
        window.show_page("access")
        await until(lambda: isinstance(window.page("access"), AccessPage))
        page = window.page("access")
        assert isinstance(page, AccessPage)
        page.show_waiting()
        cards = page.waiting.list
        await until(lambda: bool(cards.cards))
        return {each.accessibleName(): list(each.buttons) for each in cards.cards.values()}


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def window(container: Container, folder: Path) -> AsyncIterator[Person]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app, Appearance.LIGHT)
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    shell = DesktopShell(container, theme, Tray(theme.icons, lambda: False), settings)
    await shell.start()
    shell.open(hidden=False)
    try:
        yield Person(shell)
    finally:
        await container.runs.supervisor.stop_all()
        await shell.stop()
        if shell.window is not None:
            delete(shell.window)
        delete(theme)
