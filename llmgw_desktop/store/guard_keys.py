"""The keys that placeholders are made with: one of the install's, sealed in the vault, and from it
one for each client, so that no client's placeholders say anything about another's."""

import secrets
import threading

from llmgw_desktop.domain.vault import EntryAddress, EntryKind
from llmgw_desktop.domain.vault_errors import NoSuchEntry
from llmgw_desktop.store.vault import Vault

ADDRESS = EntryAddress(kind=EntryKind.SIGNING_KEY, provider="llmgw", name="guards")
_WHO = "guards"
_PURPOSE = b"llmgw-desktop guards placeholder 1\n"


class GuardKeys:
    """May be used from any thread; may block as the vault does, the first time."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._one = threading.Lock()
        self._own = b""

    def of_client(self, client_id: str) -> bytes:
        """Raises VaultLocked, EntryBroken, StoreError."""
        # Read in with the first placeholder, not with the gateway.
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = _PURPOSE + client_id.encode("utf-8", "surrogateescape")
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._known())

    def _known(self) -> bytes:
        with self._one:
            if not self._own:
                try:
                    self._own = self._read()
                except NoSuchEntry:
                    self._vault.put(ADDRESS, secrets.token_bytes(32).hex().encode(), by=_WHO)
                    # Another process may have been quicker: what the vault holds counts.
                    self._own = self._read()
            return self._own

    def _read(self) -> bytes:
        return bytes.fromhex(self._vault.secret(ADDRESS, by=_WHO).decode())
