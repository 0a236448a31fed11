"""Which pages the window has, and how each is made when it is first shown.

A start needs one of them: nothing of the others is read in before somebody looks.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui import (
    access,
    clients,
    compare,
    figures,
    flights,
    jobs,
    log,
    overview,
    providers,
    routes,
    scratch,
    settings,
    tools,
)
from llmgw_desktop.ui.page import BoundPage, Page, PageTools
from llmgw_desktop.ui.widgets.pacing import Steps
from llmgw_desktop.ui.widgets.words import said

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    flights.PAGE,
    figures.PAGE,
    jobs.PAGE,
    compare.PAGE,
    scratch.PAGE,
    providers.PAGE,
    routes.PAGE,
    clients.PAGE,
    tools.PAGE,
    access.PAGE,
    settings.PAGE,
    log.PAGE,
)


class PageMakers(QObject):
    """One for the program; pages live as long as the window. `followers`, by the key of a page, are
    called with its widget as soon as it is made."""

    def __init__(
        self,
        tools: PageTools,
        followers: Mapping[str, Callable[[Any], object]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.tools = tools
        self._followers = followers

    def pages(self) -> list[BoundPage]:
        """In the order of the sidebar."""
        return [
            BoundPage(
                page=replace(page, title=said(page.title)),
                make=partial(self._make, page),
                read_in=partial(self._read_in, page),
            )
            for page in sorted(PAGES, key=lambda page: page.place)
        ]

    def _make(self, page: Page) -> Steps[QWidget]:
        widget = yield from page.make(self.tools)
        if follow := self._followers.get(page.key):
            follow(widget)
        return widget

    def _read_in(self, page: Page, then: Callable[[], None]) -> None:
        """What the page is made of, beside the loop."""
        if all(each in sys.modules for each in page.reads):
            then()
            return

        def come(_: object) -> None:
            then()

        def read() -> None:
            for each in page.reads:
                import_module(each)
            if page.use_case:
                getattr(self.tools.container, page.use_case)

        self.tools.bridge.fetch(self, read, come, come, slow=True)
