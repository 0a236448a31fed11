"""Changes what the settings say of one vendor's CLI."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.clis.cards import CliCard
from llmgw_desktop.app.clis.use import CliForm, CliProviders, SignInOpened
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.store.settings.schema import NAME, table_at
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.providers.cli_card import CliCardView, NotInstalled
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.dialogs import SettingsDialog
from llmgw_desktop.ui.widgets.fields import SettingField, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box


class CliDialog(SettingsDialog):
    """`form` is what stands in it."""

    def __init__(
        self, theme: Theme, form: CliForm, parent: QWidget, *, usual_limit: int, usual_command: str
    ) -> None:
        super().__init__(theme, f"Settings of {cli_of(form.cli).title}", "Save", parent)
        self._form = form
        clis = table_at("clis", NAME)
        usual = {
            "default_model": "the CLI's own choice",
            "max_running": str(usual_limit),
            "models": "default",
            "command": usual_command,
        }
        self._lines = {key: TextLine(theme, words) for key, words in usual.items()}
        self._fields = {
            key: SettingField(theme, clis, key, line) for key, line in self._lines.items()
        }
        for key, field in self._fields.items():
            said = getattr(form, key)
            self._lines[key].setText(said if isinstance(said, str) else ", ".join(said))
            self.fields.addWidget(field)
        self.fields.addStretch(1)
        self.fit()
        self._lines["default_model"].setFocus()

    @property
    def form(self) -> CliForm:
        said = {key: line.text().strip() for key, line in self._lines.items()}
        models = tuple(each.strip() for each in said.pop("models").split(",") if each.strip())
        return CliForm(cli=self._form.cli, models=models, **said)


_WHAT = (
    "The vendors' own programs here, with your sign-in. Only requests that name them reach them:"
    " claude-cli/sonnet."
)


class CliGroup(QWidget):
    """Hidden until somebody has looked what there is."""

    found_some = Signal()
    """More is known now: whoever shows the CLIs elsewhere shows them anew."""

    def __init__(
        self, theme: Theme, clis: CliProviders, changer: SettingsChanger, bridge: Bridge
    ) -> None:
        super().__init__()
        self._theme = theme
        self._clis = clis
        self._changer = changer
        self._bridge = bridge
        self._shape: object = None
        self._views: dict[CliName, CliCardView] = {}
        self._absent: NotInstalled | None = None
        self._column = v_box(theme, on=self, gap=3, margins=(0, 3, 0, 0))
        head = v_box(
            theme,
            Label(theme, "Vendors' CLIs", size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            FlowingLabel(theme, _WHAT, tone=Tone.MUTED),
            gap=0.75,
        )
        self._column.addLayout(head)
        self.hide()

    @property
    def views(self) -> tuple[CliCardView, ...]:
        return tuple(self._views.values())

    @property
    def counts_down(self) -> bool:
        return any(card.counts_down for card in self._clis.cards())

    def look(self) -> None:
        """What is installed, and then what each says of itself; what is known already is not
        asked again."""
        self._bridge.fetch(self, self._clis.find, lambda _: self._look_closer(), slow=True)

    def show_cards(self) -> None:
        cards = self._clis.cards()
        shape = [(card.cli, card.is_installed, card.is_installed or card.reason) for card in cards]
        if shape != self._shape:
            self._shape = shape
            self._build(cards)
        for card in cards:
            if card.cli in self._views:
                self._views[card.cli].show_card(card)
        self.setVisible(bool(cards))

    def _look_closer(self) -> None:
        self._tell()
        for card in self._clis.cards():
            if card.is_installed and card.enabled:
                self._bridge.fetch(
                    self, partial(self._clis.look, card.cli), lambda _: self._tell(), slow=True
                )

    def _build(self, cards: tuple[CliCard, ...]) -> None:
        was_open = self._absent.is_open if self._absent is not None else None
        for old in (*self._views.values(), self._absent):
            if old is not None:
                self._column.removeWidget(old)
                old.hide()
                old.deleteLater()
        self._views = {card.cli: self._view(card) for card in cards if card.is_installed}
        for view in self._views.values():
            self._column.addWidget(view)
        absent = [card for card in cards if not card.is_installed]
        self._absent = None
        if absent:
            is_wrong = any(card.reason for card in absent)
            is_open = is_wrong if was_open is None else was_open
            self._absent = NotInstalled(self._theme, absent, is_open=is_open)
            self._absent.edit_wanted.connect(lambda name: self._open_settings(CliName(name)))
            self._column.addWidget(self._absent)

    def _view(self, card: CliCard) -> CliCardView:
        view = CliCardView(self._theme, card)
        view.toggled.connect(partial(self._toggle, card.name))
        view.sign_in_wanted.connect(partial(self._open_sign_in, card.cli))
        view.check_wanted.connect(partial(self._start_check, card.cli))
        view.edit_wanted.connect(partial(self._open_settings, card.cli))
        return view

    def _toggle(self, name: str, on: bool) -> None:
        self._changer.make(lambda: self._clis.toggle(name, on=on))

    def _open_sign_in(self, name: CliName) -> None:
        self._views[name].show_opening()

        def opened(found: SignInOpened) -> None:
            if name in self._views:
                self._views[name].show_opened(found)

        self._bridge.fetch(self, partial(self._clis.open_sign_in, name), opened, slow=True)

    def _start_check(self, name: CliName) -> None:
        self._views[name].show_checking(is_under_way=True)

        def checked(_: object) -> None:
            self._clis.end_rest(name)
            if name in self._views:
                self._views[name].show_checking(is_under_way=False)
            self._tell()

        self._bridge.fetch(self, partial(self._clis.check, name), checked, slow=True)

    def _open_settings(self, name: CliName) -> None:
        clis = self._clis
        dialog = CliDialog(
            self._theme,
            clis.form_of(name),
            self,
            usual_limit=clis.usual_limit(),
            usual_command=clis.usual_command(name),
        )
        change = clis.change_from(name)

        def save() -> None:
            wish = change(dialog.form)
            dialog.show_saving(is_under_way=True)
            self._changer.make(
                lambda: wish,
                done=dialog.accept,
                refused=dialog.show_refusal,
                conflicted=dialog.reject,
            )

        dialog.save_wanted.connect(save)
        dialog.open()

    def _tell(self) -> None:
        self.show_cards()
        self.found_some.emit()
