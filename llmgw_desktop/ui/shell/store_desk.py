"""Asks where a backup of the home is to go, or which one is to come back; and for a passphrase."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import StoreAnswer, StoreQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.desktop_container import Control
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, TextLine
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.words import said
from llmgw_desktop.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.app.safekeeping.safekeeping import BackupDesk


_HOLDS = "Settings, keys, the vault with its master key, flights and jobs."
_WITHOUT_IT = "At least 10 characters. Without it nobody opens the backup, you neither."
_RESTORES = "What is there now is kept beside, and 'llmgw restore --undo' brings it back."
_AS_WIDE_AS_THE_REST = ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon


class BackupDialog(FormDialog):
    """`path` and `passphrase` once `save_wanted` was asked and `is_filled`."""

    def __init__(self, theme: Theme, path: Path, parent: QWidget) -> None:
        super().__init__(theme, "Back up this home", "Back up", parent)
        self._file = _FileLine(theme, str(path), is_new=True)
        self._once, self._again = _secret_line(theme), _secret_line(theme)
        self._again_field = Field(theme, "Once more", self._again)
        self.fields.addWidget(Field(theme, "File", self._file, _HOLDS))
        self.fields.addWidget(Field(theme, "Passphrase", self._once, _WITHOUT_IT))
        self.fields.addWidget(self._again_field)
        self.fields.addStretch(1)
        for line in (self._file.line, self._once, self._again):
            line.textChanged.connect(self._look)
        self._look()
        self.fields.activate()
        self.fit()
        self._once.setFocus()

    @property
    def path(self) -> Path:
        return Path(self._file.text)

    @property
    def passphrase(self) -> str:
        return self._once.text()

    @property
    def is_filled(self) -> bool:
        """Says what is missing, too."""
        is_same = self._once.text() == self._again.text()
        self._again_field.set_wrong("" if is_same else "It is not the same.")
        return is_same and bool(self._once.text() and self._file.text)

    def _look(self) -> None:
        """Without a file and a passphrase there is nothing to do."""
        self.allow_saving(bool(self._file.text and self._once.text() and self._again.text()))


class RestoreDialog(FormDialog):
    """`key` says which backup; for `file` there are `path` and `passphrase`."""

    chosen = Signal(str)
    """Another backup, by its key: what its restore takes away is asked for, for `show_lost`."""

    def __init__(
        self, theme: Theme, choices: Sequence[tuple[str, str]], file: str, parent: QWidget
    ) -> None:
        super().__init__(theme, "Restore a backup", "Restore", parent)
        self._of_file = file
        self._which = ChoiceBox(theme, choices, name="Backup")
        self._which.setSizeAdjustPolicy(_AS_WIDE_AS_THE_REST)
        self._file = _FileLine(theme, "", is_new=False)
        self._secret = _secret_line(theme)
        self._choice = Field(
            theme, "Backup of gateway.db, or of a whole home", self._which, _RESTORES
        )
        self._only_of_file = (
            Field(theme, "File of a whole home", self._file),
            Field(theme, "Its passphrase", self._secret),
        )
        self.fields.addWidget(self._choice)
        for field in self._only_of_file:
            self.fields.addWidget(field)
        self.fields.addStretch(1)
        self._which.currentIndexChanged.connect(self._show_chosen)
        self._which.currentIndexChanged.connect(lambda: self.chosen.emit(self.key))
        for line in (self._file.line, self._secret):
            line.textChanged.connect(self._show_chosen)
        self._show_chosen()
        self.fields.activate()
        self.fit()

    @property
    def key(self) -> str:
        return self._which.key

    def show_lost(self, key: str, words: str) -> None:
        """What the restore of this one takes away, in sentences; nothing where another is chosen
        by now."""
        if key == self.key:
            self._choice.set_hint(f"{words} {_RESTORES}".strip())
            self._choice.updateGeometry()  # Qt keeps the height of the words before
            self.fields.activate()
            self.fit()

    def choose(self, key: str) -> None:
        self._which.choose(key)

    @property
    def path(self) -> Path:
        return Path(self._file.text)

    @property
    def passphrase(self) -> str:
        return self._secret.text()

    def _show_chosen(self) -> None:
        for field in self._only_of_file:
            field.setEnabled(self.key == self._of_file)
        is_named = bool(self._file.text and self._secret.text())
        self.allow_saving(is_named or self.key != self._of_file)


class _FileLine(QWidget):
    """A path to type, or to choose."""

    def __init__(self, theme: Theme, path: str, *, is_new: bool) -> None:
        super().__init__()
        self._is_new = is_new
        self.line = TextLine(theme, name="File")
        self.line.setText(path)
        choose = Button(theme, "Choose…", name="Choose the file")
        choose.clicked.connect(self._browse)
        h_box(theme, (self.line, 1), choose, on=self, gap=2, margins=0)
        self.setFocusProxy(self.line)
        self.setMinimumHeight(self.line.sizeHint().height())

    @property
    def text(self) -> str:
        return self.line.text().strip()

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), said("Choose the file"), self.text)
        accept, mode = QFileDialog.AcceptMode, QFileDialog.FileMode
        dialog.setAcceptMode(accept.AcceptSave if self._is_new else accept.AcceptOpen)
        dialog.setFileMode(mode.AnyFile if self._is_new else mode.ExistingFile)
        dialog.fileSelected.connect(self.line.setText)
        dialog.open()


def _secret_line(theme: Theme) -> TextLine:
    line = TextLine(theme)
    line.setEchoMode(TextLine.EchoMode.Password)
    return line


_QUIT = "Quit, and start it again."


class StoreDesk(QObject):
    """Lives with the program."""

    said = Signal(str)
    refused = Signal(str)

    def __init__(
        self,
        control: Control,
        desk: Callable[[], "BackupDesk"],
        *,
        bridge: Bridge,
        theme: Theme,
        parent: QObject,
    ) -> None:
        """`desk` is made when a person first asks for it."""
        super().__init__(parent)
        self._control, self._made_desk = control, desk
        self._bridge = bridge
        self._theme = theme
        self._window: MainWindow | None = None
        self._question: StoreQuestion | None = None
        self._looked_for: str | None = None
        """The gateway's problem as of the last look."""

    @property
    def _desk(self) -> "BackupDesk":
        return self._made_desk()

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        window.troubles.store_answered.connect(self._answer)
        window.menus.backup_wanted.connect(self.ask_backup)
        window.menus.restore_wanted.connect(self.ask_restore)
        window.troubles.show_store(self._question)

    def look(self) -> None:
        """When the gateway's state has changed."""
        problem = self._control.status().problem
        if problem != self._looked_for:
            self._looked_for = problem
            self._bridge.fetch(self, self._control.store_question, self._show)

    def ask_backup(self) -> BackupDialog | None:
        if self._window is None:
            return None
        dialog = BackupDialog(self._theme, self._desk.fresh_name(), self._window)

        def back_up() -> None:
            if dialog.is_filled:
                path, passphrase = dialog.path, dialog.passphrase
                self._do(dialog, lambda: self._desk.back_up(path, passphrase), self.said.emit)

        dialog.save_wanted.connect(back_up)
        dialog.open()
        return dialog

    def ask_restore(self) -> None:
        self._bridge.fetch(self, lambda: self._desk.choices(), self._open_found)

    def _open_found(self, choices: Sequence[tuple[str, str]]) -> None:
        self.open_restore(choices)

    def open_restore(self, choices: Sequence[tuple[str, str]]) -> RestoreDialog | None:
        """A key for each, and its words."""
        from llmgw_desktop.app.safekeeping.safekeeping import FILE

        if self._window is None:
            return None
        dialog = RestoreDialog(self._theme, choices, FILE, self._window)

        def restore() -> None:
            key, path, passphrase = dialog.key, dialog.path, dialog.passphrase

            def work() -> str:
                if key == FILE:
                    return self._desk.restore_file(path, passphrase)
                return self._desk.restore_automatic(key)

            self._do(dialog, work, self._restart)

        def look(key: str) -> None:
            self._bridge.fetch(
                dialog, lambda: self._desk.lost_by(key), lambda words: dialog.show_lost(key, words)
            )

        dialog.save_wanted.connect(restore)
        dialog.chosen.connect(look)
        look(dialog.key)
        dialog.open()
        return dialog

    def _do(
        self,
        dialog: BackupDialog | RestoreDialog,
        work: Callable[[], str],
        done: Callable[[str], None],
    ) -> None:
        dialog.show_problem("")
        dialog.show_saving(is_under_way=True)

        def finish(said: str) -> None:
            dialog.accept()
            done(said)

        self._bridge.fetch(dialog, work, finish, dialog.show_refusal, slow=True)

    def _restart(self, said: str) -> None:
        said = said if self._desk.restart() else f"{said} {_QUIT}".strip()
        if said:
            self.said.emit(said)

    def _show(self, question: StoreQuestion | None) -> None:
        self._question = question
        if self._window is not None:
            self._window.troubles.show_store(question)

    def _answer(self, answer: StoreAnswer | None) -> None:
        if answer is None:
            self._restart("")
        elif self._window is not None and self._question is not None:
            self._window.troubles.show_store(self._question, is_answered=True)
            self._bridge.run(self._answered(answer), name="answer about the store")

    async def _answered(self, answer: StoreAnswer) -> None:
        try:
            said = await self._control.answer_store(answer)
        except LlmgwError as error:
            self._show(self._question)
            self.refused.emit(str(error))
            return
        self._looked_for = None
        self.look()
        self.said.emit(said)
