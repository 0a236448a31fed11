"""Overview: what goes on now, how it went lately, is all well. Look before you read.

All figures come ready from `app/flights/overview.py`; this file says where they stand and when
they are read again. `board.py` is the board of tiles and charts itself.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.overview import OverviewFigures, OverviewSpan
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import (
    Event,
    FlightClosed,
    FlightOpened,
    GatewayChanged,
    JobChanged,
    RecorderChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.platform.environment import with_numpy
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.overview.board import OverviewBoard
from llmgw_desktop.ui.overview.first_steps import FirstStepsCard
from llmgw_desktop.ui.overview.getting_started import GettingStarted
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh, in_steps, in_turns, paint_now

if TYPE_CHECKING:
    from llmgw_desktop.app.gateway.welcome import FirstStep
    from llmgw_desktop.app.providers.usage import QuotaLine
    from llmgw_desktop.ui.overview.large_charts import LargeCharts

_LARGE_CHARTS = "llmgw_desktop.ui.overview.large_charts"
_NO_LARGE_CHARTS = "The larger charts cannot be drawn."
_HOW_TO_LARGE = (
    "pyqtgraph and numpy, which draw them, cannot be read in: install the program anew, or both"
    " (pip install pyqtgraph). {why}"
)
_NOW_MS = 500
_WRITTEN_MS = 110
"""A flight that ended is written down a little later: by then it is, if all goes well."""
_SURELY_WRITTEN_MS = 500
_LONGEST_SLIDE_S = 60
_STEP_OF: dict[type, str] = {
    SettingsChanged: "provider",
    FlightClosed: "flight",
    JobChanged: "job",
}
"""Which first step an event may have done."""


class OverviewSource(Protocol):
    """What the page asks of `app/flights/overview.py`."""

    def figures(
        self, span: OverviewSpan, *, anew: bool, with_practice: bool, costs_by: SumBy
    ) -> OverviewFigures: ...

    def flights_ended(self, flights: Sequence[FlightSummary]) -> None: ...

    def running(self) -> tuple[FlightSummary, ...]: ...

    def elapsed_ms(self, flight: FlightSummary) -> float: ...


class FirstSteps(Protocol):
    """What the page asks of `app/gateway/control.py`."""

    def base_urls(self) -> dict[str, str]: ...

    def access_key_file(self) -> Path: ...

    def send_test_flight(self) -> Coroutine[Any, Any, str]: ...


class OverviewPage(QWidget, MadeInSteps):
    """Reads again when a flight ended and as time goes by, but never while nobody looks."""

    flights_wanted = Signal(object)
    """A FlightQuery or the text of a filter."""
    flight_wanted = Signal(str)
    jobs_wanted = Signal()
    welcome_wanted = Signal()
    page_wanted = Signal(str)

    def __init__(
        self,
        overview: OverviewSource,
        control: FirstSteps,
        bridge: Bridge,
        theme: Theme,
        *,
        windows: Callable[[], Sequence["QuotaLine"]] = tuple,
        steps: Callable[[], Sequence["FirstStep"]] = tuple,
    ) -> None:
        """`windows`: those of which a share is kept for the person. `steps`: the first ones, and
        how far they are; waits for the disk."""
        super().__init__()
        self._windows = windows
        self._steps_now = steps
        self._begin(self._made(overview, control, bridge, theme))

    def _made(
        self,
        overview: OverviewSource,
        control: FirstSteps,
        bridge: Bridge,
        theme: Theme,
    ) -> Iterator[None]:
        self._overview = overview
        self._control = control
        self._bridge = bridge
        self._theme = theme
        self.steps = FirstStepsCard(theme)
        self._are_steps_over = False
        """Put away, or all done."""
        self._reads_steps = False
        yield
        self._board = yield from in_steps(OverviewBoard, theme)
        yield
        self._start = GettingStarted(theme, str(control.access_key_file()))
        yield
        self._trouble = Banner(theme, closable=False)
        yield
        self._blank = QWidget()
        self._stack = QStackedLayout()
        self._refresh = PacedRefresh(self, self._read, lambda: self._large is not None)
        self._now = QTimer(self, interval=_NOW_MS)
        self._had_running = False
        self._slide = QTimer(self)
        self._written = QTimer(self, singleShot=True)
        self._surely = QTimer(self, singleShot=True, interval=_SURELY_WRITTEN_MS)
        self._large: LargeCharts | None = None
        self._makes_large = False
        self._misses_large = False
        """Whether it is said that they cannot be drawn."""
        self._all_anew = True
        """Whether the next reading must not rely on what earlier ones found."""
        self._lay_out()
        yield
        self._connect()

    def show_jobs(self, words: str) -> None:
        """How many run and wait; empty where none does."""
        self._board.show_jobs(words)

    def save_state(self, settings: QSettings) -> None:
        settings.setValue("span", self._board.span.value)
        settings.setValue("practice", self._board.with_practice)
        settings.setValue("costs-by", self._board.costs_by.value)
        settings.setValue("steps-over", self._are_steps_over)

    def restore_state(self, settings: QSettings) -> None:
        self._board.choose_span(str(settings.value("span", "")))
        self._board.choose_practice(settings.value("practice", "false") in (True, "true"))
        self._board.choose_costs_by(str(settings.value("costs-by", "")))
        self._are_steps_over = settings.value("steps-over", "false") in (True, "true")

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start.show_addresses(self._control.base_urls())
        self._read_all()
        self._show_running()
        self._read_steps()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._now.stop()
        if self._large is None:
            self._slide.stop()
        elif not self.window().isVisible():
            self._large.close()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._trouble)
        column.addWidget(self.steps)
        column.addLayout(self._stack, 1)
        for side in (self._blank, self._board, self._start):
            self._stack.addWidget(side)

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._now.timeout.connect(self._show_running)
        for timer in (self._slide, self._written, self._surely):
            timer.timeout.connect(self._refresh.ask)
        self._board.span_chosen.connect(self._read_all)
        self._board.flights_wanted.connect(self.flights_wanted)
        self._board.flight_wanted.connect(self.flight_wanted)
        self._board.jobs_wanted.connect(self.jobs_wanted)
        self._start.test_flight_wanted.connect(self._send_test_flight)
        self._board.larger_wanted.connect(self._read_large)
        self.steps.page_wanted.connect(self.page_wanted)
        self.steps.welcome_wanted.connect(self.welcome_wanted)
        self.steps.dismissed.connect(self._end_steps)
        add_key(self, "Show charts larger", ["Ctrl+G"], self._read_large)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        ended = [event.summary for event in events if isinstance(event, FlightClosed)]
        self._overview.flights_ended(ended)
        if ended:
            self._look_when_written(ended[-1])
        if any(isinstance(event, RecorderChanged) for event in events):
            self._all_anew = True
        if self.steps.undone & {_STEP_OF.get(type(event), "") for event in events}:
            self._read_steps()
        if any(isinstance(event, GatewayChanged) for event in events):
            self._start.show_addresses(self._control.base_urls())
        stirred = ended or any(isinstance(event, FlightOpened) for event in events)
        if stirred and self.isVisible() and not self._now.isActive():
            self._show_running()

    def _look_when_written(self, flight: FlightSummary) -> None:
        """Soon enough to be felt as at once, and once more for a disk that is slow."""
        ago_ms = self._overview.elapsed_ms(flight) - (flight.took_ms or 0.0)
        if not self._written.isActive():
            self._written.start(round(min(max(_WRITTEN_MS - ago_ms, 0), _WRITTEN_MS)))
        self._surely.start()

    def _read_steps(self) -> None:
        """As long as there is one to be done."""
        if self.isVisible() and not self._are_steps_over and not self._reads_steps:
            self._reads_steps = True
            self._bridge.fetch(self, self._steps_now, self._show_steps, self._miss_steps, slow=True)

    def _show_steps(self, steps: Sequence["FirstStep"]) -> None:
        self._reads_steps = False
        if not self._are_steps_over:
            self.steps.show_steps(steps)
            self._are_steps_over = bool(steps) and all(each.is_done for each in steps)

    def _miss_steps(self, _: Exception) -> None:
        """What cannot be read is told where it is shown."""
        self._reads_steps = False

    def _end_steps(self) -> None:
        self._are_steps_over = True

    def _read_all(self) -> None:
        """For what a person did: nothing old, and no waiting."""
        self._all_anew = True
        self._refresh.ask(at_once=True)

    def _read(self) -> None:
        board, anew = self._board, self._all_anew
        span, practice, costs_by = board.span, board.with_practice, board.costs_by
        self._all_anew = False
        self._bridge.fetch(
            self,
            self._refresh.costed(
                lambda: self._overview.figures(
                    span, anew=anew, with_practice=practice, costs_by=costs_by
                )
            ),
            self._on_figures,
            self._show_trouble,
        )

    def _on_figures(self, figures: OverviewFigures) -> None:
        with self._refresh.costing():
            self._show_figures(figures)
            paint_now(self)
        self._refresh.ended()

    def _show_figures(self, figures: OverviewFigures) -> None:
        if not self._misses_large:
            self._trouble.hide()
        chosen = (self._board.span, self._board.with_practice, self._board.costs_by)
        if (figures.span, figures.with_practice, figures.costs_by) != chosen:
            return  # what was chosen meanwhile has been asked for
        self._board.show_figures(figures)
        self._board.show_windows(self._windows())
        if self._large is not None:
            self._large.show_figures(figures)
        if (
            self.isVisible() or self._large is not None
        ):  # bars move by whole stretches, so once in each is enough
            self._slide.start(round(min(figures.bucket_s, _LONGEST_SLIDE_S) * 1000))
        about_to_be = bool(self._overview.running()) or self._surely.isActive()
        has_any = figures.has_any or about_to_be
        self._turn_to(self._board if has_any else self._start)

    def _read_large(self, at: int = -1) -> None:
        """What draws them is read in beside the loop, when it is first wanted; `at`: the bucket
        that they are to read."""
        if self._large is not None:
            if at >= 0:
                self._large.read_bucket(at)
            self._large.raise_()
            self._large.activateWindow()
        elif self._board.figures is not None:
            self._bridge.fetch(
                self,
                lambda: with_numpy(_LARGE_CHARTS),
                lambda charts: self._make_large(charts, at),
                self._miss_large,
                slow=True,
            )

    def _miss_large(self, error: Exception) -> None:
        self._misses_large = True
        said = str(error).strip().splitlines() or [type(error).__name__]
        how = _HOW_TO_LARGE.format(why=inert_line(said[-1], 300))
        self._trouble.say(BannerKind.ERROR, _NO_LARGE_CHARTS, how)

    def _make_large(self, charts: Any, at: int) -> None:
        if not self._makes_large and self._large is None:  # else asked for twice
            self._makes_large = True
            in_turns(self._making_large(charts, at), self, self._theme)

    def _making_large(self, charts: Any, at: int) -> Iterator[None]:
        made = yield from in_steps(charts.LargeCharts, self._theme, self.window())
        self._makes_large = False
        self._open_large(made, at)

    def _open_large(self, made: "LargeCharts", at: int) -> None:
        figures = self._board.figures
        assert figures is not None
        made.finished.connect(self._forget_large)
        made.flights_wanted.connect(
            lambda since_s, until_s: self.flights_wanted.emit(
                FlightQuery(since_s=since_s, until_s=until_s)
            )
        )
        made.show_figures(figures)
        if at >= 0:
            made.read_bucket(at)
        made.winId()  # else it would lie over the flights that it leads to
        made.windowHandle().setTransientParent(None)  # type: ignore[arg-type]
        self._large = made
        made.show()

    def _forget_large(self) -> None:
        self._large = None

    def _turn_to(self, part: QWidget) -> None:
        """For the first time in a turn of its own: all of it is painted then."""
        if self._stack.currentWidget() is self._blank:
            QTimer.singleShot(0, self, lambda: self._stack.setCurrentWidget(part))
        else:
            self._stack.setCurrentWidget(part)

    def _show_trouble(self, error: Exception) -> None:
        self._all_anew = True
        self._refresh.ended()
        if self._stack.currentWidget() is self._blank:
            self._stack.setCurrentWidget(self._board)
        reason = str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"
        self._trouble.say(
            BannerKind.ERROR,
            "The recorded flights cannot be read.",
            reason,
            ("Try again", self._read_all),
        )

    def _show_running(self) -> None:
        running = self._overview.running()
        with self._refresh.costing():
            self._board.show_running(
                [(flight, self._overview.elapsed_ms(flight)) for flight in running]
            )
            paint_now(self)
        if running:
            self._stack.setCurrentWidget(self._board)
        # Once more after the last, so that what comes and goes in between is shown no oftener.
        if running or self._had_running:
            self._now.start()
        else:
            self._now.stop()
        self._had_running = bool(running)

    def _send_test_flight(self) -> None:
        self._start.show_failure("")
        self._start.show_sending(True)
        self._bridge.run(self._test_flight(), name="test flight")

    async def _test_flight(self) -> None:
        try:
            await self._control.send_test_flight()
        except (LlmgwError, OSError) as error:
            self._start.show_failure(f"The test flight failed: {error}")
        finally:
            self._start.show_sending(False)
            self._refresh.ask(at_once=True)
