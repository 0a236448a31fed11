"""Colours keys, strings and literals of JSON, also of JSON inside the lines of an event list."""

import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme

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
