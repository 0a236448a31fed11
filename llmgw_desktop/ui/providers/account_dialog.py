"""Adds or changes one of several accounts of a provider: its name, its key and whose that is, its
share and its budget."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.app.providers.accounts import AccountForm, KeySource
from llmgw_desktop.app.providers.providers import Providers
from llmgw_desktop.app.settings.settings_file import SettingsWish
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.store.settings.schema import ELEMENT, NAME, table_at
from llmgw_desktop.ui.providers.provider_dialog import FormSource, KeyFields, ProviderDialog
from llmgw_desktop.ui.settings_changes import SettingsChanger
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.dialogs import SettingsDialog
from llmgw_desktop.ui.widgets.fields import Field, SettingField, TextLine
from llmgw_desktop.ui.widgets.words import said


class AccountDialog(SettingsDialog):
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
        accounts = table_at("providers", NAME, "accounts", ELEMENT)
        self._priority = TextLine(theme)
        self._weight = TextLine(theme)
        self._project = TextLine(theme)
        self._project.setPlaceholderText(said("everybody's"))
        self._budgets = TextLine(theme)
        self._budgets.setPlaceholderText(said("none"))
        self._fields = {
            "name": SettingField(theme, accounts, "name", self._name, hint=_NAME),
            **self._key.by_name,
            "project": Field(theme, "Project of the key", self._project, _PROJECT),
            "priority": SettingField(theme, accounts, "priority", self._priority),
            "weight": SettingField(theme, accounts, "weight", self._weight),
            "budgets": SettingField(
                theme, accounts, "budgets", self._budgets, hint=_BUDGETS, is_checked=False
            ),
        }
        self._lay_out()
        self._name.setText(form.name)
        self._name.setEnabled(is_new)
        self._key.show(form.key_source, form.api_key_env)
        self._priority.setText(form.priority)
        self._weight.setText(form.weight)
        self._budgets.setText(form.budgets)
        self._show_project()
        self._key.changed.connect(self._show_project)
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
            budgets=self._budgets.text(),
            project=self._project.text(),
        )

    def _show_project(self) -> None:
        """Only the vault keeps a key for each project."""
        self._fields["project"].setVisible(self._key.takes_secret)

    def _lay_out(self) -> None:
        share = QHBoxLayout()
        share.setSpacing(self._theme.space(3))
        for key, field in self._fields.items():
            if key == "budgets":
                continue
            if key in ("priority", "weight"):
                share.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            else:
                self.fields.addWidget(field)
        self.fields.addLayout(share)
        self.fields.addWidget(self._fields["budgets"])
        self.fields.addStretch(1)


_PROJECT = "Requests that name this project use this key, all others the one of everybody."
_BUDGETS = "Such as «20 usd a week, 500 requests a day». Then it rests until that begins anew."
_NAME = "Small letters, digits, - and _. Flights and routes call it PROVIDER/NAME."


class ProviderForms:
    """Each dialog stays open until its change is written, or a person leaves it."""

    def __init__(
        self, theme: Theme, providers: Providers, changer: SettingsChanger, page: QWidget
    ) -> None:
        self._theme = theme
        self._providers = providers
        self._changer = changer
        self._page = page

    def open_new(self, kind: ProviderKind) -> None:
        form = self._providers.new_form(kind)
        dialog = ProviderDialog(self._theme, self._providers, form, self._page, is_new=True)
        dialog.save_wanted.connect(lambda: self._save(dialog, self._providers.add(dialog.form)))
        dialog.open()

    def open_change(self, name: str) -> None:
        form = self._providers.form_of(name)
        dialog = ProviderDialog(self._theme, self._providers, form, self._page, is_new=False)
        change = self._providers.change_from(name)
        dialog.save_wanted.connect(lambda: self._save(dialog, change(dialog.form)))
        dialog.open()

    def open_new_account(self, name: str) -> None:
        accounts = self._providers.accounts
        form = accounts.new_form(name)
        dialog = AccountDialog(self._theme, self._providers, form, self._page, is_new=True)
        dialog.save_wanted.connect(lambda: self._save(dialog, accounts.add(dialog.form)))
        dialog.open()

    def open_account(self, name: str, account: str) -> None:
        accounts = self._providers.accounts
        form = accounts.form_of(name, account)
        dialog = AccountDialog(self._theme, self._providers, form, self._page, is_new=False)
        change = accounts.change_from(name, account)
        dialog.save_wanted.connect(lambda: self._save(dialog, change(dialog.form)))
        dialog.open()

    def _save(self, dialog: ProviderDialog | AccountDialog, wish: SettingsWish) -> None:
        dialog.show_saving(is_under_way=True)
        self._changer.make(
            lambda: wish, done=dialog.accept, refused=dialog.show_refusal, conflicted=dialog.reject
        )
