"""Cards, their heads and lines, and what stands where a list is empty."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import Flowed, FlowingBox, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.view_clothes import stay_dressed

CORNER_PX = 8.0


class Card(QFrame):
    """Put a layout on it; margins are the owner's choice. Ground and edge are names of colours."""

    _ground, _edge, _corner_px = "surface", "border", CORNER_PX

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours, corner = self._theme.colours, self._corner_px
        ground: QColor = getattr(colours, self._ground)
        edge: QColor = getattr(colours, self._edge)
        painter = QPainter(self)
        inside = self.rect().adjusted(*(int(corner),) * 2, *(-int(corner),) * 2)
        if inside.contains(event.rect()):  # something on it is painted again
            painter.fillRect(event.rect(), ground)
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(ground)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, corner, corner)
        painter.end()


class Line(QWidget):
    """One pixel of border colour, horizontal or vertical."""

    def __init__(self, theme: Theme, *, vertical: bool = False) -> None:
        super().__init__()
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


class EmptyState(FlowingBox):
    """Centred in the space it is given. `add` puts code blocks or rows of buttons below."""

    _WIDTH_UNITS = 130

    def __init__(self, theme: Theme, *, icon: str, title: str, text: str = "") -> None:
        super().__init__()
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
        stay_dressed(self, theme, EmptyState._draw_picture)

    def set_words(self, title: str, text: str = "") -> None:
        self._title.setText(title)
        self._text.say(text)

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


class ListStates(QStackedWidget):
    """A list, or what stands in its place; blank until the first reading has come."""

    clear_wanted = Signal()
    retry_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        browser: QWidget,
        for_browser: QWidget,
        *,
        first: QWidget,
        begin: QWidget,
    ) -> None:
        """`first` is there before anything is listed. `for_browser` and `begin` are what the
        keyboard goes to in either."""
        super().__init__()
        self._browser, self._first = browser, first
        self._no_match = EmptyState(theme, icon="search", title=_NO_MATCH)
        clear = Button(theme, "Clear filter", kind=ButtonKind.PRIMARY)
        clear.clicked.connect(self.clear_wanted)
        self._no_match.add_buttons(clear)
        self._failure = EmptyState(theme, icon="database", title="")
        retry = Button(theme, "Try again", icon="retry")
        retry.clicked.connect(self.retry_wanted)
        self._failure.add_buttons(retry)
        for each in (QWidget(), browser, first, self._no_match, self._failure):
            self.addWidget(each)
        self._keyboards: dict[QWidget | None, QWidget] = {
            browser: for_browser,
            first: begin,
            self._no_match: clear,
            self._failure: retry,
        }

    @property
    def for_keyboard(self) -> QWidget | None:
        """Of what is in sight; a focus proxy would hide the rest of the page from the Tab key."""
        return self._keyboards.get(self.currentWidget())

    @property
    def is_browsing(self) -> bool:
        return self.currentWidget() is self._browser

    @property
    def is_first(self) -> bool:
        """There is not one to be listed yet."""
        return self.currentWidget() is self._first

    @property
    def is_failure(self) -> bool:
        return self.currentWidget() is self._failure

    def show_browser(self) -> None:
        self.setCurrentWidget(self._browser)

    def show_counts(self, matching: int, total: int, without_filter: str = "") -> None:
        """`without_filter`: how many there would be, in words."""
        self._no_match.set_words(_NO_MATCH, without_filter)
        rest = self._no_match if total else self._first
        self.setCurrentWidget(self._browser if matching else rest)

    def show_failure(self, what: str, why: str) -> None:
        self._failure.set_words(what, why)
        self.setCurrentWidget(self._failure)


_NO_MATCH = "Nothing matches."
