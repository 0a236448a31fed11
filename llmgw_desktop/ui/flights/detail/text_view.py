"""Colours keys, strings and literals of JSON, also of JSON inside the lines of an event list."""

import re

from PySide6.QtCore import QTimer
from PySide6.QtGui import (
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.texts import ReadText

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


class TextView(ReadText):
    """Filled in slices, so that a large text does not hold up the window."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name, margin=3)
        self._rest = ""
        self._colours = JsonColours(theme, self.document())
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._add_slice)
        self.setFont(theme.mono_font(TextSize.CAPTION))

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


def _slice_end(text: str) -> int:
    """Where the next slice ends: at a line's end if one is near."""
    if len(text) <= _SLICE_CHARS:
        return len(text)
    line_end = text.rfind("\n", 0, _SLICE_CHARS)
    return line_end if line_end > 0 else _SLICE_CHARS
