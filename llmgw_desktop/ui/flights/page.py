"""Flights: every request, newest first, live; find it, open it, copy it.

This file joins the parts and tells them of each other; each part stands in `ui/flights/`.
"""

from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.columns import RowTime
from llmgw_desktop.app.flights.export.exporting import FlightExporter
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, GatewayChanged, RecorderChanged, RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.body_searching import BodySearching
from llmgw_desktop.ui.flights.density_strip import DensityFeed, DensityStrip
from llmgw_desktop.ui.flights.detail.detail_pane import DetailPane
from llmgw_desktop.ui.flights.filter_bar import FilterBar
from llmgw_desktop.ui.flights.flight_actions import (
    FlightActions,
    FlightMenus,
    MarkDialog,
    SavedFilters,
)
from llmgw_desktop.ui.flights.flight_browser import FlightBrowser, FlightFinder
from llmgw_desktop.ui.flights.flight_export import FlightExport
from llmgw_desktop.ui.flights.page_states import FirstFlight, WorkSums, failure_words
from llmgw_desktop.ui.flights.table.flight_feed import FlightFeed
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.flights.table.flight_table import FlightTable
from llmgw_desktop.ui.flights.table.loading import PageLoader
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.cards import Line, ListStates
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind, Notice
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, in_steps

_USUAL_ADDRESS = "http://127.0.0.1:3333"
"""In what is exported while the gateway has none."""


class FlightsControl(Protocol):
    """What the page asks of `app/gateway/control.py`."""

    def base_urls(self) -> dict[str, str]: ...

    def access_key_file(self) -> Path: ...

    def recorder_status(self) -> RecorderStatus: ...

    def send_test_flight(self) -> Coroutine[Any, Any, str]: ...


