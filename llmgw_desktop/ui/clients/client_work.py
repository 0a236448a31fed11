"""What can be done with the chosen client, as actions, and the doing of it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from llmgw_desktop.app.clients.desk import ClientDesk, RevokedKey
from llmgw_desktop.app.clients.known import ClientKind
from llmgw_desktop.app.clients.rows import ClientState, ShownClient
from llmgw_desktop.app.policy.limits_form import LimitsForm
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.clients.key_dialogs import KeyDialog, KeyShown, RotateDialog
from llmgw_desktop.ui.clients.limits import LimitsDialog
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.label import tip
from llmgw_desktop.ui.widgets.words import said

_PAUSE, _GO_ON = "Pause", "Go on"
_PAUSABLE = frozenset(
    {
        ClientKind.PERSON,
        ClientKind.KEY,
        ClientKind.OAUTH,
        ClientKind.BEARER,
        ClientKind.PROXIED,
    }
)
_PAUSE_HINT = "Refuse it until you let it go on; its key stays"
_PAUSE_OWN_HINT = (
    "Refuse models and MCP to programs with this computer's own access key, until you let them go"
    " on; windows and commands are served"
)
_WITH_JOBS = frozenset({ClientKind.KEY, ClientKind.OAUTH, ClientKind.PERSON})


class ClientActs(QObject):
    """Only what can be done is visible. Each asks with the row that is shown."""

    limits_wanted = Signal(ShownClient)
    flights_wanted = Signal(ShownClient)
    jobs_wanted = Signal(ShownClient)
    access_wanted = Signal(ShownClient)
    rotate_wanted = Signal(ShownClient)
    pause_wanted = Signal(ShownClient)
    revoke_wanted = Signal(ShownClient)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._row: ShownClient | None = None
        self.limits = self._action("Limits…", "Budgets, rates, models: what it may spend and ask")
        self.flights = self._action("Flights", "What it asked, on the Flights page")
        self.jobs = self._action("Jobs", "Runs of CLIs that it asked for, on the Jobs page")
        self.access = self._action("Access", "What was allowed it, on the Access page")
        self.rotate = self._action("New key…", "Another key for the same client")
        self.pause = self._action(_PAUSE, _PAUSE_HINT)
        self.revoke = self._action("Revoke", "Refuse its key from now on; can be undone at once")
        asked = (
            (self.limits, self.limits_wanted),
            (self.flights, self.flights_wanted),
            (self.jobs, self.jobs_wanted),
            (self.access, self.access_wanted),
            (self.rotate, self.rotate_wanted),
            (self.pause, self.pause_wanted),
            (self.revoke, self.revoke_wanted),
        )
        for action, signal in asked:
            action.triggered.connect(lambda _=False, signal=signal: signal.emit(self._row))
        self.actions = tuple(action for action, _ in asked)
        self.show_client(None)

    def show_client(self, row: ShownClient | None) -> None:
        self._row = row
        is_key = row is not None and row.kind is ClientKind.KEY and not row.is_revoked
        self.limits.setVisible(row is not None and not row.is_revoked)
        self.flights.setVisible(row is not None and row.is_client)
        self.jobs.setVisible(row is not None and row.kind in _WITH_JOBS)
        self.access.setVisible(row is not None and row.kind is ClientKind.OAUTH)
        is_paused = row is not None and row.state is ClientState.PAUSED
        is_own = row is not None and row.kind is ClientKind.PERSON
        self.pause.setText(_GO_ON if is_paused else _PAUSE)
        self.pause.setToolTip(tip(_PAUSE_OWN_HINT if is_own else _PAUSE_HINT))
        self.pause.setVisible(row is not None and row.kind in _PAUSABLE and not row.is_revoked)
        for action in (self.rotate, self.revoke):
            action.setVisible(is_key)

    def _action(self, words: str, hint: str) -> QAction:
        action = QAction(said(words), self)
        action.setToolTip(tip(hint))
        return action


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
        *,
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

    def ask_limits(self, row: ShownClient) -> None:
        table = row.known.table
        change = self._desk.limits.change_from(table)
        dialog = LimitsDialog(
            self._theme, row.name, table=table, limits=self._desk.limits, parent=self._over
        )

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

    def ask_rotation(self, row: ShownClient) -> None:
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

    def pause(self, row: ShownClient) -> None:
        """Or let it go on, where it is paused; what was written can be taken back."""
        paused = row.state is not ClientState.PAUSED
        self._changer.make(
            lambda: self._desk.limits.pausing(row.known.table, paused=paused),
            done=self.changed.emit,
        )

    def revoke(self, row: ShownClient) -> None:
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
        KeyShown(self._theme, title, key=key, note=note, parent=self._over).open()
        self.changed.emit()

    def _when_done(self, then: Callable[[], None]) -> Callable[[], None]:
        def done() -> None:
            then()
            self.changed.emit()

        return done

    def _failed(self, what: str) -> Callable[[Exception], None]:
        return lambda error: self.said.emit(f"It was not {what}: {error}", None)
