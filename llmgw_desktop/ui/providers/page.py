"""Providers: who answers, how each stands, what is left of it, and how to get another.

Words and states come ready from `app/providers/providers.py`; changes go through the
settings changer.
Nothing is asked of a provider but on a person's click.
"""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.clis.use import CliProviders
from llmgw_desktop.app.providers.accounts import ProviderForm
from llmgw_desktop.app.providers.cards import ProviderCard
from llmgw_desktop.app.providers.providers import FoundKey, Providers
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.events import (
    AccountChanged,
    Event,
    FlightClosed,
    FlightOpened,
    JobChanged,
    SettingsChanged,
)
from llmgw_desktop.domain.provider import AccountState, ProviderKind
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.providers.account_dialog import ProviderForms
from llmgw_desktop.ui.providers.cli_group import CliGroup
from llmgw_desktop.ui.providers.models_dialog import ModelsDialog
from llmgw_desktop.ui.providers.provider_card import FirstProvider, OfferCard, ProviderCardView
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.label import Label, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, PacedRefresh
from llmgw_desktop.ui.widgets.panes import Scrolled

_NEWS = (AccountChanged, SettingsChanged, JobChanged)
_TICK_MS = 1000
"""Countdowns, and what is under way; nothing is read anew for them."""


class ProvidersPage(QWidget, MadeInSteps):
    """Cards in the order of the file."""

    ask_wanted = Signal(str)
    """A model, to be asked from the scratch pad."""

    def __init__(
        self,
        providers: Providers,
        clis: CliProviders,
        changer: SettingsChanger,
        *,
        bridge: Bridge,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._providers = providers
        self._changer = changer
        self._bridge = bridge
        self._theme = theme
        self._begin(self._made(clis))

    def _made(self, clis: CliProviders) -> Iterator[None]:
        self.clis = CliGroup(self._theme, clis, self._changer, self._bridge)
        yield
        self._forms = ProviderForms(self._theme, self._providers, self._changer, self)
        self._dismissed: set[str] = set()
        self._found: tuple[str, ProviderForm | None] | None = None
        """What a look for Ollama brought."""
        self._shape: object = None
        self._views: dict[str, ProviderCardView] = {}
        self._summary = Label(self._theme, tone=Tone.MUTED)
        self._summary.setWordWrap(True)
        self._look = Button(self._theme, "Look for Ollama")
        put_tip(self._look, tip("Asks 127.0.0.1:11434 once"))
        self._add = Button(self._theme, "Add provider…", kind=ButtonKind.PRIMARY, icon="plus")
        self._first: FirstProvider | None = None
        self._scroll = Scrolled(self._theme)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._usage = PacedRefresh(self, self._read_usage)
        self._lay_out()
        yield
        yield from self._built(self._providers.cards())
        self._connect()

    @property
    def views(self) -> tuple[ProviderCardView, ...]:
        return tuple(self._views.values())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()
        self._usage.ask(at_once=True)
        self.clis.look()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def _connect(self) -> None:
        self._bridge.events.connect(self._on_events)
        self._changer.settled.connect(self._show_if_seen)
        self._tick.timeout.connect(self._show)
        self._add.clicked.connect(partial(self._forms.open_new, ProviderKind.ANTHROPIC))
        self._look.clicked.connect(self._look_for_ollama)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        if any(isinstance(event, _NEWS) for event in events):
            self._show_if_seen()
        if any(isinstance(event, FlightClosed) for event in events):
            self._usage.ask()
        if any(isinstance(event, FlightOpened) for event in events) and self.isVisible():
            self._tick.start()  # who answers it is known soon
        if any(isinstance(event, SettingsChanged) for event in events) and self.isVisible():
            self.clis.look()  # a program may have another name now, or be on

    def _read_usage(self) -> None:
        self._bridge.fetch(
            self,
            self._usage.costed(self._providers.read_usage),
            lambda _: self._on_usage(),
            lambda _: self._usage.ended(),  # the pages of flights say that they cannot be read
        )

    def _on_usage(self) -> None:
        self._show_if_seen()
        self._usage.ended()

    def _show_if_seen(self) -> None:
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        cards = self._providers.cards()
        for _ in self._built(cards):
            pass
        for card in cards:
            self._views[card.name].show_card(card)
        self.clis.show_cards()
        own = [card for card in cards if not card.is_practice]
        self._summary.setText(_summary(own))
        counts_down = any(card.counts_down for card in own) or self.clis.counts_down
        if (counts_down or self._providers.is_busy) and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    def _built(self, cards: tuple[ProviderCard, ...]) -> Iterator[None]:
        """Anew where another card is to be there, so that the Tab key goes as the eye does."""
        offers = [each for each in self._providers.offers() if each.words not in self._dismissed]
        shape = (
            [ProviderCardView.shape(card) for card in cards],
            [offer.words for offer in offers],
            self._found,
        )
        if shape == self._shape:
            return
        views = {}
        for card in cards:
            views[card.name] = self._view(card)
            yield
        self._shape, self._views = shape, views
        self._place(cards, offers)

    def _place(self, cards: tuple[ProviderCard, ...], offers: list[FoundKey]) -> None:
        space = self._theme.space
        has_own = any(not card.is_practice for card in cards)
        self._first = None
        content = QWidget()
        column = v_box(
            self._theme, *self._offer_cards(offers), on=content, gap=3, margins=(6, 1, 6, 6)
        )
        if not has_own:
            column.addSpacing(space(4))
            self._first = self._made_first()
            column.addWidget(self._first)
            column.addSpacing(space(4))
        for view in self._views.values():
            column.addWidget(view)
        column.addWidget(self.clis)  # the same one again: it knows what was found
        column.addStretch(1)
        self._scroll.show_anew(content)
        self._look.setVisible(has_own)
        self._add.setVisible(has_own)

    def _made_first(self) -> FirstProvider:
        first = FirstProvider(self._theme)
        first.vendor_wanted.connect(partial(self._forms.open_new, ProviderKind.ANTHROPIC))
        first.server_wanted.connect(partial(self._forms.open_new, ProviderKind.OPENAI_COMPATIBLE))
        first.ollama_wanted.connect(self._look_for_ollama)
        return first

    def _offer_cards(self, offers: list[FoundKey]) -> list[OfferCard]:
        made = []
        for offer in offers:
            view = OfferCard(self._theme, offer.words, "Use it")
            view.taken.connect(partial(self._accept, offer))
            view.declined.connect(partial(self._dismiss, offer.words))
            made.append(view)
        if self._found is not None:
            words, form = self._found
            view = OfferCard(self._theme, words, "Add it" if form else "")
            if form is not None:
                view.taken.connect(partial(self._add_found, form))
            view.declined.connect(self._forget_found)
            made.append(view)
        return made

    def _view(self, card: ProviderCard) -> ProviderCardView:
        view = ProviderCardView(self._theme, card)
        name = card.name
        view.toggled.connect(lambda on: self._make(partial(self._providers.toggle, name, on=on)))
        view.account_toggled.connect(
            lambda account, on: self._make(
                partial(self._providers.accounts.toggle, name, account, on=on)
            )
        )
        view.ask_again_wanted.connect(self._ask_again)
        view.test_wanted.connect(partial(self._start_test, name))
        view.models_wanted.connect(partial(self.show_models, name))
        view.edit_wanted.connect(partial(self._forms.open_change, name))
        view.account_wanted.connect(partial(self._forms.open_new_account, name))
        view.account_edit_wanted.connect(partial(self._forms.open_account, name))
        view.account_remove_wanted.connect(
            lambda account: self._make(partial(self._providers.accounts.remove, name, account))
        )
        view.remove_wanted.connect(lambda: self._make(partial(self._providers.remove, name)))
        return view

    def _make(self, wish: Callable[[], SettingsWish]) -> None:
        self._changer.make(wish)

    def _accept(self, offer: FoundKey) -> None:
        self._make(partial(self._providers.accept, offer))

    def _dismiss(self, words: str) -> None:
        self._dismissed.add(words)
        self._show()

    def _add_found(self, form: ProviderForm) -> None:
        self._found = None
        self._make(partial(self._providers.add, form))

    def _forget_found(self) -> None:
        self._found = None
        self._show()

    def _ask_again(self, account: str) -> None:
        self._providers.ask_again(account)
        self._show()

    def show_models(self, name: str) -> ModelsDialog:
        """All that it lists, asked for now."""
        dialog = ModelsDialog(self._theme, name, self._bridge, self.window())
        dialog.ask_wanted.connect(self.ask_wanted)
        dialog.open()
        dialog.begin(lambda: self._providers.models(name))
        return dialog

    def _start_test(self, name: str) -> None:
        self._views[name].show_testing(is_under_way=True)
        self._bridge.run(self._run_test(name), name=f"test {name}")

    async def _run_test(self, name: str) -> None:
        try:
            tests = await self._providers.test(name)
        finally:
            if name in self._views:
                self._views[name].show_testing(is_under_way=False)
        if name in self._views:
            self._views[name].show_tests({each.account: each for each in tests})
        self._show_if_seen()

    def _look_for_ollama(self) -> None:
        self._show_looking(is_under_way=True)
        self._bridge.run(self._run_look(), name="look for Ollama")

    def _show_looking(self, *, is_under_way: bool) -> None:
        self._look.setEnabled(not is_under_way)
        if self._first is not None:
            self._first.show_looking(is_under_way=is_under_way)

    async def _run_look(self) -> None:
        try:
            found, form = await self._providers.look_for_ollama()
            self._found = (found.words, form)
        finally:
            self._show_looking(is_under_way=False)
        self._show()

    def _lay_out(self) -> None:
        bar = h_box(
            self._theme, (self._summary, 1), self._look, self._add, gap=2, margins=(6, 4, 6, 3)
        )
        v_box(self._theme, bar, (self._scroll, 1), on=self, gap=0, margins=0)


def _summary(cards: list[ProviderCard]) -> str:
    """«3 providers: 2 ready, 1 off»."""
    if not cards:
        return ""
    ready = sum(card.state is AccountState.READY for card in cards)
    off = sum(card.state is AccountState.OFF for card in cards)
    rest = len(cards) - ready - off
    parts = [f"{ready} ready"]
    if rest:
        parts.append(f"{rest} cannot answer now")
    if off:
        parts.append(f"{off} off")
    return f"{counted(len(cards), 'provider')}: {', '.join(parts)}"
