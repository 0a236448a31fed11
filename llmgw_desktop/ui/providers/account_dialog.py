"""Adds or changes one of several accounts of a provider: its name, its key, its share."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.app.provider_accounts import AccountForm
from llmgw_desktop.app.provider_form import KeySource
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.providers.key_fields import KeyFields
from llmgw_desktop.ui.providers.provider_dialog import FormSource
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.text_field import Field, TextLine


class AccountDialog(FormDialog):
    """`form` is what stands in it."""

    def __init__(
        self, theme: Theme, source: FormSource, form: AccountForm, parent: QWidget, *, is_new: bool
    ) -> None:
        title = f"Add an account to {form.provider}" if is_new else f"Change account {form.name}"
        super().__init__(theme, title, "Add" if is_new else "Save", parent)
        self._form = form
        self._name = TextLine(theme)
        offered = [KeySource.ENVIRONMENT]
        if source.has_vault or form.vault:
            offered.append(KeySource.VAULT)
        if form.key_source is KeySource.NONE:
            offered.append(KeySource.NONE)
        self._key = KeyFields(theme, source, offered, form.vault)
        self._priority = TextLine(theme, "0")
        self._weight = TextLine(theme, "1")
        self._fields = {
            "name": Field(theme, "Name", self._name, _NAME),
            **self._key.by_name,
            "priority": Field(theme, "Priority", self._priority, _PRIORITY),
            "weight": Field(theme, "Weight", self._weight, _WEIGHT),
        }
        self._lay_out()
        self._name.setText(form.name)
        self._name.setEnabled(is_new)
        self._key.show(form.key_source, form.api_key_env)
        self._priority.setText(form.priority)
        self._weight.setText(form.weight)
        self.fit()
        (self._name if is_new else self._priority).setFocus()
        self._name.selectAll()

    @property
    def form(self) -> AccountForm:
        return AccountForm(
            provider=self._form.provider,
            name=self._name.text().strip(),
            key_source=self._key.source,
            api_key_env=self._key.variable,
            vault=self._key.entry,
            secret=self._key.secret,
            weight=self._weight.text(),
            priority=self._priority.text(),
        )

    def show_refusal(self, error: Exception) -> None:
        """Beside the field that it is about, if there is one."""
        self.show_saving(is_under_way=False)
        for field in self._fields.values():
            field.set_wrong("")
        named = error.key.rpartition(".")[2] if isinstance(error, ConfigError) else ""
        if isinstance(error, ConfigError) and named in self._fields:
            self._fields[named].set_wrong(f"{error.message[0].upper()}{error.message[1:]}.")
            self.show_problem("")
        else:
            self.show_problem(str(error))

    def _lay_out(self) -> None:
        share = QHBoxLayout()
        share.setSpacing(self._theme.space(3))
        for key, field in self._fields.items():
            if key in ("priority", "weight"):
                share.addWidget(field, 1)
            else:
                self.fields.addWidget(field)
        self.fields.addLayout(share)
        self.fields.addStretch(1)


_NAME = "Small letters, digits, - and _. Flights and routes call it PROVIDER/NAME."
_PRIORITY = "Smaller ones are asked first."
_WEIGHT = "Its share among those of one priority."
