"""The jobs in sight as rows, their texts ready to be painted, and the mark of each state. Which
jobs they are is the page's."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from llmgw_desktop.app.flights.provenance_words import MARKS_HINT
from llmgw_desktop.app.jobs.words import (
    STATE_WORDS,
    client_of,
    started_text,
    title_of,
    today_of,
    took_text,
)
from llmgw_desktop.app.words.figures import cost_text, in_out_text
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.widgets.label import Tone, colour_of
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, cell_column, no_tip

_MARKS = {
    JobState.QUEUED: ("clock", Tone.MUTED),
    JobState.RUNNING: ("running", Tone.RUNNING),
    JobState.PARKED: ("clock", Tone.WARNING),
    JobState.COMPLETED: ("ok", Tone.OK),
    JobState.FAILED: ("error", Tone.ERROR),
    JobState.CANCELED: ("canceled", Tone.MUTED),
    JobState.ORPHANED: ("lost", Tone.WARNING),
}


def job_icon(state: JobState) -> str:
    return _MARKS[state][0]


def job_tone(state: JobState) -> Tone:
    return _MARKS[state][1]


def job_colour(state: JobState, colours: Colours) -> QColor:
    return colour_of(job_tone(state), colours)


@value(kw_only=False)
class ShownJob:
    """`cells` stand in the order of COLUMNS."""

    job: Job
    cells: tuple[str, ...]


def _columns(*facts: tuple[str, str, str, str, str]) -> tuple[Column[ShownJob], ...]:
    """Each of a key, a title, what the title means, the widest text, and what it is."""
    return tuple(
        cell_column(
            at,
            title,
            key=key,
            hint=hint,
            widest=widest,
            tells=None if key == "title" else no_tip,
            is_number="number" in what,
            is_quiet="quiet" in what,
            has_mark="mark" in what,
            is_words="mark" in what or key == "asked",
        )
        for at, (key, title, hint, widest, what) in enumerate(facts)
    )


COLUMNS = _columns(
    ("state", "State", "How it stands", "Completed", "mark"),
    ("cli", "CLI", "The vendor's program that does it", "opencode", ""),
    ("title", "Job", "How its prompt begins", "", ""),
    ("client", "Client", "The program that asked for it", "nightly-review-1", "quiet"),
    ("asked", "Asked", "When it was asked for", "28 Nov 23:59", "quiet"),
    (
        "took",
        "Took",
        "How long it ran, or has been running or waiting",
        "88 m 88 s",
        "number",
    ),
    ("tokens", "Tokens", f"Tokens in → out. {MARKS_HINT}", "488.8k → 48.8k", "number"),
    ("cost", "Cost", f"As its CLI told it. {MARKS_HINT}", "<$0.001", "number"),
)
ASKS_WORDS = "Asks you"
"""In the place of its state: it goes on when a person has answered."""


class JobModel(RowModel[ShownJob]):
    """`now` is asked whenever rows are made."""

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, lambda row: row.job.id, parent)
        self._now = now
        self._made: dict[str, ShownJob] = {}
        """Of those that ended: nothing of them changes, but what is said of the day."""
        self._made_on: date | None = None
        self._asking: frozenset[str] = frozenset()

    def show_jobs(self, jobs: Sequence[Job], asking: frozenset[str] = frozenset()) -> None:
        """`asking`: those whose agents wait for a person's answer."""
        self._asking = asking
        now_s = self._now()
        today = today_of(now_s)
        known = self._made if today == self._made_on else {}
        rows = []
        for job in jobs:
            row = known.get(job.id)
            if row is None or row.job is not job:
                row = self._shown(job, now_s, today)
            rows.append(row)
        self._made = {row.job.id: row for row in rows if not row.job.is_live}
        self._made_on = today
        self.show_rows(rows)

    def tick(self) -> None:
        """Time has passed for those that are live."""
        now_s = self._now()
        today = today_of(now_s)
        self.show_rows(
            [self._shown(row.job, now_s, today) if row.job.is_live else row for row in self.rows]
        )

    @property
    def has_live(self) -> bool:
        return any(row.job.is_live for row in self.rows)

    def _shown(self, job: Job, now_s: float, today: date) -> ShownJob:
        is_asking = job.is_live and job.id in self._asking
        cells = (
            ASKS_WORDS if is_asking else STATE_WORDS[job.state],
            job.cli.value,
            title_of(job),
            client_of(job),
            started_text(job, today),
            took_text(job, now_s),
            in_out_text(job.figures.usage),
            cost_text(job.figures.usage, job.figures.cost_usd),
        )
        return ShownJob(job, cells)
