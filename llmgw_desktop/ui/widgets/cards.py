"""Cards, their heads and lines, facts by their labels, and what stands where a list is empty."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.formats import Fact
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box

CORNER_PX = 8.0


class Card(QFrame):
    """Put a layout on it; margins are the owner's choice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        inside = self.rect().adjusted(*(int(CORNER_PX),) * 2, *(-int(CORNER_PX),) * 2)
        if inside.contains(event.rect()):  # something on it is painted again
            painter.fillRect(event.rect(), colours.surface)
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.surface)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CORNER_PX, CORNER_PX
        )
        painter.end()


class Line(QWidget):
    """One pixel of border colour, horizontal or vertical."""

    def __init__(
        self, theme: Theme, *, vertical: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if vertical:
            self.setFixedWidth(1)
            self.setSizePolicy(fixed, free)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(free, fixed)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.border)
        painter.end()


_WORDS_UNITS = 60


def card_head(
    theme: Theme,
    title: Sequence[QWidget],
    *,
    facts: Sequence[QWidget],
    acts: Sequence[QWidget],
    switch: QWidget | None = None,
) -> Reflow:
    """`title` is one line, `facts` are a line each."""
    words = _words(theme, title, facts)
    return Reflow(
        [
            Flowed(words, stretch=1, comfortable=theme.space(_WORDS_UNITS)),
            Flowed(_acts(theme, acts, switch), stretch=0),
        ],
        [(2,), (1, 1)],
        spacing=theme.space(2),
    )


def _words(theme: Theme, title: Sequence[QWidget], facts: Sequence[QWidget]) -> QWidget:
    words = QWidget()
    line = h_box(theme, *title, None, gap=2)
    v_box(theme, line, *facts, on=words, gap=0.75, margins=0)
    return words


def _acts(theme: Theme, acts: Sequence[QWidget], switch: QWidget | None) -> QWidget:
    buttons = QWidget()
    row = h_box(theme, *acts, on=buttons, gap=1, margins=0)
    if switch is not None:
        row.addSpacing(theme.space(1.5))
        row.addWidget(switch)
    row.addStretch(1)
    return buttons


class EmptyState(QWidget):
    """Centred in the space it is given. `add` puts code blocks or rows of buttons below."""

    _WIDTH_UNITS = 130

    def __init__(
        self, theme: Theme, *, icon: str, title: str, text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._text = Label(theme, text, tone=Tone.MUTED)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        if not text:  # shown while it has no parent, it would come up as a window
            self._text.hide()
        space = theme.space
        self._column = v_box(theme, self._picture, 1, self._title, self._text, gap=1.5)
        body = QWidget()
        body.setLayout(self._column)
        body.setMaximumWidth(space(self._WIDTH_UNITS))
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        across = h_box(theme, None, (body, 100), None)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(6), space(6), space(6), space(6))
        outer.addStretch(2)
        outer.addLayout(across)
        outer.addStretch(3)
        self._draw_picture()
        theme.changed.connect(self._draw_picture)

    def set_words(self, title: str, text: str = "") -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def add(self, widget: QWidget) -> None:
        """At full width, below what is there."""
        self._column.addSpacing(self._theme.space(2))
        self._column.addWidget(widget)

    def add_buttons(self, *buttons: QWidget) -> None:
        """Side by side in the middle."""
        row = h_box(self._theme, None, *buttons, None, gap=2)
        self._column.addSpacing(self._theme.space(2))
        self._column.addLayout(row)

    def _draw_picture(self) -> None:
        size = self._theme.space(9)
        pixmap = self._theme.icons.pixmap(
            self._icon_name, self._theme.colours.disabled, size, self.devicePixelRatioF()
        )
        self._picture.setPixmap(pixmap)


class FactList(QWidget):
    """Lines of label and value, kept and filled anew, since people step through flights quickly."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[_FactRow] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnMinimumWidth(0, theme.space(26))
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: tuple[Fact, ...]) -> None:
        while len(self._rows) < len(facts):
            self._rows.append(_FactRow(self._theme, self._grid, len(self._rows)))
        for row, fact in zip(self._rows, facts, strict=False):
            row.fill(fact)
        for row in self._rows[len(facts) :]:
            row.hide()


class _FactRow:
    """The label, and beside it the value with its copy button close by."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._theme = theme
        self._label = Label(theme, tone=Tone.MUTED)
        self._value = FlowingLabel(theme)
        self._copy = CopyButton(theme, self._value.text, name="value")
        self._side = QWidget()
        row = h_box(theme, (self._value, 1), self._copy, on=self._side, gap=1, margins=0)
        row.addStretch(0)
        self._label.setFixedHeight(theme.space(7))
        self._value.setMinimumHeight(theme.space(7))
        grid.addWidget(self._label, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._side, at, 1)

    def fill(self, fact: Fact) -> None:
        theme, policy = self._theme, QSizePolicy.Policy
        self._label.setText(fact.label)
        self._value.setText(fact.value)
        font = theme.mono_font(TextSize.CAPTION) if fact.is_code else theme.font()
        self._value.setFont(font)
        # A value with a button beside it takes no more than its own width.
        shape = QSizePolicy(policy.Maximum if fact.can_copy else policy.Ignored, policy.Preferred)
        shape.setHeightForWidth(True)
        self._value.setSizePolicy(shape)
        name = f"Copy {fact.label.lower()}"
        self._copy.setAccessibleName(name)
        self._copy.setToolTip(tip(name))
        self._copy.setVisible(fact.can_copy)
        self._label.show()
        self._side.show()

    def hide(self) -> None:
        self._label.hide()
        self._side.hide()
