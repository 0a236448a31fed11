"""Texts as they are: code, and pieces of a patch or of what a program asks."""

import re
from collections.abc import Iterator
from itertools import groupby
from time import perf_counter

from PySide6.QtCore import QPointF, QRect, QSizeF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPalette,
    QStaticText,
    QSyntaxHighlighter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
    QTransform,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit
from typing_extensions import override

from llmgw_desktop.app.questions.permission_words import FILE_MARK, AskedPart, PartKind
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import TextLines
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.view_clothes import dress_view, stay_dressed
from llmgw_desktop.ui.widgets.words import said

_TEXTS_KEPT = 4000


class LaidOutTexts:
    """Lines of one font for cells, which a repaint paints by the hundred: each text is measured and
    laid out once, and most stand in many cells."""

    def __init__(self, font: QFont) -> None:
        self._font, self._metrics = font, QFontMetrics(font)
        self._one_line = QTextOption()
        """Of left-to-right order, whatever stands in it."""
        self._one_line.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self._one_line.setWrapMode(QTextOption.WrapMode.NoWrap)
        self._known: dict[str, tuple[QStaticText, QSizeF]] = {}

    def paint(self, painter: QPainter, area: QRect, text: str, *, is_number: bool = False) -> float:
        """In the painter's pen, in the middle of the height, elided; gives its width in pixels."""
        laid_out, size = self._known.get(text) or self._lay_out(text)
        if size.width() > area.width():
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            laid_out, size = self._known.get(text) or self._lay_out(text)
        left = area.left() + (round(area.width() - size.width()) if is_number else 0)
        top = area.top() + (area.height() - size.height()) // 2
        painter.setFont(self._font)
        painter.drawStaticText(QPointF(left, top), laid_out)
        return size.width()

    def _lay_out(self, text: str) -> tuple[QStaticText, QSizeF]:
        if len(self._known) >= _TEXTS_KEPT:
            self._known.clear()
        laid_out = QStaticText(text.replace("\n", " "))
        laid_out.setTextOption(self._one_line)
        laid_out.setTextFormat(Qt.TextFormat.PlainText)
        laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        laid_out.prepare(QTransform(), self._font)
        self._known[text] = (laid_out, laid_out.size())
        return self._known[text]


class CodeBlock(Card):
    """`name` says what it is ("test request"): it completes «Copy …»."""

    _ground, _corner_px = "alternate", 6.0

    def __init__(self, theme: Theme, text: str, *, name: str) -> None:
        super().__init__(theme)
        self._label = Label(theme, text, is_verbatim=True)
        self._label.setFont(theme.mono_font())
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        space = theme.space
        row = h_box(theme, (self._label, 1), on=self, gap=2, margins=(3, 1, 1, 1))
        self.copy = CopyButton(theme, self.text, name=name)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        self._label.setContentsMargins(0, space(1), 0, space(1))

    def text(self) -> str:
        return self._label.text()

    def set_text(self, text: str) -> None:
        self._label.setText(text)


class ReadText(QPlainTextEdit):
    """Read only, for the keyboard too. `name` is what a screen reader says; `margin` in units."""

    def __init__(self, theme: Theme, name: str, *, margin: float) -> None:
        super().__init__()
        self._theme = theme
        _make_readable(self, theme, name, margin)


class MarkdownText(QTextEdit):
    """Read only: an answer as its writer meant it to look. What others wrote does nothing: HTML
    stays text, no picture is loaded, links lead nowhere."""

    def __init__(self, theme: Theme, name: str, *, margin: float) -> None:
        super().__init__()
        self._theme = theme
        _make_readable(self, theme, name, margin)

    def show_markdown(self, text: str) -> None:
        """What is too long to be laid out at a stretch stands there as it was written."""
        if len(text) > MOST_LAID_OUT:
            self.setPlainText(text)
            return
        self.document().setMarkdown(_with_its_lines(text), _FEATURES)
        at_once = QTextCursor(self.document())
        at_once.beginEditBlock()  # each change by itself would lay out all of it
        for is_code, blocks in groupby(_blocks(self.document()), _is_code):
            if is_code:
                self._dress_code(*blocks)
        at_once.endEditBlock()

    @override
    def loadResource(self, type: int, name: QUrl | str) -> object:
        return None

    def _dress_code(self, first: QTextBlock, *others: QTextBlock) -> None:
        last = others[-1] if others else first
        cursor = QTextCursor(first)
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        ground = QTextBlockFormat()
        ground.setBackground(self._theme.colours.alternate)
        ground.setNonBreakableLines(False)
        cursor.mergeBlockFormat(ground)
        look = QTextCharFormat()
        look.setFont(self._theme.mono_font())
        cursor.mergeCharFormat(look)


def _make_readable(view: ReadText | MarkdownText, theme: Theme, name: str, margin: float) -> None:
    view.setAccessibleName(said(name))
    view.setReadOnly(True)
    view.setUndoRedoEnabled(False)
    view.setTabChangesFocus(True)
    view.setCursorWidth(1)
    view.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    view.document().setDocumentMargin(theme.space(margin))
    dress_view(view, theme)
    stay_dressed(view, theme, lambda it: _wear(it, theme))


