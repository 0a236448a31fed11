"""What stands where no job is to be seen, and the line that says nothing runs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.jobs.first_job import FirstJob
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState, ListStates
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.texts import CodeBlock


class QuietLine(QWidget):
    """Hidden until `say`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
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


class JobStates(ListStates):
    """Also the sessions stand in the place of the list."""

    providers_wanted = Signal()

    def __init__(
        self, theme: Theme, browser: QWidget, for_browser: QWidget, sessions: QWidget
    ) -> None:
        none = _WideState(theme, icon="jobs", title=_NONE_YET)
        command = CodeBlock(theme, "", name="command")
        none.add(command)
        self.new = Button(theme, "New job…", kind=ButtonKind.PRIMARY, icon="plus")
        self.to_providers = Button(theme, "Go to Providers")
        self.to_providers.clicked.connect(self._go_to_providers)
        none.add_buttons(self.new, self.to_providers)
        super().__init__(theme, browser, for_browser, first=none, begin=self.new)
        self.command = command
        self._none = none
        self._sessions = sessions
        self.addWidget(sessions)

    def show_sessions(self) -> None:
        self.setCurrentWidget(self._sessions)

    def show_first(self, first: FirstJob) -> None:
        self._none.set_words(_NONE_YET, first.words)
        self.command.set_text(first.command)
        self.command.setVisible(bool(first.command))
        self.new.setVisible(bool(first.command))
        self.to_providers.setVisible(first.wants_cli)

    def _go_to_providers(self) -> None:
        self.providers_wanted.emit()


_NONE_YET = "No jobs yet."
