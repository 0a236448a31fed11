"""Has changes of the settings written by a worker, and tells what came of them.

Window, tray and dialogs all change settings through here; the file's usual watch takes over what
was written, so all of them show the same at once.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from llmgw_desktop.app.settings_wish import SettingsWriter, Wish
from llmgw_desktop.domain.errors import LlmgwError, SettingsConflict
from llmgw_desktop.store.config.settings_editor import Written
from llmgw_desktop.ui.bridge import Bridge


class SettingsChanger(QObject):
    """One for the program."""

    done = Signal(str, object)
    """What is true now, and the Written that takes it back, or None."""
    refused = Signal(str)
    """Why nothing was written, where the one who asked does not say it himself."""
    conflict = Signal(SettingsConflict, Wish)
    settled = Signal()
    """A wish was answered, one way or another: show what is true."""

    def __init__(
        self,
        writer: SettingsWriter,
        check_settings: Callable[[], object],
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._writer = writer
        self._check_settings = check_settings
        self._bridge = bridge

    def make(
        self,
        wish: Wish,
        *,
        done: Callable[[], None] | None = None,
        refused: Callable[[Exception], None] | None = None,
        conflicted: Callable[[], None] | None = None,
        overrule: bool = False,
    ) -> None:
        """`refused` is told everything but a conflict, in place of the signal; `conflicted` before
        it."""

        def written(result: Written) -> None:
            self._check_settings()
            if done is not None:
                done()
            can_undo = wish.can_undo and result.before != result.after
            self.done.emit(wish.said, result if can_undo else None)
            self.settled.emit()

        def failed(error: Exception) -> None:
            self._check_settings()
            if isinstance(error, SettingsConflict):
                if conflicted is not None:
                    conflicted()
                self.conflict.emit(error, wish)
            elif refused is not None:
                refused(error)
            else:
                self.refused.emit(_sentence(error))
            self.settled.emit()

        self._bridge.fetch(
            self, lambda: self._writer.apply(wish.edit(), overrule=overrule), written, failed
        )

    def undo(self, written: Written) -> None:
        def undone(_: None) -> None:
            self._check_settings()
            self.done.emit("Undone.", None)
            self.settled.emit()

        def failed(error: Exception) -> None:
            self.refused.emit(_sentence(error))
            self.settled.emit()

        self._bridge.fetch(self, lambda: self._writer.undo(written), undone, failed)


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"
