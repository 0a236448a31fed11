"""Keys of clients: made, shown once, followed by another."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QDialog, QVBoxLayout, QWidget

from llmgw_desktop.app.clients.desk import GRACES
from llmgw_desktop.app.policy.limits_form import Limits, LimitsForm
from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, SCOPE_WORDS, Scope
from llmgw_desktop.ui.clients.limits import LimitFields
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.dialogs import FormDialog, fit
from llmgw_desktop.ui.widgets.fields import Field, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.toggles import Tick
from llmgw_desktop.ui.widgets.words import said

_NAME_HINT = "The program's name. Flights, routes and limits know it by this, so it stays."
_STRICT = "Refuse what a translation could not carry whole, instead of leaving it out"
_KEPT = "[clients.{name}] stands in config.toml already: its limits hold for this key."


class KeyDialog(FormDialog):
    """`name`, `scopes`, `is_strict` and `form` are what was filled in."""

    def __init__(
        self, theme: Theme, limits: Limits, name_problem: Callable[[str], str], parent: QWidget
    ) -> None:
        super().__init__(theme, "Make a key", "Make the key", parent)
        self._limits = limits
        self._name_problem = name_problem
        self._name = TextLine(theme, "nightly-review")
        self._name_field = Field(theme, "Name", self._name, _NAME_HINT)
        self.ticks = {scope: Tick(theme, _capital(SCOPE_WORDS[scope])) for scope in Scope}
        self._strict = Tick(theme, _STRICT)
        self._more = Button(theme, "Set limits", kind=ButtonKind.QUIET, icon="right")
        self.limits = LimitFields(theme, limits.providers(), limits.wrong)
        self._kept = FlowingLabel(theme, tone=Tone.MUTED)
        self._lay_out(theme)
        self._name.textEdited.connect(lambda _: self._show())
        for tick in self.ticks.values():
            tick.toggled.connect(lambda _: self._show())
        self.limits.changed.connect(self._show)
        self._more.clicked.connect(self._open_limits)
        self._show()
        self._name_field.set_wrong("")
        self.fit()
        self._name.setFocus()

    @property
    def name(self) -> str:
        return self._name.text().strip()

    @property
    def scopes(self) -> Sequence[Scope]:
        return [scope for scope, tick in self.ticks.items() if tick.isChecked()]

    @property
    def is_strict(self) -> bool:
        return self._strict.isChecked()

    @property
    def form(self) -> LimitsForm:
        """Empty where limits stand there already, or none were wanted."""
        return LimitsForm() if self.limits.isHidden() else self.limits.form

    def _show(self) -> None:
        why = self._name_problem(self.name)
        self._name_field.set_wrong(why if self.name else "")
        has_limits = not why and self._limits.has(self.name)
        self._kept.say(_KEPT.format(name=self.name) if has_limits else "")
        self._more.setVisible(not has_limits and self.limits.isHidden())
        if has_limits:
            self.limits.hide()
        self._save.setEnabled(not why and bool(self.scopes) and not self.limits.wrong)
        self.show_problem("" if self.scopes else "Tick what it may do.")

    def _open_limits(self) -> None:
        self.limits.show()
        self._more.hide()
        self.fit()
        self.limits.budgets.add.setFocus()

    def _lay_out(self, theme: Theme) -> None:
        self.fields.addWidget(self._name_field)
        self.fields.addWidget(Label(theme, "What it may do"))
        scopes = QVBoxLayout()
        scopes.setSpacing(theme.space(0.75))
        for scope, tick in self.ticks.items():
            tick.setChecked(scope in DEFAULT_SCOPES)
            scopes.addWidget(tick)
        self.fields.addLayout(scopes)
        self.fields.addWidget(self._strict)
        for each in (self._kept, self._more, self.limits):
            self.fields.addWidget(each)
        self.fields.addStretch(1)
        self.limits.hide()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


CLIPBOARD_MS = 60_000
_WIDTH_UNITS = 120
_ONCE = (
    "It is shown this once and cannot be shown again: only its digest is kept. Copy it into the"
    " program's settings. A minute after it was copied it goes off the clipboard."
)


class KeyShown(QDialog):
    """Open it with `open()`. The key is forgotten when it closes."""

    def __init__(self, theme: Theme, title: str, *, key: str, note: str, parent: QWidget) -> None:
        super().__init__(parent)
        space = theme.space
        self.setWindowTitle(said(title))
        self.code = CodeBlock(theme, key, name="key")
        self.code.copy.clicked.connect(lambda: clear_later(self.code.text()))
        done = Button(theme, "Done", kind=ButtonKind.PRIMARY)
        done.setDefault(True)
        done.clicked.connect(self.accept)
        foot = h_box(theme, None, done)
        column = v_box(theme, on=self, gap=3, margins=(6, 5))
        head = FlowingLabel(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        column.addWidget(head)
        column.addWidget(self.code)
        column.addWidget(FlowingLabel(theme, _ONCE, tone=Tone.WARNING))
        if note:
            column.addWidget(FlowingLabel(theme, note, tone=Tone.MUTED))
        column.addLayout(foot)
        self.finished.connect(self._forget)
        fit(self, space(_WIDTH_UNITS))
        self.code.copy.setFocus()

    def _forget(self) -> None:
        self.code.set_text("")
        self.deleteLater()


def clear_later(key: str) -> None:
    """Unless something else has been copied since."""

    def clear() -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard.text() == key:
            clipboard.clear()

    QTimer.singleShot(CLIPBOARD_MS, clear)


_WHAT = (
    "It stays the same client: its limits, figures, flights and jobs go on. Only one key before it"
    " can open: one that was rotated earlier ends now."
)

_OLD_KEY = "The key that it has now"


class RotateDialog(FormDialog):
    """`grace_s` is what was chosen."""

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(theme, f"A new key for {name}", "Make the key", parent)
        self.fields.addWidget(FlowingLabel(theme, _WHAT, tone=Tone.MUTED))
        self.fields.addWidget(Label(theme, _OLD_KEY))
        rings = QWidget()  # as wide as the words above, which a ring by itself is not
        column = v_box(theme, on=rings, gap=1, margins=0)
        self._group = QButtonGroup(self)
        self.rings = []
        for at, (grace_s, words) in enumerate(GRACES):
            ring = Tick(theme, words if not grace_s else f"Still opens for {words}", is_ring=True)
            ring.setAccessibleDescription(said(_OLD_KEY))
            self._group.addButton(ring, at)
            column.addWidget(ring)
            self.rings.append(ring)
        self.rings[0].setChecked(True)
        self.fields.addWidget(rings)
        self.fields.addStretch(1)
        self.fit()

    @property
    def grace_s(self) -> float:
        return GRACES[self._group.checkedId()][0]
