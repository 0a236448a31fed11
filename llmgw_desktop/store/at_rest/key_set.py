"""What a master key is used for: sealing entries, opening them, and being recognised.

No key does two things: each purpose has one of its own, derived from the master key (HKDF-SHA256).
AES-256-GCM binds a sealed value to its entry, so that it opens nowhere else. Nothing here reads or
writes anything; `cryptography` is loaded with this module, which is loaded when it is needed.
"""

import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from llmgw_desktop.domain.vault import EntryAddress, EntryBroken, EntryKind, Sealed

MASTER_BYTES = 32
NONCE_BYTES = 12
_PURPOSE = "llmgw-desktop vault 1: "


class KeySet:
    """All keys of one master key. Never shown, not even by mistake."""

    def __init__(self, master: bytes) -> None:
        if len(master) != MASTER_BYTES:
            raise ValueError(f"A master key has {MASTER_BYTES} bytes.")
        self.key_id = _derived(master, "name", 8).hex()
        """Tells one master key from another, and nothing of it."""
        self.check_value = _derived(master, "check", 32)
        self._ciphers = {kind: AESGCM(_derived(master, f"seal {kind}", 32)) for kind in EntryKind}
        self._wrapping = AESGCM(_derived(master, "wrap data keys", 32))

    def is_of(self, key_id: str, check_value: bytes) -> bool:
        """Whether this is the key of which these were written down."""
        same_name = hmac.compare_digest(self.key_id.encode(), key_id.encode())
        return hmac.compare_digest(self.check_value, check_value) and same_name

    def seal(self, entry: EntryAddress, secret: bytes) -> Sealed:
        nonce = os.urandom(NONCE_BYTES)
        data = self._ciphers[entry.kind].encrypt(nonce, secret, _bound_to(entry))
        return Sealed(self.key_id, nonce, data)

    def open(self, entry: EntryAddress, sealed: Sealed) -> bytes:
        """Raises EntryBroken for whatever was not sealed for this entry, by this key."""
        if not _is_whole(sealed.nonce, sealed.data) or sealed.key_id != self.key_id:
            raise _broken(entry)
        try:
            return self._ciphers[entry.kind].decrypt(sealed.nonce, sealed.data, _bound_to(entry))
        except (InvalidTag, ValueError):
            raise _broken(entry) from None

    def wrap(self, name: str, key: bytes) -> bytes:
        """A data key as it may be stored, bound to its name."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, _named(name))

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Raises EntryBroken for whatever was not wrapped under this name, by this key."""
        try:
            return self._wrapping.decrypt(
                wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _named(name)
            )
        except (InvalidTag, ValueError, TypeError):
            raise EntryBroken(
                f"The {name} in gateway.db cannot be opened: it was changed outside this program. "
                f"Put back a copy of the file from before."
            ) from None

    @override
    def __repr__(self) -> str:
        return f"KeySet({self.key_id})"


def _is_whole(nonce: object, data: object) -> bool:
    """A row that was changed may hold anything."""
    return isinstance(nonce, bytes) and len(nonce) == NONCE_BYTES and isinstance(data, bytes)


def _derived(master: bytes, purpose: str, length: int) -> bytes:
    info = f"{_PURPOSE}{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(master)


def _bound_to(entry: EntryAddress) -> bytes:
    """A list in JSON: no two entries look alike, whatever stands in their names."""
    parts = [_PURPOSE, entry.kind, entry.provider, entry.name, entry.project]
    return json.dumps(parts).encode("ascii")


def _named(name: str) -> bytes:
    return f"{_PURPOSE}{name}".encode()


def _broken(entry: EntryAddress) -> EntryBroken:
    return EntryBroken(
        f"The vault's entry {entry.label} cannot be opened: it is not what was stored there, but "
        f"was changed, cut or moved from another entry outside this program. Store it anew."
    )
