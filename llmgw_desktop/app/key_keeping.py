"""Where a key goes that a person types in: into the vault, and never over one that others use."""

from collections.abc import Iterable
from typing import Protocol

from llmgw_desktop.app.provider_form import KeySource
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.provider import Provider


class KeyVault(Protocol):
    """What is asked of `app/vault.py`."""

    def keep_key(self, provider: str, name: str, secret: str) -> str:
        """The answer is what `vault = ` in the settings says of it."""
        ...

    def missing(self, reference: str) -> str:
        """Why there is no such entry; empty where there is."""
        ...

    def known(self) -> tuple[str, ...]: ...


class KeyedForm(Protocol):
    """What a form says of its key."""

    @property
    def key_source(self) -> KeySource: ...

    @property
    def vault(self) -> str: ...

    @property
    def secret(self) -> str: ...


class KeyKeeping:
    """`vault` is None where there is none."""

    def __init__(self, vault: KeyVault | None) -> None:
        self._vault = vault

    @property
    def has_vault(self) -> bool:
        return self._vault is not None

    def known(self) -> tuple[str, ...]:
        """The entries that there are, as settings name them."""
        return () if self._vault is None else self._vault.known()

    def missing(self, reference: str) -> str:
        return "" if self._vault is None else self._vault.missing(reference)

    def kept(
        self, form: KeyedForm, kind: str, name: str, providers: Iterable[Provider], key: str
    ) -> str:
        """The entry of a new key, which is stored; empty where there is none. Blocks.

        Raises ConfigError, about the setting `key`, where the vault was chosen and is given none.
        """
        if form.key_source is not KeySource.VAULT or self._vault is None:
            return ""
        if form.secret:
            used = {account.vault for each in providers for account in each.accounts}
            free = _free(kind, name, used - {form.vault})
            return self._vault.keep_key(kind, free, form.secret)
        if form.vault:
            return ""
        raise ConfigError("paste the key, or choose another place for it", file="", key=key)


def _free(kind: str, name: str, used: set[str]) -> str:
    numbered = (f"{name}-{number}" for number in range(2, len(used) + 3))
    return next(each for each in (name, *numbered) if f"{kind}/{each}" not in used)
