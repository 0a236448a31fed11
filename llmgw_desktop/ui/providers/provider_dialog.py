"""Adds or changes a provider: what it is, where, and where its key is."""

from typing import Protocol

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.provider_cards import KIND_WORDS
from llmgw_desktop.app.provider_form import KeySource, ProviderForm, field_of
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import DEFAULT_BASE_URLS, ProviderKind
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.providers.key_fields import KeyFields
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.switch_line import SwitchLine
from llmgw_desktop.ui.widgets.text_field import Field, TextLine

_KINDS = [
    (kind.value, KIND_WORDS[kind]) for kind in KIND_WORDS if kind is not ProviderKind.PRACTICE
]


class FormSource(Protocol):
    """What the dialog asks of `app/providers.py`."""

    @property
    def has_vault(self) -> bool: ...

    def new_form(self, kind: ProviderKind) -> ProviderForm: ...

    @property
    def vault_entries(self) -> tuple[str, ...]: ...

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
        offered = [each for each in KeySource if each is not KeySource.VAULT or self._knows_vault()]
        self._key = KeyFields(theme, source, offered, form.vault)
        self._models = TextLine(theme)
        self._local = SwitchLine(theme, "It is on this computer or in my own network")
        self._fields = {
            "kind": Field(theme, "What it is", self._kind),
            "name": Field(theme, "Name", self._name, _NAME),
            "base_url": Field(theme, "Address", self._address),
            **self._key.by_name,
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
        self._key.show(form.key_source, form.api_key_env)
        if form.accounts:
            self._key.set_hint(f"Beside those of its accounts: {', '.join(form.accounts[:5])}.")
        self._models.setText(", ".join(form.models))
        self._local.set_on(form.local)
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
        own = DEFAULT_BASE_URLS.get(ProviderKind(self._kind.key), "")
        self._address.setPlaceholderText(own or "http://127.0.0.1:1234/v1")
        hint = "Leave it empty for the vendor's own." if own else "With /v1 where it needs one."
        self._fields["base_url"].set_hint(hint)


_NAME = "Small letters, digits, - and _. Programs can ask for it as NAME/MODEL."
_MODELS = "Separated by commas. Leave it empty to have the provider list its own."
