"""What an agent wants, in full: warnings first, then the thing itself, then whose job it is; the
agent's own words apart and marked as its own."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.permission_words import AGENT_SAYS, AskedPart, PermissionView
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.mark import Mark
from llmgw_desktop.ui.widgets.piece_view import PieceView


class AskView(QWidget):
    """`show_parts` when they are ready; `complete` when all of them stand there to be read."""

    complete = Signal()

    def __init__(self, theme: Theme, view: PermissionView, since: str) -> None:
        super().__init__()
        self._theme = theme
        self.pieces: list[PieceView] = []
        self._is_given = False
        space = theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(3))
        for warning in view.warnings:
            column.addWidget(self._warning(warning))
        self._parts = QVBoxLayout()
        self._parts.setSpacing(space(1))
        self._making = Label(theme, "Getting all of it ready …", tone=Tone.MUTED)
        self._parts.addWidget(self._making)
        column.addLayout(self._parts)
        column.addLayout(self._facts(view, since))
        if view.agent_words:
            column.addWidget(self._own_words(view.agent_words))

    @property
    def is_complete(self) -> bool:
        return self._is_given and not any(piece.is_filling for piece in self.pieces)

    def show_parts(self, parts: Sequence[AskedPart]) -> None:
        theme = self._theme
        self._making.hide()
        for part in parts:
            piece = PieceView(theme, part)
            label = Label(theme, part.label, size=TextSize.CAPTION, tone=Tone.MUTED)
            if piece.is_cut_off:  # what matters may stand at its end
                label.setText(f"{part.label}, {len(part.text):,} characters: scroll to read all")
                label.set_tone(Tone.WARNING)
            piece.filled.connect(self._look)
            self.pieces.append(piece)
            self._parts.addWidget(label)
            self._parts.addWidget(piece)
            if self.isVisible():  # Qt itself would show them a turn later
                label.show()
                piece.show()
        self._is_given = True
        self._look()

    def _look(self) -> None:
        if self.is_complete:
            self.complete.emit()

    def _warning(self, words: str) -> QWidget:
        theme, line = self._theme, QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(Mark(theme, "warning", Tone.ERROR), 0, Qt.AlignmentFlag.AlignTop)
        said = FlowingLabel(theme, words, tone=Tone.ERROR, weight=QFont.Weight.Medium)
        row.addWidget(said, 1)
        return line

    def _facts(self, view: PermissionView, since: str) -> QGridLayout:
        theme = self._theme
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space(3))
        grid.setVerticalSpacing(theme.space(1))
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        lines = (
            ("Tool", view.tool),
            ("Where", view.where),
            ("Job", f"{view.job} · asked for by {view.client}" if view.client else view.job),
            ("Waits", since),
            ("Why it asks", view.reason),
        )
        self.since = FlowingLabel(theme, since)
        for at, (label, words) in enumerate(line for line in lines if line[1]):
            grid.addWidget(Label(theme, label, tone=Tone.MUTED), at, 0, top)
            value = self.since if label == "Waits" else FlowingLabel(theme, words)
            grid.addWidget(value, at, 1)
        return grid

    def _own_words(self, words: str) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        column = QVBoxLayout(card)
        column.setContentsMargins(space(3), space(2), space(3), space(2))
        column.setSpacing(space(0.5))
        title = f"{AGENT_SAYS}, which nobody has checked"
        column.addWidget(Label(theme, title, size=TextSize.CAPTION, tone=Tone.WARNING))
        self.own_words = FlowingLabel(theme, f"“{words}”", tone=Tone.MUTED)
        column.addWidget(self.own_words)
        return card
