"""Who asks: the list of all clients and the pane of the chosen one.

Rows come ready from `app/clients`; they are read by the bridge's worker. What is done about one
of them stands in `client_work`.
"""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.app.clients.desk import CallerLine, ClientDesk, ClientsLook
from llmgw_desktop.app.clients.facts import WHICH, WhichClients, shown_rows
from llmgw_desktop.app.clients.rows import ShownClient
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.events import (
    BudgetReached,
    ClientsChanged,
    Event,
    FlightClosed,
    FlightOpened,
    FloodsChanged,
    GrantsChanged,
    SettingsChanged,
)
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.clients.client_pane import ClientPane
from llmgw_desktop.ui.clients.client_table import ClientTable, client_model
from llmgw_desktop.ui.clients.client_work import ClientActs, ClientWork
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.fields import ChoiceBox, SearchField
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh
from llmgw_desktop.ui.widgets.panes import PaneSplitter
from llmgw_desktop.ui.widgets.view_clothes import pop_up

_NEWS = (
    BudgetReached,
    ClientsChanged,
    FlightClosed,
    FlightOpened,
    FloodsChanged,
    GrantsChanged,
    SettingsChanged,
)
_COUNT_UNITS = 180
_ALONE = "Nobody but you has asked yet."
_ALONE_TEXT = (
    "Each program gets a key of its own, so that you see what it asked, what it cost, and can"
    " bound or refuse it alone."
)