class FlightsPage(QWidget, MadeInSteps):
    """`show_query` and `show_flight` are for other pages that lead here."""

    job_wanted = Signal(str)
    hand_over_wanted = Signal(str, str, str)
    """What another agent is told, where it works, and a flight of what it goes on from."""
    place_wanted = Signal(str)
    replay_wanted = Signal(str)
    """Of a flight, by its id."""
    imported_wanted = Signal()
    """The window of imported sets."""

    def __init__(
        self,
        flights: Flights,
        control: FlightsControl,
        bridge: Bridge,
        theme: Theme,
        *,
        settings: QSettings,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._flights = flights
        self._control = control
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made(theme, settings, clock))

    def _made(self, theme: Theme, settings: QSettings, clock: Clock | None) -> Iterator[None]:
        clock = clock or SystemClock()

        def now() -> RowTime:
            return RowTime.at(clock.now_s())

        self._wants_list = False
        """Enter was pressed in the filter: the keyboard goes to the list once there is one."""
        model = FlightModel(now, self)
        self._loader = PageLoader(self._flights, model, self._bridge, now)
        self._feed = FlightFeed(
            self._flights, model, self._loader, bridge=self._bridge, widget=self
        )
        key_file = str(self._control.access_key_file())
        self._actions = FlightActions(
            self._flights, self._control.base_urls, key_file, bridge=self._bridge, widget=self
        )
        yield
        self._table = FlightTable(model, theme, settings)
        yield
        pane = yield from in_steps(
            DetailPane,
            theme,
            self._bridge,
            self._actions,
            sheet_of=self._flights.cache_sheet,
            settings=settings,
            clock=clock,
        )
        pane.flight_wanted.connect(self.show_flight)
        yield
        self._browser = FlightBrowser(
            self._table, pane, self._flights, bridge=self._bridge, theme=theme, settings=settings
        )
        yield
        self._filter = FilterBar(theme, is_live=not self._flights.imported_as)
        yield
        self._finder = FlightFinder(
            self._flights,
            feed=self._feed,
            loader=self._loader,
            table=self._table,
            browser=self._browser,
            bridge=self._bridge,
        )
        self._seeking = Banner(theme, closable=False)
        self._searching = BodySearching(
            self._flights, self._seeking, bridge=self._bridge, widget=self
        )
        self._exporting = Banner(theme, closable=False)
        self._export = FlightExport(
            self._exporter,
            self._exporting,
            shown=lambda: self._feed.query,
            bridge=self._bridge,
            widget=self,
        )
        self._menus = FlightMenus(
            self,
            self._table,
            self._actions,
            self._filter,
            export=self._export,
            saved=SavedFilters(theme, settings, self._bridge),
        )
        yield
        self._first = FirstFlight(theme, key_file)
        yield
        self._states = ListStates(
            theme,
            self._browser,
            self._table,
            first=self._first,
            begin=self._first.for_keyboard,
        )
        yield
        self._make_strip(theme)
        self._reading = Banner(theme, closable=False)
        self._line = Line(theme)
        self._notice = Notice(theme, self)
        self._lay_out()
        yield
        self._connect(settings)
        yield
        self._add_keys()
        self._first.show_recording(self._control.recorder_status())

    def show_query(self, query: FlightQuery | str) -> None:
        """Filter as another page asks; a text stands in the field as if it were typed."""
        if isinstance(query, str):
            self._filter.set_text(query)
        else:
            self._filter.set_query(query)

    def show_flight(self, flight_id: str) -> None:
        """Choose this one and open it; the filter goes if it hides the flight."""
        self._finder.show(flight_id)

    def compare(self, before: str, after: str, over: QWidget | None = None) -> None:
        """Two flights, by their ids, in a window of their own; `over` a dialog that is open."""
        from llmgw_desktop.ui.flights.comparing import ComparisonWindow  # few ask for one

        window = ComparisonWindow(self._theme, self._flights, self._bridge, over or self)
        window.compare(before, after)
        window.show()

    def show_thread(self, flight_id: str) -> None:
        """The conversation that a flight is of, in a window of its own."""
        from llmgw_desktop.ui.flights.thread_window import ThreadWindow  # few ask for one

        window = ThreadWindow(self._theme, self._flights, self._bridge, self)
        window.flight_wanted.connect(self.show_flight)
        window.hand_over_wanted.connect(self.hand_over_wanted)
        window.read(flight_id)
        window.show()

    def ask_note(self, flight: FlightSummary) -> MarkDialog:
        """Of a flight that is to be kept; the list is read anew then."""
        dialog = MarkDialog(self._theme, flight, self._flights.mark, self.window())
        dialog.done_by(self._bridge)
        dialog.marked.connect(self._notice.say)
        dialog.marked.connect(lambda _: self._feed.reload())
        dialog.open()
        return dialog

    def add_check(self, flight_id: str, settings: QSettings) -> QWidget:
        """Asks how this flight is to be checked again and again."""
        from llmgw_desktop.ui.flights.check_dialog import CheckDialog  # few ask for one

        dialog = CheckDialog(
            self._theme,
            self._exporter,
            flight_id,
            bridge=self._bridge,
            settings=settings,
            parent=self.window(),
        )
        dialog.added.connect(self._notice.say)
        dialog.open()
        return dialog

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._first.show_addresses(self._control.base_urls())
        self._feed.wake()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._lead_keyboard()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._feed.rest()

    def _make_strip(self, theme: Theme) -> None:
        self._strip = DensityStrip(theme)
        self._density = DensityFeed(
            self._strip,
            self._flights,
            query=lambda: self._feed.query,
            bridge=self._bridge,
            widget=self,
        )

    def _lay_out(self) -> None:
        sums = WorkSums(self._theme, self._flights, self._feed, self._bridge)
        above = (self._reading, self._exporting, self._filter, self._line, self._seeking, sums)
        v_box(self._theme, *above, self._strip, (self._states, 1), on=self, gap=0, margins=0)
        self._show_filter(False)

    def _connect(self, settings: QSettings) -> None:
        self._bridge.events.connect(self._on_events)
        self._filter.changed.connect(self._on_filter)
        self._filter.left.connect(self._on_filter_left)
        self._filter.typed.connect(self._stay_in_filter)
        self._filter.follow_wanted.connect(self._on_follow)
        self._filter.columns.clicked.connect(self._menus.show_columns)
        self._filter.saved.clicked.connect(self._menus.show_saved)
        self._filter.imported.clicked.connect(self.imported_wanted)
        self._first.imported_wanted.connect(self.imported_wanted)
        self._table.top_seen.connect(self._feed.set_at_top)
        self._table.scrolled.connect(self._loader.look)
        self._table.menu_wanted.connect(self._menus.show_flight)
        self._table.follow_toggled.connect(self._filter.follow.toggle)
        self._loader.visible_rows = self._table.visible_rows
        self._loader.failed.connect(self._on_failed)
        self._feed.began.connect(self._on_began)
        self._feed.counted.connect(self._on_counted)
        self._feed.waiting.connect(self._filter.show_waiting)
        self._feed.came_in.connect(self._on_came_in)
        self._feed.failed.connect(self._on_failed)
        self._finder.clear_wanted.connect(self._filter.clear)
        self._finder.failed.connect(self._on_failed)
        self._states.currentChanged.connect(self._lead_keyboard)
        self._browser.chosen.connect(self._on_chosen)
        self._actions.said.connect(self._notice.say)
        self._strip.narrowed.connect(self._on_narrowed)
        self._searching.settled.connect(self._feed.set_query)
        self._searching.failed.connect(self._on_failed)
        self._export.said.connect(self._notice.say)
        self._actions.job_wanted.connect(self.job_wanted)
        self._actions.place_wanted.connect(self.place_wanted)
        self._actions.comparison_wanted.connect(self.compare)
        self._actions.replay_wanted.connect(self.replay_wanted)
        self._actions.thread_wanted.connect(self.show_thread)
        self._actions.mark_wanted.connect(self.ask_note)
        self._actions.check_wanted.connect(lambda flight: self.add_check(flight, settings))
        self._table.pair_chosen.connect(self._actions.set_pair)
        self._states.clear_wanted.connect(self._filter.clear)
        self._states.retry_wanted.connect(self._feed.reload)
        self._first.send_wanted.connect(self._send_test_flight)

    def _exporter(self) -> FlightExporter:
        return self._flights.exporter(self._control.base_urls().get("Anthropic", _USUAL_ADDRESS))

    def _add_keys(self) -> None:
        for text, keys, run in (
            ("Filter flights", ("Ctrl+F", "/"), self._filter.focus_field),
            ("Clear filter", ("Ctrl+L",), self._filter.clear),
        ):
            add_key(self, text, keys, run)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, RecorderChanged):
                self._first.show_recording(event.status)
            elif isinstance(event, GatewayChanged):
                self._first.show_addresses(self._control.base_urls())

    def _on_filter_left(self) -> None:
        if not self._feed.is_loaded:
            self._wants_list = True
        elif self._states.is_browsing:
            self._table.setFocus()

    def _stay_in_filter(self) -> None:
        self._wants_list = False

    def _lead_keyboard(self) -> None:
        wanted = self._states.for_keyboard
        if self.hasFocus() and wanted is not None:
            wanted.setFocus()

    def _on_began(self) -> None:
        self._states.show_browser()
        if self._wants_list:
            self._wants_list = False
            self._table.setFocus()

    def _on_filter(self, query: FlightQuery) -> None:
        self._finder.expect_others()
        self._filter.show_searching()
        self._searching.begin(query)

    def _on_narrowed(self, since_s: float, until_s: float) -> None:
        query = self._filter.query
        self._filter.set_query(replace(query, since_s=since_s, until_s=until_s))

    def _on_counted(self, matching: int, total: int) -> None:
        self._wants_list = False
        self._reading.hide()
        self._filter.show_count(matching, total)
        words = f"{counted(total, 'flight')} without the filter."
        self._states.show_counts(matching, total, words)
        self._show_filter(not self._states.is_first)
        self._density.look()

    def _on_came_in(self) -> None:
        if self._filter.follow.isChecked():
            self._table.choose_row(0)

    def _on_follow(self, on: bool) -> None:
        if on:
            self._table.scrollToTop()
            self._table.choose_row(0)

    def _on_chosen(self, flight: FlightSummary | None) -> None:
        self._actions.set_flight(flight)
        if flight is not None and self._table.chosen_row > 0:
            self._filter.follow.setChecked(False)

    def _on_failed(self, error: Exception) -> None:
        what, why = failure_words(error)
        if self._states.is_browsing:
            self._reading.say(BannerKind.ERROR, what, why, ("Try again", self._feed.reload))
        else:
            self._states.show_failure(what, why)

    def _show_filter(self, on: bool) -> None:
        self._filter.setVisible(on)
        self._line.setVisible(on)

    def _send_test_flight(self) -> None:
        self._first.show_sending(True)
        self._bridge.run(self._test_flight(), name="test flight")

    async def _test_flight(self) -> None:
        try:
            await self._control.send_test_flight()
        except (LlmgwError, OSError) as error:
            self._notice.say(f"The test flight failed: {error}")
        finally:
            self._first.show_sending(False)
            self._feed.reload()
