"""Which keys the vault has, by name: what is missing is told before a request fails for it."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.provider import Provider, account_id
from llmgw_desktop.domain.vault import EntryKind, VaultEntry, address
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.store.vault.vault import Vault

_log = logging.getLogger(__name__)


class VaultNames:
    """Read again only when the vault has changed. An entry of any project counts."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._version: int | None = None
        self._names: frozenset[str] = frozenset()

    def all(self) -> tuple[str, ...]:
        """As settings name them; none where nobody knows."""
        try:
            self._read()
        except StoreError as error:
            _log.debug("the vault's names are not known: %s", error)
        return tuple(sorted(self._names))

    def missing(self, reference: str) -> str:
        """Why this entry cannot be read; empty where it can, or where nobody knows."""
        if not reference:
            return ""
        try:
            self._read()
        except StoreError as error:
            _log.debug("the vault's names are not known: %s", error)
            return ""
        return "" if reference in self._names else f"the vault has no key {reference}"

    def problems(self, providers: Sequence[Provider]) -> dict[str, str]:
        """By account: its key that is missing, or its proxy's sign-in."""
        found = {
            account_id(provider.name, account.name): self.missing(account.vault)
            or self.missing(provider.way.vault)
            for provider in providers
            for account in provider.accounts
        }
        return {account: problem for account, problem in found.items() if problem}

    def _read(self) -> None:
        version = self._vault.version()
        if version == self._version:
            return
        entries = self._vault.entries(EntryKind.API_KEY)
        self._names = frozenset(f"{e.address.provider}/{e.address.name}" for e in entries)
        self._version = version


def sign_in_files(vault: Vault) -> frozenset[str]:
    """Of all projects, as `work/auth.json`. Raises StoreError."""
    entries = vault.entries(EntryKind.FILE)
    return frozenset(f"{each.address.provider}/{each.address.name}" for each in entries)


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

    def keep_key(self, provider: str, name: str, secret: str, project: str = "") -> str:
        """As `store_key`, for whoever is beside the loop already; the answer is how the settings
        name the entry."""
        entry = address(EntryKind.API_KEY, provider, name, project)
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


def ask_again(health: HealthTracker, providers: Sequence[Provider], entry: VaultEntry) -> None:
    """Accounts that use a value that was just stored, whatever was wrong with them before."""
    new = f"{entry.address.provider}/{entry.address.name}"
    for provider in providers:
        for account in provider.accounts:
            if account.vault == new:
                health.reset(account_id(provider.name, account.name))
