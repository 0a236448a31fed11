"""What stands where no job is to be seen, and the line that says nothing runs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from llmgw_desktop.app.jobs.words import FirstJob
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.texts import CodeBlock


class QuietLine(QWidget):
    """Hidden until `say`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = FlowingLabel(theme, tone=Tone.MUTED)
        self.close_button = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Dismiss")
        self.close_button.clicked.connect(self.hide)
        h_box(
            theme,
            MarkIcon(theme, "info"),
            (self._words, 1),
            self.close_button,
            on=self,
            gap=2,
            margins=(4, 1, 3, 0),
        )
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    def say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self.setVisible(bool(sentence))


class _WideState(EmptyState):
    """A command line is wider than a sentence."""

    _WIDTH_UNITS = 205


class JobStates(QStackedWidget):
    """Blank until the first reading has come."""

    clear_wanted = Signal()
    retry_wanted = Signal()

    def __init__(
        self, theme: Theme, browser: QWidget, for_browser: QWidget, sessions: QWidget
    ) -> None:
        super().__init__()
        self._sessions = sessions
        self._browser = browser
        self._blank = QWidget()
        self._first = _WideState(theme, icon="jobs", title=_NONE_YET)
        self.command = CodeBlock(theme, "", name="command")
        self._first.add(self.command)
        self._no_match = EmptyState(theme, icon="search", title="Nothing matches.")
        self._clear = Button(theme, "Clear filter", kind=ButtonKind.PRIMARY)
        self._clear.clicked.connect(self.clear_wanted)
        self._no_match.add_buttons(self._clear)
        self._failure = EmptyState(theme, icon="database", title="")
        self._retry = Button(theme, "Try again", icon="retry")
        self._retry.clicked.connect(self.retry_wanted)
        self._failure.add_buttons(self._retry)
        for each in (
            self._blank,
            browser,
            self._first,
            self._no_match,
            self._failure,
            sessions,
        ):
            self.addWidget(each)
        self._keyboards: dict[QWidget | None, QWidget] = {
            browser: for_browser,
            self._first: self.command.copy,
            self._no_match: self._clear,
            self._failure: self._retry,
        }

    @property
    def for_keyboard(self) -> QWidget | None:
        return self._keyboards.get(self.currentWidget())

    @property
    def is_browsing(self) -> bool:
        return self.currentWidget() is self._browser

    @property
    def is_first(self) -> bool:
        return self.currentWidget() is self._first

    @property
    def is_failure(self) -> bool:
        return self.currentWidget() is self._failure

    def show_sessions(self) -> None:
        self.setCurrentWidget(self._sessions)

    def show_counts(self, shown: int, total: int) -> None:
        if not total:
            self.setCurrentWidget(self._first)
        else:
            self.setCurrentWidget(self._browser if shown else self._no_match)

    def show_first(self, first: FirstJob) -> None:
        self._first.set_words(_NONE_YET, first.words)
        self.command.set_text(first.command)
        self.command.setVisible(bool(first.command))

    def show_failure(self, error: Exception) -> None:
        reason = str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"
        self._failure.set_words("The jobs cannot be read.", reason)
        self.setCurrentWidget(self._failure)


_NONE_YET = "No jobs yet."
