"""What can be done with the chosen client, as actions: buttons of its pane, and its menu."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from llmgw_desktop.app.client_desk.known import ClientKind
from llmgw_desktop.app.client_desk.rows import ClientRow, ClientState
from llmgw_desktop.ui.widgets.tip import tip

_PAUSE, _GO_ON = "Pause", "Go on"
_PAUSABLE = frozenset({ClientKind.KEY, ClientKind.OAUTH, ClientKind.BEARER, ClientKind.PROXIED})
_WITH_JOBS = frozenset({ClientKind.KEY, ClientKind.OAUTH, ClientKind.PERSON})


class ClientActs(QObject):
    """Only what can be done is visible. Each asks with the row that is shown."""

    limits_wanted = Signal(ClientRow)
    flights_wanted = Signal(ClientRow)
    jobs_wanted = Signal(ClientRow)
    access_wanted = Signal(ClientRow)
    rotate_wanted = Signal(ClientRow)
    pause_wanted = Signal(ClientRow)
    revoke_wanted = Signal(ClientRow)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._row: ClientRow | None = None
        self.limits = self._action("Limits…", "Budgets, rates, models: what it may spend and ask")
        self.flights = self._action("Flights", "What it asked, on the Flights page")
        self.jobs = self._action("Jobs", "Runs of CLIs that it asked for, on the Jobs page")
        self.access = self._action("Access", "What was allowed it, on the Access page")
        self.rotate = self._action("New key…", "Another key for the same client")
        self.pause = self._action(_PAUSE, "Refuse it until you let it go on; its key stays")
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

    def show_client(self, row: ClientRow | None) -> None:
        self._row = row
        is_key = row is not None and row.kind is ClientKind.KEY and not row.is_revoked
        self.limits.setVisible(row is not None and not row.is_revoked)
        self.flights.setVisible(row is not None and row.is_client)
        self.jobs.setVisible(row is not None and row.kind in _WITH_JOBS)
        self.access.setVisible(row is not None and row.kind is ClientKind.OAUTH)
        is_paused = row is not None and row.state is ClientState.PAUSED
        self.pause.setText(_GO_ON if is_paused else _PAUSE)
        self.pause.setVisible(row is not None and row.kind in _PAUSABLE and not row.is_revoked)
        for action in (self.rotate, self.revoke):
            action.setVisible(is_key)

    def _action(self, words: str, hint: str) -> QAction:
        action = QAction(words, self)
        action.setToolTip(tip(hint))
        return action
