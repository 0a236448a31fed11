"""Shows a conversation: headings, texts, parts that fold. One document, so that it can be read,
selected and copied as a whole; plain text always.

Laid out by `app/transcript.py`, written by `transcript_document`; painted here are the ground of
code and the first words of folded parts, and beside the text, in the gutter, the bar of each
message and the arrows of headings.
"""

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection
from llmgw_desktop.ui.flights.detail.transcript_document import (
    LineKind,
    TranscriptDocument,
    TranscriptLine,
    role_ink,
)
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.texts import ReadText
from llmgw_desktop.ui.widgets.words import said


class TranscriptView(ReadText):
    """Enter or a click on a heading folds and unfolds what is under it."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name, margin=2)
        self._sections: tuple[TranscriptSection, ...] = ()
        self._lines = TranscriptDocument(self.document(), theme)
        self._pressed: QPoint | None = None
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._write)
        self.setAccessibleDescription(said("Enter on a heading folds or unfolds it."))
        self.setFont(theme.font())
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setMouseTracking(True)
        self._gutter = _Gutter(self, theme.space(6))
        self.setViewportMargins(theme.space(6), 0, 0, 0)
        self.updateRequest.connect(self._gutter.update)
        theme.changed.connect(self._write_anew)

    def show_sections(self, sections: tuple[TranscriptSection, ...]) -> None:
        self._sections = sections
        self._more.stop()
        self._lines.begin(tuple(map(_in_words, sections)))
        self._write()
        self.moveCursor(self.textCursor().MoveOperation.Start)

    @property
    def is_filling(self) -> bool:
        return self._more.isActive()

    def fold_all(self, folded: bool) -> None:
        self._more.stop()
        self._lines.fold_all(folded)
        self._write()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        for _, line, area in self._lines_in_sight():
            self._paint_under(painter, line, area)
        painter.end()
        super().paintEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), self._gutter.width(), inside.height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle(self.textCursor().block())
            return
        super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = event.position().toPoint()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        clicked = self._pressed is not None and (at - self._pressed).manhattanLength() < 4
        if clicked and event.button() is Qt.MouseButton.LeftButton:
            self._toggle(self._block_at(at.y()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        block = self._block_at(int(event.position().y()))
        shapes = Qt.CursorShape
        folds = self._is_foldable(block.blockNumber())
        self.viewport().setCursor(shapes.PointingHandCursor if folds else shapes.IBeamCursor)

    def toggle_at(self, y: int) -> None:
        """What a click in the gutter does."""
        self._toggle(self._block_at(y))

    def _write(self) -> None:
        if self._lines.write():
            self._more.start()

    def _toggle(self, block: QTextBlock) -> None:
        number = block.blockNumber()
        if self._is_foldable(number) and not self.textCursor().hasSelection():
            self._lines.toggle(number)
            self._gutter.update()

    def _is_foldable(self, number: int) -> bool:
        line = self._lines.line(number)
        return line is not None and line.kind is LineKind.HEADING and line.can_fold

    def _block_at(self, y: int) -> QTextBlock:
        """The line at a height, wherever in it: the whole width of a heading can be clicked."""
        for block, _, area in self._lines_in_sight():
            if area.top() <= y < area.bottom():
                return block
        return QTextBlock()

    def _lines_in_sight(self) -> Iterator[tuple[QTextBlock, TranscriptLine, QRectF]]:
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        bottom = self.viewport().height()
        while block.isValid() and (line := self._lines.line(block.blockNumber())) is not None:
            area = self.blockBoundingGeometry(block).translated(offset)
            if not block.next().isValid():
                # Qt counts the document's lower margin to the last line.
                area.setBottom(area.bottom() - self.document().documentMargin())
            if area.top() > bottom:
                return
            yield block, line, area
            block = block.next()

    def _paint_under(self, painter: QPainter, line: TranscriptLine, area: QRectF) -> None:
        """The ground of a part that has a heading, and what a folded one begins with."""
        colours, space, section = self._theme.colours, self._theme.space, line.section
        if not section.depth or not section.title or line.kind is LineKind.GAP:
            return
        left, right = space(1), self.viewport().width() - space(3)
        over = 2 if line.kind is LineKind.HEADING else 0
        under = 2 if line.is_last else 0
        ground = QRectF(left, area.top() - over, right - left, area.height() + over + under)
        painter.fillRect(ground, colours.alternate)
        has_preview = section.detail and (line.is_folded or not section.text)
        if line.kind is not LineKind.HEADING or not has_preview:
            return
        title = QFontMetrics(self._theme.font(TextSize.BODY, QFont.Weight.Medium))
        start = space(2) + title.horizontalAdvance(section.title) + space(3)
        painter.setFont(self._theme.mono_font(TextSize.CAPTION))
        painter.setPen(colours.muted)
        room = int(right - space(2) - start)
        text = painter.fontMetrics().elidedText(section.detail, Qt.TextElideMode.ElideRight, room)
        place = QRect(start, int(area.top()), room, int(area.height()))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def paint_gutter(self, painter: QPainter, width: int) -> None:
        """The bar of each message in the colour of its role, an arrow at each heading."""
        colours, space = self._theme.colours, self._theme.space
        for _, line, area in self._lines_in_sight():
            if line.kind is LineKind.GAP and line.section.depth == 0:
                continue
            ink = role_ink(line.section.role, colours)
            painter.fillRect(QRectF(space(2), area.top(), 2, area.height()), ink)
            if line.kind is LineKind.HEADING and line.can_fold:
                size = space(3)
                spot = QRectF(width - size, area.top() + (area.height() - size) / 2, size, size)
                icon = "right" if line.is_folded else "down"
                self._theme.icons.paint(painter, icon, spot, colours.muted)

    def _write_anew(self) -> None:
        """In the colours of now."""
        self._gutter.update()
        self.show_sections(self._sections)


class _Gutter(QWidget):
    """Beside the text; a click folds."""

    def __init__(self, view: TranscriptView, width: int) -> None:
        super().__init__(view)
        self._view = view
        self.resize(width, view.height())
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._view.palette().color(QPalette.ColorRole.Base))
        self._view.paint_gutter(painter, self.width())
        painter.end()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._view.toggle_at(int(event.position().y()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Taken, like its press."""


def _in_words(section: TranscriptSection) -> TranscriptSection:
    """Headings, and how much a message has, are ours; what parts begin with is not."""
    if not section.title:
        return section
    detail = section.detail if section.depth else said(section.detail)
    return replace(section, title=said(section.title), detail=detail)
