"""A small sheet over a page that says for two seconds what just happened («Copied as curl.»)."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.sheet import Sheet

_SHOWN_MS = 2200


class Notice(Sheet):
    """Takes no clicks and no focus."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._words = Label(theme)
        self._end = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._end.timeout.connect(self.hide)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(2), space(4), space(2))
        row.addWidget(self._words)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self.come_up()
        self._end.start()
