"""A provider to be filled in, its key with it."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.providers.accounts import KeySource, ProviderForm, field_of
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import KINDS, ProviderKind
from llmgw_desktop.store.settings.schema import NAME, table_at
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import SettingsDialog
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, SettingField, TextLine
from llmgw_desktop.ui.widgets.toggles import Segmented, SwitchLine
from llmgw_desktop.ui.widgets.words import said

_AS_WIDE_AS_THE_REST = ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
"""However long the names in it are."""
_WORDS = {
    KeySource.ENVIRONMENT: "Environment variable",
    KeySource.VAULT: "Vault",
    KeySource.NONE: "No key",
}


class KnownKeys(Protocol):
    """What is asked of `app/providers/providers.py`."""

    @property
    def vault_entries(self) -> tuple[str, ...]: ...

    def is_set(self, variable: str) -> bool: ...


class KeyFields(QObject):
    """`by_name` are the fields, as the settings call them; whoever has them lays them out."""

    changed = Signal()
    """Another place was chosen for it."""

    def __init__(
        self, theme: Theme, source: KnownKeys, offered: Sequence[KeySource], vault: str
    ) -> None:
        """`vault`: the entry that holds the key already; empty for none."""
        super().__init__()
        self._known = source
        choices = [(each.value, _WORDS[each]) for each in offered]
        self._source = Segmented(theme, choices, name="Where its key is")
        self._variable = TextLine(theme)
        self._secret = TextLine(theme)
        self._secret.setEchoMode(TextLine.EchoMode.Password)
        self._own = vault
        self._entry = ChoiceBox(theme, _entries(source.vault_entries, vault), name="Entry")
        self._entry.setSizeAdjustPolicy(_AS_WIDE_AS_THE_REST)
        self._entry.choose(vault)
        self.by_name = {
            "key_source": Field(theme, "Its key", self._source),
            "api_key_env": Field(theme, "Environment variable", self._variable),
            "entry": Field(theme, "Entry of the vault", self._entry),
            "vault": Field(theme, "Key", self._secret, _SECRET),
        }
        self._source.chosen.connect(self._show_chosen)
        self._entry.currentIndexChanged.connect(self._show_chosen)
        self._variable.textChanged.connect(self._show_variable)

    @property
    def source(self) -> KeySource:
        return KeySource(self._source.key)

    @property
    def variable(self) -> str:
        return self._variable.text().strip()

    @property
    def entry(self) -> str:
        """Of the vault, that holds the key already; empty for a new one."""
        return self._entry.key

    @property
    def secret(self) -> str:
        return self._secret.text() if self._takes_secret else ""

    @property
    def takes_secret(self) -> bool:
        """Into the vault."""
        return self.source is KeySource.VAULT and self._takes_secret

    @property
    def _takes_secret(self) -> bool:
        """Another account's entry is used as it is."""
        return self.entry in ("", self._own)

    def show(self, source: KeySource, variable: str) -> None:
        self._source.choose(source.value)
        self._variable.setText(variable)
        self._show_chosen()
        self._show_variable()

    def choose(self, source: KeySource) -> None:
        self._source.choose(source.value)
        self._show_chosen()

    def suggest(self, variable: str) -> None:
        self._variable.setText(variable)

    def set_hint(self, words: str) -> None:
        """Of the choice itself."""
        self.by_name["key_source"].set_hint(words)

    def _show_chosen(self, *_: object) -> None:
        self.by_name["api_key_env"].setVisible(self.source is KeySource.ENVIRONMENT)
        is_vault = self.source is KeySource.VAULT
        self.by_name["entry"].setVisible(is_vault and self._entry.count() > 1)
        self.by_name["vault"].setVisible(is_vault and self._takes_secret)
        self._secret.setPlaceholderText(said("unchanged" if self.entry else ""))
        self.changed.emit()

    def _show_variable(self) -> None:
        is_set = bool(self.variable) and self._known.is_set(self.variable)
        known = "It is set where the gateway was started." if is_set else _NOT_SET
        self.by_name["api_key_env"].set_hint(known if self.variable else _VARIABLE)


def _entries(known: tuple[str, ...], own: str) -> list[tuple[str, str]]:
    missing = [(own, f"{own}, which is not there")] if own and own not in known else []
    return [("", "A new key"), *((each, each) for each in known), *missing]


_SECRET = "It goes into the vault, encrypted. The settings file names only its entry."  # noqa: S105
_VARIABLE = "The name of the variable that holds the key, never the key itself."
_NOT_SET = "It is not set where the gateway was started: set it there and start the gateway again."


_KINDS = [
    (kind.value, facts.title)
    for kind, facts in KINDS.items()
    if kind not in (ProviderKind.PRACTICE, ProviderKind.CLI)
]


