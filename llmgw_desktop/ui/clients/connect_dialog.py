"""Lines that would change in a file: what comes in green, what goes in red, each with its sign."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.connect.clients import ClientCard
from llmgw_desktop.app.connect.connector import Plan, Wanted
from llmgw_desktop.app.connect.programs import Transport
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import Field, TextLines
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.texts import DiffColours
from llmgw_desktop.ui.widgets.toggles import Segmented, SwitchLine

_LEAST_LINES, _MOST_LINES = 5, 18


class DiffView(TextLines):
    """Read only; as tall as its lines, within reason."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="What would change")
        self.setReadOnly(True)
        self.setLineWrapMode(TextLines.LineWrapMode.NoWrap)
        self._colours = DiffColours(theme, self, ("---", "+++", "@@"))
        self.show_diff("")

    def show_diff(self, diff: str) -> None:
        self.setPlainText(diff.rstrip("\n"))
        lines = min(max(diff.count("\n"), _LEAST_LINES), _MOST_LINES)
        self.setFixedHeight((lines + 2) * self.fontMetrics().lineSpacing())


_WAYS = ((Transport.HTTP.value, "By HTTP"), (Transport.STDIO.value, "Start llmgw mcp"))
_WAY_WORDS = {
    Transport.HTTP: (
        "With a key of its own, so that flights say who asked. The key stands in its file."
    ),
    Transport.STDIO: "No key stands in its file; it asks as you.",
}
_KEPT = (
    "Only these lines change. A copy from before is kept, and Undo brings back the file as it was."
)
_BACK = (
    "Where the file is as we left it, it becomes what it was before, byte for byte; else only our"
    " lines go. The key that was made for it is revoked."
)


class ConnectDialog(FormDialog):
    """`wish_changed` asks for another preview; `save_wanted` for what is shown to be done."""

    wish_changed = Signal()

    def __init__(self, theme: Theme, card: ClientCard, parent: QWidget, *, is_undo: bool) -> None:
        verb = "Undo" if is_undo else "Connect"
        super().__init__(theme, f"{verb} {card.title}", verb, parent)
        self.plan: Plan | None = None
        self._way = Segmented(theme, _WAYS, name="How it reaches the gateway's tools")
        self._way.choose(card.wanted.transport.value)
        self._models = SwitchLine(theme, "Send its model requests through the gateway, too")
        self._models.set_on(card.wanted.models)
        self._rules = SwitchLine(theme, "Hold it to the rules, and bring its questions here")
        self._rules.set_on(card.wanted.rules)
        self._way_field = Field(theme, "MCP", self._way, _WAY_WORDS[card.wanted.transport])
        self.diff = DiffView(theme)
        self._note = FlowingLabel(theme, _BACK if is_undo else _KEPT, tone=Tone.MUTED)
        self._trouble = FlowingLabel(theme, tone=Tone.ERROR)
        self._trouble.hide()
        if not is_undo:
            self.fields.addWidget(self._way_field)
        if not is_undo and card.takes_models:
            self.fields.addWidget(self._models)
        if not is_undo and card.takes_rules:
            self.fields.addWidget(self._rules)
        self.fields.addWidget(self.diff)
        self.fields.addWidget(self._note)
        self.fields.addWidget(self._trouble)
        self.fields.addStretch(1)
        self._way.chosen.connect(self._on_way)
        self._models.switch.clicked.connect(self.wish_changed)
        self._rules.switch.clicked.connect(self.wish_changed)
        self._save.setEnabled(False)
        self.fit()

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            transport=Transport(self._way.key),
            models=self._models.is_on,
            rules=self._rules.is_on,
        )

    @property
    def trouble(self) -> str:
        return self._trouble.text()

    def show_plan(self, plan: Plan, diff: str) -> None:
        self.plan = plan
        self.diff.show_diff(diff or "There is nothing to change.")
        self._show_trouble("")
        self._save.setEnabled(True)
        self.fit()

    def show_refusal(self, error: Exception) -> None:
        """Nothing was written."""
        self.plan = None
        self.show_saving(is_under_way=False)
        self._save.setEnabled(False)
        self._show_trouble(str(error))
        self.fit()

    def _show_trouble(self, words: str) -> None:
        """In the place of the lines: it names a file with its path, and takes room."""
        self._trouble.say(words)
        self.diff.setVisible(not words)
        self._note.setVisible(not words)

    def _on_way(self) -> None:
        self._way_field.set_hint(_WAY_WORDS[Transport(self._way.key)])
        self._save.setEnabled(False)
        self.wish_changed.emit()
