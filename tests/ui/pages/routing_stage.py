"""The whole window on a plain gateway with a real settings file, for the pages that change it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from llmgw_desktop.ui.providers.page import ProvidersPage
from llmgw_desktop.ui.providers.provider_card import ProviderCardView
from llmgw_desktop.ui.routes.page import RoutesPage
from llmgw_desktop.ui.routes.route_list import RouteList
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.notices import UndoNotice
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.plain_gateway import PlainGateway

_T = TypeVar("_T", bound=QWidget)


class RoutingStage:
    """`until` gives the hosted loop its turns, as a person who waits does."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "access.key")
        self.file = self.gateway.settings.path
        self.tray = Tray(theme.icons, lambda: True)
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.shell = DesktopShell(self.gateway, theme, self.tray, settings)

    async def open(self, page: str) -> None:
        await self.shell.start()
        self.shell.show_window()
        self.window.resize(1160, 760)
        self.window.show_page(page)
        self.window.page(page)  # whole, and no turn later
        self.window.activateWindow()
        await self.turns()

    @property
    def window(self) -> MainWindow:
        assert self.shell.window is not None
        return self.shell.window

    @property
    def providers(self) -> ProvidersPage:
        return self.one(ProvidersPage)

    @property
    def routes(self) -> RoutesPage:
        return self.one(RoutesPage)

    @property
    def list(self) -> RouteList:
        return self.one(RouteList)

    @property
    def undo(self) -> UndoNotice:
        return self.one(UndoNotice)

    def one(self, kind: type[_T]) -> _T:
        found = self.window.findChild(kind)
        assert isinstance(found, kind)
        return found

    def card(self, name: str) -> ProviderCardView:
        return next(each for each in self.providers.views if each.accessibleName() == name)

    def button(self, name: str, within: QWidget | None = None) -> QAbstractButton:
        found = (within or self.window).findChildren(QAbstractButton)
        return next(each for each in found if name in (each.accessibleName(), each.text()))

    def tray_line(self, name: str) -> QAction:
        actions = self.tray._providers.actions()
        return next(each for each in actions if each.text().split(" (")[0] == name)

    def choose(self, words: str) -> None:
        actions = self.window.findChildren(QAction)
        next(each for each in actions if each.text().replace("&", "") == words).trigger()

    async def until(self, condition: Callable[[], object]) -> None:
        """Let Qt and asyncio turn in step: the test's loop is not hosted by Qt."""
        for _ in range(2000):
            QApplication.processEvents()
            await asyncio.sleep(0.005)
            if condition():
                return
        raise AssertionError("it did not come about in time")

    async def turns(self) -> None:
        for _ in range(12):
            QApplication.processEvents()
            await asyncio.sleep(0.005)
