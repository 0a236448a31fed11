"""A line to type a filter into, with a lens, a clear button and Esc that empties it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.tip import tip


class SearchField(QLineEdit):
    """`hint` stands in it while it is empty and is its name for a screen reader."""

    def __init__(self, theme: Theme, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)
        self._lens = QAction(self)
        self.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self._lens.triggered.connect(self.selectAll)
        for button in self.findChildren(QToolButton):  # Qt makes them, without a name
            is_lens = self._lens in button.actions()
            button.setAccessibleName("Select what was typed" if is_lens else "Clear")
        self._wear()
        theme.changed.connect(self._wear)

    def set_wrong(self, why: str) -> None:
        """Mark what was typed as not understood, and say why; empty takes the mark away."""
        self.setProperty("wrong", bool(why))
        self.setToolTip(tip(why))
        self.setAccessibleDescription(why)
        self._wear()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self._lens.setIcon(self._theme.icon("search", colours.muted))
        edge = colours.error if self.property("wrong") else colours.border
        focus = colours.error if self.property("wrong") else colours.accent
        self.setStyleSheet(
            f"SearchField {{ background: {colours.surface.name()}; color: {colours.text.name()};"
            f" border: 1px solid {edge.name()}; border-radius: 6px;"
            f" padding: {space(1.25)}px {space(1)}px;"
            f" selection-background-color: {colours.selection.name()};"
            f" selection-color: {colours.text.name()}; }}"
            f"SearchField:focus {{ border: 1px solid {focus.name()}; }}"
        )
