"""Where a key is: the fields that the dialogs of providers and of accounts share."""

from collections.abc import Sequence
from typing import Protocol

from llmgw_desktop.app.provider_form import KeySource
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.segmented import Segmented
from llmgw_desktop.ui.widgets.text_field import Field, TextLine

_WORDS = {
    KeySource.ENVIRONMENT: "Environment variable",
    KeySource.VAULT: "Vault",
    KeySource.NONE: "No key",
}


class KnownVariables(Protocol):
    """What is asked of `app/providers.py`."""

    def is_set(self, variable: str) -> bool: ...


class KeyFields:
    """`by_name` are the fields, as the settings call them; whoever has them lays them out."""

    def __init__(
        self, theme: Theme, source: KnownVariables, offered: Sequence[KeySource], vault: str
    ) -> None:
        """`vault`: the entry that holds the key already; empty for none."""
        self._known = source
        choices = [(each.value, _WORDS[each]) for each in offered]
        self._source = Segmented(theme, choices, name="Where its key is")
        self._variable = TextLine(theme)
        self._secret = TextLine(theme)
        self._secret.setEchoMode(TextLine.EchoMode.Password)
        if vault:
            self._secret.setPlaceholderText(f"{vault}, unchanged")
        self.by_name = {
            "key_source": Field(theme, "Its key", self._source),
            "api_key_env": Field(theme, "Environment variable", self._variable),
            "vault": Field(theme, "Key", self._secret, _SECRET),
        }
        self._source.chosen.connect(self._show_chosen)
        self._variable.textChanged.connect(self._show_variable)

    @property
    def source(self) -> KeySource:
        return KeySource(self._source.key)

    @property
    def variable(self) -> str:
        return self._variable.text().strip()

    @property
    def secret(self) -> str:
        return self._secret.text()

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

    def _show_chosen(self) -> None:
        self.by_name["api_key_env"].setVisible(self.source is KeySource.ENVIRONMENT)
        self.by_name["vault"].setVisible(self.source is KeySource.VAULT)

    def _show_variable(self) -> None:
        is_set = bool(self.variable) and self._known.is_set(self.variable)
        known = "It is set where the gateway was started." if is_set else _NOT_SET
        self.by_name["api_key_env"].set_hint(known if self.variable else _VARIABLE)


_SECRET = "It goes into the vault, encrypted. The settings file names only its entry."  # noqa: S105
_VARIABLE = "The name of the variable that holds the key, never the key itself."
_NOT_SET = "It is not set where the gateway was started: set it there and start the gateway again."
