"""Programs found here are set up and taken back, each after a look at what that would change; and
when each was last heard of.

Files are looked at and written by the bridge's workers, never here.
"""

from collections.abc import Iterator
from functools import partial
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from typing_extensions import override

from llmgw_desktop.app.connect.clients import ClientCard, Clients, ClientsView
from llmgw_desktop.app.connect.pinning import PinStanding
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.events import Event, FlightClosed, GatewayChanged, SettingsChanged
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.clients.connect_dialog import ConnectDialog
from llmgw_desktop.ui.clients.program_cards import AnyProgram, ClientCardView, PinCard
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.dialogs import ask
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh
from llmgw_desktop.ui.widgets.panes import Scrolled

_NOBODY = "No program that can be set up was found on this computer"
_PINS = "What programs ask there leaves through one account, or is refused."
_NO_PINS = (
    "No folder is pinned. What programs ask in a folder can be held to one account: "
    "llmgw pin FOLDER --account PROVIDER/ACCOUNT"
)
_NOBODY_TEXT = "Install one and look again, or paste the text below into the settings of another."


class BaseUrlSource(Protocol):
    """What is asked of `app/gateway/control.py`."""

    def base_urls(self) -> dict[str, str]: ...


class ProgramSection(QWidget, MadeInSteps):
    """Cards in the order of the table of programs."""

    said = Signal(str)
    """What was done, in a sentence."""

    setting_wanted = Signal(str)

    def __init__(
        self, clients: Clients, addresses: BaseUrlSource, bridge: Bridge, theme: Theme
    ) -> None:
        super().__init__()
        self._clients = clients
        self._addresses = addresses
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        self._views: dict[str, ClientCardView] = {}
        self._cards: dict[str, ClientCard] = {}
        self._summary = Label(self._theme, tone=Tone.MUTED)
        self._look = Button(self._theme, "Look again")
        self.banner = Banner(self._theme, closable=False)
        yield
        self._nobody = EmptyState(self._theme, icon="clients", title=_NOBODY, text=_NOBODY_TEXT)
        yield
        self._absent = FlowingLabel(self._theme, tone=Tone.MUTED)
        self.any_program = AnyProgram(self._theme)
        yield
        self._shape: object = None
        self._scroll = Scrolled(self._theme)
        self._refresh = PacedRefresh(self, self._read)
        self._lay_out()
        yield
        self._connect()

    @property
    def views(self) -> tuple[ClientCardView, ...]:
        return tuple(self._views.values())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh.ask(at_once=True)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.any_program.forget_key()

    def read(self) -> None:
        """As a person asks for it."""
        self._refresh.ask(at_once=True)

    def open_dialog(self, name: str, *, is_undo: bool) -> None:
        card = self._cards[name]
        dialog = ConnectDialog(self._theme, card, self, is_undo=is_undo)
        dialog.wish_changed.connect(lambda: self._preview(dialog, name, is_undo=is_undo))
        dialog.save_wanted.connect(lambda: self._carry_out(dialog))
        self._preview(dialog, name, is_undo=is_undo)
        dialog.open()

    def _preview(self, dialog: ConnectDialog, name: str, *, is_undo: bool) -> None:
        wanted = dialog.wanted
        look = partial(self._clients.plan_undo, name)
        if not is_undo:
            look = partial(self._clients.plan, name, wanted)

        def show(found: tuple[object, str]) -> None:
            if is_undo or dialog.wanted == wanted:  # else another one is on its way
                dialog.show_plan(*found)  # type: ignore[arg-type]

        self._bridge.fetch(dialog, look, show, dialog.show_refusal, slow=True)

    def _carry_out(self, dialog: ConnectDialog) -> None:
        plan = dialog.plan
        if plan is None:
            return
        dialog.show_saving(is_under_way=True)

        def done(words: str) -> None:
            if isValid(dialog):  # a person may have closed it meanwhile
                dialog.accept()
            self.said.emit(words)
            self._refresh.ask(at_once=True)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.show_refusal(error)
            else:
                self.banner.say(BannerKind.ERROR, "It was not done.", str(error))

        self._bridge.fetch(self, partial(self._clients.carry_out, plan), done, failed, slow=True)

    def _make_key(self) -> None:
        def made(snippet: str) -> None:
            self.any_program.show_key(snippet)
            self._refresh.ask(at_once=True)

        self._bridge.fetch(self, self._clients.snippet_with_key, made, self._on_trouble)

    def _read(self) -> None:
        look = self._refresh.costed(self._clients.look)
        self._bridge.fetch(self, look, self._on_look, self._on_look_failed, slow=True)

    def _on_look(self, view: ClientsView) -> None:
        self._refresh.ended()
        if view.problem:
            what = "Programs would not find the gateway."
            look = ("Show the setting", lambda: self.setting_wanted.emit("http.port"))
            self.banner.say(BannerKind.WARNING, what, view.problem, look)
        else:
            self.banner.hide()
        self._cards = {card.name: card for card in view.cards}
        urls = self._addresses.base_urls()
        shape = (list(self._cards), urls, view.pins)
        if shape != self._shape:
            self._shape = shape
            self.any_program.show_urls(urls)
            self._build(view)
        for name, card in self._cards.items():
            self._views[name].show_card(card)
        self._summary.setText(view.summary)
        self._nobody.setVisible(not view.cards)
        self._absent.say(f"Not found here: {', '.join(view.absent)}" if view.absent else "")
        self.any_program.show_snippets(view.http_snippet, view.stdio_snippet)
        self.any_program.setVisible(bool(view.http_snippet))

    def _on_look_failed(self, error: Exception) -> None:
        self._refresh.ended()
        self.banner.say(BannerKind.ERROR, "The programs cannot be shown.", str(error))

    def _on_trouble(self, error: Exception) -> None:
        self.banner.say(BannerKind.ERROR, "The key could not be changed.", str(error))

    def _build(self, view: ClientsView) -> None:
        """Anew, so that the Tab key goes as the eye does."""
        content = QWidget()
        column = v_box(self._theme, on=content, gap=3, margins=(6, 1, 6, 6))
        self._views = {card.name: self._view(card) for card in view.cards}
        for each in (*self._views.values(), self._nobody, self._absent):
            column.addWidget(each)
        heading = FlowingLabel(
            self._theme, "Pinned folders", size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        column.addWidget(heading)
        column.addWidget(
            FlowingLabel(self._theme, _PINS if view.pins else _NO_PINS, tone=Tone.MUTED)
        )
        for pin in view.pins:
            card = PinCard(self._theme, pin)
            card.unpin_wanted.connect(partial(self._ask_unpin, pin))
            column.addWidget(card)
        column.addWidget(self.any_program)
        column.addStretch(1)
        self._scroll.show_anew(content)

    def _ask_unpin(self, pin: PinStanding) -> None:
        def unpin() -> None:
            work = partial(self._clients.unpin, pin.folder)
            self._bridge.fetch(self, work, self._on_unpinned, self._on_unpin_failed, slow=True)

        ask(
            self._theme,
            self,
            "Unpin this folder?",
            f"{inert_line(pin.folder, 300)}: its files become as they were before. What programs"
            " ask there goes as routes say again; what still comes by its base URL is refused.",
            answers=("Unpin", "Keep it"),
            then=unpin,
        )

    def _on_unpinned(self, words: str) -> None:
        self.said.emit(words)
        self._refresh.ask(at_once=True)

    def _on_unpin_failed(self, error: Exception) -> None:
        self.banner.say(BannerKind.ERROR, "It was not unpinned.", str(error))

    def _view(self, card: ClientCard) -> ClientCardView:
        view = ClientCardView(self._theme, card)
        view.connect_wanted.connect(lambda: self.open_dialog(card.name, is_undo=False))
        view.undo_wanted.connect(lambda: self.open_dialog(card.name, is_undo=True))
        return view

    def _on_events(self, events: tuple[Event, ...]) -> None:
        news = (FlightClosed, GatewayChanged, SettingsChanged)
        if self.isVisible() and any(isinstance(event, news) for event in events):
            self._refresh.ask()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._look.clicked.connect(self.read)
        self.any_program.key_wanted.connect(self._make_key)

    def _lay_out(self) -> None:
        bar = h_box(self._theme, (self._summary, 1), self._look, gap=2, margins=(6, 4, 6, 3))
        v_box(self._theme, self.banner, bar, (self._scroll, 1), on=self, gap=0, margins=0)
