"""Opens the dialogs of the Providers page, and has what is filled in made by the changer."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.providers import Providers
from llmgw_desktop.app.settings_wish import Wish
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.ui.providers.account_dialog import AccountDialog
from llmgw_desktop.ui.providers.provider_dialog import ProviderDialog
from llmgw_desktop.ui.settings_changer import SettingsChanger
from llmgw_desktop.ui.theme import Theme


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

    def _save(self, dialog: ProviderDialog | AccountDialog, wish: Wish) -> None:
        dialog.show_saving(is_under_way=True)
        self._changer.make(
            lambda: wish, done=dialog.accept, refused=dialog.show_refusal, conflicted=dialog.reject
        )
