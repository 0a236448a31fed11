"""The keys that do something, made from the actions themselves, so that the list cannot lie."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label


class ShortcutList(QDialog):
    """Open it with `open()`; Esc closes it."""

    def __init__(self, theme: Theme, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        space = theme.space
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(12))
        grid.setVerticalSpacing(space(2.5))
        for row, (words, keys) in enumerate(shortcut_rows(actions)):
            grid.addWidget(Label(theme, words), row, 0)
            grid.addWidget(_Keys(theme, keys), row, 1, Qt.AlignmentFlag.AlignRight)
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(4))
        column.addWidget(
            Label(theme, "Keyboard shortcuts", size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        )
        column.addLayout(grid)
        column.addLayout(foot)


def shortcut_rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    """Pairs of what it does and its keys, in the order of the actions, each once."""
    rows: dict[str, str] = {}
    for action in actions:
        keys = [
            each.toString(QKeySequence.SequenceFormat.NativeText) for each in action.shortcuts()
        ]
        words = action.text().replace("&", "").rstrip(" …")
        if keys and words and words not in rows:
            rows[words] = "  or  ".join(keys)
    return list(rows.items())


class _Keys(QLabel):
    def __init__(self, theme: Theme, keys: str) -> None:
        super().__init__(keys)
        self._theme = theme
        self.setFont(theme.mono_font())
        self._wear()
        theme.changed.connect(self._wear)

    def _wear(self) -> None:
        colours, space = self._theme.colours, self._theme.space
        self.setStyleSheet(
            f"background: {colours.alternate.name()}; color: {colours.text.name()};"
            f" border: 1px solid {colours.border.name()}; border-radius: 4px;"
            f" padding: {space(0.5)}px {space(1.5)}px;"
        )
