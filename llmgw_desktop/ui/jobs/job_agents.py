"""Who asked in a job: its main agent and each subagent, with what they took; the way to their
requests."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.agents import AgentRow, agent_rows, agents_words
from llmgw_desktop.app.jobs.jobs import Jobs
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.spending import AgentSpending
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, cell_column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook

_SOON_MS = 300
"""A request stands in the record soon after its end; several that end at once are read together."""
_NUMBER = {"is_number": True, "is_quiet": True}
_COLUMNS: tuple[Column[AgentRow], ...] = (
    cell_column(
        0,
        "Agent",
        widest="Subagent 1,234",
        is_words=True,
        hint="The one that asked first is the main agent",
    ),
    cell_column(1, "Id", widest="0123456789", is_quiet=True, hint="As filters and limits name it"),
    cell_column(2, "Model"),
    cell_column(3, "Requests", widest="12,345", **_NUMBER),
    cell_column(4, "In", widest="≥123.4M", **_NUMBER),
    cell_column(5, "Out", widest="≥123.4M", **_NUMBER),
    cell_column(6, "Cost", widest="≥$1,234.56", is_number=True),
)
_LOOK = TableLook(name="Agents of the job", noun="agent", go_first=("Id", "Model", "Out", "In"))


class JobAgents(QWidget):
    """Reads while it is in sight."""

    filter_wanted = Signal(object)
    """Of an agent's requests, as it is typed."""

    def __init__(self, theme: Theme, jobs: Jobs, bridge: Bridge) -> None:
        super().__init__()
        self._jobs, self._bridge = jobs, bridge
        self._job_id = ""
        self._is_stale = True
        self.sums = Label(theme, tone=Tone.MUTED)
        self.rows: RowModel[AgentRow] = RowModel(_COLUMNS, lambda row: row.key, self)
        self.table = FittedTable(theme, self.rows, _LOOK)
        self._none = EmptyState(
            theme,
            icon="jobs",
            title="No requests yet.",
            text="Each agent of a run stands here once a request of it has ended, with its "
            "tokens and its cost.",
        )
        head = v_box(theme, self.sums, gap=0, margins=(4, 2))
        v_box(theme, head, (self.table, 1), (self._none, 1), on=self, gap=0, margins=0)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._read)
        self.table.opened.connect(self._ask)
        bridge.events.connect(self._on_events)
        self._show(())

    def show_job(self, job: Job) -> None:
        if job.id != self._job_id:
            self._job_id = job.id
            self._show(())
            self._is_stale = True
            self._read()
        else:
            self._look_again()

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(it, FlightClosed) and it.summary.job == self._job_id for it in events):
            self._look_again()

    def _look_again(self) -> None:
        self._is_stale = True
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        job_id = self._job_id
        if not (job_id and self._is_stale and self.isVisible()):
            return
        self._is_stale = False

        def take(found: Sequence[AgentSpending]) -> None:
            if job_id == self._job_id:
                self._show(found)

        self._bridge.fetch(self, lambda: self._jobs.agents(job_id), take, self._fail)

    def _fail(self, error: Exception) -> None:
        self.sums.setText(str(error) or "The flights cannot be read.")
        self.sums.show()

    def _show(self, found: Sequence[AgentSpending]) -> None:
        self.rows.show_rows(agent_rows(found, f"job:{self._job_id}"))
        self.table.fit()
        words = agents_words(found)
        self.sums.setText(words)
        self.sums.setVisible(bool(words))
        self.table.setVisible(bool(found))
        self._none.setVisible(not found)

    def _ask(self) -> None:
        row = self.table.chosen_item
        if row is not None:
            self.filter_wanted.emit(row.filter)
