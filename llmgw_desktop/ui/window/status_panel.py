"""How the gateway stands, always in sight: a shape, a word, the address to copy, a switch."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QMenu, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.gateway.control import address, state_word
from llmgw_desktop.domain.events import GatewayState, GatewayStatus
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.view_clothes import dress_menu
from llmgw_desktop.ui.widgets.words import said


class StatusPanel(Card):
    """Shows what it is told; `pause_wanted` and `resume_wanted` are for others to act on."""

    pause_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._state = GatewayState.STARTING
        self._shape = StatusShape(theme)
        self._word = Label(theme, weight=QFont.Weight.DemiBold)
        self._address = Label(theme, tone=Tone.MUTED)
        self._address.setFont(theme.mono_font())
        self._note = Label(theme, "Recording is off", tone=Tone.WARNING)
        self._copies = QMenu(self)
        dress_menu(self._copies, theme)
        self._copy = Button(theme, kind=ButtonKind.QUIET, icon="copy", name="Copy base URL")
        self._copy.clicked.connect(self._offer_copies)
        self._turn = Button(theme, kind=ButtonKind.QUIET, icon="pause", name="Pause gateway")
        self._turn.clicked.connect(self._ask_turn)
        self._upper = h_box(theme, self._shape, (self._word, 1), self._turn, gap=2)
        lower = h_box(theme, (self._address, 1), self._copy)
        v_box(theme, self._upper, lower, self._note, on=self, gap=0, margins=(3, 1.5, 1.5, 1.5))
        self._note.hide()
        self._is_folded, self._is_recording = False, True

    def fold(self, *, is_narrow: bool) -> None:
        """The shape and the buttons alone, one below the other; the words are a tip."""
        self._is_folded = is_narrow
        ways = QBoxLayout.Direction
        self._upper.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)
        self._word.setVisible(not is_narrow)
        self._address.setVisible(not is_narrow and bool(self._address.text()))
        self.show_recording(self._is_recording)

    def show_status(self, status: GatewayStatus, base_urls: Mapping[str, str]) -> None:
        self._state = status.state
        self._shape.show_state(status.state)
        self._word.setText(state_word(status.state))
        place = address(status)
        self._address.say(place)
        self._address.setVisible(bool(place) and not self._is_folded)
        put_tip(self._shape, tip(f"{state_word(status.state)}: {place}"))
        self._copy.setVisible(bool(place))
        self._fill_copies(base_urls)
        paused = status.state is GatewayState.PAUSED

        self._turn.set_icon_name("resume" if paused else "pause")
        self._turn.set_name("Resume gateway" if paused else "Pause gateway")
        self._turn.setEnabled(status.state in (GatewayState.RUNNING, GatewayState.PAUSED))

    def show_recording(self, recording: bool) -> None:
        self._is_recording = recording
        self._note.setVisible(not recording and not self._is_folded)

    def _fill_copies(self, base_urls: Mapping[str, str]) -> None:
        self._copies.clear()
        for vendor, url in base_urls.items():
            action = self._copies.addAction(said(f"{vendor}   {url}"))
            action.triggered.connect(_copier(url))

    def _offer_copies(self) -> None:
        place = self._copy.mapToGlobal(QPoint(0, 0))
        self._copies.popup(place - QPoint(0, self._copies.sizeHint().height()))

    def _ask_turn(self) -> None:
        if self._state is GatewayState.PAUSED:
            self.resume_wanted.emit()
        else:
            self.pause_wanted.emit()


class StatusShape(QWidget):
    """Filled runs, slashed is paused, «!» failed, a ring is all else: told apart without colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state = GatewayState.STARTING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_state(self, state: GatewayState) -> None:
        self._state = state
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(3.5), self._theme.space(3.5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        area = QRectF(1, (self.height() - side) / 2 + 1, side - 2, side - 2)
        if self._state is GatewayState.RUNNING:
            _dot(painter, area, colours.ok)
        elif self._state is GatewayState.FAILED:
            _dot(painter, area, colours.error)
            painter.setPen(QPen(colours.surface, 1.6, c=Qt.PenCapStyle.RoundCap))
            x = area.center().x()
            painter.drawLine(QPointF(x, area.top() + 3), QPointF(x, area.center().y() + 0.8))
            painter.drawPoint(QPointF(x, area.bottom() - 2.8))
        else:
            ink = colours.warning if self._state is GatewayState.PAUSED else colours.muted
            painter.setPen(QPen(ink, 1.6))
            painter.drawEllipse(area.adjusted(0.3, 0.3, -0.3, -0.3))
            if self._state is GatewayState.PAUSED:
                painter.drawLine(
                    area.bottomLeft() + QPointF(1.6, -1.6), area.topRight() + QPointF(-1.6, 1.6)
                )
        painter.end()


def _dot(painter: QPainter, area: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(area)


def _copier(url: str) -> Callable[[], None]:
    return lambda: QGuiApplication.clipboard().setText(url)
