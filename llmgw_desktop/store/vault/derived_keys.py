"""Keys of the gateway's own that are kept in the vault: of guards' placeholders and of receipts."""

import secrets
import threading

from llmgw_desktop.domain.audit import BY_ITSELF, acting
from llmgw_desktop.domain.vault import EntryAddress, EntryKind, NoSuchEntry
from llmgw_desktop.store.vault.vault import Vault

GUARD_KEY_ADDRESS = EntryAddress(kind=EntryKind.SIGNING_KEY, provider="llmgw", name="guards")
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
                    self._vault.put(
                        GUARD_KEY_ADDRESS, secrets.token_bytes(32).hex().encode(), by=_WHO
                    )
                    # Another process may have been quicker: what the vault holds counts.
                    self._own = self._read()
            return self._own

    def _read(self) -> bytes:
        return bytes.fromhex(self._vault.secret(GUARD_KEY_ADDRESS, by=_WHO).decode())


RECEIPT_KEY_ADDRESS = EntryAddress(kind=EntryKind.SIGNING_KEY, provider="llmgw", name="receipts")
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

    def __init__(self, vault: Vault, address: EntryAddress = RECEIPT_KEY_ADDRESS) -> None:
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
