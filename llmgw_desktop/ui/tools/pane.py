"""All of one server or tool of the Tools page, and what a person may do about it."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QKeyEvent, Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.mcp.tool_desk import ToolRow
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import FlowingBox, WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.panes import SideButton
from llmgw_desktop.ui.widgets.texts import DiffColours, ReadText
from llmgw_desktop.ui.widgets.words import said

MARKS = {
    "offered": ("ok", Tone.OK),
    "new": ("warning", Tone.WARNING),
    "changed": ("warning", Tone.WARNING),
    "hidden": ("off", Tone.MUTED),
    "shut": ("off", Tone.MUTED),
    "gone": ("canceled", Tone.MUTED),
    "running": ("running", Tone.RUNNING),
    "resting": ("clock", Tone.MUTED),
    "failed": ("error", Tone.ERROR),
    "wanted": ("warning", Tone.WARNING),
    "waiting": ("clock", Tone.RUNNING),
}
_CHANGED = "Lines with - were approved, lines with + are said now."
_NEW = "It came after its server was first listed. Nobody can call it before you approve it."
_WANTED = "Your browser opens. You sign in once, for all programs here."
_WAITING = "Sign in there. Nothing opened? Copy the address into a browser of this computer."
_NOT_ANSWERING = frozenset({"failed", "wanted", "waiting"})
_WHY = {"changed": _CHANGED, "new": _NEW, "wanted": _WANTED, "waiting": _WAITING}


def says_in_words(row: ToolRow) -> str:
    """Why a server does not answer is ours to say; the rest are somebody else's words."""
    return said(row.says) if row.state in _NOT_ANSWERING else row.says


class ToolPane(QWidget):
    """All of one server or tool: of a changed tool what was approved and what is said now."""

    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.row: ToolRow | None = None
        self._mark = MarkIcon(theme, "off")
        self._name = FlowingLabel(
            theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold, is_verbatim=True
        )
        self.turn = SideButton(theme)
        self._state = FlowingLabel(theme, weight=QFont.Weight.Medium)
        self._says = FlowingLabel(theme, tone=Tone.MUTED, is_verbatim=True)
        self.approve = Button(theme, "Approve", kind=ButtonKind.PRIMARY, icon="check")
        self.hide_it = Button(theme, "Hide", icon="off")
        self.restart = Button(theme, "Start anew", icon="retry")
        self.calls = Button(theme, "Its calls", icon="flights")
        self.sign_in = Button(theme, "Sign in…", kind=ButtonKind.PRIMARY, icon="access")
        self.copy = Button(theme, "Copy the address", icon="copy")
        self.give_up = Button(theme, "Stop waiting", icon="off")
        self.sign_out = Button(theme, "Sign out", icon="off")
        self.remove = Button(theme, "Remove", icon="trash")
        self._why = FlowingLabel(theme, tone=Tone.WARNING)
        self.text = ReadText(theme, "Its definition", margin=2)
        self.text.setFont(theme.mono_font(TextSize.CAPTION))
        self._colours = DiffColours(theme, self.text, heads=())
        self._shown = ""
        self._lay_out()

    def show_row(self, row: ToolRow | None) -> None:
        self.row = row
        self._content.setVisible(row is not None)
        if row is None:
            return
        self._mark.show_mark(*MARKS[row.state])
        self._name.setText(row.server if row.is_server else f"{row.server}/{row.tool}")
        parts = [row.facts if row.is_server else row.state_words]
        if row.name:
            parts.append(f"clients call it {row.name}")
        self._state.setText(" · ".join(parts))
        self._says.say("" if row.state == "changed" else says_in_words(row))
        self.approve.setVisible(row.may_approve)
        self.approve.setText("Show it again" if row.state == "hidden" else "Approve")
        self.hide_it.setVisible(row.may_hide)
        self.restart.setVisible(row.is_server)
        self.remove.setVisible(row.is_server)
        is_waiting = row.state == "waiting"
        self.sign_in.setVisible(row.may_sign_in and not is_waiting)
        self.sign_in.setText("Sign in anew…" if row.may_sign_out else "Sign in…")
        self.copy.setVisible(is_waiting)
        self.give_up.setVisible(is_waiting)
        self.sign_out.setVisible(row.may_sign_out)
        self._why.say(_WHY.get(row.state, ""))
        text = row.text()
        self.text.setVisible(bool(text))
        self.text.setAccessibleName(said("Its log" if row.is_server else "Its definition"))
        if text != self._shown:
            self._shown = text
            self.text.setPlainText(text)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        theme = self._theme
        acts = QWidget()
        row = WrappedRow(theme.space(2), acts)
        signs = (self.sign_in, self.copy, self.give_up, self.sign_out)
        for button in (self.approve, self.hide_it, *signs, self.restart, self.calls, self.remove):
            row.addWidget(button)
        head = h_box(theme, self._mark, (self._name, 1), self.turn, gap=2)
        self._content = FlowingBox()
        parts = (head, self._state, self._says, acts, self._why, (self.text, 1))
        v_box(theme, *parts, on=self._content, gap=2, margins=(6, 2.5, 2, 4))
        v_box(theme, (self._content, 1), on=self, gap=0, margins=0)
        self.setAccessibleName(said("The chosen server or tool"))
