"""A dialog of fields: they stand in a column, what is wrong is said beside them, Esc leaves.

Open it with `open()`. What the fields mean is left to whoever fills it.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.view_clothes import dress_view

_WIDTH_UNITS = 135
_MOST_HEIGHT_SHARE = 0.86


class FormDialog(QDialog):
    """`save_wanted` asks for what is filled in to be used; it closes when `accept` is called."""

    save_wanted = Signal()

    def __init__(self, theme: Theme, title: str, save: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        space = theme.space
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._problem = FlowingLabel(theme, tone=Tone.ERROR)
        self._problem.hide()
        self._save = Button(theme, save, kind=ButtonKind.PRIMARY)
        self._save.setDefault(True)
        self._save.clicked.connect(self.save_wanted)
        self._save_word = save
        cancel = Button(theme, "Cancel")
        cancel.clicked.connect(self.reject)
        self.fields = QVBoxLayout()
        self.fields.setContentsMargins(space(6), space(1), space(6), space(2))
        self.fields.setSpacing(space(3))
        self.fields.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self._content = QWidget()
        self._content.setLayout(self.fields)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._content)
        dress_view(self._scroll, theme)
        foot = QHBoxLayout()
        foot.setContentsMargins(space(6), 0, space(6), 0)
        foot.setSpacing(space(2))
        foot.addWidget(self._problem, 1)
        foot.addStretch(0)
        foot.addWidget(cancel)
        foot.addWidget(self._save)
        head = Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        head.setContentsMargins(space(6), 0, space(6), 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, space(5), 0, space(5))
        column.setSpacing(space(3))
        column.addWidget(head)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)

    @property
    def problem(self) -> str:
        return self._problem.text() if not self._problem.isHidden() else ""

    def fit(self) -> None:
        """As tall as its fields, as far as the screen has room."""
        content = self._content
        width = self._theme.space(_WIDTH_UNITS)
        height = content.heightForWidth(width) if content.hasHeightForWidth() else 0
        height = max(height, content.sizeHint().height()) + self._theme.space(28)
        most = round(self.screen().availableGeometry().height() * _MOST_HEIGHT_SHARE)
        self.resize(width, min(height, most))

    def show_problem(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def show_saving(self, *, is_under_way: bool) -> None:
        self._save.setEnabled(not is_under_way)
        self._save.setText("Saving …" if is_under_way else self._save_word)
