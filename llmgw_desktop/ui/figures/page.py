"""Figures: what was spent, and how long answers took, over one span.

What is read comes ready from `app/flights/spending.py`; the plots are read in beside the loop when
the page is first shown.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.spending import (
    LatencyFigures,
    Spending,
    SpendingFigures,
    csv_text,
    latency_csv,
)
from llmgw_desktop.app.validation.check_history import CheckedRun, CheckHistory, runs_csv
from llmgw_desktop.app.words.figures import money_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.platform.environment import with_numpy
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.figures.checks_part import ChecksPart
from llmgw_desktop.ui.figures.cost_part import CostPart
from llmgw_desktop.ui.figures.latency_part import LatencyPart
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh, in_steps, in_turns
from llmgw_desktop.ui.widgets.panes import Scrolled, TabbedPage
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said

_PLOTS = "llmgw_desktop.ui.figures.plots"
_SPANS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("", "All"))
_USUAL_SPAN = "30"
_NONE = "No flight to count yet"
_NONE_WORDS = (
    "Costs and times stand here as soon as a program has asked a model. Practice models do not"
    " count: they cost nothing."
)
_COST, _CHECKS = "cost", "checks"
_NO_RUN = "No regression set was run"
_NO_RUN_WORDS = (
    "«Add to a regression set…» in the menu of a flight puts it into a file of your project;"
    " «llmgw check run FILE» asks all of them again, and what came of it stands here."
)
_NO_PLOTS = "The charts cannot be drawn; the tables say the same."


class FiguresPage(TabbedPage, MadeInSteps):
    """Reads again when flights ended, but never while nobody looks."""

    flight_wanted = Signal(str)
    flights_wanted = Signal(object)
    """A filter, as it is typed."""
    said = Signal(str)

    def __init__(
        self, spending: Spending, checks: CheckHistory, bridge: Bridge, theme: Theme
    ) -> None:
        super().__init__()
        self._begin(self._made(spending, checks, bridge, theme))

    def _made(
        self, spending: Spending, checks: CheckHistory, bridge: Bridge, theme: Theme
    ) -> Iterator[None]:
        self._spending, self._bridge, self._theme = spending, bridge, theme
        self._checks = checks
        self._figures: SpendingFigures | None = None
        self._times: LatencyFigures | None = None
        self._asks_plots = False
        self.cost: CostPart = yield from in_steps(CostPart, theme)
        self.latency: LatencyPart = yield from in_steps(LatencyPart, theme)
        self.checks: ChecksPart = yield from in_steps(ChecksPart, theme)
        self.span = Segmented(theme, _SPANS, name="Span")
        self.span.choose(_USUAL_SPAN)
        self.save = Button(theme, "Save CSV…")
        self._trouble = Banner(theme, closable=False)
        yield
        self._refresh = PacedRefresh(self, self._read)
        self._stacks: list[QStackedWidget] = []
        above = QWidget()
        head = h_box(theme, self.span, None, self.save, gap=2, margins=(4, 2.5, 4, 0))
        v_box(theme, self._trouble, head, on=above, gap=0, margins=0)
        parts = {
            _COST: ("Cost", self._whole(self.cost)),
            "latency": ("Latency", self._whole(self.latency)),
            _CHECKS: ("Checks", self._whole(self.checks, _NO_RUN, _NO_RUN_WORDS)),
        }
        self.lay_out_parts(theme, "Figures of", parts, above)
        yield
        self.span.chosen.connect(lambda _: self._refresh.ask(at_once=True))
        self.cost.by_chosen.connect(lambda: self._refresh.ask(at_once=True))
        self.save.clicked.connect(self._ask_file)
        for part in (self.cost, self.latency):
            part.filter_wanted.connect(self.flights_wanted.emit)
        self.checks.flight_wanted.connect(self.flight_wanted)
        self._tabs.currentChanged.connect(lambda _: self._refresh.ask(at_once=True))
        bridge.events.connect(self._on_events)

    @override
    def save_state(self, settings: QSettings) -> None:
        super().save_state(settings)
        settings.setValue("span", self.span.key)
        settings.setValue("by", self.cost.by.key)

    @override
    def restore_state(self, settings: QSettings) -> None:
        super().restore_state(settings)
        self.span.choose(str(settings.value("span", _USUAL_SPAN)))
        self.cost.by.choose(str(settings.value("by", "")))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh.ask(at_once=True)
        if not self._asks_plots:
            self._asks_plots = True
            self._bridge.fetch(
                self, lambda: with_numpy(_PLOTS), self._make_plots, self._miss_plots, slow=True
            )

    def _whole(self, part: QWidget, title: str = _NONE, words: str = _NONE_WORDS) -> QStackedWidget:
        """Or what stands in its place as long as nothing is on record."""
        stack = QStackedWidget()
        for each in (
            QWidget(),
            EmptyState(self._theme, icon="chart", title=title, text=words),
            Scrolled(self._theme, part),
        ):
            stack.addWidget(each)
        self._stacks.append(stack)
        return stack

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, FlightClosed) for event in events):
            self._refresh.ask()

    def _read(self) -> None:
        wants_runs = self.tab == _CHECKS  # they lie encrypted, and are many texts
        days, by = (int(self.span.key) if self.span.key else None), self.cost.chosen_by
        self._bridge.fetch(
            self,
            self._refresh.costed(
                lambda: (
                    self._spending.figures(by, days),
                    self._spending.latency(days),
                    self._checks.runs() if wants_runs else None,
                )
            ),
            lambda read: self._show(*read),
            self._show_trouble,
        )

    def _show(
        self,
        figures: SpendingFigures,
        latency: LatencyFigures,
        runs: Sequence[CheckedRun] | None,
    ) -> None:
        """`runs`: None where they were not asked for."""
        self._trouble.hide()
        self._figures, self._times = figures, latency
        has_some = {_COST: figures.sums, _CHECKS: runs}.get(self.tab, latency.rows)
        self.save.setEnabled(bool(has_some))
        self._in_turns(self._showing(figures, latency, runs))

    def _showing(
        self,
        figures: SpendingFigures,
        latency: LatencyFigures,
        runs: Sequence[CheckedRun] | None,
    ) -> Iterator[None]:
        if figures.days:
            yield from self.cost.showing(figures)
        if latency.rows:
            self.latency.show_rows(latency)
            yield
            self.latency.show_hours(latency)
            yield
        if runs:
            self.checks.show_runs(runs)
            yield
        for stack, shown in zip(self._stacks, (figures.days, latency.rows, runs), strict=True):
            if shown is not None:
                stack.setCurrentIndex(2 if shown else 1)
                yield
        self._refresh.ended()

    def _in_turns(self, steps: Iterator[None]) -> None:
        in_turns(steps, self, self._theme, within=self._refresh.costing)

    def _show_trouble(self, error: Exception) -> None:
        self._refresh.ended()
        reason = str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"
        again = ("Try again", lambda: self._refresh.ask(at_once=True))
        self._trouble.say(BannerKind.ERROR, "The recorded flights cannot be read.", reason, again)

    def _make_plots(self, plots: Any) -> None:
        self._in_turns(self._drawing(plots))

    def _drawing(self, plots: Any) -> Iterator[None]:
        for card, make, *words in (
            (self.cost.days, plots.BarPlot, "Cost by day", money_text),
            (self.latency.spread, plots.BarPlot, "Spread", _count_words),
            (self.latency.hours, plots.HeatPlot, "By hour and day"),
            (self.checks.time, plots.BarPlot, "Runs over time", _percent_words),
        ):
            plot = yield from in_steps(make, self._theme, *words)
            yield from card.coming(plot)

    def _miss_plots(self, error: Exception) -> None:
        said = inert_line((str(error).strip().splitlines() or [type(error).__name__])[-1], 300)
        self._trouble.say(BannerKind.WARNING, _NO_PLOTS, f"pyqtgraph cannot be read in. {said}")
        parts = self.cost.days, self.latency.spread, self.latency.hours, self.checks.time
        for card in parts:
            card.miss(_NO_PLOTS)

    def _ask_file(self) -> None:
        what = self.tab if self.tab != _COST else f"cost-by-{self.cost.chosen_by}"
        name = f"llmgw-{what}.csv"
        chosen, _ = QFileDialog.getSaveFileName(self, said("Save figures"), name, "CSV (*.csv)")
        if chosen:
            self.write_csv(Path(chosen))

    def write_csv(self, path: Path) -> None:
        """The figures in sight; a spreadsheet opens it."""
        figures, times = self._figures, self._times
        if figures is None or times is None:
            return
        if self.tab == _CHECKS:
            text = runs_csv(self.checks.shown)
        elif self.tab == _COST:
            text = csv_text(figures.by, figures.sums)
        else:
            text = latency_csv(times.rows)
        self._bridge.fetch(
            self,
            lambda: path.write_text(text, "utf-8-sig", newline=""),
            lambda _: self.said.emit(f"Saved as {path.name}."),
            lambda error: self._trouble.say(
                BannerKind.ERROR, f"{path.name} could not be written.", str(error)
            ),
        )


def _count_words(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else ""


def _percent_words(value: float) -> str:
    return f"{value:.0f} %"
