"""When the welcome is shown: once in a fresh home, and whenever it is asked for."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings, QTimer

from llmgw_desktop.ui.page import PageTools
from llmgw_desktop.ui.window.main_window import MainWindow

_KEY = "told/welcome"
_DUE, _DONE = "due", "done"


def expect_welcome(settings: QSettings) -> None:
    """A program that a person starts, before its window is made: a home where no window ever was is
    a fresh one."""
    if not settings.allKeys():
        settings.setValue(_KEY, _DUE)


class WelcomeDesk(QObject):
    """One for a window."""

    def __init__(self, window: MainWindow, tools: PageTools) -> None:
        super().__init__(window)
        self._window, self._tools = window, tools
        self._box: QObject | None = None
        window.menus.welcome_wanted.connect(self.open)
        tools.links.welcome_wanted.connect(self.open)
        if tools.settings.value(_KEY) == _DUE:
            QTimer.singleShot(0, self, self.open)

    def open(self) -> None:
        """What it is made of is read in beside the loop, when it is first wanted."""
        self._tools.settings.setValue(_KEY, _DONE)
        if self._box is None:
            self._tools.bridge.fetch(self, self._read_in, self._show, slow=True)

    def _read_in(self) -> Callable[[], QObject]:
        from llmgw_desktop.ui.overview.welcome import WelcomeBox

        tools, welcome = self._tools, self._tools.container.welcome

        def make() -> WelcomeBox:
            box = WelcomeBox(
                tools.theme,
                welcome,
                tools.changer,
                tools.bridge,
                control=tools.container.control,
                parent=self._window,
            )
            box.flight_wanted.connect(tools.links.flight_wanted)
            box.page_wanted.connect(self._window.show_page)
            box.destroyed.connect(self._forget)
            box.show()
            box.begin()
            return box

        return make

    def _show(self, make: Callable[[], QObject]) -> None:
        if self._box is None:
            self._box = make()

    def _forget(self) -> None:
        self._box = None
