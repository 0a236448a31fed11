"""One account on its provider's card: how it stands, what is left of it, and what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.provider_cards import AccountLine
from llmgw_desktop.domain.account import AccountState
from llmgw_desktop.ui.providers.quota_rows import QuotaRows
from llmgw_desktop.ui.providers.standing_marks import standing_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.mark import Mark
from llmgw_desktop.ui.widgets.switch import Switch


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
        self._mark = Mark(theme, "ok")
        self._name = FlowingLabel(theme, line.name, weight=QFont.Weight.Medium)
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
        icon, tone = standing_mark(line.state)
        self._mark.show_mark(icon, tone)
        self._state.setText(line.words)
        self._state.set_tone(tone)
        self._credential.setText(" · ".join(filter(None, (line.credential, line.used))))
        self._switch.setChecked(line.state is not AccountState.OFF)
        for part in (self._switch, self._edit, self._remove):
            part.setVisible(line.can_be_switched)
        self._reason.setText(line.reason)
        self._reason.setVisible(bool(line.reason))
        self._reason.set_tone(Tone.ERROR if line.wants_key else Tone.TEXT)
        self._error.setText(line.last_error)
        self._error.setVisible(bool(line.last_error) and line.state is not AccountState.OFF)
        self._quotas.show_quotas(line.quotas)
        self._show_act(line)

    def show_test(self, words: str, *, is_well: bool) -> None:
        """Empty takes the last result away."""
        self._tested.setText(words)
        self._tested.set_tone(Tone.OK if is_well else Tone.ERROR)
        self._tested.setVisible(bool(words))

    def _show_act(self, line: AccountLine) -> None:
        words = "Name another key…" if line.wants_key else "Ask it again now"
        self._act.setText(words)
        self._act.setAccessibleName(f"{words} {line.id}")
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
        acts = QHBoxLayout()
        acts.setSpacing(space(1))
        acts.addWidget(self._edit)
        acts.addWidget(self._remove)
        acts.addSpacing(space(1.5))
        acts.addWidget(self._switch)
        head.addLayout(acts)
        below = QHBoxLayout()
        below.setSpacing(space(3))
        below.addWidget(self._reason, 1)
        below.addWidget(self._act, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1))
        column.addLayout(head)
        column.addLayout(below)
        for widget in (self._quotas, self._error, self._tested):
            column.addWidget(widget)
