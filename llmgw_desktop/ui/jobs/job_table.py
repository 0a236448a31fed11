"""The table of jobs: what runs on top, columns that give way to the title."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor

from llmgw_desktop.app.figures import UNKNOWN
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.ui.jobs.job_model import JobModel, ShownJob, job_colour, job_icon
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.row_model import Column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook


def _ink(row: ShownJob, column: Column[ShownJob], colours: Colours) -> QColor | None:
    if column.key == "state":
        return job_colour(row.job.state, colours)
    if column.text(row) == UNKNOWN:
        return colours.disabled
    is_running = column.key == "took" and row.job.state is JobState.RUNNING
    return colours.running if is_running else None


_LOOK = TableLook(
    name="Jobs",
    noun="job",
    go_first=("client", "tokens", "asked", "cost"),
    ink=_ink,
    mark=lambda row, colours: (job_icon(row.job.state), job_colour(row.job.state, colours)),
)


class JobTable(FittedTable):
    """One row at a time is selected."""

    job_chosen = Signal(object)
    """The Job under the selection, or None; not again while it is the same."""

    def __init__(self, model: JobModel, theme: Theme) -> None:
        super().__init__(theme, model, _LOOK)
        self._job_id = ""
        self.chosen.connect(self._on_chosen)

    def chosen_job(self) -> Job | None:
        row: ShownJob | None = self.chosen_item
        return None if row is None else row.job

    def _on_chosen(self, row: ShownJob | None) -> None:
        job_id = "" if row is None else row.job.id
        if job_id != self._job_id:
            self._job_id = job_id
            self.job_chosen.emit(None if row is None else row.job)
