"""Adds or changes a provider: what it is, where, and where its key is."""

from typing import Protocol

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.provider_cards import KIND_WORDS
from llmgw_desktop.app.provider_form import KeySource, ProviderForm, field_of
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import DEFAULT_BASE_URLS, ProviderKind
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.segmented import Segmented
from llmgw_desktop.ui.widgets.switch_line import SwitchLine
from llmgw_desktop.ui.widgets.text_field import Field, TextLine

_KINDS = [
    (kind.value, KIND_WORDS[kind]) for kind in KIND_WORDS if kind is not ProviderKind.PRACTICE
]
_SOURCES = (
    (KeySource.ENVIRONMENT.value, "Environment variable"),
    (KeySource.VAULT.value, "Vault"),
    (KeySource.NONE.value, "No key"),
)


class FormSource(Protocol):
    """What the dialog asks of `app/providers.py`."""

    @property
    def has_vault(self) -> bool: ...

    def new_form(self, kind: ProviderKind) -> ProviderForm: ...

    def is_set(self, variable: str) -> bool: ...


class ProviderDialog(FormDialog):
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
        self._kind = Choice(theme, _KINDS, name="What it is")
        self._name = TextLine(theme)
        self._address = TextLine(theme)
        sources = [each for each in _SOURCES if each[0] != KeySource.VAULT or self._knows_vault()]
        self._key_source = Segmented(theme, sources, name="Where its key is")
        self._variable = TextLine(theme)
        self._secret = TextLine(theme)
        self._secret.setEchoMode(TextLine.EchoMode.Password)
        self._models = TextLine(theme)
        self._local = SwitchLine(theme, "It is on this computer or in my own network")
        self._fields = {
            "kind": Field(theme, "What it is", self._kind),
            "name": Field(theme, "Name", self._name, _NAME),
            "base_url": Field(theme, "Address", self._address),
            "key_source": Field(theme, "Its key", self._key_source),
            "api_key_env": Field(theme, "Environment variable", self._variable),
            "vault": Field(theme, "Key", self._secret, _SECRET),
            "models": Field(theme, "Models", self._models, _MODELS),
        }
        for key, field in self._fields.items():
            self.fields.addWidget(field)
            if key == "base_url":
                self.fields.addWidget(self._local)
        self.fields.addStretch(1)
        self._name.setEnabled(is_new)
        self._show_form(form)
        self._kind.currentIndexChanged.connect(self._on_kind)
        self._key_source.chosen.connect(self._show_key_fields)
        self._variable.textChanged.connect(self._show_variable)
        self.fit()
        (self._kind if is_new else self._address).setFocus()

    @property
    def form(self) -> ProviderForm:
        models = tuple(each.strip() for each in self._models.text().split(",") if each.strip())
        return ProviderForm(
            name=self._name.text().strip(),
            kind=ProviderKind(self._kind.key),
            base_url=self._address.text().strip(),
            key_source=KeySource(self._key_source.key),
            api_key_env=self._variable.text().strip(),
            vault=self._vault,
            secret=self._secret.text(),
            models=models,
            local=self._local.is_on,
        )

    def show_refusal(self, error: Exception) -> None:
        """Beside the field that it is about, if there is one."""
        self.show_saving(is_under_way=False)
        for field in self._fields.values():
            field.set_wrong("")
        named = field_of(error) if isinstance(error, ConfigError) else ""
        if isinstance(error, ConfigError) and named in self._fields:
            self._fields[named].set_wrong(f"{error.message[0].upper()}{error.message[1:]}.")
            self.show_problem("")
        else:
            self.show_problem(str(error))

    def _knows_vault(self) -> bool:
        return self._source.has_vault or bool(self._vault)

    def _show_form(self, form: ProviderForm) -> None:
        self._kind.choose(form.kind.value)
        self._name.setText(form.name)
        self._address.setText(form.base_url)
        self._key_source.choose(form.key_source.value)
        self._variable.setText(form.api_key_env)
        self._models.setText(", ".join(form.models))
        self._local.set_on(form.local)
        if form.vault:
            self._secret.setPlaceholderText(f"{form.vault}, unchanged")
        self._show_address_hint()
        self._show_key_fields()
        self._show_variable()

    def _on_kind(self) -> None:
        """A new provider's suggestions follow, as far as nobody has typed over them."""
        if not self._is_new:
            self._show_address_hint()
            return
        fresh, now = self._source.new_form(ProviderKind(self._kind.key)), self.form
        if now.name in ("", self._untouched.name):
            self._name.setText(fresh.name)
        if now.api_key_env in ("", self._untouched.api_key_env):
            self._variable.setText(fresh.api_key_env)
        if now.key_source is self._untouched.key_source:
            self._key_source.choose(fresh.key_source.value)
        self._untouched = fresh
        self._show_address_hint()

    def _show_address_hint(self) -> None:
        own = DEFAULT_BASE_URLS.get(ProviderKind(self._kind.key), "")
        self._address.setPlaceholderText(own or "http://127.0.0.1:1234/v1")
        hint = "Leave it empty for the vendor's own." if own else "With /v1 where it needs one."
        self._fields["base_url"].set_hint(hint)

    def _show_key_fields(self) -> None:
        chosen = self._key_source.key
        self._fields["api_key_env"].setVisible(chosen == KeySource.ENVIRONMENT)
        self._fields["vault"].setVisible(chosen == KeySource.VAULT)

    def _show_variable(self) -> None:
        variable = self._variable.text().strip()
        is_set = bool(variable) and self._source.is_set(variable)
        known = "It is set where the gateway was started." if is_set else _NOT_SET
        self._fields["api_key_env"].set_hint(known if variable else _VARIABLE)


_NAME = "Small letters, digits, - and _. Programs can ask for it as NAME/MODEL."
_SECRET = "It goes into the vault, encrypted. The settings file names only its entry."  # noqa: S105
_MODELS = "Separated by commas. Leave it empty to have the provider list its own."
_VARIABLE = "The name of the variable that holds the key, never the key itself."
_NOT_SET = "It is not set where the gateway was started: set it there and start the gateway again."
