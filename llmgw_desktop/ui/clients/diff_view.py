"""Lines that would change in a file: what comes in green, what goes in red, each with its sign."""

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.text_field import TextLines

_LEAST_LINES, _MOST_LINES = 5, 18


class DiffView(TextLines):
    """Read only; as tall as its lines, within reason."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="What would change")
        self.setReadOnly(True)
        self.setLineWrapMode(TextLines.LineWrapMode.NoWrap)
        self._colours = _DiffColours(theme, self)
        self.show_diff("")

    def show_diff(self, diff: str) -> None:
        self.setPlainText(diff.rstrip("\n"))
        lines = min(max(diff.count("\n"), _LEAST_LINES), _MOST_LINES)
        self.setFixedHeight((lines + 2) * self.fontMetrics().lineSpacing())


class _DiffColours(QSyntaxHighlighter):
    def __init__(self, theme: Theme, view: TextLines) -> None:
        super().__init__(view.document())
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        colours = self._theme.colours
        look = QTextCharFormat()
        if text.startswith(("---", "+++", "@@")):
            look.setForeground(colours.muted)
        elif text.startswith("+"):
            look.setForeground(colours.ok)
        elif text.startswith("-"):
            look.setForeground(colours.error)
        else:
            look.setForeground(colours.text)
        self.setFormat(0, len(text), look)
