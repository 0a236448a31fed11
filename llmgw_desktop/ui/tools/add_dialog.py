"""A server from its `server.json`: where it comes from, its hash and what it would run are seen
before anything is set up."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from llmgw_desktop.app.safekeeping.importing.adding import ServerAdder, ServerPlan, planned
from llmgw_desktop.app.safekeeping.importing.server_file import (
    Need,
    ServerFile,
    ServerFileUnfit,
    ServerWay,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.words import said

_AT_HINT = (
    "The server.json that an MCP server is published with: a file of this computer, or an https"
    " address. Nothing is run before you have seen it."
)
_SECRET = "It goes into the vault, encrypted."  # noqa: S105
_WOULD = "This is what it runs, or asks:"
_CHECKED = "Its package is fetched first, and has to hash to what the file says."
_NOT_HERE = "Nothing of it can be run here."


class AddDialog(FormDialog):
    """`added` when it is set up: its name and words; then it closes itself."""

    added = Signal(str, str)

    def __init__(self, theme: Theme, adder: ServerAdder, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(theme, "Add a server", "Set it up", parent)
        self._adder, self._bridge = adder, bridge
        self.file: ServerFile | None = None
        self.at = TextLine(theme, "server.json", name="File or address")
        self.look = Button(theme, "Look")
        self._pick = Button(theme, "Choose…", name="Choose a file")
        where = QWidget()
        h_box(theme, (self.at, 1), self.look, self._pick, on=where, gap=2, margins=0)
        self.fields.addWidget(Field(theme, "File or address", where, _AT_HINT))
        self._facts = FlowingLabel(theme, is_verbatim=True)
        self._says = FlowingLabel(theme, tone=Tone.MUTED, is_verbatim=True)
        self._found = QWidget()
        self.way = ChoiceBox(theme, [], name="Which way")
        self.way.setSizeAdjustPolicy(
            ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.name = TextLine(theme, name="Its name here")
        self._asked = QWidget()
        self._column = v_box(theme, on=self._asked, gap=2, margins=0)
        self._would = FlowingLabel(theme, _WOULD, weight=QFont.Weight.Medium)
        self.runs = CodeBlock(theme, "", name="what it runs")
        self._checked = FlowingLabel(theme, tone=Tone.MUTED)
        parts = (
            *(self._facts, self._says, Field(theme, "Which way", self.way)),
            *(self._would, self.runs, self._checked),
            *(Field(theme, "Its name here", self.name), self._asked),
        )
        v_box(theme, *parts, on=self._found, gap=3, margins=0)
        self._found.hide()
        self.fields.addWidget(self._found)
        self.answers: dict[str, TextLine | ChoiceBox] = {}
        self._connect()
        self.allow_saving(False)
        self.fit()
        self.at.setFocus()

    def _connect(self) -> None:
        self.look.clicked.connect(self.begin)
        self.at.returnPressed.connect(self.begin)
        self.at.textChanged.connect(self._forget)
        self._pick.clicked.connect(self._choose_file)
        self.way.currentIndexChanged.connect(lambda _: self._show_way())
        self.name.textChanged.connect(lambda _: self._plan())
        self.save_wanted.connect(self._add)

    @property
    def chosen(self) -> ServerWay | None:
        if self.file is None or not self.way.count():
            return None
        return self.file.ways[int(self.way.key)]

    def begin(self) -> None:
        at = self.at.text()
        if at.strip():
            self.look.setEnabled(False)
            self.show_problem("")
            work = lambda: self._adder.look(at)  # noqa: E731
            self._bridge.fetch(self, work, self.show_file, self._fail, slow=True)

    def show_file(self, file: ServerFile) -> None:
        self.look.setEnabled(True)
        self.file = file
        title = f"{file.title} · " if file.title else ""
        self._facts.setText(f"{title}{file.name} {file.version}\nsha256 {file.sha256}")
        self._says.say(file.description)
        self.way.blockSignals(True)
        self.way.clear()
        for number, each in enumerate(file.ways):
            if not each.why_not:
                self.way.add(str(number), each.title)
        self.way.blockSignals(False)
        self.name.setText(file.short_name)
        self._found.show()
        if not self.way.count():
            first = file.ways[0]
            self.show_problem(f"{said(_NOT_HERE)} {first.title}: {said(first.why_not)}.")
        self._show_way()

    def _show_way(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.answers = {}
        way = self.chosen
        for need in way.needs if way else ():
            self._column.addWidget(self._field(need))
        self._checked.say(_CHECKED if way and way.file_sha256 else "")
        self._plan()
        self.fit()

    def _field(self, need: Need) -> Field:
        control: TextLine | ChoiceBox
        if need.choices:
            empty = [] if need.is_required else [("", "–")]
            pairs = [*empty, *((each, each) for each in need.choices)]
            control = ChoiceBox(self._theme, pairs, name=need.key)
            control.choose(need.usual)
            control.currentIndexChanged.connect(lambda _: self._plan())
        else:
            control = TextLine(self._theme, "" if need.is_secret else need.usual)
            if need.is_secret:
                control.setEchoMode(QLineEdit.EchoMode.Password)
            control.textChanged.connect(lambda _: self._plan())
        self.answers[need.key] = control
        return Field(self._theme, _label(need), control, " ".join(_hints(need)))

    def _given(self) -> dict[str, str]:
        found = {
            key: each.key if isinstance(each, ChoiceBox) else each.text()
            for key, each in self.answers.items()
        }
        return {key: text for key, text in found.items() if text}

    def _plan(self) -> ServerPlan | None:
        """What would be set up, as far as it is filled in."""
        way, plan = self.chosen, None
        if way is not None:
            try:
                plan = planned(way, self.name.text().strip(), self._given())
            except ServerFileUnfit as error:
                self._would.say(str(error))
            else:
                self._would.say(_WOULD)
                self.runs.set_text("\n".join(_lines(plan)))
        self.runs.setVisible(plan is not None)
        self._would.setVisible(way is not None)
        self.allow_saving(plan is not None)
        return plan

    def _add(self) -> None:
        way, plan = self.chosen, self._plan()
        if way is None or plan is None:
            return
        self.show_problem("")
        self.show_saving(is_under_way=True)
        self._bridge.fetch(
            self,
            lambda: self._adder.add(way, plan),
            lambda words: self._done(plan.name, words),
            self._fail,
            slow=True,
        )

    def _done(self, name: str, words: str) -> None:
        self.added.emit(name, words)
        self.accept()

    def _fail(self, error: Exception) -> None:
        self.look.setEnabled(True)
        self.show_refusal(error)
        self.allow_saving(self.file is not None and self.chosen is not None)

    def _forget(self) -> None:
        """Another file: what was seen of the last one counts no more."""
        self.file = None
        self._found.hide()
        self.allow_saving(False)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, said("Choose a server.json"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.at.setText)
        dialog.fileSelected.connect(lambda _: self.begin())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _label(need: Need) -> str:
    return need.key if need.is_required else f"{need.key} (optional)"


def _hints(need: Need) -> Sequence[str]:
    words = [inert_line(need.says, 300)] if need.says else []
    return [*words, said(_SECRET)] if need.is_secret else words


def _lines(plan: ServerPlan) -> Iterator[str]:
    yield plan.runs
    for kind in ("env", "headers"):
        for key, text in plan.values.get(kind, {}).items():
            yield f"{key}: {inert_line(text, 300)}"
