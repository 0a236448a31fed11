"""The install's keys for what it signs: Ed25519, the private part sealed in the vault.

Receipts and the audit log have one each: no key does two things.
"""

import secrets
import threading

from llmgw_desktop.domain.acting import acting
from llmgw_desktop.domain.audit import BY_ITSELF
from llmgw_desktop.domain.vault import EntryAddress, EntryKind
from llmgw_desktop.domain.vault_errors import NoSuchEntry
from llmgw_desktop.store.vault import Vault

ADDRESS = EntryAddress(kind=EntryKind.SIGNING_KEY, provider="llmgw", name="receipts")
AUDIT_ADDRESS = EntryAddress(kind=EntryKind.SIGNING_KEY, provider="llmgw", name="audit")


class ReceiptKey:
    """One key; made when there is first something to sign."""

    def __init__(self, seed: bytes) -> None:
        # Loaded with the first signature, not with the gateway.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class ReceiptKeys:
    """May be used from any thread; may block as the vault does."""

    def __init__(self, vault: Vault, address: EntryAddress = ADDRESS) -> None:
        self._vault = vault
        self._address = address
        self._one = threading.Lock()

    def key(self) -> ReceiptKey:
        """Raises VaultLocked, EntryBroken, StoreError."""
        with self._one:
            try:
                return self._known()
            except NoSuchEntry:
                seed = secrets.token_bytes(32).hex().encode()
                with acting(BY_ITSELF):
                    self._vault.put(self._address, seed, by=self._address.name)
                # Another process may have been quicker: what the vault holds counts.
                return self._known()

    def known(self) -> str:
        """The public key; empty where none was made yet. Raises as `key`."""
        try:
            return self._known().public_key
        except NoSuchEntry:
            return ""

    def _known(self) -> ReceiptKey:
        secret = self._vault.secret(self._address, by=self._address.name)
        return ReceiptKey(bytes.fromhex(secret.decode()))
