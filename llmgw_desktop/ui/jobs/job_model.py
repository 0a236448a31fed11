"""The jobs in sight as rows, their texts ready to be painted. Which ones they are is the page's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from llmgw_desktop.app.figures import cost_text, in_out_text
from llmgw_desktop.app.job_words import (
    STATE_WORDS,
    client_of,
    started_text,
    title_of,
    today_of,
    took_text,
)
from llmgw_desktop.app.provenance_words import MARKS_HINT
from llmgw_desktop.domain.job import Job
from llmgw_desktop.ui.widgets.tip import tip

_Index = QModelIndex | QPersistentModelIndex
_Cell = Callable[[Job, float, date], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobColumn:
    """`widest` is the text that it makes room for; the title takes what is left."""

    key: str
    title: str
    hint: str
    text: _Cell
    widest: str
    is_number: bool = False


COLUMNS = (
    JobColumn(
        key="state",
        title="State",
        hint="How it stands",
        text=lambda job, _now, _today: STATE_WORDS[job.state],
        widest="Completed",
    ),
    JobColumn(
        key="cli",
        title="CLI",
        hint="The vendor's program that does it",
        text=lambda job, _now, _today: job.cli.value,
        widest="opencode",
    ),
    JobColumn(
        key="title",
        title="Job",
        hint="How its prompt begins",
        text=lambda job, _now, _today: title_of(job),
        widest="",
    ),
    JobColumn(
        key="client",
        title="Client",
        hint="The program that asked for it",
        text=lambda job, _now, _today: client_of(job),
        widest="nightly-review-1",
    ),
    JobColumn(
        key="asked",
        title="Asked",
        hint="When it was asked for",
        text=lambda job, _now, today: started_text(job, today),
        widest="28 Nov 23:59",
    ),
    JobColumn(
        key="took",
        title="Took",
        hint="How long it ran, or has been running or waiting",
        text=lambda job, now_s, _today: took_text(job, now_s),
        widest="88 m 88 s",
        is_number=True,
    ),
    JobColumn(
        key="tokens",
        title="Tokens",
        hint=f"Tokens in → out. {MARKS_HINT}",
        text=lambda job, _now, _today: in_out_text(job.figures.usage),
        widest="488.8k → 48.8k",
        is_number=True,
    ),
    JobColumn(
        key="cost",
        title="Cost",
        hint=f"As its CLI told it. {MARKS_HINT}",
        text=lambda job, _now, _today: cost_text(job.figures.usage, job.figures.cost_usd),
        widest="<$0.001",
        is_number=True,
    ),
)
ASKS_WORDS = "Asks you"
"""In the place of its state: it goes on when a person has answered."""
_TOOK = next(at for at, column in enumerate(COLUMNS) if column.key == "took")
_AT_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_AT_BEGIN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class ShownJob:
    job: Job
    cells: tuple[str, ...]


class JobModel(QAbstractTableModel):
    """`now` is asked whenever rows are made."""

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._rows: list[ShownJob] = []
        self._made: dict[str, ShownJob] = {}
        """Of those that ended: nothing of them changes, but what is said of the day."""
        self._made_on: date | None = None
        self._asking: frozenset[str] = frozenset()

    def show_jobs(self, jobs: Sequence[Job], asking: frozenset[str] = frozenset()) -> None:
        """The same in the same order are changed in place. `asking`: those whose agents wait for
        a person's answer."""
        self._asking = asking
        now_s = self._now()
        today = today_of(now_s)
        rows = self._shown_all(jobs, now_s, today)
        if [row.job.id for row in rows] != [row.job.id for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        before, self._rows = self._rows, rows
        for at, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(COLUMNS) - 1))

    def tick(self) -> None:
        """Time has passed for those that are live."""
        now_s = self._now()
        today = today_of(now_s)
        for at, row in enumerate(self._rows):
            if row.job.is_live:
                self._rows[at] = self._shown(row.job, now_s, today)
                self.dataChanged.emit(self.index(at, _TOOK), self.index(at, _TOOK))

    def _shown_all(self, jobs: Sequence[Job], now_s: float, today: date) -> list[ShownJob]:
        known = self._made if today == self._made_on else {}
        rows = []
        for job in jobs:
            row = known.get(job.id)
            if row is None or row.job is not job:
                row = self._shown(job, now_s, today)
            rows.append(row)
        self._made = {row.job.id: row for row in rows if not row.job.is_live}
        self._made_on = today
        return rows

    def _shown(self, job: Job, now_s: float, today: date) -> ShownJob:
        row = _shown(job, now_s, today)
        is_asking = job.is_live and job.id in self._asking
        return ShownJob(job, (ASKS_WORDS, *row.cells[1:])) if is_asking else row

    def job(self, row: int) -> Job | None:
        return self._rows[row].job if 0 <= row < len(self._rows) else None

    def shown(self, row: int) -> ShownJob:
        return self._rows[row]

    def row_of(self, job_id: str) -> int:
        """-1 where it is not in sight."""
        return next((at for at, row in enumerate(self._rows) if row.job.id == job_id), -1)

    @property
    def has_live(self) -> bool:
        return any(row.job.is_live for row in self._rows)

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()].cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and COLUMNS[index.column()].key == "title":
            return tip(self._rows[index.row()].cells[index.column()])
        return None

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _AT_END if column.is_number else _AT_BEGIN
        return None


def _shown(job: Job, now_s: float, today: date) -> ShownJob:
    return ShownJob(job, tuple(column.text(job, now_s, today) for column in COLUMNS))
