"""The sessions with CLIs: what each is about, when it was used, what it cost; the way to its jobs.

What was said in them lies with the CLIs alone.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.jobs.words import COLUMNS, ShownSession
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, cell_column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook

_WIDEST = {
    "CLI": "opencode",
    "Folder": "/home/someone/src/project",
    "Last used": "28 Nov 23:59",
    "Jobs": "8,888",
    "Tokens": "488.8k → 48.8k",
    "Cost": "<$0.001",
}
_COLUMNS: tuple[Column[ShownSession], ...] = tuple(
    cell_column(
        at,
        name,
        widest=_WIDEST.get(name, ""),
        is_number=name in ("Jobs", "Tokens", "Cost"),
        is_quiet=name in ("Folder", "Last used"),
        is_words=name == "Last used",
    )
    for at, name in enumerate(COLUMNS)
)
_LOOK = TableLook(name="Sessions", go_first=("Folder", "Tokens", "Jobs", "Cost"))


def session_model(parent: QObject | None = None) -> RowModel[ShownSession]:
    return RowModel(_COLUMNS, lambda row: row.session.id, parent)


class SessionList(QWidget):
    """One is chosen at a time; buttons below say what can be done with it."""

    jobs_wanted = Signal(object)
    hand_over_wanted = Signal(object)
    forget_wanted = Signal(object)
    """A Session each."""
    said = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._model = session_model(self)
        self.table = FittedTable(theme, self._model, _LOOK)
        self._none = EmptyState(
            theme,
            icon="jobs",
            title="No sessions.",
            text="A run that goes on with an earlier one belongs to its session; it will stand "
            "here until nobody has used it for long.",
        )
        self.show_jobs = Button(theme, "Show its jobs", icon="jobs")
        self.hand_over = Button(theme, "Hand over…", icon="right")
        self.copy_id = Button(theme, "Copy its id", icon="copy")
        self.forget = Button(theme, "Forget…", icon="trash")
        self._lay_out()
        self.show_jobs.clicked.connect(lambda: self._tell(self.jobs_wanted))
        self.hand_over.clicked.connect(lambda: self._tell(self.hand_over_wanted))
        self.forget.clicked.connect(lambda: self._tell(self.forget_wanted))
        self.copy_id.clicked.connect(self._copy)
        self.table.activated.connect(lambda: self._tell(self.jobs_wanted))
        self.table.chosen.connect(lambda _: self._on_chosen())
        self._on_chosen()

    @property
    def chosen(self) -> Session | None:
        row: ShownSession | None = self.table.chosen_item
        return None if row is None else row.session

    @property
    def titles(self) -> list[str]:
        return [self._model.index(row, 1).data() for row in range(self._model.rowCount())]

    def show_sessions(self, rows: Sequence[ShownSession]) -> None:
        self._model.show_rows(rows)
        self.table.setVisible(bool(rows))
        self._none.setVisible(not rows)

    def _on_chosen(self) -> None:
        session = self.chosen
        for button in (self.show_jobs, self.hand_over, self.forget):
            button.setEnabled(session is not None)
        self.copy_id.setEnabled(session is not None and bool(session.provider_session_id))

    def _tell(self, signal: object) -> None:
        session = self.chosen
        if session is not None:
            signal.emit(session)  # type: ignore[attr-defined]

    def _copy(self) -> None:
        session = self.chosen
        if session is not None:
            QGuiApplication.clipboard().setText(session.provider_session_id)
            self.said.emit("The CLI's own id of the session copied.")

    def _lay_out(self) -> None:
        buttons = self.show_jobs, self.hand_over, self.copy_id, self.forget
        foot = h_box(self._theme, *buttons, None, gap=2, margins=(4, 2))
        v_box(self._theme, (self.table, 1), (self._none, 1), foot, on=self, gap=0, margins=0)
