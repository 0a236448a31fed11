"""What every dialog is that asks a person on behalf of somebody else: denying is easy, allowing
takes a look.

It comes up without the keyboard and stays on top. Enter, Esc and closing deny. The buttons that
allow are armed a while after the dialog has become active (`arming.py`), and after the last click
or key that came too early. They have no letter of their own, and are never what Enter presses.
Everything in it is plain text.
"""

from collections import deque
from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QFont,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QMoveEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.ui.questions.arming import Arming, Hands
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.words import said

_TICK_MS = 1000
_MOST_HEIGHT_SHARE = 0.86
_MARGIN_UNITS = 2.5
"""Less than a line: nothing can be read there."""
_SCROLL = " (scroll)"
_CLICK = " (click here)"
"""The while begins once the dialog has the keyboard, which it does not take."""
_MOVE = "Move the pointer, then press."
"""A press where it has pressed before, or lain all the time, may be blind."""
_BY_HAND = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.TabletPress,
        QEvent.Type.TouchBegin,
        QEvent.Type.KeyPress,
    }
)
"""What a person does who does not only look; the wheel is not of it, for it is how one reads."""
_PRESSES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick})


class ArmedDialog(QDialog):
    """`show()` it, never `exec()`; before that `make_on()` in turns, where nobody waits for it. It
    answers by the signals of whoever makes one of it, once; `dismiss()` takes it away
    unanswered."""

    list_wanted = Signal()
    """All questions are wanted; this one goes on waiting."""
    dismissed = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        title: str,
        delay_ms: int,
        width_units: int,
        countdown: Callable[[], str],
    ) -> None:
        super().__init__(None)
        self._theme = theme
        self._countdown = countdown
        self._width_units = width_units
        self._is_answered = False
        self._steps: deque[Callable[[], None]] = deque()
        self._is_ready = True
        self._has_seen_end = False
        self.arming = Arming(delay_ms, self)
        self.arming.changed.connect(self._show_armed)
        self._hands = Hands()
        self._is_to_move = False
        self.setWindowTitle(said(title))
        self.setWindowIcon(QApplication.windowIcon())
        self.setWindowFlags(
            Qt.WindowType.Dialog
            | Qt.WindowType.CustomizeWindowHint
            | Qt.WindowType.WindowTitleHint
            | Qt.WindowType.WindowCloseButtonHint
            | Qt.WindowType.WindowStaysOnTopHint
        )
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.heading = FlowingLabel(
            theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        self.content = QVBoxLayout()
        self.expiry = Label(theme, countdown(), tone=Tone.MUTED)
        self.deny = Button(theme, "Deny")
        self.deny.setDefault(True)
        self.deny.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.deny.clicked.connect(self._deny)
        self.everything = Button(theme, "All questions", kind=ButtonKind.QUIET)
        self.everything.takes_enter = False
        put_tip(self.everything, tip("Leaves this one waiting and opens the list"))
        self.everything.clicked.connect(self._want_list)
        self._armed_buttons: list[tuple[Button, str]] = []
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.show_time)
        self._buttons = QHBoxLayout()
        self._lay_out()

    @property
    def is_answered(self) -> bool:
        return self._is_answered

    def make_by(self, *steps: Callable[[], None]) -> None:
        """What is left to be made of it, in pieces that are short for a turn of the loop."""
        self._steps.extend(steps)

    def make_on(self) -> bool:
        """The next of them; whether there are more."""
        if self._steps:
            self._steps.popleft()()
        return bool(self._steps)

    @property
    def is_whole(self) -> bool:
        return not self._steps

    def make_whole(self) -> None:
        """All of them now."""
        while self.make_on():
            pass

    def dismiss(self) -> None:
        """Somebody else has answered, or the question is gone: nothing is answered here."""
        self._is_answered = True
        self.close()

    def bring_forward(self) -> None:
        """A person asked for it, so it may take the keyboard."""
        self.make_whole()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)
        self.show()
        self.raise_()
        self.activateWindow()

    @override
    def reject(self) -> None:
        """Esc, and what closes a dialog."""
        if not self._is_answered:
            self._deny()
        else:
            super().reject()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate:
            self._set_active(True)
        elif event.type() in (QEvent.Type.WindowDeactivate, QEvent.Type.WindowBlocked):
            self._set_active(False)
        self._mind_hands(event)  # buttons that are off let their clicks through to here
        return super().event(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What comes to its window, before the part of it that would take it."""
        if not self._may_be_meant(event):
            self._is_to_move = isinstance(event, QMouseEvent) and self._hands.are_still
            self.arming.begin_again()
            self.show_time()
        self._mind_hands(event)
        return super().eventFilter(watched, event)

    def _set_active(self, active: bool) -> None:
        self.arming.set_active(active)
        self.show_armed()

    def _may_be_meant(self, event: QEvent) -> bool:
        """By somebody who looks, as far as hands tell."""
        if isinstance(event, QMouseEvent):
            at = event.globalPosition().toPoint()
            if event.type() in _PRESSES:
                return self._hands.pressed(at)
            if event.type() is QEvent.Type.MouseMove:
                self._hands.moved(at)
                if self._is_to_move and not self._hands.are_still:
                    self._is_to_move = False
                    self.show_time()
        elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._hands.pressed()
        return True

    def _mind_hands(self, event: QEvent) -> None:
        """Whoever clicks or types before it is armed does not look: the while starts again."""
        if event.type() in _BY_HAND and not self.arming.is_armed:
            self.arming.begin_again()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.make_whole()
        super().showEvent(event)
        self.windowHandle().installEventFilter(self)
        self._hands.rest(QCursor.pos())
        self._order_tabs()
        self.show_time()
        self._tick.start()
        self._set_active(self.isActiveWindow())
        self.arming.begin_again()
        QApplication.alert(self)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
        self.arming.set_active(False)

    @override
    def moveEvent(self, event: QMoveEvent) -> None:
        """A button that comes under the pointer is not yet one that a person has looked at."""
        super().moveEvent(event)
        self.arming.begin_again()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arming.begin_again()

    def set_ready(self, *, ready: bool) -> None:
        """Whether all that is asked stands in it."""
        self._is_ready = ready
        self._look_at_scroll()

    @property
    def _is_all_in_sight(self) -> bool:
        """Or has been: what does not fit the screen is read to its end first."""
        hidden_px = self._scroll.verticalScrollBar().maximum()
        return self._has_seen_end or hidden_px <= self._theme.space(_MARGIN_UNITS)

    def _look_at_scroll(self) -> None:
        bar = self._scroll.verticalScrollBar()
        if bar.maximum() > 0 and bar.value() >= bar.maximum():
            self._has_seen_end = True
        self.arming.set_complete(self._is_ready and self._is_all_in_sight)
        self.show_armed()

    def add_button(self, button: Button) -> None:
        """Between Deny and those that allow."""
        button.takes_enter = False
        self._buttons.addWidget(button)

    def add_armed(self, words: str, act: Callable[[], None]) -> Button:
        """A button that does nothing before it is armed."""
        button = Button(self._theme, words)
        for waits in (said(_SCROLL), said(_CLICK), self._delay_words):
            button.setText(said(words) + waits)  # stands still when the words change
            button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.takes_enter = False  # Enter denies, wherever the focus is
        button.setAccessibleName(said(words))
        button.setEnabled(False)
        button.clicked.connect(lambda: self._allow(act))
        self._armed_buttons.append((button, words))
        self._buttons.addWidget(button)
        return button

    def add_beside_expiry(self, button: Button) -> None:
        button.takes_enter = False
        self._line.insertWidget(1, button)

    def may_press(self, button: Button) -> bool:
        """Asked again when something else than the time decides. All may, unless one says else."""
        return True

    def show_armed(self) -> None:
        """What `may_press` says has changed."""
        self._show_armed(self.arming.is_armed)

    def answered(self) -> None:
        """The answer is given: the dialog goes."""
        self._is_answered = True
        self.close()

    def send_denial(self) -> None:
        """For whoever makes one of it."""
        raise NotImplementedError

    def fit(self) -> None:
        """As tall as its content, as far as the screen has room; never narrower than a tick."""
        room = self.screen().availableGeometry()
        inside = self.content
        inside.invalidate()
        inside.activate()
        width = max(self._theme.space(self._width_units), inside.minimumSize().width())
        height = inside.totalHeightForWidth(width)
        others = self.sizeHint().height() - self._scroll.sizeHint().height()
        most = round(room.height() * _MOST_HEIGHT_SHARE)
        self.resize(min(width, room.width()), min(height + others + self._theme.space(2), most))

    def _allow(self, act: Callable[[], None]) -> None:
        if self.arming.is_armed and not self._is_answered:
            act()

    def _deny(self) -> None:
        if self._is_answered:
            return
        self.make_whole()
        self._is_answered = True
        self.send_denial()
        self.close()

    def _want_list(self) -> None:
        self.dismiss()
        self.list_wanted.emit()

    def show_time(self) -> None:
        """Once a second while it is in sight."""
        self.expiry.setText(said(_MOVE) if self._is_to_move else self._countdown())

    def _order_tabs(self) -> None:
        """As they stand there; then comes what is asked."""
        rows = (self._line, self._buttons)
        inside = [row.itemAt(at) for row in rows for at in range(row.count())]
        buttons = [each.widget() for each in inside if each is not None]
        for one, next_one in pairwise([each for each in buttons if isinstance(each, Button)]):
            QWidget.setTabOrder(one, next_one)

    @property
    def _delay_words(self) -> str:
        return f" ({said(f'{self.arming.delay_ms / 1000:g} s')})"

    def _show_armed(self, armed: bool) -> None:
        if armed and QApplication.activePopupWidget() is not None:
            self.arming.begin_again()  # a menu takes clicks and keys for itself
            return
        waits = self._delay_words if self.arming.is_active else said(_CLICK)
        if not self._is_all_in_sight:
            waits = said(_SCROLL)
        for button, words in self._armed_buttons:
            button.setText(words if armed else said(words) + waits)
            button.setEnabled(armed and self.may_press(button))

    def _lay_out(self) -> None:
        space = self._theme.space
        self.content.setContentsMargins(space(6), space(1), space(6), space(1))
        self.content.setSpacing(space(3))
        self._sheet = QWidget()
        self._sheet.setLayout(self.content)
        self._scroll = Scrolled(self._theme, self._sheet)
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda *_: self._look_at_scroll())
        bar.valueChanged.connect(lambda _: self._look_at_scroll())
        self.heading.setContentsMargins(0, 0, 0, 0)
        head = h_box(self._theme, (self.heading, 1), margins=(6, 0))
        line = self._line = QHBoxLayout()
        line.setContentsMargins(space(6), 0, space(6), 0)
        line.setSpacing(space(2))
        line.addWidget(self.expiry, 1)
        line.addWidget(self.everything)
        self._buttons.setContentsMargins(space(6), 0, space(6), 0)
        self._buttons.setSpacing(space(2))
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.deny)
        v_box(
            self._theme,
            head,
            (self._scroll, 1),
            line,
            self._buttons,
            on=self,
            gap=3,
            margins=(0, 5),
        )
        self.deny.setFocus()
