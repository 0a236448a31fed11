"""A backup of the vault: one file that a passphrase opens, on any computer.

The first line is a header in JSON with all that is needed to derive the key (scrypt) and to decrypt
(AES-256-GCM); the second is what was encrypted, in base64. The header is bound to it: a file whose
first line was changed does not open.
"""

import base64
import binascii
import json
import os
import unicodedata
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from llmgw_desktop.domain.vault import EntryKind, OpenEntry, address
from llmgw_desktop.domain.vault_errors import EntryBroken, EntryUnfit, VaultError

FORMAT = "llmgw-vault-backup"
VERSION = 1
SHORTEST_PASSPHRASE = 10
COST = {"n": 1 << 17, "r": 8, "p": 1}
"""128 MB and about half a second for each guess."""
MOST_BYTES = 256 * 1024 * 1024
_MOST_MEMORY = 1 << 30
_MOST_WORK = 1 << 24
"""Sixteen times ours: some seconds, and never an afternoon."""
_NONCE_BYTES = 12
_SALT_BYTES = 16


def packed(entries: Sequence[OpenEntry], passphrase: str, made_at_s: float) -> bytes:
    """Raises EntryUnfit for a passphrase that is too short."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "made_at_s": made_at_s,
        "kdf": new_kdf(passphrase),
        "cipher": {"name": "aes-256-gcm", "nonce": os.urandom(_NONCE_BYTES).hex()},
    }
    head = json.dumps(header).encode("ascii")
    said = json.dumps([_said(entry) for entry in entries]).encode("ascii")
    key, nonce = _unlocking(header, passphrase)
    return head + b"\n" + base64.b64encode(AESGCM(key).encrypt(nonce, said, head)) + b"\n"


def unpacked(data: bytes, passphrase: str) -> list[OpenEntry]:
    """Raises VaultError for what is no backup, EntryBroken for what does not open."""
    head, _, body = data.partition(b"\n")
    try:
        header = json.loads(head)
        if header["format"] != FORMAT:
            raise _no_backup()
        if header["version"] != VERSION:
            raise VaultError("This backup was made by a later version of this program; update it.")
        key, nonce = _unlocking(header, passphrase)
        sealed = base64.b64decode(body.strip(), validate=True)
    except (KeyError, TypeError, ValueError, RecursionError, MemoryError, binascii.Error):
        raise _no_backup() from None
    try:
        said = AESGCM(key).decrypt(nonce, sealed, head)
    except (InvalidTag, ValueError):
        raise EntryBroken(
            "The backup does not open: the passphrase is not the right one, or the file was "
            "changed or cut. Nothing was restored."
        ) from None
    return [_meant(entry) for entry in json.loads(said)]


def new_kdf(passphrase: str) -> dict[str, Any]:
    """How a key is derived from it. Raises EntryUnfit for one that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise EntryUnfit("passphrase", f"at least {SHORTEST_PASSPHRASE} characters")
    return {"name": "scrypt", **COST, "salt": os.urandom(_SALT_BYTES).hex()}


def derived(kdf: dict[str, Any], passphrase: str) -> bytes:
    """The key. A file may not ask for more memory than a computer has, nor for its day: raises
    ValueError, KeyError, TypeError."""
    n, r, p = kdf["n"], kdf["r"], kdf["p"]
    numbers = all(type(number) is int and number > 0 for number in (n, r, p))
    if not numbers or 128 * (n + p) * r > _MOST_MEMORY or n * r * p > _MOST_WORK:
        raise ValueError("scrypt parameters out of range")
    salt = bytes.fromhex(kdf["salt"])
    if len(salt) < _SALT_BYTES:
        raise ValueError("salt too short")
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(_typed(passphrase))


def _unlocking(header: dict[str, Any], passphrase: str) -> tuple[bytes, bytes]:
    """Key and nonce."""
    nonce = bytes.fromhex(header["cipher"]["nonce"])
    if len(nonce) != _NONCE_BYTES:
        raise ValueError("nonce too short")
    return derived(header["kdf"], passphrase), nonce


def _typed(passphrase: str) -> bytes:
    """The same on every keyboard, however it composes its letters."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape")


def _said(entry: OpenEntry) -> dict[str, str]:
    at = entry.address
    return {
        "kind": at.kind,
        "provider": at.provider,
        "name": at.name,
        "project": at.project,
        "secret": base64.b64encode(entry.secret).decode("ascii"),
    }


def _meant(said: dict[str, str]) -> OpenEntry:
    at = address(EntryKind(said["kind"]), said["provider"], said["name"], said["project"])
    return OpenEntry(at, base64.b64decode(said["secret"]))


def _no_backup() -> VaultError:
    return VaultError("This file is no backup of a vault. Nothing was restored.")