class FormSource(Protocol):
    """What the dialog asks of `app/providers/providers.py`."""

    @property
    def has_vault(self) -> bool: ...

    def new_form(self, kind: ProviderKind) -> ProviderForm: ...

    @property
    def vault_entries(self) -> tuple[str, ...]: ...

    def is_set(self, variable: str) -> bool: ...


class ProviderDialog(SettingsDialog):
    """`form` is what stands in it."""

    def __init__(
        self, theme: Theme, source: FormSource, form: ProviderForm, parent: QWidget, *, is_new: bool
    ) -> None:
        title = "Add a provider" if is_new else f"Change {form.name}"
        super().__init__(theme, title, "Add" if is_new else "Save", parent)
        self._source = source
        self._is_new = is_new
        self._untouched = form
        self._vault = form.vault
        providers = table_at("providers", NAME)
        self._kind = ChoiceBox(theme, _KINDS, name="What it is")
        self._name = TextLine(theme)
        self._address = TextLine(theme)
        offered = [each for each in KeySource if each is not KeySource.VAULT or self._knows_vault()]
        self._key = KeyFields(theme, source, offered, form.vault)
        self._models = TextLine(theme)
        self._proxy = TextLine(theme)
        self._proxy.setPlaceholderText("http://proxy.example.com:3128")
        self._local = SwitchLine(theme, "It is on this computer or in my own network")
        self._fields = {
            "kind": SettingField(theme, providers, "kind", self._kind, hint=""),
            "name": Field(theme, "Name", self._name, _NAME),
            "base_url": SettingField(theme, providers, "base_url", self._address, hint=""),
            **self._key.by_name,
            "models": SettingField(theme, providers, "models", self._models),
            "proxy": SettingField(theme, providers, "proxy", self._proxy, hint=_PROXY),
        }
        for key, field in self._fields.items():
            self.fields.addWidget(field)
            if key == "base_url":
                self.fields.addWidget(self._local)
        self.fields.addStretch(1)
        self._name.setEnabled(is_new)
        self._show_form(form)
        self._kind.currentIndexChanged.connect(self._on_kind)
        self.fit()
        (self._kind if is_new else self._address).setFocus()

    @property
    def form(self) -> ProviderForm:
        models = tuple(each.strip() for each in self._models.text().split(",") if each.strip())
        return ProviderForm(
            name=self._name.text().strip(),
            kind=ProviderKind(self._kind.key),
            base_url=self._address.text().strip(),
            key_source=self._key.source,
            api_key_env=self._key.variable,
            vault=self._key.entry,
            secret=self._key.secret,
            models=models,
            local=self._local.is_on,
            proxy=self._proxy.text().strip(),
        )

    @override
    def _about(self, error: ConfigError) -> str:
        return field_of(error)

    @override
    def _why(self, error: ConfigError) -> str:
        return error.message.replace(_BY_A_LINE, _BY_THE_SWITCH)

    def _knows_vault(self) -> bool:
        return self._source.has_vault or bool(self._vault)

    def _show_form(self, form: ProviderForm) -> None:
        self._kind.choose(form.kind.value)
        self._name.setText(form.name)
        self._address.setText(form.base_url)
        self._key.show(form.key_source, form.api_key_env)
        if form.accounts:
            self._key.set_hint(f"Beside those of its accounts: {', '.join(form.accounts[:5])}.")
        self._models.setText(", ".join(form.models))
        self._local.set_on(form.local)
        self._proxy.setText(form.proxy)
        self._show_address_hint()

    def _on_kind(self) -> None:
        """A new provider's suggestions follow, as far as nobody has typed over them."""
        if not self._is_new:
            self._show_address_hint()
            return
        fresh, now = self._source.new_form(ProviderKind(self._kind.key)), self.form
        if now.name in ("", self._untouched.name):
            self._name.setText(fresh.name)
        if now.api_key_env in ("", self._untouched.api_key_env):
            self._key.suggest(fresh.api_key_env)
        if now.key_source is self._untouched.key_source:
            self._key.choose(fresh.key_source)
        self._untouched = fresh
        self._show_address_hint()

    def _show_address_hint(self) -> None:
        own = KINDS[ProviderKind(self._kind.key)].base_url
        self._address.setPlaceholderText(own or "http://127.0.0.1:1234/v1")
        hint = "Leave it empty for the vendor's own." if own else "With /v1 where it needs one."
        self._fields["base_url"].set_hint(hint)


_BY_A_LINE = "say so with local = true beside it"
_BY_THE_SWITCH = "say so with the switch below it"
_PROXY = "Left empty: as HTTPS_PROXY and NO_PROXY of the environment say; none for no proxy."
_NAME = "Small letters, digits, - and _. Programs can ask for it as NAME/MODEL."
