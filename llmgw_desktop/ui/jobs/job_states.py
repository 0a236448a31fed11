"""What the Jobs page shows below its filter: the list, or why there is nothing to list."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from llmgw_desktop.app.first_job import FirstJob
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.code_block import CodeBlock
from llmgw_desktop.ui.widgets.empty_state import EmptyState


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
