"""What a job writes, as it grows, and what is left out of it."""

from collections import deque
from collections.abc import Iterable
from time import perf_counter

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from typing_extensions import override

from llmgw_desktop.app.jobs.output import MOST_LINES, RESTART, Piece, Taken
from llmgw_desktop.ui.jobs.output_colours import OutputColours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.notices import WarningBar
from llmgw_desktop.ui.widgets.texts import ReadText

_WORDS = f"Earlier output is left out: the last {MOST_LINES:,} lines are shown."


class LeftOutBar(WarningBar):
    """Hidden until there is something left out."""

    def __init__(self, theme: Theme, files: QAction) -> None:
        """`files` leads to the whole, and is called there as the button is here."""
        super().__init__(theme)
        words = FlowingLabel(theme, _WORDS, size=TextSize.CAPTION, tone=Tone.WARNING)
        self._files = files
        self._button = Button(theme, files.text(), kind=ButtonKind.QUIET, icon="folder")
        self._button.clicked.connect(files.trigger)
        files.changed.connect(self._name_files)
        h_box(theme, (words, 1), self._button, on=self, margins=(4, 0.5, 2, 0.5))

    def _name_files(self) -> None:
        self._button.setText(self._files.text())


_TURN_S = 0.004
_TURN_LINES = 160
_TURN_CHARS = 16 * 1024
"""Laying out what was written takes longer than the writing, and comes at the end of a turn."""
_RUN_CHARS = 4096


class OutputView(ReadText):
    """Read only. `is_filling` while it has not shown all that it was given."""

    follow_changed = Signal(bool)
    filled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Output", margin=3)
        self._colours = OutputColours(theme)
        self._waiting: deque[Piece] = deque()
        self._follows = True
        self._moves_itself = False
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._fill)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFont(theme.mono_font(TextSize.CAPTION))
        theme.changed.connect(self._colour_anew)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def is_filling(self) -> bool:
        return bool(self._waiting)

    @property
    def follows(self) -> bool:
        return self._follows

    def set_follow(self, on: bool) -> None:
        if on:
            self._to_end()
        if on is not self._follows:
            self._follows = on
            self.follow_changed.emit(on)

    def begin(self) -> None:
        """Another job: nothing is shown yet, and its end is followed."""
        self._waiting.clear()
        self.clear()
        self.set_follow(True)

    def add(self, taken: Taken) -> None:
        if taken.is_anew:
            self._waiting.clear()
            self.clear()
        self._waiting.extend(taken.pieces)
        if self._waiting and not self._more.isActive():
            self._fill()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._follows:
            self._to_end()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go all the way: there is no cursor to be seen."""
        if event.matches(QKeySequence.StandardKey.MoveToEndOfLine):
            self.set_follow(True)
        elif event.matches(QKeySequence.StandardKey.MoveToStartOfLine):
            self.verticalScrollBar().setValue(0)
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        self._moves_itself = True
        top = QTextCursor(self.firstVisibleBlock())
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        until_s = perf_counter() + _TURN_S
        lines = chars = 0
        while self._waiting and lines < _TURN_LINES and chars < _TURN_CHARS:
            written = self._write_run(cursor)
            lines += written.count("\n")
            chars += len(written)
            if perf_counter() > until_s:
                break
        cursor.endEditBlock()
        if self._follows:
            self._to_end()
        else:
            # What is dropped at the top must not move what the person reads.
            self.verticalScrollBar().setValue(top.block().firstLineNumber())
        self._moves_itself = False
        if self._waiting:
            self._more.start()
        else:
            self.filled.emit()

    def _write_run(self, cursor: QTextCursor) -> str:
        """As many pieces as are drawn alike, and not too many."""
        piece = self._waiting.popleft()
        if piece.text == RESTART:
            cursor.movePosition(
                QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor
            )
            cursor.removeSelectedText()
            return ""
        texts, chars = [piece.text], len(piece.text)
        clothes = (piece.voice, piece.look)
        while self._waiting and chars < _RUN_CHARS and len(texts) < _TURN_LINES:
            after = self._waiting[0]
            if after.text == RESTART or (
                after.text != "\n" and (after.voice, after.look) != clothes
            ):
                break
            texts.append(self._waiting.popleft().text)
            chars += len(texts[-1])
        text = "".join(texts)
        cursor.insertText(text, self._colours.of(*clothes))
        return text

    def _to_end(self) -> None:
        was, self._moves_itself = self._moves_itself, True
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._moves_itself = was

    def _on_scrolled(self, value: int) -> None:
        if not self._moves_itself:
            follows = value >= self.verticalScrollBar().maximum()
            if follows is not self._follows:
                self._follows = follows
                self.follow_changed.emit(follows)

    def _colour_anew(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for start, length, old in self._stretches():
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(self._colours.renewed(old))
        cursor.endEditBlock()

    def _stretches(self) -> Iterable[tuple[int, int, QTextCharFormat]]:
        found = []
        block = self.document().begin()
        while block.isValid():
            at = block.begin()
            while not at.atEnd():
                fragment = at.fragment()
                found.append((fragment.position(), fragment.length(), fragment.charFormat()))
                at += 1
            block = block.next()
        return found
