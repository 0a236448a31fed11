"""Colours keys, strings and literals of JSON, also of JSON inside the lines of an event list."""

import re

from PySide6.QtCore import QTimer
from PySide6.QtGui import (
    QPalette,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_view

_PIECES = re.compile(
    r'(?P<string>"[^"\\]*(?:\\.[^"\\]*)*"?)(?P<colon>\s*:)?'
    r"|(?P<literal>\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*)"
)


class JsonColours(QSyntaxHighlighter):
    """Switched off it costs nothing: large texts stay in one colour."""

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme
        self._document = document
        self._key, self._string, self._literal = (QTextCharFormat() for _ in range(3))
        self._active = True
        self._wear()
        theme.changed.connect(self._on_theme)

    def set_active(self, active: bool) -> None:
        if active is not self._active:
            self._active = active
            self.setDocument(self._document if active else None)

    @override
    def highlightBlock(self, text: str) -> None:
        for found in _PIECES.finditer(text):
            if found["literal"]:
                self.setFormat(found.start(), len(found["literal"]), self._literal)
                continue
            shape = self._key if found["colon"] else self._string
            self.setFormat(found.start(), len(found["string"]), shape)

    def _wear(self) -> None:
        colours = self._theme.colours
        self._key.setForeground(colours.accent)
        self._string.setForeground(colours.text)
        self._literal.setForeground(colours.fresh)

    def _on_theme(self) -> None:
        self._wear()
        if self._active:
            self.rehighlight()


_SLICE_CHARS = 128 * 1024
_COLOURED_CHARS = 256 * 1024


class TextView(QPlainTextEdit):
    """Read only, for the keyboard too. `name` is what a screen reader says."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rest = ""
        self._colours = JsonColours(theme, self.document())
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._add_slice)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFont(theme.mono_font(TextSize.CAPTION))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(theme.space(3))
        self.setCursorWidth(1)
        dress_view(self, theme)
        self._wear()
        theme.changed.connect(self._wear)

    def show_text(self, text: str, *, is_json: bool = False) -> None:
        """`text` must be harmless already (app/words/inert_text.py), and its lines not endless."""
        self._more.stop()
        self._colours.set_active(is_json and len(text) <= _COLOURED_CHARS)
        end = _slice_end(text)
        self._rest = text[end:]
        self.setPlainText(text[:end])
        if self._rest:
            self._more.start()

    @property
    def is_filling(self) -> bool:
        return bool(self._rest)

    def _add_slice(self) -> None:
        end = _slice_end(self._rest)
        part, self._rest = self._rest[:end], self._rest[end:]
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(part)
        if self._rest:
            self._more.start()

    def _wear(self) -> None:
        colours = self._theme.colours
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, colours.surface)
        palette.setColor(QPalette.ColorRole.Text, colours.text)
        self.setPalette(palette)


def _slice_end(text: str) -> int:
    """Where the next slice ends: at a line's end if one is near."""
    if len(text) <= _SLICE_CHARS:
        return len(text)
    line_end = text.rfind("\n", 0, _SLICE_CHARS)
    return line_end if line_end > 0 else _SLICE_CHARS