def _wear(view: ReadText | MarkdownText, theme: Theme) -> None:
    palette = QPalette(view.palette())
    palette.setColor(QPalette.ColorRole.Base, theme.colours.surface)
    palette.setColor(QPalette.ColorRole.Text, theme.colours.text)
    view.setPalette(palette)


_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub
_FEATURES |= QTextDocument.MarkdownFeature.MarkdownNoHTML
MOST_LAID_OUT = 10_000
"""Characters. So many, a third of them code, take some 15 ms of a rather slow processor."""


_POINT = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


def _with_its_lines(text: str) -> str:
    """Outside of code a line ends where its writer ended it, and a list with its last point;
    Markdown by itself joins such lines, and hangs on to that point what stands behind it."""
    is_code, is_list, lines = False, False, list[str]()
    for line in text.split("\n"):
        is_fence = line.lstrip().startswith(("```", "~~~"))
        is_code = is_code is not is_fence
        is_point = not is_code and _POINT.match(line) is not None
        is_inside = line[:1].isspace() and is_list
        if is_list and line and not (is_point or is_inside or is_code or is_fence):
            lines.append("")
        is_list = is_point or is_inside
        # Qt would make a point of its own of a line that is ended within one
        lines.append(line if is_code or is_fence or is_list else f"{line}  ")
    return "\n".join(lines)


def _is_code(block: QTextBlock) -> bool:
    look = block.blockFormat()
    return look.hasProperty(QTextFormat.Property.BlockCodeLanguage) or look.hasProperty(
        QTextFormat.Property.BlockCodeFence
    )


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


FOLD = "\n↪ "
_TURN_S = 0.004
_PIECE_CHARS = 2 * 1024
_LONGEST_LINE = 2_000
_LEAST_LINES, _MOST_LINES = 1, 13
_LINE_CHARS = 74
_PATCH_HEADS = ("@@", "diff --git ", "--- a/", "--- /dev/null", "+++ b/", "+++ /dev/null")


class PieceView(TextLines):
    """Read only. `filled` when all of it stands there."""

    filled = Signal()

    def __init__(self, theme: Theme, part: AskedPart) -> None:
        super().__init__(theme, name=part.label)
        self._text = part.text
        self._at = 0
        self._in_line = 0
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFont(theme.mono_font(TextSize.CAPTION))
        is_diff = part.kind is PartKind.DIFF
        wraps = QTextOption.WrapMode.NoWrap if is_diff else QTextOption.WrapMode.WrapAnywhere
        self.setWordWrapMode(wraps)
        self._colours = DiffColours(theme, self) if is_diff else None
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._fill)
        lines = _lines_of(part.text)
        self.is_cut_off = lines > _MOST_LINES
        """Not all of it is in sight at once."""
        line_px = QFontMetricsF(self.font()).lineSpacing()
        shown = min(max(lines, _LEAST_LINES), _MOST_LINES) + (0.5 if self.is_cut_off else 0)
        self.setFixedHeight(round(shown * line_px + 2 * theme.space(1.5) + theme.space(2)))
        self._fill()

    @property
    def is_filling(self) -> bool:
        return self._at < len(self._text)

    def _fill(self) -> None:
        was_filling = self.is_filling
        cursor = QTextCursor(self.document())
        until_s = perf_counter() + _TURN_S
        while self.is_filling:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(self._next_piece())
            if perf_counter() > until_s:
                break
        if self.is_filling:
            self._more.start()
        elif was_filling:
            self.filled.emit()

    def _next_piece(self) -> str:
        piece = self._text[self._at : self._at + _PIECE_CHARS]
        self._at += len(piece)
        lines = inert(piece).split("\n")
        folded = []
        for number, line in enumerate(lines):
            before = self._in_line if number == 0 else 0
            folded.append(self._folded(line, before))
        return "\n".join(folded)

    def _folded(self, line: str, before: int) -> str:
        """`before`: how much of the line stands there already."""
        room = _LONGEST_LINE - before
        pieces = [line[:room]] if room > 0 else [""]
        rest = line[max(room, 0) :]
        pieces += [rest[at : at + _LONGEST_LINE] for at in range(0, len(rest), _LONGEST_LINE)]
        self._in_line = len(pieces[-1]) + (before if len(pieces) == 1 else 0)
        return FOLD.join(pieces)


class DiffColours(QSyntaxHighlighter):
    """What comes in green, what goes in red, each with its sign; a file's name stands out."""

    def __init__(
        self, theme: Theme, view: QPlainTextEdit, heads: tuple[str, ...] = _PATCH_HEADS
    ) -> None:
        """`heads`: how lines begin that tell of the files and places."""
        super().__init__(view.document())
        self._theme = theme
        self._heads = heads
        theme.changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        colours = self._theme.colours
        look = QTextCharFormat()
        if text.startswith(self._heads):
            look.setForeground(colours.muted)
        elif text.startswith(FILE_MARK):
            look.setForeground(colours.accent)
        elif text.startswith("+"):
            look.setForeground(colours.ok)
        elif text.startswith("-"):
            look.setForeground(colours.error)
        else:
            return
        self.setFormat(0, len(text), look)


def _lines_of(text: str) -> int:
    """About as many as it will take, without looking through a megabyte."""
    return sum(1 + len(line) // _LINE_CHARS for line in text[:4096].split("\n"))
