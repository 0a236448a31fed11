"""Words and small pictures: a label in the theme's sizes and tones, one that gives way, a mark,
tips; what painted widgets are to those who do not see them."""

import html
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAccessibleWidget, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.view_clothes import LABELS, stay_dressed
from llmgw_desktop.ui.widgets.words import said


class Tone(StrEnum):
    """A colour by its meaning; the values are names of fields of Colours."""

    TEXT = "text"
    MUTED = "muted"
    ACCENT = "accent"
    OK = "ok"
    ERROR = "error"
    WARNING = "warning"
    RUNNING = "running"


def colour_of(tone: Tone, colours: Colours) -> QColor:
    colour: QColor = getattr(colours, tone.value)
    return colour


class Label(QLabel):
    """Plain text always: what comes from outside is never read as markup. Our own words are said in
    the person's language; `is_verbatim` what others said, such as names, code and prompts."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        size: TextSize = TextSize.BODY,
        tone: Tone = Tone.TEXT,
        weight: QFont.Weight = QFont.Weight.Normal,
        is_verbatim: bool = False,
    ) -> None:
        super().__init__(text if is_verbatim else said(text))
        self.is_verbatim = is_verbatim
        self._theme = theme
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, weight))
        stay_dressed(self, theme, Label._paint_tone, at_once=LABELS)

    def set_tone(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self._paint_tone()

    @override
    def setText(self, text: str) -> None:
        super().setText(text if self.is_verbatim else said(text))

    def say(self, words: str) -> None:
        """Hidden where it has nothing to say."""
        self.setText(words)
        self.setVisible(bool(words))

    def _paint_tone(self) -> None:
        palette = QPalette(self.palette())
        ink = colour_of(self._tone, self._theme.colours)
        palette.setColor(QPalette.ColorRole.WindowText, ink)
        self.setPalette(palette)


class MarkIcon(QWidget):
    """Not for the keyboard, and nothing that a screen reader would miss."""

    def __init__(self, theme: Theme, icon: str, tone: Tone = Tone.MUTED) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = icon
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_mark(self, icon: str, tone: Tone) -> None:
        if (icon, tone) != (self._icon_name, self._tone):
            self._icon_name, self._tone = icon, tone
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(4.5), self._theme.space(5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colour = colour_of(self._tone, self._theme.colours)
        size = self._theme.space(4.5)
        painter = QPainter(self)
        top = (self.height() - size) / 2
        self._theme.icons.paint(painter, self._icon_name, QRectF(0, top, size, size), colour)
        painter.end()


_LONG = 80


def tip(text: str) -> str:
    """For `setToolTip` and models: Qt would read what looks like markup as markup, and open the
    pictures that it names, also such as lie on another machine. Long texts get lines that wrap. In
    the person's language."""
    return plain_tip(said(text))


def plain_tip(text: str) -> str:
    """As `tip`, of what others said."""
    if "<" not in text and len(text) <= _LONG:
        return text
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"


def paragraphs(texts: Iterable[str]) -> str:
    """As `tip`, each of these by itself; empty ones are left out."""
    return "".join(f"<p>{html.escape(said(text))}</p>" for text in texts if text)


def examples_tip(rows: Iterable[tuple[str, str]], last: str) -> str:
    """As `tip`: what can be typed, each with what it means, and a sentence below."""
    lines = (
        f"<tr><td><b>{html.escape(example)}</b>&nbsp;&nbsp;</td>"
        f"<td>{html.escape(said(words))}</td></tr>"
        for example, words in rows
    )
    return f"<table>{''.join(lines)}</table><p>{html.escape(said(last))}</p>"


def put_tip(widget: QWidget, text: str) -> None:
    """As `setToolTip`, of what `tip` or its neighbours made. A screen reader takes the tip for the
    description where there is no other, and reads markup aloud: it is given the words."""
    if widget.accessibleDescription() == _words_of(widget.toolTip()):
        widget.setAccessibleDescription("")
    widget.setToolTip(text)
    if text.startswith("<") and not widget.accessibleDescription():
        widget.setAccessibleDescription(_words_of(text))


def _words_of(markup: str) -> str:
    return html.unescape(_TAGS.sub(" ", markup)).strip()


_TAGS = re.compile(r"<[^<>]*>")


class ElidedLabel(Label):
    """Never asks for more room than a few letters."""

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        put_tip(self, plain_tip(self.text()))
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


_ROLES: dict[str, QAccessible.Role] = {}
"""Of widgets that we paint ourselves, by the names of their classes."""
_Painted = TypeVar("_Painted", bound=type[QWidget])


def plays(role: QAccessible.Role) -> Callable[[_Painted], _Painted]:
    """For a class of widgets that Qt knows nothing of: what it is to those who do not see it. A
    class below it is the same, unless it says otherwise."""

    def noted(kind: _Painted) -> _Painted:
        if not _ROLES:
            QAccessible.installFactory(_with_role)
        _ROLES[kind.__name__] = role
        return kind

    return noted


def _with_role(class_name: str, widget: QObject) -> QAccessibleWidget | None:
    """Asked with each class of a widget, beginning with its own, when a reader comes to it."""
    role = _ROLES.get(class_name)
    if role is None or not isinstance(widget, QWidget):
        return None
    return QAccessibleWidget(widget, role, "")
