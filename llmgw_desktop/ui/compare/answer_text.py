"""An answer as it grows: plain text, its code in the code font, headings in bold.

Text is only ever added at the end, so that a long answer costs no more than its last line.
"""

import math

from PySide6.QtGui import (
    QFont,
    QPalette,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_view

_FENCE = "```"
_IN_CODE = 1


class AnswerText(QPlainTextEdit):
    """Read only. Follows the end until the person scrolls up."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._shown = ""
        self.setAccessibleName(f"Answer of {name}")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(theme.space(2.5))
        self.setCursorWidth(1)
        self._colours = _AnswerColours(theme, self)
        dress_view(self, theme)
        self._wear()
        theme.changed.connect(self._wear)

    @property
    def text(self) -> str:
        return self._shown

    @property
    def needed(self) -> int:
        """The height of all its lines, as they are broken now."""
        lines = self.document().size().height()
        margin = self.document().documentMargin()
        return math.ceil(lines * self.fontMetrics().lineSpacing() + 2 * margin) + 2

    def show_text(self, text: str, *, follows: bool) -> None:
        """What is new is added; a text that begins otherwise takes the place of the old."""
        if text == self._shown:
            return
        bar = self.verticalScrollBar()
        is_at_end = bar.value() >= bar.maximum()
        if text.startswith(self._shown):
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(self._shown) :])
        else:
            self.setPlainText(text)
        self._shown = text
        if follows and is_at_end:
            bar.setValue(bar.maximum())

    def _wear(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, self._theme.colours.surface)
        palette.setColor(QPalette.ColorRole.Text, self._theme.colours.text)
        self.setPalette(palette)


class _AnswerColours(QSyntaxHighlighter):
    """Qt asks it for each line that is new, and no others."""

    def __init__(self, theme: Theme, view: AnswerText) -> None:
        super().__init__(view.document())
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        was_code = self.previousBlockState() == _IN_CODE
        is_fence = text.lstrip().startswith(_FENCE)
        self.setCurrentBlockState(_IN_CODE if was_code is not is_fence else 0)
        look = QTextCharFormat()
        if is_fence:
            look.setFont(self._theme.mono_font())
            look.setForeground(self._theme.colours.muted)
        elif was_code:
            look.setFont(self._theme.mono_font())
            look.setForeground(self._theme.colours.text)
            look.setBackground(self._theme.colours.alternate)
        elif text.startswith("#"):
            look.setFontWeight(QFont.Weight.DemiBold)
        else:
            return
        self.setFormat(0, len(text), look)
