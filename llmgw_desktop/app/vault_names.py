"""Which keys the vault has, by name: what is missing is told before a request fails for it."""

import logging
from collections.abc import Sequence
from typing import Protocol

from llmgw_desktop.domain.account import account_id
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.provider import Provider
from llmgw_desktop.domain.vault import EntryKind, VaultEntry

_log = logging.getLogger(__name__)


class NamedEntries(Protocol):
    """What is asked of `store/vault.py`."""

    def version(self) -> int: ...

    def entries(self, kind: EntryKind | None = None) -> Sequence[VaultEntry]: ...


class VaultNames:
    """Read again only when the vault has changed. An entry of any project counts."""

    def __init__(self, vault: NamedEntries) -> None:
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
        """By account."""
        found = {
            account_id(provider.name, account.name): self.missing(account.vault)
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


def sign_in_files(vault: NamedEntries) -> frozenset[str]:
    """Of all projects, as `work/auth.json`. Raises StoreError."""
    entries = vault.entries(EntryKind.FILE)
    return frozenset(f"{each.address.provider}/{each.address.name}" for each in entries)
