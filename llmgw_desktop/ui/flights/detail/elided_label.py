"""A line of text that gives way: too long for its place it ends in «…», and the tip has it all."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.tip import tip


class ElidedLabel(Label):
    """Never asks for more room than a few letters."""

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(tip(text))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, self.fontMetrics().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), _ELIDE, self.width())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


_ELIDE = Qt.TextElideMode.ElideRight
