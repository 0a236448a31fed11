"""The folders that jobs may be told to work in: added, changed, contained, taken out of the
registry."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid
from typing_extensions import override

from llmgw_desktop.app.workspaces.workspaces import WorkspaceCard, WorkspaceList
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainSettings, Network
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import ALIAS_WORDS
from llmgw_desktop.ui.access.section import AccessSection, Entry, EntryAction
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.dialogs import FormDialog, ask
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, TextLine, TextLines
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.toggles import SwitchLine
from llmgw_desktop.ui.widgets.words import said

_UNSAID = ""
_AS_THE_CLI = "As the CLI's settings say"
_CONTAIN = (
    (_UNSAID, _AS_THE_CLI),
    (Contain.AUTO.value, "Where this computer can"),
    (Contain.ALWAYS.value, "Always, or nothing is started"),
    (Contain.NEVER.value, "Never, unless the CLI's settings demand it"),
)
_NETWORK = (
    (_UNSAID, _AS_THE_CLI),
    (Network.ON.value, "As you have it"),
    (Network.LOOPBACK.value, "This gateway alone"),
    (Network.OFF.value, "None, not even this gateway"),
)
_LINES = 2
_WHAT = "A contained run sees its own work, and neither your keys nor other projects."
_REACHES = "Of this and the CLI's word the stricter counts; less than all needs containment."
_READS = "One path a line. It reads the system and your HOME but for its secrets anyway."
_WRITES = "One path a line. It writes its workspace and its CLI's own files anyway."


class ContainmentFields:
    """`by_name` are the fields, as refusals call them; whoever has them lays them out."""

    def __init__(self, theme: Theme, said: ContainSettings) -> None:
        self._contain = ChoiceBox(theme, _CONTAIN, name="Runs are contained")
        self._network = ChoiceBox(theme, _NETWORK, name="Runs reach")
        self._readable = _paths(theme, said.readable, "Runs may read as well")
        self._writable = _paths(theme, said.writable, "Runs may change as well")
        self._contain.choose(said.contain.value if said.contain is not None else _UNSAID)
        self._network.choose(said.network.value if said.network is not None else _UNSAID)
        self.by_name = {
            "contain": Field(theme, "Runs are contained", self._contain, _WHAT),
            "network": Field(theme, "Runs reach", self._network, _REACHES),
            "readable": Field(theme, "Runs may read as well", self._readable, _READS),
            "writable": Field(theme, "Runs may change as well", self._writable, _WRITES),
        }

    @property
    def said(self) -> ContainSettings:
        contain, network = self._contain.key, self._network.key
        return ContainSettings(
            contain=Contain(contain) if contain else None,
            network=Network(network) if network else None,
            readable=_lines(self._readable),
            writable=_lines(self._writable),
        )


def _paths(theme: Theme, paths: tuple[str, ...], name: str) -> TextLines:
    field = TextLines(theme, "\n".join(paths), name=name)
    lines = field.fontMetrics().lineSpacing() * _LINES
    field.setFixedHeight(lines + theme.space(7))
    return field


def _lines(field: TextLines) -> tuple[str, ...]:
    lines = (line.strip() for line in field.toPlainText().splitlines())
    return tuple(line for line in lines if line)


_DEFAULT = "Meant where a run names a relative folder and no workspace"
_NOTHING_SAID = ContainSettings()
_FOLDER = "Its whole folder: jobs that name it may read and change all of it."


class WorkspaceDialog(FormDialog):
    """`save_wanted` asks for what stands in it to be done."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        *,
        alias: str = "",
        path: str = "",
        is_default: bool = False,
        containment: ContainSettings = _NOTHING_SAID,
    ) -> None:
        title = f"Change workspace {alias}" if alias else "Add a workspace"
        super().__init__(theme, title, "Save" if alias else "Add", parent)
        self._alias = TextLine(theme, "app")
        self._path = TextLine(theme, "~/src/app")
        self._default = SwitchLine(theme, _DEFAULT)
        self._alias.setText(alias)
        self._alias.setEnabled(not alias)
        self._path.setText(path)
        self._default.set_on(is_default)
        browse = Button(theme, "Choose…", name="Choose its folder")
        browse.setText("Choose…")
        browse.clicked.connect(self._browse)
        beside = QWidget()
        h_box(theme, (self._path, 1), browse, on=beside, gap=2, margins=0)
        self._path.setAccessibleName(said("Folder"))
        self._fields = {
            "alias": Field(theme, "Alias", self._alias, f"Short, for requests: {ALIAS_WORDS}."),
            "path": Field(theme, "Folder", beside, _FOLDER),
        }
        self._contained = ContainmentFields(theme, containment)
        for field in self._fields.values():
            self.fields.addWidget(field)
        self.fields.addWidget(self._default)
        for field in self._contained.by_name.values():
            self.fields.addWidget(field)
        self._fields |= self._contained.by_name
        self.fields.addStretch(1)
        self.fit()
        (self._path if alias else self._alias).setFocus()

    @property
    def alias(self) -> str:
        return self._alias.text().strip()

    @property
    def path(self) -> str:
        return self._path.text().strip()

    @property
    def is_default(self) -> bool:
        return self._default.is_on

    @property
    def containment(self) -> ContainSettings:
        return self._contained.said

    def show_refusal(self, error: Exception) -> None:
        """Beside the field that it is about, where it is about one."""
        self.show_saving(is_under_way=False)
        about = error.field if isinstance(error, InvalidRun) else ""
        for name, field in self._fields.items():
            field.set_wrong(str(error).removeprefix(f"{name}: ") if name == about else "")
        self.show_problem("" if about in self._fields else str(error))
        self.fit()

    def _browse(self) -> None:
        dialog = QFileDialog(self, said("Choose a folder"), self.path)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._path.setText)
        dialog.open()


