"""MCP servers that programs of this computer have already: what would come over, before it does."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.safekeeping.importing.taking import ImportLook, ProgramServers
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.toggles import SwitchLine
from llmgw_desktop.ui.widgets.words import said

_LOOKING = "Reading the settings of your programs …"
_NOTHING = "Your programs have no MCP server that is not here."
_COME = "These come over; their secrets go into the vault, and all your programs have them:"
_REMOVE = "Take them out of the programs that are connected. A copy of each file stays beside it."
_LEFT = "These stay where they are:"


class ImportDialog(FormDialog):
    """`begin` looks. `brought` when servers came over; then it closes itself."""

    brought = Signal(str, object)
    """In words, and the ImportLook: with it all can be taken back."""

    def __init__(
        self, theme: Theme, programs: ProgramServers, bridge: Bridge, parent: QWidget
    ) -> None:
        super().__init__(theme, "Import from programs", "Import", parent)
        self._programs, self._bridge = programs, bridge
        self.words = FlowingLabel(theme, _LOOKING)
        self.remove = SwitchLine(theme, _REMOVE)
        self.remove.hide()
        self._lists = QWidget()
        self._column = v_box(theme, on=self._lists, gap=1, margins=0)
        for each in (self.words, self._lists, self.remove):
            self.fields.addWidget(each)
        self.save_wanted.connect(self._bring)
        self.allow_saving(False)
        self.fit()

    def begin(self) -> None:
        self._bridge.fetch(self, self._programs.look, self.show_look, self._fail, slow=True)

    def show_look(self, look: ImportLook) -> None:
        self.words.setText(_COME if look.came else _NOTHING)
        self._add(look.came)
        if look.left:
            self._column.addSpacing(self._theme.space(2))
            self._put(FlowingLabel(self._theme, _LEFT, weight=QFont.Weight.Medium))
            self._add([f"{said(each.what)}: {said(each.why)}" for each in look.left], Tone.MUTED)
        self.remove.setVisible(bool(look.removed))
        self.allow_saving(bool(look.came or look.removed))
        self.fit()

    def _add(self, lines: Sequence[str], tone: Tone = Tone.TEXT) -> None:
        for each in lines:
            self._put(FlowingLabel(self._theme, inert_line(each, 400), tone=tone))

    def _put(self, label: FlowingLabel) -> None:
        self._column.addWidget(label)
        label.show()  # Qt itself would a turn later, and until then it has no height

    def _bring(self) -> None:
        self.show_saving(is_under_way=True)
        remove = self.remove.is_on
        work: Callable[[], ImportLook] = lambda: self._programs.bring(remove=remove)  # noqa: E731
        self._bridge.fetch(self, work, self._done, self._fail, slow=True)

    def _done(self, look: ImportLook) -> None:
        came = counted(len(look.came), "server")
        self.brought.emit(f"{came} came over.", look)
        self.accept()

    def _fail(self, error: Exception) -> None:
        self.show_refusal(error)
