"""What is said beside a page: for a moment over its bottom edge, or in a banner until its cause is
gone."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QCursor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.layouts import WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.words import said


class Sheet(Card):
    """Hidden at first; stays in the middle of its parent's bottom edge."""

    _ground, _edge = "alternate", "outline"

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._over = parent
        parent.installEventFilter(self)
        self.hide()

    def come_up(self) -> None:
        self._place()
        self.show()
        self.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        room, space = self._over.size(), self._theme.space
        width = min(self.sizeHint().width(), room.width() - space(8))
        tall = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        self.resize(width, tall)
        self.move((room.width() - width) // 2, room.height() - space(5) - tall)


SHOWN_MS = 10_000


class UndoNotice(Sheet):
    """One at a time: what is said next takes its place."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._on_undo: Callable[[], None] | None = None
        self._words = FlowingLabel(theme)
        self._undo = Button(theme, "Undo", name="Undo the last change")
        self._undo.clicked.connect(self.undo)
        self._end = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._end.timeout.connect(self._close)
        self._space = theme.space
        self._row = QHBoxLayout(self)
        self._row.setSpacing(self._space(4))
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._undo)

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, sentence: str, on_undo: Callable[[], None] | None) -> None:
        self._words.setText(sentence)
        self._on_undo = on_undo
        self._undo.setVisible(on_undo is not None)
        side, narrow = self._space(4), self._space(1.5)
        if on_undo is None:
            self._row.setContentsMargins(side, self._space(3), side, self._space(3))
        else:
            self._row.setContentsMargins(side, narrow, narrow, narrow)
        self.setAccessibleName(said(sentence))
        self.come_up()
        self._end.start()

    def undo(self) -> None:
        """Once, and only while it is offered."""
        do, self._on_undo = self._on_undo, None
        self._close()
        if do is not None:
            do()

    def _close(self) -> None:
        self._end.stop()
        self._on_undo = None
        self.hide()


class WarningBar(QWidget):
    """A line across the top of what it warns of; hidden at first. Put a layout on it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        theme.changed.connect(self.update)
        self.hide()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.warning_ground)
        painter.end()


_SHOWN_MS = 2200


class Notice(Sheet):
    """Takes no clicks and no focus."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._words = Label(theme)
        self._end = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._end.timeout.connect(self.hide)
        h_box(theme, self._words, on=self, margins=(4, 2))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self.come_up()
        self._end.start()


Way = tuple[str, Callable[[], object]]
_MOST_WAYS = 3
_MOST_BESIDE = 2
"""More buttons leave no room for the words beside them in a narrow window."""
_WORDS_UNITS = 75
"""So much room words have beside buttons."""


class BannerKind(StrEnum):
    """How bad it is; the values are names of fields of Colours and of icons."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "running"


class _PressGuard(QObject):
    """Presses in a window whose parts have just moved go to nobody: they were meant for what lay
    under the pointer before."""

    def __init__(self, banner: "Banner") -> None:
        super().__init__(banner)
        self._window = banner.window()
        QCoreApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        QTimer.singleShot(_GUARDED_MS, self, self.deleteLater)

    @classmethod
    def over(cls, banner: "Banner") -> None:
        moved = banner.parentWidget()
        if moved is not None and moved.rect().contains(moved.mapFromGlobal(QCursor.pos())):
            cls(banner)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        return is_press and isinstance(watched, QWidget) and watched.window() is self._window


_GUARDED_MS = 400
"""About as long as a hand takes that was on its way."""


class Banner(QWidget):
    """Hidden until `say`. What happened in bold, why and what to do in plain text below."""

    dismissed = Signal()

    def __init__(self, theme: Theme, *, closable: bool = True):
        super().__init__()
        self._theme = theme
        self._kind = BannerKind.INFO
        self._ways: Sequence[Way] = ()
        space = theme.space
        self._what = Label(theme, weight=QFont.Weight.DemiBold)
        self._what.setWordWrap(True)
        self._why = FlowingLabel(theme)
        self._buttons = [Button(theme, "") for _ in range(_MOST_WAYS)]
        for number, button in enumerate(self._buttons):
            button.clicked.connect(self._acting(number))
        self._close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Dismiss")
        self._close.clicked.connect(self._dismiss)
        words = v_box(theme, self._what, self._why, gap=0.5)
        row = h_box(theme, on=self, gap=2, margins=(10, 2, 2, 2))
        self._acts = WrappedRow(space(2))
        for button in self._buttons:
            self._acts.addWidget(button)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(space(2))
        self._body.addLayout(words, 1)
        self._body.addLayout(self._acts)
        self._body.setAlignment(self._acts, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(self._body, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._close.setVisible(closable)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def words(self) -> str:
        """All its words, for those who look for them."""
        return " ".join(label.text() for label in (self._what, self._why) if label.text())

    def say(self, kind: BannerKind, what: str, why: str = "", *ways: Way) -> None:
        """Shown while there is something to say. Up to three `ways` to mend it: the words on each
        button, what it does."""
        self._kind = kind
        self._what.setText(what)
        self._why.say(why)
        self._ways = ways
        for number, button in enumerate(self._buttons):
            button.setText(ways[number][0] if number < len(ways) else "")
            button.setVisible(number < len(ways))
        self._arrange()
        self.setAccessibleDescription(said(self.words))
        self.setVisible(bool(what))
        self.update()

    @override
    def setVisible(self, visible: bool) -> None:
        """What stands below moves by it, perhaps from under a pointer that is about to press."""
        above = self.parentWidget()
        moves = visible is self.isHidden() and above is not None and above.isVisible()
        super().setVisible(visible)
        if moves:
            _PressGuard.over(self)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        ground: QColor = getattr(colours, f"{self._kind.value}_ground")
        ink: QColor = getattr(colours, self._kind.value)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.border)
        size, space = self._theme.space(4.5), self._theme.space
        top = (self.height() - size) / 2 if not self._why.text() else space(2)
        icon = "info" if self._kind is BannerKind.INFO else self._kind.value
        self._theme.icons.paint(painter, icon, QRectF(space(4), top, size, size), ink)
        painter.end()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Buttons stand beside the words where these have room, else below them."""
        needed = self._acts.sizeHint().width() + self._theme.space(_WORDS_UNITS)
        fits = len(self._ways) <= _MOST_BESIDE and needed <= self.width()
        ways = QBoxLayout.Direction
        self._body.setDirection(ways.LeftToRight if fits else ways.TopToBottom)

    def _acting(self, number: int) -> Callable[[], None]:
        """What the button of this number does."""

        def act() -> None:
            if number < len(self._ways):
                self._ways[number][1]()

        return act

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
