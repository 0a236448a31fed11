"""The vault as windows use it: every call is made beside the loop, for the keyring may wait."""

import asyncio
from collections.abc import Callable, Sequence

from llmgw_desktop.app.vault_names import VaultNames
from llmgw_desktop.domain.account import account_id
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.vault import EntryKind, VaultEntry, address
from llmgw_desktop.engine.routing.health import Health
from llmgw_desktop.store.vault import Vault

_WHO = "the window"


class Credentials:
    """Everything raises VaultError (with what to do) and StoreError."""

    def __init__(self, vault: Vault, stored: Callable[[VaultEntry], None] = lambda _: None) -> None:
        """`stored` hears of each new value."""
        self._vault = vault
        self.names = VaultNames(vault)
        self._told = stored

    async def all(self) -> list[VaultEntry]:
        """Of all projects; nothing is opened for it."""
        return await asyncio.to_thread(self._vault.entries)

    async def store_key(
        self, provider: str, name: str, key: str, *, project: str = ""
    ) -> VaultEntry:
        """In the place of the one that is there. Raises EntryUnfit too."""
        entry = address(EntryKind.API_KEY, provider, name, project)
        secret = key.encode("utf-8", "replace")
        stored = await asyncio.to_thread(self._vault.put, entry, secret, by=_WHO)
        self._told(stored)
        return stored

    def keep_key(self, provider: str, name: str, secret: str) -> str:
        """As `store_key`, for whoever is beside the loop already; the answer is how the settings
        name the entry."""
        entry = address(EntryKind.API_KEY, provider, name, "")
        self._told(self._vault.put(entry, secret.encode("utf-8", "replace"), by=_WHO))
        return f"{provider}/{name}"

    def known(self) -> tuple[str, ...]:
        """All keys, as settings name them. At once, too."""
        return self.names.all()

    def missing(self, reference: str) -> str:
        """Why there is no such entry; empty where there is. At once: nothing is opened."""
        return self.names.missing(reference)

    async def remove(self, entry_id: int) -> bool:
        """Whether there was one."""
        return await asyncio.to_thread(self._vault.remove, entry_id, by=_WHO)

    async def problem(self) -> str:
        """Why the vault is locked, in a sentence; empty if it is not."""
        return await asyncio.to_thread(self._vault.problem)


def ask_again(health: Health, providers: Sequence[Provider], entry: VaultEntry) -> None:
    """Accounts that use a value that was just stored, whatever was wrong with them before."""
    new = f"{entry.address.provider}/{entry.address.name}"
    for provider in providers:
        for account in provider.accounts:
            if account.vault == new:
                health.reset(account_id(provider.name, account.name))
