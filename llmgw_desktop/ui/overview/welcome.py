"""Welcome in three steps: what was found here, what is recorded, a first request. It stands beside
the window, can be left at any time, and come back to from the Help menu.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QDialog, QStackedWidget, QWidget

from llmgw_desktop.app.gateway.welcome import LEVELS, FoundHere, FoundKind, Welcome
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.settings.tables import RecorderLevel
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS, _HEIGHT_UNITS = 150, 125
_BOLD, _MEDIUM = QFont.Weight.DemiBold, QFont.Weight.Medium
_TITLES = ("What was found here", "What is recorded", "A first request")
_WHAT = (
    "Programs on this computer ask their models through LLM Gateway, and it asks the providers. It"
    " listens on this computer alone. Nothing below is used before you say so."
)
_LOOKING = "Looking for CLIs, local servers, keys and programs …"
_NOTHING = (
    "Nothing was found, which is no harm: the practice model answers without an account, and"
    " Providers, Clients and Jobs lead on from there."
)
_RECORDED = (
    "Each request becomes a flight. It lies on this computer and is deleted after a while; how much"
    " of it is kept is your choice, now and later in Settings."
)
_FIRST = (
    "The gateway sends a request to itself, as any program would. The built-in practice model"
    " answers: free and offline. Its flight opens by itself, and the welcome is over."
)


class SendsTest(Protocol):
    """What is asked of `app/gateway/control.py`."""

    def send_test_flight(self) -> Coroutine[Any, Any, str]: ...


class WelcomeBox(QDialog):
    """Show it with `show()`; `begin` looks around."""

    flight_wanted = Signal(str)
    page_wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        welcome: Welcome,
        changer: SettingsChanger,
        bridge: Bridge,
        *,
        control: SendsTest,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._theme, self._welcome = theme, welcome
        self._changer, self._bridge, self._control = changer, bridge, control
        self.setWindowTitle(said("Welcome"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title = Label(theme, size=TextSize.TITLE, weight=_BOLD)
        self._count = Label(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.steps = QStackedWidget()
        self.found: list[QWidget] = []
        """The rows of what was found."""
        self.said = FlowingLabel(theme, _LOOKING, tone=Tone.MUTED)
        self.send = Button(theme, "Send a test flight", kind=ButtonKind.PRIMARY, icon="send")
        self.ask = Button(theme, "Ask a model yourself", icon="edit")
        self.sent = FlowingLabel(theme, tone=Tone.MUTED)
        self.levels = {level: Tick(theme, words, is_ring=True) for level, words in LEVELS.items()}
        self._ring = QButtonGroup(self)
        self.back = Button(theme, "Back")
        self.next = Button(theme, "Next", kind=ButtonKind.PRIMARY)
        self.leave = Button(theme, "Later", kind=ButtonKind.QUIET)
        self._lay_out()
        self._connect()
        self._turn_to(0)
        room = self.screen().availableGeometry().size()
        self.resize(
            min(theme.space(_WIDTH_UNITS), room.width()),
            min(theme.space(_HEIGHT_UNITS), room.height()),
        )

    def begin(self) -> None:
        """Look around, beside the loop."""
        self._bridge.run(self._look(), name="look around for the welcome")
        self._show_level()

    async def _look(self) -> None:
        self.show_found(await self._welcome.look())

    def show_found(self, found: tuple[FoundHere, ...]) -> None:
        """In groups; each that can be made of use has a button."""
        while self.found:
            row = self.found.pop()
            row.hide()
            row.deleteLater()
        self.said.say("" if found else _NOTHING)
        for kind in FoundKind:
            rows = [each for each in found if each.kind is kind]
            if rows:
                self._add_row(Label(self._theme, kind.value, weight=_MEDIUM))
            for each in rows:
                self._add_row(self._row(each))

    def _add_row(self, row: QWidget) -> None:
        self._rows.insertWidget(self._rows.count() - 1, row)
        self.found.append(row)

    def _row(self, found: FoundHere) -> QWidget:
        row = QWidget()
        parts: list[Any] = [(FlowingLabel(self._theme, inert_line(found.words, 200)), 1)]
        if found.button:
            name = f"{found.button} {inert_line(found.words, 100)}"
            button = Button(self._theme, found.button, name=name)
            button.clicked.connect(self._doing(found, button))
            parts.append((button, 0, Qt.AlignmentFlag.AlignTop))
        h_box(self._theme, *parts, on=row, gap=2, margins=0)
        return row

    def _doing(self, found: FoundHere, button: Button) -> Callable[[], None]:
        def do() -> None:
            wish = found.do
            if wish is None:
                self.page_wanted.emit(found.page)
                return
            button.setEnabled(False)
            self._changer.make(
                wish,
                done=lambda: button.setText("Done"),
                refused=lambda error: self._refuse(error, button),
                conflicted=lambda: button.setEnabled(True),
            )

        return do

    def _refuse(self, error: Exception, button: Button) -> None:
        button.setEnabled(True)
        self.said.set_tone(Tone.ERROR)
        self.said.say(inert_line(str(error), 400))

    def _show_level(self) -> None:
        tick = self.levels.get(RecorderLevel(self._welcome.level))
        if tick is not None:
            tick.setChecked(True)

    def _choose(self, level: RecorderLevel) -> None:
        if level.value != self._welcome.level:
            self._changer.make(
                lambda: self._welcome.record(level),
                refused=lambda _: self._show_level(),
                conflicted=self._show_level,
            )

    def _send(self) -> None:
        self.send.setEnabled(False)
        self.sent.set_tone(Tone.MUTED)
        self.sent.say("Sending …")
        self._bridge.run(self._first_request(), name="first request")

    async def _first_request(self) -> None:
        try:
            flight_id = await self._control.send_test_flight()
        except (TimeoutError, LlmgwError, OSError) as error:
            self.sent.set_tone(Tone.ERROR)
            self.sent.say(f"The request failed: {inert_line(str(error), 300)}")
        else:
            self.flight_wanted.emit(flight_id)
            self.accept()  # the welcome is over, and would stand before the flight
        finally:
            self.send.setEnabled(True)

    def _ask(self) -> None:
        self.page_wanted.emit("scratch")
        self.accept()

    def _turn_to(self, at: int) -> None:
        if not 0 <= at < len(_TITLES):
            self.accept()
            return
        self.steps.setCurrentIndex(at)
        self._title.setText(_TITLES[at])
        self._count.setText(f"{at + 1} of {len(_TITLES)}")
        self.back.setEnabled(at > 0)
        is_last = at == len(_TITLES) - 1
        self.next.setText("Finish" if is_last else "Next")
        self.leave.setVisible(not is_last)
        self.next.setFocus()

    def _lay_out(self) -> None:
        theme = self._theme
        listed = QWidget()
        self._rows = v_box(theme, self.said, None, on=listed, gap=2, margins=0)
        first, second, third = QWidget(), QWidget(), QWidget()
        what = FlowingLabel(theme, _WHAT, tone=Tone.MUTED)
        v_box(theme, what, (Scrolled(theme, listed), 1), on=first, gap=4, margins=0)
        recorded = FlowingLabel(theme, _RECORDED, tone=Tone.MUTED)
        v_box(theme, recorded, *self.levels.values(), None, on=second, gap=3, margins=0)
        acts = h_box(theme, self.send, self.ask, None, gap=2)
        words = FlowingLabel(theme, _FIRST, tone=Tone.MUTED)
        v_box(theme, words, acts, self.sent, None, on=third, gap=4, margins=0)
        for step in (first, second, third):
            self.steps.addWidget(step)
        head = h_box(theme, (self._title, 1), self._count, gap=2)
        foot = h_box(theme, self.leave, None, self.back, self.next, gap=2)
        v_box(theme, head, (self.steps, 1), foot, on=self, gap=4, margins=(6, 5))
        self.sent.hide()

    def _connect(self) -> None:
        self.next.clicked.connect(lambda: self._turn_to(self.steps.currentIndex() + 1))
        self.back.clicked.connect(lambda: self._turn_to(self.steps.currentIndex() - 1))
        self.leave.clicked.connect(self.reject)
        self.send.clicked.connect(self._send)
        self.ask.clicked.connect(self._ask)
        for level, tick in self.levels.items():
            self._ring.addButton(tick)
            tick.clicked.connect(lambda _=False, level=level: self._choose(level))
