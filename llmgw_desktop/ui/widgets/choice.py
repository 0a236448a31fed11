"""One of several words, from a list that opens."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme


class Choice(QComboBox):
    """`choices` are pairs of key and word; `name` says what is chosen here."""

    def __init__(
        self,
        theme: Theme,
        choices: Sequence[tuple[str, str]],
        *,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        for key, word in choices:
            self.addItem(word, key)
        self._wear()
        theme.changed.connect(self._wear)

    @property
    def key(self) -> str:
        return str(self.currentData())

    def choose(self, key: str) -> None:
        """Unknown keys change nothing."""
        at = self.findData(key)
        if at >= 0:
            self.setCurrentIndex(at)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        size = self._theme.space(4)
        area = QRectF(
            self.width() - size - self._theme.space(2), (self.height() - size) / 2, size, size
        )
        painter = QPainter(self)
        ink = self._theme.colours.muted if self.isEnabled() else self._theme.colours.disabled
        self._theme.icons.paint(painter, "down", area, ink)
        painter.end()

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self.setStyleSheet(
            f"Choice {{ background: {colours.surface.name()}; color: {colours.text.name()};"
            f" border: 1px solid {colours.outline.name()}; border-radius: 6px;"
            f" padding: {space(1.25)}px {space(8)}px {space(1.25)}px {space(2)}px; }}"
            f"Choice:focus {{ border: 1px solid {colours.accent.name()}; }}"
            f"Choice:disabled {{ color: {colours.disabled.name()};"
            f" border: 1px solid {colours.border.name()}; }}"
            "Choice::drop-down { border: none; width: 0; }"
            "Choice::down-arrow { image: none; }"
            f"Choice QAbstractItemView {{ background: {colours.surface.name()};"
            f" color: {colours.text.name()}; border: 1px solid {colours.border.name()};"
            f" selection-background-color: {colours.selection.name()};"
            f" selection-color: {colours.text.name()}; outline: none;"
            f" padding: {space(1)}px; }}"
        )
