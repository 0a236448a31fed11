"""Figures: what was spent, and how long answers took, over one span.

What is read comes ready from `app/flights/spending.py`; the plots are read in beside the loop when
the page is first shown.
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.spending import LatencyFigures, Spending, SpendingFigures, csv_text
from llmgw_desktop.app.words.figures import money_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.figures.cost_part import CostPart
from llmgw_desktop.ui.figures.latency_part import LatencyPart
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh, in_steps
from llmgw_desktop.ui.widgets.panes import Scrolled, TabbedPage
from llmgw_desktop.ui.widgets.toggles import Segmented

if TYPE_CHECKING:
    from llmgw_desktop.ui.figures.plot_card import PlotCard

_PLOTS = "llmgw_desktop.ui.figures.plots"
_SPANS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("", "All"))
_USUAL_SPAN = "30"
_NONE = "No flight is on record"
_NONE_WORDS = "Costs and times stand here as soon as a program has asked a model."
_NO_PLOTS = "The charts cannot be drawn; the tables say the same."


class FiguresPage(TabbedPage, MadeInSteps):
    """Reads again when flights ended, but never while nobody looks."""

    flights_wanted = Signal(object)
    """A filter, as it is typed."""
    said = Signal(str)

    def __init__(self, spending: Spending, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._begin(self._made(spending, bridge, theme))

    def _made(self, spending: Spending, bridge: Bridge, theme: Theme) -> Iterator[None]:
        self._spending, self._bridge, self._theme = spending, bridge, theme
        self._figures: SpendingFigures | None = None
        self._asks_plots = False
        self.cost: CostPart = yield from in_steps(CostPart, theme)
        self.latency: LatencyPart = yield from in_steps(LatencyPart, theme)
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
            "cost": ("Cost", self._whole(self.cost)),
            "latency": ("Latency", self._whole(self.latency)),
        }
        self.lay_out_parts(theme, "Figures of", parts, above)
        yield
        self.span.chosen.connect(lambda _: self._refresh.ask(at_once=True))
        self.cost.by_chosen.connect(lambda: self._refresh.ask(at_once=True))
        self.save.clicked.connect(self._ask_file)
        for part in (self.cost, self.latency):
            part.filter_wanted.connect(self.flights_wanted.emit)
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
                self, lambda: import_module(_PLOTS), self._make_plots, self._miss_plots, slow=True
            )

    def _whole(self, part: QWidget) -> QStackedWidget:
        """Or what stands in its place as long as nothing is on record."""
        stack = QStackedWidget()
        for each in (
            QWidget(),
            EmptyState(self._theme, icon="chart", title=_NONE, text=_NONE_WORDS),
            Scrolled(self._theme, part),
        ):
            stack.addWidget(each)
        self._stacks.append(stack)
        return stack

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, FlightClosed) for event in events):
            self._refresh.ask()

    def _read(self) -> None:
        days, by = (int(self.span.key) if self.span.key else None), self.cost.chosen_by
        self._bridge.fetch(
            self,
            self._refresh.costed(
                lambda: (self._spending.figures(by, days), self._spending.latency(days))
            ),
            lambda read: self._show(*read),
            self._show_trouble,
        )

    def _show(self, figures: SpendingFigures, latency: LatencyFigures) -> None:
        self._trouble.hide()
        self._figures = figures
        self.save.setEnabled(bool(figures.sums))
        steps: list[Callable[[], object]] = []
        if figures.days:
            steps.append(lambda: self.cost.show_figures(figures))
        if latency.rows:
            steps.append(lambda: self.latency.show_rows(latency))
            steps.append(lambda: self.latency.show_hours(latency))
        for stack, has_any in zip(self._stacks, (figures.days, latency.rows), strict=True):
            steps.append(partial(stack.setCurrentIndex, 2 if has_any else 1))
        self._in_turns(steps, self._refresh.ended)

    def _in_turns(self, steps: list[Callable[[], object]], then: Callable[[], object]) -> None:
        """Each in a turn of the loop: together they would hold it for too long."""
        if not steps:
            then()
            return
        with self._refresh.costing():
            steps.pop(0)()
        QTimer.singleShot(0, self, lambda: self._in_turns(steps, then))

    def _show_trouble(self, error: Exception) -> None:
        self._refresh.ended()
        reason = str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"
        again = ("Try again", lambda: self._refresh.ask(at_once=True))
        self._trouble.say(BannerKind.ERROR, "The recorded flights cannot be read.", reason, again)

    def _make_plots(self, plots: Any) -> None:
        theme, cost, latency = self._theme, self.cost, self.latency
        steps: list[Callable[[], object]] = []

        def step(card: "PlotCard", make: Callable[[], object]) -> None:
            steps.append(lambda: steps.insert(0, partial(card.come, make())))

        step(cost.days, lambda: plots.BarPlot(theme, "Cost by day", money_text))
        step(latency.spread, lambda: plots.BarPlot(theme, "Spread", _count_words))
        step(latency.hours, lambda: plots.HeatPlot(theme, "By hour and day"))
        self._in_turns(steps, lambda: None)

    def _miss_plots(self, error: Exception) -> None:
        said = inert_line((str(error).strip().splitlines() or [type(error).__name__])[-1], 300)
        self._trouble.say(BannerKind.WARNING, _NO_PLOTS, f"pyqtgraph cannot be read in. {said}")
        for card in (self.cost.days, self.latency.spread, self.latency.hours):
            card.miss(_NO_PLOTS)

    def _ask_file(self) -> None:
        name = f"llmgw-cost-by-{self.cost.chosen_by}.csv"
        chosen, _ = QFileDialog.getSaveFileName(self, "Save sums", name, "CSV (*.csv)")
        if chosen:
            self.write_csv(Path(chosen))

    def write_csv(self, path: Path) -> None:
        """The sums in sight; a spreadsheet opens it."""
        figures = self._figures
        if figures is None:
            return
        text = csv_text(figures.by, figures.sums)
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
