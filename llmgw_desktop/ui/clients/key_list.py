"""Keys that a person has made, with when each was last used, and the way to revoke one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.connect.clients import KeyLine
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone


class KeyList(Card):
    """Hidden while there are none."""

    revoke_wanted = Signal(str, str)
    """By the key's id, with its name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._shown: tuple[KeyLine, ...] = ()
        self._rows = QWidget()
        space = theme.space
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(space(5), space(3.5), space(4), space(3.5))
        self._column.setSpacing(space(2))
        title = "Other keys"
        self._column.addWidget(
            Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        )
        self._column.addWidget(self._rows)
        self.setAccessibleName(title)
        self.hide()

    def show_keys(self, keys: Sequence[KeyLine]) -> None:
        if tuple(keys) == self._shown:
            return
        self._shown = tuple(keys)
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.space(4))
        grid.setVerticalSpacing(self._theme.space(1))
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        for at, key in enumerate(keys):
            self._add_row(grid, at, key)
        self._column.replaceWidget(self._rows, rows)
        self._rows.hide()
        self._rows.deleteLater()
        self._rows = rows
        self.setVisible(bool(keys))

    def _add_row(self, grid: QGridLayout, at: int, key: KeyLine) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        name = FlowingLabel(self._theme, key.name, weight=QFont.Weight.Medium)
        grid.addWidget(name, at, 0, middle)
        grid.addWidget(FlowingLabel(self._theme, key.words, tone=Tone.MUTED), at, 1, middle)
        revoke = Button(self._theme, "Revoke…")
        revoke.setAccessibleName(f"Revoke the key of {key.name}")
        revoke.clicked.connect(lambda: self.revoke_wanted.emit(key.id, key.name))
        grid.addWidget(revoke, at, 2, middle)
