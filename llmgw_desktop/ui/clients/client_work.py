"""What a person does about clients: keys made, changed for others, taken back; limits written."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from llmgw_desktop.app.client_desk.desk import ClientDesk, RevokedKey
from llmgw_desktop.app.client_desk.limits_form import LimitsForm
from llmgw_desktop.app.client_desk.rows import ClientRow, ClientState
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.clients.key_dialog import KeyDialog
from llmgw_desktop.ui.clients.key_shown import KeyShown
from llmgw_desktop.ui.clients.limits_dialog import LimitsDialog
from llmgw_desktop.ui.clients.rotate_dialog import RotateDialog
from llmgw_desktop.ui.settings_changer import SettingsChanger
from llmgw_desktop.ui.theme import Theme

_LIMITS_STAY = "Its limits stand in config.toml already: make the key again to use them."


class ClientWork(QWidget):
    """Never shown; dialogs open over its parent."""

    changed = Signal()
    """Something is otherwise now: read again."""
    said = Signal(str, object)
    """What was done, and what takes it back (None: nothing does)."""

    def __init__(
        self,
        desk: ClientDesk,
        changer: SettingsChanger,
        bridge: Bridge,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._changer = changer
        self._bridge = bridge
        self._theme = theme
        self._over = parent
        self.hide()

    def ask_limits(self, row: ClientRow) -> None:
        table = row.known.table
        change = self._desk.limits.change_from(table)
        dialog = LimitsDialog(self._theme, row.name, table, self._desk.limits, self._over)

        def save() -> None:
            dialog.show_saving(is_under_way=True)
            wish = change(dialog.form)
            self._changer.make(
                lambda: wish,
                done=self._when_done(dialog.accept),
                refused=dialog.show_refusal,
                conflicted=dialog.reject,
            )

        dialog.save_wanted.connect(save)
        dialog.open()

    def ask_key(self) -> None:
        dialog = KeyDialog(self._theme, self._desk.limits, self._desk.name_problem, self._over)

        def save() -> None:
            """Limits come first: no key is ever without those it was to have."""
            dialog.show_saving(is_under_way=True)
            if dialog.form == LimitsForm():
                self._make_key(dialog, has_limits=False)
                return
            wish = self._desk.limits.change_from(dialog.name)(dialog.form)
            self._changer.make(
                lambda: wish,
                done=lambda: self._make_key(dialog, has_limits=True),
                refused=dialog.show_refusal,
                conflicted=dialog.reject,
            )

        dialog.save_wanted.connect(save)
        dialog.open()

    def ask_rotation(self, row: ClientRow) -> None:
        dialog = RotateDialog(self._theme, row.name, self._over)

        def save() -> None:
            dialog.show_saving(is_under_way=True)
            grace_s = dialog.grace_s
            self._bridge.fetch(
                self,
                partial(self._desk.rotate_key, row.key, grace_s),
                lambda key: self._show_key(dialog, f"The new key for {row.name}", key),
                dialog.show_refusal,
            )

        dialog.save_wanted.connect(save)
        dialog.open()

    def pause(self, row: ClientRow) -> None:
        """Or let it go on, where it is paused; what was written can be taken back."""
        paused = row.state is not ClientState.PAUSED
        self._changer.make(
            lambda: self._desk.limits.pausing(row.known.table, paused=paused),
            done=self.changed.emit,
        )

    def revoke(self, row: ClientRow) -> None:
        """At once, with ten seconds in which it can be undone."""

        def done(revoked: RevokedKey | None) -> None:
            if revoked is None:
                self.said.emit(f"{row.name} had no access any more.", None)
            else:
                self.said.emit(
                    f"The key of {row.name} is revoked: it is refused from now on.",
                    lambda: self._undo(revoked),
                )
            self.changed.emit()

        self._bridge.fetch(self, partial(self._desk.revoke, row.key), done, self._failed("revoked"))

    def _undo(self, revoked: RevokedKey) -> None:
        def undone(words: str) -> None:
            self.said.emit(words, None)
            self.changed.emit()

        self._bridge.fetch(
            self, partial(self._desk.undo_revoke, revoked), undone, self._failed("undone")
        )

    def _make_key(self, dialog: KeyDialog, *, has_limits: bool) -> None:
        name, scopes, is_strict = dialog.name, dialog.scopes, dialog.is_strict

        def failed(error: Exception) -> None:
            if isValid(dialog):
                words = f"{error} {_LIMITS_STAY}" if has_limits else str(error)
                dialog.show_refusal(ValueError(words))

        self._bridge.fetch(
            self,
            lambda: self._desk.make_key(name, scopes, is_strict=is_strict),
            lambda key: self._show_key(dialog, f"The key for {name}", key),
            failed,
        )

    def _show_key(self, dialog: KeyDialog | RotateDialog, title: str, key: str) -> None:
        """Also where the dialog was closed meanwhile: the key exists, and this is its only time."""
        if isValid(dialog):
            dialog.accept()
        note = self._desk.key_note()
        KeyShown(self._theme, title, key, note, self._over).open()
        self.changed.emit()

    def _when_done(self, then: Callable[[], None]) -> Callable[[], None]:
        def done() -> None:
            then()
            self.changed.emit()

        return done

    def _failed(self, what: str) -> Callable[[Exception], None]:
        return lambda error: self.said.emit(f"It was not {what}: {error}", None)
