"""The install's key for receipts: Ed25519, its private part sealed in the vault."""

import secrets
import threading

from llmgw_desktop.domain.vault import EntryAddress, EntryKind
from llmgw_desktop.domain.vault_errors import NoSuchEntry
from llmgw_desktop.store.vault import Vault

ADDRESS = EntryAddress(kind=EntryKind.SIGNING_KEY, provider="llmgw", name="receipts")
_WHO = "receipts"


class ReceiptKey:
    """One key; made when the first receipt is."""

    def __init__(self, seed: bytes) -> None:
        # Loaded with the first receipt, not with the gateway.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class ReceiptKeys:
    """May be used from any thread; may block as the vault does."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._one = threading.Lock()

    def key(self) -> ReceiptKey:
        """Raises VaultLocked, EntryBroken, StoreError."""
        with self._one:
            try:
                return self._known()
            except NoSuchEntry:
                self._vault.put(ADDRESS, secrets.token_bytes(32).hex().encode(), by=_WHO)
                # Another process may have been quicker: what the vault holds counts.
                return self._known()

    def _known(self) -> ReceiptKey:
        return ReceiptKey(bytes.fromhex(self._vault.secret(ADDRESS, by=_WHO).decode()))
