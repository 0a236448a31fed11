"""Asks what becomes of running jobs when the program is to end. Shows which they are."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QWidget

from llmgw_desktop.app.jobs.jobs import Jobs
from llmgw_desktop.app.jobs.words import STATE_WORDS, live_words, title_of, took_text
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.dialogs import fit
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.words import said

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
        foot = h_box(theme, self.cancel, None, self.stop, self.wait, self.leave, gap=2)
        v_box(
            theme,
            self._title,
            FlowingLabel(theme, _WORDS, tone=Tone.MUTED),
            1,
            *self._lines,
            self._more,
            self._problem,
            2,
            foot,
            on=self,
            gap=2,
            margins=(6, 5),
        )
        self.leave.setFocus()

    @property
    def problem(self) -> str:
        return self._problem.text()

    def show_jobs(self, live: Sequence[Job], now_s: float) -> None:
        """Also when some of them have ended meanwhile."""
        words = live_words(live)
        self.setWindowTitle(said(words))
        self._title.setText(f"{words}.")
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(live))
            if at < len(live):
                line.setText(_line(live[at], now_s))
        more = len(live) - _MOST
        self._more.say(f"and {more:,} more" if more > 0 else "")
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


class Quitting(QObject):
    """`ask` leads to `agreed`, or to nothing."""

    agreed = Signal()
    """Quit now."""
    waiting = Signal(str)
    """What is waited for before the program quits; empty when it stays."""

    def __init__(
        self,
        jobs: Jobs,
        bridge: Bridge,
        theme: Theme,
        *,
        window: Callable[[], QWidget],
        parent: QObject | None = None,
    ) -> None:
        """`window` brings it forward."""
        super().__init__(parent)
        self._jobs = jobs
        self._bridge = bridge
        self._theme = theme
        self._window = window
        self._dialog: QuitDialog | None = None
        self._waits_for: frozenset[str] = frozenset()
        bridge.events.connect(self._on_events)

    @property
    def dialog(self) -> QuitDialog | None:
        return self._dialog

    @property
    def is_asked_first(self) -> bool:
        return bool(self._jobs.live)

    def ask(self) -> None:
        if not self._jobs.live:
            self.agreed.emit()
            return
        window = self._window()
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = QuitDialog(self._theme, window)
        dialog.show_jobs(self._jobs.live, self._jobs.now_s())
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def stay(self) -> None:
        """Wait for nothing any more."""
        self._waits_for = frozenset()
        self.waiting.emit("")

    def _on_chosen(self, choice: QuitChoice) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        if choice is QuitChoice.STOP:
            dialog.show_stopping()
            self._bridge.run(self._stop_all(), name="stop all jobs")
            return
        dialog.accept()
        if choice is QuitChoice.LEAVE:
            self.agreed.emit()
        else:
            self._waits_for = frozenset(job.id for job in self._jobs.live)
            self._look()

    async def _stop_all(self) -> None:
        try:
            await self._jobs.stop_all()
        except LlmgwError as error:
            if self._dialog is not None:
                self._dialog.show_problem(f"They could not be stopped: {error}")
            return
        self.agreed.emit()

    def _on_finished(self) -> None:
        self._dialog = None

    def _on_events(self, events: Sequence[Event]) -> None:
        if any(isinstance(event, JobChanged) for event in events):
            self._look()

    def _look(self) -> None:
        live = self._jobs.live
        if self._dialog is not None and live and self._dialog.leave.isEnabled():
            self._dialog.show_jobs(live, self._jobs.now_s())
        elif self._dialog is not None and not live:
            # All that the question was about has ended.
            self._dialog.accept()
            self.agreed.emit()
        if self._waits_for:
            self._look_after(live)

    def _look_after(self, live: Sequence[Job]) -> None:
        """Those that were there when the person chose: clients may ask for more for ever. What
        waits for a limit may do so for days, and is gone on with by the next start."""
        left = sum(job.id in self._waits_for and job.limit_wait is None for job in live)
        if left:
            jobs = counted(left, "job")
            has = f"The app quits when {jobs} has ended."
            self.waiting.emit(has if left == 1 else f"The app quits when {jobs} have ended.")
            return
        self._waits_for = frozenset()
        self.agreed.emit()
