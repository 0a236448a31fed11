"""A small button that puts a text on the clipboard and says that it did."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind

_SAID_MS = 1500


class CopyButton(Button):
    """`what` is asked at the click, so that it may change; `name` completes «Copy …»."""

    def __init__(
        self,
        theme: Theme,
        what: Callable[[], str],
        *,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            theme, kind=ButtonKind.QUIET, icon="copy", name=f"Copy {name}", parent=parent
        )
        self._what = what
        self._back = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._back.timeout.connect(lambda: self.set_icon_name("copy"))
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._what())
        self.set_icon_name("check")
        self._back.start()
