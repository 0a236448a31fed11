"""How a budget stands, as a bar: what was used, then what running requests have reserved. The
words stand beside it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.client_desk.limit_words import BudgetLine
from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import Theme


def paint_budget(painter: QPainter, bar: QRectF, line: BudgetLine, colours: Colours) -> None:
    """Hatched where nobody knows."""
    ink = colours.error if line.is_spent else colours.warning if line.is_low else colours.accent
    corner = bar.height() / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(ink, colours.surface, 0.16))
    painter.drawRoundedRect(bar, corner, corner)
    if line.used_share is None:
        painter.setBrush(Qt.BrushStyle.BDiagPattern)
        painter.drawRoundedRect(bar, corner, corner)
    else:
        both = min(line.used_share + line.reserved_share, 1.0)
        _paint_share(painter, bar, both, mixed(ink, colours.surface, 0.5))
        _paint_share(painter, bar, line.used_share, ink)
    painter.restore()


def _paint_share(painter: QPainter, bar: QRectF, share: float, ink: QColor) -> None:
    if share <= 0:
        return
    filled = QRectF(bar)
    filled.setWidth(max(bar.width() * share, bar.height()))
    painter.setBrush(ink)
    painter.drawRoundedRect(filled, bar.height() / 2, bar.height() / 2)


class BudgetBar(QWidget):
    """One of its own, for the pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._line: BudgetLine | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_line(self, line: BudgetLine) -> None:
        self._line = line
        self.setAccessibleName(f"{line.name}: {line.words}")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(32), self._theme.space(4.5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._line is None:
            return
        thick = self._theme.space(1.5)
        painter = QPainter(self)
        bar = QRectF(0, (self.height() - thick) / 2, self.width(), thick)
        paint_budget(painter, bar, self._line, self._theme.colours)
        painter.end()
