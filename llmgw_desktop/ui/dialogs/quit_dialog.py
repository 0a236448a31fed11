"""Asks what becomes of running jobs when the program is to end. Shows which they are."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.job_words import STATE_WORDS, live_words, title_of, took_text
from llmgw_desktop.domain.job import Job
from llmgw_desktop.ui.dialogs.question_dialog import fit
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone

_MOST = 6
_TITLE_CHARS = 60
_WIDTH_UNITS = 165
_WORDS = (
    "They can go on without this app: the next start finds them again, with all that they wrote. "
    "Programs reach no models until then."
)


class QuitChoice(StrEnum):
    """What a person wants of the jobs."""

    LEAVE = "leave"
    WAIT = "wait"
    STOP = "stop"


class QuitDialog(QDialog):
    """Open it with `open()`. Esc means: do not quit."""

    chosen = Signal(QuitChoice)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        space = theme.space
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title = Label(theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._lines = [FlowingLabel(theme) for _ in range(_MOST)]
        self._more = Label(theme, tone=Tone.MUTED)
        self._problem = FlowingLabel(theme, tone=Tone.ERROR)
        self._problem.hide()
        self.cancel = Button(theme, "Don't quit")
        self.cancel.clicked.connect(self.reject)
        self.stop = self._option("Stop all and quit", QuitChoice.STOP)
        self.wait = self._option("Wait until they end, then quit", QuitChoice.WAIT)
        self.leave = self._option("Leave running", QuitChoice.LEAVE, ButtonKind.PRIMARY)
        self.leave.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(space(2))
        foot.addWidget(self.cancel)
        foot.addStretch(1)
        for button in (self.stop, self.wait, self.leave):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(2))
        column.addWidget(self._title)
        column.addWidget(FlowingLabel(theme, _WORDS, tone=Tone.MUTED))
        column.addSpacing(space(1))
        for line in (*self._lines, self._more):
            column.addWidget(line)
        column.addWidget(self._problem)
        column.addSpacing(space(2))
        column.addLayout(foot)
        self.leave.setFocus()

    @property
    def problem(self) -> str:
        return self._problem.text()

    def show_jobs(self, live: Sequence[Job], now_s: float) -> None:
        """Also when some of them have ended meanwhile."""
        words = live_words(live)
        self.setWindowTitle(words)
        self._title.setText(f"{words}.")
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(live))
            if at < len(live):
                line.setText(_line(live[at], now_s))
        more = len(live) - _MOST
        self._more.setText(f"and {more:,} more")
        self._more.setVisible(more > 0)
        fit(self, self._theme.space(_WIDTH_UNITS))

    def show_stopping(self) -> None:
        self._title.setText("Stopping …")
        self._set_choosing(False)

    def show_problem(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.show()
        self._set_choosing(True)

    def _set_choosing(self, on: bool) -> None:
        for button in (self.stop, self.wait, self.leave):
            button.setEnabled(on)

    def _option(
        self, words: str, choice: QuitChoice, kind: ButtonKind = ButtonKind.PLAIN
    ) -> Button:
        button = Button(self._theme, words, kind=kind)
        button.clicked.connect(lambda: self.chosen.emit(choice))
        return button


def _line(job: Job, now_s: float) -> str:
    """Short enough for one line, mostly: titles are as long as their prompts."""
    title = inert_line(title_of(job), _TITLE_CHARS)
    return f"{STATE_WORDS[job.state]} · {job.cli} · {took_text(job, now_s)} · {title}"