class ClientSection(QWidget, MadeInSteps):
    """`programs_wanted` leads to the programs that can be connected."""

    programs_wanted = Signal()

    def __init__(
        self,
        desk: ClientDesk,
        changer: SettingsChanger,
        *,
        bridge: Bridge,
        theme: Theme,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made(changer, settings))

    def _made(self, changer: SettingsChanger, settings: QSettings) -> Iterator[None]:
        self._rows: tuple[ShownClient, ...] = ()
        self._wanted = ""
        """To be shown once it is read."""
        self.acts = ClientActs(self)
        self.work = ClientWork(
            self._desk, changer, bridge=self._bridge, theme=self._theme, parent=self
        )
        yield
        self._model = client_model(self)
        self.table = ClientTable(self._model, self._theme)
        yield
        self.pane = ClientPane(self._theme, self.acts)
        yield
        self._splitter = PaneSplitter(
            self._theme, self.table, self.pane, settings=settings, key="clients"
        )
        yield
        self.field = SearchField(self._theme, "Find a client")
        self.which = ChoiceBox(self._theme, WHICH, name="Which clients")
        self._count = Label(self._theme, tone=Tone.MUTED)
        self.make = Button(self._theme, "Make a key…", kind=ButtonKind.PRIMARY, icon="plus")
        yield
        self.banner = Banner(self._theme, closable=False)
        self._stack = QStackedWidget()
        self.nothing = EmptyState(self._theme, icon="search", title="Nobody matches.")
        self.alone = EmptyState(self._theme, icon="clients", title=_ALONE, text=_ALONE_TEXT)
        yield
        self._refresh = PacedRefresh(self, self._read)
        self._lay_out()
        yield
        self._connect()

    @property
    def rows(self) -> tuple[ShownClient, ...]:
        """Those in the list."""
        return self._model.rows

    @property
    def count_words(self) -> str:
        return self._count.text()

    def read(self) -> None:
        """As a person asks for it."""
        self._refresh.ask(at_once=True)

    def show_client(self, key: str) -> None:
        """As soon as it is read, whatever was looked for before."""
        self._wanted = key
        self.field.clear()
        self.which.choose(WhichClients.CURRENT)
        self._open_wanted()
        self.read()

    def _open_wanted(self) -> None:
        key, self._wanted = self._wanted, ""
        if any(row.key == key for row in self._model.rows):
            self.table.choose(key)
            self._open()
        elif not self._rows:
            self._wanted = key

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow one keeps its room for what is typed."""
        super().resizeEvent(event)
        self._count.setVisible(self.width() >= self._theme.space(_COUNT_UNITS))

    def _read(self) -> None:
        with self._refresh.costing():
            standings, problem = self._desk.standings()
            floods = self._desk.floods()
        look = self._refresh.costed(lambda: self._desk.look(standings, floods))
        self._bridge.fetch(self, look, lambda found: self._take(found, problem), self._on_failed)

    def _take(self, look: ClientsLook, problem: str) -> None:
        with self._refresh.costing():
            self._rows = look.rows
            self._show()
            if self._wanted:
                self._open_wanted()
        trouble = look.problem or problem
        if trouble:
            self.banner.say(BannerKind.ERROR, "Not all of it can be read.", trouble)
        else:
            self.banner.hide()
        self.make.setEnabled(self._desk.has_keys)
        self._refresh.ended()

    def _on_failed(self, error: Exception) -> None:
        self.banner.say(BannerKind.ERROR, "The clients cannot be shown.", str(error))
        self._refresh.ended()

    def _show(self) -> None:
        shown = shown_rows(self._rows, WhichClients(self.which.key), self.field.text())
        self._model.show_rows(shown)
        clients = [row for row in self._rows if row.is_client and not row.is_revoked]
        is_some = bool(self.field.text().strip()) or self.which.key != WhichClients.CURRENT
        of = f"{len(shown):,} shown · " if is_some else ""
        self._count.setText(f"{of}{counted(len(clients), 'client')}")
        self._stack.setCurrentWidget(self._splitter if shown else self.nothing)
        is_alone = len(clients) <= 1 and bool(shown) and self._desk.has_keys
        self.alone.setVisible(is_alone)

    def _on_chosen(self, row: ShownClient | None) -> None:
        self.acts.show_client(row)
        if row is None:
            self.pane.hide()
        elif not self.pane.isHidden():
            self._show_client(row)

    def _open(self) -> None:
        row = self.table.chosen_client
        if row is not None:
            self._show_client(row)
            self.pane.show()

    def _show_client(self, row: ShownClient) -> None:
        self.pane.show_client(row, self._desk.facts(row))
        spent = self._desk.label_spent(row)

        def show(lines: tuple[CallerLine, ...]) -> None:
            chosen = self.table.chosen_client
            if chosen is not None and chosen.key == row.key:  # else another one is on its way
                self.pane.callers.show_lines(lines)

        self._bridge.fetch(self, lambda: self._desk.callers(row, spent), show)

    def _close(self) -> None:
        self.pane.hide()
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions(self.acts.actions)
        pop_up(menu, self._theme, at)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if self.isVisible() and any(isinstance(event, _NEWS) for event in events):
            self._refresh.ask()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self.field.textChanged.connect(lambda _: self._show())
        self.which.currentIndexChanged.connect(lambda _: self._show())
        self.make.clicked.connect(self.work.ask_key)
        self.work.changed.connect(self.read)
        self.table.chosen.connect(self._on_chosen)
        self.table.opened.connect(self._open)
        self.table.left.connect(self._close)
        self.table.menu_wanted.connect(self._show_menu)
        self.pane.closed.connect(self._close)
        self.acts.limits_wanted.connect(self.work.ask_limits)
        self.acts.rotate_wanted.connect(self.work.ask_rotation)
        self.acts.pause_wanted.connect(self.work.pause)
        self.acts.revoke_wanted.connect(self.work.revoke)

    def search(self) -> None:
        """The person types whom."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _lay_out(self) -> None:
        bar = h_box(
            self._theme, (self.field, 1), self.which, self._count, self.make, gap=2, margins=(6, 3)
        )
        connect = Button(self._theme, "Connect a program…")
        connect.clicked.connect(self.programs_wanted)
        self.alone.add_buttons(connect)
        clear = Button(self._theme, "Show all")
        clear.clicked.connect(self._show_all)
        self.nothing.add_buttons(clear)
        self._splitter.begin(self.pane.turn, 1, 1)
        self.pane.hide()
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.nothing)
        v_box(
            self._theme, self.banner, bar, (self._stack, 1), self.alone, on=self, gap=0, margins=0
        )
        self.alone.hide()
        self.setFocusProxy(self.table)

    def follow(self, before: QWidget) -> None:
        """The Tab key comes here after `before`, and goes as the eye does."""
        for first, then in pairwise([before, self.field, self.which, self.make, self.table]):
            self.setTabOrder(first, then)

    def _show_all(self) -> None:
        self.field.clear()
        self.which.choose(WhichClients.ALL.value)
