"""One flight in full: its head, its actions, and the tabs.

It is given records; fetching them is the page's work. Only the tab in front is filled.
"""

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.columns import STATE_WORDS, client_text, model_text
from llmgw_desktop.app.words.figures import local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.body_tab import BodyTab, RawTab
from llmgw_desktop.ui.flights.detail.cache_tab import CacheTab, SheetOf
from llmgw_desktop.ui.flights.detail.overview_tab import OverviewTab
from llmgw_desktop.ui.flights.detail.route_tab import RouteTab
from llmgw_desktop.ui.flights.detail.timeline_tab import TimelineTab
from llmgw_desktop.ui.flights.flight_actions import FlightActions
from llmgw_desktop.ui.flights.table.flight_delegate import state_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.label import ElidedLabel, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.panes import LinedRow, SideButton, TabStrip
from llmgw_desktop.ui.widgets.view_clothes import pop_up
from llmgw_desktop.ui.widgets.words import said

_TABS = ("Overview", "Request", "Response", "Cache", "Timeline", "Route", "Raw")
_CURL = "Copy as curl"
_AGAIN = "Ask again (Ctrl+R)"
_COPY = "Copy"
_JOB = "Show job"
_TAB_KEY = "flights/tab"
_VIEW_KEY = "flights/view"


