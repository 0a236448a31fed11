"""An account as a row: how it stands, its quotas as bars, what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.app.providers.cards import AccountLine, Trial
from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.kept_rows import QuotaRows
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said

_MARKS = {
    AccountState.READY: ("ok", Tone.OK),
    AccountState.COOLING: ("clock", Tone.WARNING),
    AccountState.AUTH_REQUIRED: ("error", Tone.ERROR),
    AccountState.OVER_QUOTA: ("warning", Tone.WARNING),
    AccountState.OFF: ("off", Tone.MUTED),
}


_TRIALS = {Trial.NONE: ("info", Tone.MUTED), Trial.FAILED: ("error", Tone.ERROR)}


def standing_mark(state: AccountState, trial: Trial | None = None) -> tuple[str, Tone]:
    """The icon's name, and the colour by its meaning."""
    return _MARKS[state] if trial is None else _TRIALS[trial]


class AccountRow(QWidget):
    """Of a provider's only account no name is shown: the card's head says how it stands."""

    toggled = Signal(bool)
    ask_again_wanted = Signal()
    key_wanted = Signal()
    edit_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, theme: Theme, line: AccountLine, *, is_only: bool) -> None:
        super().__init__()
        self._theme = theme
        self._is_only = is_only
        self._mark = MarkIcon(theme, "ok")
        self._name = FlowingLabel(theme, line.name, weight=QFont.Weight.Medium, is_verbatim=True)
        self._state = Label(theme, size=TextSize.CAPTION)
        self._credential = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._switch = Switch(theme, name=f"Use account {line.name}")
        self._switch.clicked.connect(self.toggled)
        self._edit = Button(theme, kind=ButtonKind.QUIET, icon="edit", name=f"Edit {line.id}")
        self._edit.clicked.connect(self.edit_wanted)
        self._remove = Button(theme, kind=ButtonKind.QUIET, icon="trash", name=f"Remove {line.id}")
        self._remove.clicked.connect(self.remove_wanted)
        self._reason = FlowingLabel(theme)
        self._act = Button(theme)
        self._act.clicked.connect(self._do)
        self._quotas = QuotaRows(theme)
        self._error = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._tested = FlowingLabel(theme)
        self._tested.hide()
        self._line = line
        self._lay_out()
        self.show_line(line)

    def show_line(self, line: AccountLine) -> None:
        self._line = line
        icon, tone = standing_mark(line.state, line.trial)
        self._mark.show_mark(icon, tone)
        self._state.setText(line.words)
        self._state.set_tone(tone)
        self._credential.setText(" · ".join(filter(None, (line.credential, line.used))))
        self._switch.setChecked(line.state is not AccountState.OFF)
        for part in (self._switch, self._edit, self._remove):
            part.setVisible(line.can_be_switched)
        self._reason.say(line.reason)
        is_stuck = line.state is AccountState.AUTH_REQUIRED
        self._reason.set_tone(Tone.ERROR if is_stuck else Tone.TEXT)
        self._error.setText(line.last_error)
        self._error.setVisible(bool(line.last_error) and line.state is not AccountState.OFF)
        self._quotas.show_lines(line.quotas)
        self._show_act(line)

    def show_test(self, words: str, *, is_well: bool) -> None:
        """Empty takes the last result away."""
        self._tested.setText(words)
        self._tested.set_tone(Tone.OK if is_well else Tone.ERROR)
        self._tested.setVisible(bool(words))

    def _show_act(self, line: AccountLine) -> None:
        words = "Name another key…" if line.wants_key else "Ask it again now"
        self._act.setText(words)
        self._act.setAccessibleName(said(f"{words} {line.id}"))
        self._act.setVisible(line.wants_key or line.can_ask_again)

    def _do(self) -> None:
        if self._line.wants_key:
            self.key_wanted.emit()
        else:
            self.ask_again_wanted.emit()

    def _lay_out(self) -> None:
        space = self._theme.space
        head = QHBoxLayout()
        head.setSpacing(space(2))
        named: tuple[QWidget, ...] = (self._mark, self._name, self._state)
        for part in named:
            head.addWidget(part)
            if self._is_only:
                part.hide()
        head.addWidget(self._credential, 1)
        acts = h_box(self._theme, self._edit, self._remove, 1.5, self._switch, gap=1)
        head.addLayout(acts)
        below = h_box(
            self._theme, (self._reason, 1), (self._act, 0, Qt.AlignmentFlag.AlignTop), gap=3
        )
        v_box(
            self._theme,
            head,
            below,
            self._quotas,
            self._error,
            self._tested,
            on=self,
            gap=1,
            margins=0,
        )
