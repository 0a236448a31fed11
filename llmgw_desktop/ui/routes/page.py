"""Routes: who is sent where and why, in the order in which the rules are tried.

Rules and their words come ready from `app/routing/routes.py`; changes go through the
settings changer.
"""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.routing.routes import STRATEGY_WORDS, RouteForm, Routes
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.events import AccountChanged, Event, SettingsChanged
from llmgw_desktop.domain.routing.route import Strategy
from llmgw_desktop.store.settings.schema import table_at
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.routes.route_dialog import RouteDialog
from llmgw_desktop.ui.routes.route_list import RouteList
from llmgw_desktop.ui.routes.try_panel import TryPanel
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card, Line
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.panes import Scrolled

_LIST_UNITS = 96
_TRY_UNITS = 76


class RoutesPage(QWidget, MadeInSteps):
    """The list at the left, the try-it panel beside or below it."""

    def __init__(
        self, routes: Routes, changer: SettingsChanger, bridge: Bridge, theme: Theme
    ) -> None:
        super().__init__()
        self._routes = routes
        self._changer = changer
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        orders = [(each.value, STRATEGY_WORDS[each]) for each in Strategy]
        self._order = ChoiceBox(self._theme, orders, name="Usual order")
        self._add = Button(self._theme, "Add route…", kind=ButtonKind.PRIMARY, icon="plus")
        yield
        self._list = RouteList(self._theme)
        yield
        self._none = FlowingLabel(self._theme, _NONE, tone=Tone.MUTED)
        self._try = TryPanel(self._theme, self._routes.try_it)
        yield
        self._lay_out()
        yield
        self._connect()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._changer.settled.connect(self._show_if_seen)
        self._order.activated.connect(self._choose_order)
        self._add.clicked.connect(self._open_new)
        self._list.toggled.connect(lambda at, on: self._make(self._routes.toggle(at, on=on)))
        self._list.rebuilt.connect(self._order_stops)
        self._list.edit_wanted.connect(self._open_change)
        self._list.remove_wanted.connect(lambda at: self._make(self._routes.remove(at)))
        self._list.move_wanted.connect(lambda at, to: self._make(self._routes.move(at, to)))

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, AccountChanged | SettingsChanged) for event in events):
            self._show_if_seen()

    def _show_if_seen(self) -> None:
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        rows = self._routes.rows()
        self._list.show_rows(rows)
        self._list.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self._order.choose(self._routes.default_strategy().value)
        self._try.refresh()

    def _order_stops(self) -> None:
        """What came last would else be the last that the Tab key comes to."""
        rows = [stop for view in self._list.views for stop in view.stops]
        for before, after in pairwise([self._add, *rows, *self._try.stops]):
            QWidget.setTabOrder(before, after)

    def _make(self, wish: SettingsWish) -> None:
        """Rules are known by their places: while one is being written, they are about to change."""
        if self._changer.is_busy:
            self._show()
        else:
            self._changer.make(lambda: wish)

    def _choose_order(self) -> None:
        chosen = Strategy(self._order.key)
        if chosen is not self._routes.default_strategy():
            self._make(self._routes.set_default_strategy(chosen))

    def _open_new(self) -> None:
        dialog = self._dialog(RouteForm(), is_new=True)
        dialog.save_wanted.connect(lambda: self._save(dialog, self._routes.add(dialog.form)))
        dialog.open()

    def _open_change(self, index: int) -> None:
        dialog = self._dialog(self._routes.form_of(index), is_new=False)
        change = self._routes.change_from(index)
        dialog.save_wanted.connect(lambda: self._save(dialog, change(dialog.form)))
        dialog.open()

    def _dialog(self, form: RouteForm, *, is_new: bool) -> RouteDialog:
        return RouteDialog(
            self._theme,
            form,
            targets=self._routes.targets(),
            default=self._routes.default_strategy(),
            parent=self,
            is_new=is_new,
        )

    def _save(self, dialog: RouteDialog, wish: SettingsWish) -> None:
        dialog.show_saving(is_under_way=True)
        self._changer.make(
            lambda: wish, done=dialog.accept, refused=dialog.show_refusal, conflicted=dialog.reject
        )

    def _lay_out(self) -> None:
        space = self._theme.space
        bar = h_box(self._theme, gap=2, margins=(6, 4, 6, 3))
        label = Label(self._theme, "Usual order:", tone=Tone.MUTED)
        put_tip(label, tip(table_at("routing").settings["strategy"].plain_words))
        label.setBuddy(self._order)
        bar.addWidget(label)
        bar.addWidget(self._order)
        bar.addStretch(1)
        bar.addWidget(self._add)
        flow = Reflow(
            [
                Flowed(self._list_card(), stretch=5, comfortable=space(_LIST_UNITS)),
                Flowed(self._try, stretch=4, comfortable=space(_TRY_UNITS)),
            ],
            [(2,), (1, 1)],
            spacing=space(3),
        )
        content = QWidget()
        v_box(self._theme, flow, None, on=content, margins=(6, 1, 6, 6))
        scroll = Scrolled(self._theme, content)
        v_box(self._theme, bar, (scroll, 1), on=self, gap=0, margins=0)

    def _list_card(self) -> Card:
        theme, _space = self._theme, self._theme.space
        card = Card(theme)
        column = v_box(self._theme, on=card, gap=2, margins=(3, 4))
        head = v_box(self._theme, gap=1, margins=(2, 0))
        title = "The first that fits is used"
        head.addWidget(Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold))
        head.addWidget(self._none)
        column.addLayout(head)
        column.addWidget(self._list)
        column.addWidget(Line(theme))
        rest = v_box(
            self._theme,
            FlowingLabel(theme, _REST, size=TextSize.CAPTION, tone=Tone.MUTED),
            margins=(2, 0),
        )
        column.addLayout(rest)
        column.addStretch(1)
        return card


_NONE = (
    "There are no routes yet, and none are needed: every request goes by its model's name. Add one"
    " to send small requests to a cheaper model, or one program to one account."
)
_REST = (
    "Everything else goes by the model's name: the provider it names or that lists it, then the one"
    " whose vendor made it. practice/… is always answered by practice."
)
