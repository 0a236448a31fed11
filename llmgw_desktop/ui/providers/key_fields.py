"""Where a key is: the fields that the dialogs of providers and of accounts share."""

from collections.abc import Sequence
from typing import Protocol

from llmgw_desktop.app.provider_form import KeySource
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.segmented import Segmented
from llmgw_desktop.ui.widgets.text_field import Field, TextLine

_AS_WIDE_AS_THE_REST = Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
"""However long the names in it are."""
_WORDS = {
    KeySource.ENVIRONMENT: "Environment variable",
    KeySource.VAULT: "Vault",
    KeySource.NONE: "No key",
}


class KnownKeys(Protocol):
    """What is asked of `app/providers.py`."""

    @property
    def vault_entries(self) -> tuple[str, ...]: ...

    def is_set(self, variable: str) -> bool: ...


class KeyFields:
    """`by_name` are the fields, as the settings call them; whoever has them lays them out."""

    def __init__(
        self, theme: Theme, source: KnownKeys, offered: Sequence[KeySource], vault: str
    ) -> None:
        """`vault`: the entry that holds the key already; empty for none."""
        self._known = source
        choices = [(each.value, _WORDS[each]) for each in offered]
        self._source = Segmented(theme, choices, name="Where its key is")
        self._variable = TextLine(theme)
        self._secret = TextLine(theme)
        self._secret.setEchoMode(TextLine.EchoMode.Password)
        self._own = vault
        self._entry = Choice(theme, _entries(source.vault_entries, vault), name="Entry")
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
        self._secret.setPlaceholderText("unchanged" if self.entry else "")

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
