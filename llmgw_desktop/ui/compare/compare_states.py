"""What stands below the question while nothing has been asked: what to do, or whom to add."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.empty_state import EmptyState


class CompareStates(QStackedWidget):
    """`show_nobody` where neither a CLI nor a provider can be asked."""

    providers_wanted = Signal()
    practice_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hint = EmptyState(
            theme,
            icon="compare",
            title="Ask several models the same",
            text="Write a question, choose who answers, press Ask. The answers grow side by side; "
            "then you see who agrees, who dissents and on what.",
        )
        self._nobody = EmptyState(
            theme,
            icon="compare",
            title="Nobody can be asked yet",
            text="Add a provider or sign in with a CLI. Or try it with practice models: they are "
            "free and answer on this computer.",
        )
        self.to_providers = Button(theme, "Go to Providers", kind=ButtonKind.PLAIN)
        self.practice = Button(theme, "Try with practice models")
        self._nobody.add_buttons(self.to_providers, self.practice)
        self.addWidget(self._hint)
        self.addWidget(self._nobody)
        self.to_providers.clicked.connect(self.providers_wanted)
        self.practice.clicked.connect(self.practice_wanted)

    @property
    def is_nobody(self) -> bool:
        return self.currentWidget() is self._nobody

    def show_nobody(self, on: bool) -> None:
        self.setCurrentWidget(self._nobody if on else self._hint)