_WORDS = "Folders that jobs may be told to work in, by their aliases."
_NOTHING = "No workspaces yet."
_NOTHING_TEXT = (
    "Register a folder, and programs can name it by its alias. Runs of programs that you let in"
    " from elsewhere need one."
)


class WorkspaceSection(AccessSection):
    """Those of the settings file are shown and changed there."""

    def __init__(self, theme: Theme, bridge: Bridge, workspaces: WorkspaceList) -> None:
        nothing = EmptyState(theme, icon="folder", title=_NOTHING, text=_NOTHING_TEXT)
        super().__init__(theme, bridge, words=_WORDS, nothing=nothing)
        self._workspaces = workspaces
        self._cards: dict[str, WorkspaceCard] = {}
        self.add = Button(theme, "Add workspace…", icon="plus")
        self.add.clicked.connect(lambda: self.open_dialog())
        self.add_to_bar(self.add)

    @override
    def read(self) -> None:
        self.fetch(self._workspaces.cards, self._take, "The workspaces cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        card = self._cards[key]
        if not card.can_change:
            return ()
        return (
            EntryAction(word="Change…", name=f"Change {key}", do=lambda: self._change(card)),
            EntryAction(word="Remove…", name=f"Remove {key}", do=lambda: self._ask_remove(key)),
        )

    def _change(self, card: WorkspaceCard) -> None:
        self.open_dialog(card)

    def open_dialog(self, card: WorkspaceCard | None = None) -> WorkspaceDialog:
        if card is None:
            dialog = WorkspaceDialog(self._theme, self.window())
        else:
            dialog = WorkspaceDialog(
                self._theme,
                self.window(),
                alias=card.alias,
                path=card.path,
                is_default=card.is_default,
                containment=card.containment,
            )
        dialog.save_wanted.connect(lambda: self._save(dialog, is_new=card is None))
        dialog.open()
        return dialog

    def _take(self, cards: Sequence[WorkspaceCard]) -> None:
        self._cards = {each.alias: each for each in cards}
        self.show_entries([_entry(each) for each in cards])

    def _save(self, dialog: WorkspaceDialog, *, is_new: bool) -> None:
        dialog.show_saving(is_under_way=True)
        act: Callable[..., str] = self._workspaces.add if is_new else self._workspaces.change
        work = partial(
            act,
            dialog.alias,
            dialog.path,
            default=dialog.is_default,
            containment=dialog.containment,
        )

        def done(words: str) -> None:
            if isValid(dialog):
                dialog.accept()
            self._done(words)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.show_refusal(error)

        self._bridge.fetch(self, work, done, failed)

    def _ask_remove(self, alias: str) -> None:
        work = partial(self._workspaces.remove, alias)
        ask(
            self._theme,
            self,
            f"Remove workspace {alias}?",
            "Programs cannot name it any more. Its folder and all that is in it stay.",
            answers=("Remove", "Keep it"),
            then=lambda: self.fetch(work, self._done, "It was not removed."),
        )

    def _done(self, words: str) -> None:
        self.said.emit(words, None)
        self.read()


def _entry(card: WorkspaceCard) -> Entry:
    return Entry(
        key=card.alias,
        title=card.alias,
        lines=(card.path, card.words),
        icon="folder",
        tone=Tone.MUTED,
        note="default" if card.is_default else "",
    )
