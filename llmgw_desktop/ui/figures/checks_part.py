"""Checks: runs of regression sets over time, which check fell first, and each answer of a run."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.validation.check_history import CheckedRun
from llmgw_desktop.app.words.figures import counted, local_time
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.ui.figures.plot_card import PlotCard, RowsTable, SumRow
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.row_model import cell_column
from llmgw_desktop.ui.widgets.tables import TableLook

_RUNS = (
    cell_column(0, "When", widest="31 Dec 23:59:59", is_words=True),
    cell_column(1, "Set"),
    cell_column(2, "Models", is_quiet=True),
    cell_column(3, "Client", widest="claude-code", is_quiet=True),
    cell_column(4, "Passed", widest="500 of 500", is_number=True),
    cell_column(5, "Cost", widest="$12.345678 +", is_number=True),
    cell_column(6, "First to fall", share=2.0, is_words=True),
)
_ANSWERS = (
    cell_column(0, "Result", widest="Not asked", is_words=True),
    cell_column(1, "Case"),
    cell_column(2, "Model", is_quiet=True),
    cell_column(3, "Cost", widest="$12.345678", is_number=True),
    cell_column(4, "Took", widest="59 m 59 s", is_number=True),
    cell_column(5, "Why", share=2.0, is_words=True),
)
_TIME = (
    cell_column(0, "When", widest="31 Dec 23:59:59", is_words=True),
    cell_column(1, "Set"),
    cell_column(2, "Cost", widest="$12.345678 +", is_number=True, is_quiet=True),
    cell_column(3, "Passed", widest="500 of 500", is_number=True),
)
_HOW = (
    "«Add to a regression set…» in the menu of a flight puts it into a file of your project;"
    " «llmgw check run FILE» asks all of them again. Each run has a signed receipt."
)


class ChecksPart(QWidget, MadeInSteps):
    """The run that is chosen is the one whose answers stand below; Enter opens one's flight."""

    flight_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._begin(self._made(theme))

    def _made(self, theme: Theme) -> Iterator[None]:
        self._shown: tuple[CheckedRun, ...] = ()
        self._id = ""
        go_first = ("Client", "Cost", "Models")
        look = TableLook(name="Runs of regression sets", noun="run", go_first=go_first)
        self.runs = RowsTable(theme, _RUNS, look)
        yield
        look = TableLook(name="Answers of the run", noun="answer", go_first=("Took", "Cost"))
        self.answers = RowsTable(theme, _ANSWERS, look, most_rows=20)
        yield
        time = RowsTable(theme, _TIME, TableLook(name="Runs over time", noun="run"))
        self.time = PlotCard(theme, "Runs over time", time)
        yield
        self.title = Label(theme, "Answers", size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        head = Label(theme, "Runs", size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        words = FlowingLabel(theme, _HOW, tone=Tone.MUTED)
        parts = (head, self.runs, words, self.time, self.title, self.answers, None)
        v_box(theme, *parts, on=self, gap=2.5, margins=4)
        self.runs.chosen.connect(self._on_chosen)
        self.answers.opened.connect(self._open)
        self.time.filter_wanted.connect(self.runs.choose)

    @property
    def shown(self) -> Sequence[CheckedRun]:
        """Newest first."""
        return self._shown

    def show_runs(self, runs: Sequence[CheckedRun]) -> None:
        """Newest first."""
        if self._shown == tuple(runs):
            return
        self._shown = tuple(runs)
        self.runs.show_figures(
            [SumRow(each.id, (*_head(each), each.cost, each.first_fallen or "–")) for each in runs]
        )
        if self._id not in {each.id for each in runs}:
            self._id = runs[0].id if runs else ""
        self._show_answers()

    def _on_chosen(self, row: SumRow | None) -> None:
        if row is not None and row.key != self._id:
            self._id = row.key
            self._show_answers()

    def _show_answers(self) -> None:
        found = [each for each in self._shown if each.id == self._id]
        if not found:
            return
        run = found[0]
        self._show_time(run)
        self.title.setText(f"Answers of {run.name}, {run.when}")
        self.answers.show_figures(
            [
                SumRow(
                    f"{each.number} {each.flight}",
                    (each.result, each.case, each.model, each.cost, each.took, each.why or "–"),
                )
                for each in run.answers
            ]
        )

    def _show_time(self, shown: CheckedRun) -> None:
        """All runs of its set, whatever its version; a bar leads to its run."""
        runs = [each for each in reversed(self._shown) if each.set == shown.set]
        rows, values, labels = [], list[float | None](), []
        for each in runs:
            rows.append(SumRow(each.id, (each.when, each.name, each.cost, each.passed), each.id))
            values.append(each.share * 100)
            day = local_time(each.made_at_s)
            labels.append(f"{day.day} {month_text(day)}")
        self.time.set_title(f"Runs of {shown.set} over time")
        words = f"{counted(len(runs), 'run')}; of the last {runs[-1].passed} passed."
        self.time.show_rows(rows, lambda plot: plot.show_bars(labels, values, most=100.0), words)

    def _open(self) -> None:
        row = self.answers.chosen_item
        flight = row.key.partition(" ")[2] if row is not None else ""
        if flight:
            self.flight_wanted.emit(flight)


def _head(run: CheckedRun) -> tuple[str, ...]:
    return run.when, run.name, run.models, run.client, run.passed
