"""Says which colour means what, with the sum of each beside its name."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.charts.axes import area_fill
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.reflow import Flowed, Reflow


class Legend(Reflow):
    """`entries` are pairs of a field of Colours and a word; at most four."""

    def __init__(
        self, theme: Theme, entries: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        self._entries = [_Entry(theme, colour, word) for colour, word in entries]
        super().__init__(
            [Flowed(entry, stretch=0) for entry in self._entries],
            ((4,), (2, 2), (1, 1, 1, 1)),
            spacing=theme.space(4),
            packed=True,
            parent=parent,
        )

    def show_sums(self, sums: Sequence[str]) -> None:
        """An entry without words is left out."""
        for entry, words in zip(self._entries, sums, strict=True):
            entry.amount.setText(words)
            entry.setVisible(bool(words))

    @override
    def sizeHint(self) -> QSize:
        """One row, however it stands now: else it would never be given the room for it again."""
        return QSize(self.width_in_one_row(), super().sizeHint().height())


class _Entry(QWidget):
    def __init__(self, theme: Theme, colour: str, word: str) -> None:
        super().__init__()
        self.amount = _Amount(theme, size=TextSize.CAPTION)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(1.25))
        row.addWidget(_Swatch(theme, colour))
        row.addWidget(Label(theme, word, size=TextSize.CAPTION, tone=Tone.MUTED))
        row.addWidget(self.amount)


class _Amount(Label):
    """Of a fixed size, so that another sum of the same width leaves the page's layout alone."""

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        if (needed := self.sizeHint()) != self.minimumSize():
            self.setFixedSize(needed)


class _Swatch(QWidget):
    def __init__(self, theme: Theme, colour: str) -> None:
        super().__init__()
        self._theme = theme
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(2.5), self._theme.space(2.5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(area_fill(self._theme.colours, self._colour))
        painter.drawRoundedRect(QRectF(self.rect()), 2.5, 2.5)
        painter.end()
