"""What the window does about `gateway.db` and its backups: the question where it is not what it
was, and the dialogs that make a backup and bring one back."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import StoreQuestion
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.desktop_container import Control
from llmgw_desktop.ui.dialogs.backup_dialogs import BackupDialog, RestoreDialog
from llmgw_desktop.ui.main_window import MainWindow
from llmgw_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from llmgw_desktop.app.backup_desk import BackupDesk

_QUIT = "Quit, and start it again."


class StoreDesk(QObject):
    """Lives with the program."""

    said = Signal(str)
    refused = Signal(str)

    def __init__(
        self,
        control: Control,
        desk: Callable[[], "BackupDesk"],
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
        window.store_answered.connect(self._answer)
        window.backup_wanted.connect(self.ask_backup)
        window.restore_wanted.connect(self.ask_restore)
        window.show_store(self._question)

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
        from llmgw_desktop.app.backup_desk import FILE

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

        dialog.save_wanted.connect(restore)
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

        self._bridge.fetch(dialog, work, finish, _refuser(dialog), slow=True)

    def _restart(self, said: str) -> None:
        self.said.emit(said if self._desk.restart() else f"{said} {_QUIT}")

    def _show(self, question: StoreQuestion | None) -> None:
        self._question = question
        if self._window is not None:
            self._window.show_store(question)

    def _answer(self, restore: bool) -> None:
        if self._window is not None and self._question is not None:
            self._window.show_store(self._question, is_answered=True)
            self._bridge.run(self._answered(restore=restore), name="answer about the store")

    async def _answered(self, *, restore: bool) -> None:
        try:
            said = await self._control.answer_store(restore=restore)
        except LlmgwError as error:
            self._show(self._question)
            self.refused.emit(str(error))
            return
        self._looked_for = None
        self.look()
        self.said.emit(said)


def _refuser(dialog: BackupDialog | RestoreDialog) -> Callable[[Exception], None]:
    return lambda error: dialog.show_refusal(str(error))