class DetailPane(QWidget, MadeInSteps):
    """Which tab and which view of bodies were chosen last is kept in the settings."""

    closed = Signal()
    flight_wanted = Signal(str)
    """Another of its conversation, by its id."""
    left = Signal()
    """Esc: back to the table."""

    def __init__(
        self,
        theme: Theme,
        bridge: Bridge,
        actions: FlightActions,
        *,
        sheet_of: SheetOf,
        settings: QSettings,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._clock = clock
        self._actions = actions
        self._sheet_of = sheet_of
        self._begin(self._made(bridge))

    def _made(self, bridge: Bridge) -> Iterator[None]:
        self._record: FlightRecord | None = None
        self._mark = QLabel()
        self._title = ElidedLabel(
            self._theme,
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
        )
        self._subtitle = ElidedLabel(self._theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._tabs = TabStrip(self._theme, name="Parts of the flight")
        self._stack = QStackedWidget()
        yield
        self._overview = OverviewTab(self._theme)
        self._overview.error.place_wanted.connect(self._actions.place_wanted)
        yield
        self._request = BodyTab(self._theme, bridge, of_request=True)
        yield
        self._response = BodyTab(self._theme, bridge, of_request=False)
        yield
        self._cache = CacheTab(self._theme, bridge, self._sheet_of, self._clock)
        self._cache.flight_wanted.connect(self.flight_wanted)
        yield
        self._timeline = TimelineTab(self._theme)
        self._route = RouteTab(self._theme)
        yield
        self._raw = RawTab(self._theme, bridge)
        yield
        self._again = Button(self._theme, icon="retry", name=_AGAIN)
        self._curl = Button(self._theme, _CURL, icon="copy", name=_CURL)
        self._copy = Button(self._theme, _COPY, icon="down", name="Copy more")
        self._job = Button(self._theme, _JOB, icon="jobs", name="Show its job")
        yield
        self.turn = SideButton(self._theme)
        self._lay_out()
        yield
        self._remember()
        self._theme.changed.connect(self._show_mark)

    def show_record(self, record: FlightRecord) -> None:
        """Also for a newer version of the same flight."""
        self._record = record
        flight = record.summary
        self._title.setText(model_text(flight))
        self._subtitle.setText(_subtitle(flight))
        is_here = self._actions.may_act
        self._job.setVisible(bool(flight.job) and is_here)
        self._again.setVisible(is_here)
        self._show_mark()
        self._stack.setCurrentIndex(self._tabs.currentIndex())
        self._fill()

    def show_summary(self, flight: FlightSummary) -> None:
        """A newer state of the flight that is shown; its bodies are as they were."""
        if self._record is not None:
            self.show_record(replace(self._record, summary=flight))

    @property
    def record(self) -> FlightRecord | None:
        return self._record

    def choose_tab(self, name: str) -> None:
        """One of those on the strip; another word changes nothing."""
        if name in _TABS:
            self._tabs.setCurrentIndex(_TABS.index(name))

    def focus_content(self) -> None:
        self._tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow pane keeps its room for the title."""
        super().resizeEvent(event)
        words = self.fontMetrics().horizontalAdvance("".join(map(said, (_CURL, _COPY, _JOB))))
        is_narrow = self.width() < self._theme.space(80) + words
        self._curl.setText("" if is_narrow else _CURL)
        self._copy.setText("" if is_narrow else _COPY)
        self._job.setText("" if is_narrow else _JOB)

    def _lay_out(self) -> None:
        space = self._theme.space
        words = v_box(self._theme, self._title, self._subtitle, gap=0.5)
        head = h_box(
            self._theme, self._mark, (words, 1), *self._buttons(), gap=2, margins=(4, 2.5, 2, 1)
        )
        for name, tab in zip(_TABS, self._all_tabs(), strict=True):
            self._tabs.addTab(said(name))
            self._stack.addWidget(tab)
        self.setMinimumWidth(space(88))
        v_box(self._theme, head, self._tab_row(), (self._stack, 1), on=self, gap=0, margins=0)

    def _tab_row(self) -> QWidget:
        """The tabs begin where the text below them does; their line goes all across."""
        across = LinedRow(self._theme)
        h_box(self._theme, self._tabs, on=across, margins=(1.5, 0, 0, 0))
        return across

    def _all_tabs(self) -> tuple[QWidget, ...]:
        return (
            self._overview,
            self._request,
            self._response,
            self._cache,
            self._timeline,
            self._route,
            self._raw,
        )

    def _buttons(self) -> list[Button]:
        theme = self._theme
        self._again.clicked.connect(self._actions.replay.trigger)
        self._curl.clicked.connect(self._actions.curl.trigger)
        self._copy.clicked.connect(self._show_copy_menu)
        self._job.clicked.connect(self._actions.job.trigger)
        close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Close")
        close.clicked.connect(self.closed)
        return [self._job, self._again, self._curl, self._copy, self.turn, close]

    def _show_copy_menu(self) -> None:
        menu = QMenu(self)
        menu.addActions(self._actions.copies)
        pop_up(menu, self._theme, self._copy.mapToGlobal(self._copy.rect().bottomLeft()))

    def _remember(self) -> None:
        view = str(self._settings.value(_VIEW_KEY, ""))
        for tab in (self._request, self._response):
            tab.prefer(view)
            tab.view_chosen.connect(self._on_view)
        self.choose_tab(str(self._settings.value(_TAB_KEY, "")))
        self._stack.setCurrentIndex(self._stack.addWidget(QWidget()))
        self._tabs.currentChanged.connect(self._on_tab)

    def _on_tab(self, index: int) -> None:
        if self._record is not None:
            self._stack.setCurrentIndex(index)
        self._settings.setValue(_TAB_KEY, _TABS[index])
        self._fill()

    def _on_view(self, view: str) -> None:
        self._settings.setValue(_VIEW_KEY, view)
        for tab in (self._request, self._response):
            tab.prefer(view)

    def _fill(self) -> None:
        record = self._record
        if record is None:
            return
        tab = self._stack.currentWidget()
        if isinstance(tab, OverviewTab):
            tab.show_record(record, self._clock.now_s())
        elif isinstance(tab, BodyTab | CacheTab | TimelineTab | RouteTab | RawTab):
            tab.show_record(record)

    def _show_mark(self) -> None:
        if self._record is not None:
            state = self._record.summary.state
            self._mark.setPixmap(state_mark(self._theme, state, self.devicePixelRatioF()))
            put_tip(self._mark, tip(STATE_WORDS[state]))


def _subtitle(flight: FlightSummary) -> str:
    client = client_text(flight, 60) or "–"  # of an archive nobody knows it
    provider = inert_line(flight.provider or "", 60) or "no provider"
    status = f" · {flight.status}" if flight.status is not None else ""
    state = STATE_WORDS[flight.state]
    again = f" · replay of {flight.replay_of}" if flight.replay_of else ""
    at = f"{local_time(flight.started_at_s):%H:%M:%S}"
    return f"{state}{status} · {client} → {provider} · {at}{again}"
