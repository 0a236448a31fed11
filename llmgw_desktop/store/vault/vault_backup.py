"""Backups under a passphrase: the vault's entries, and a stream of any size."""

import base64
import binascii
import io
import json
import os
import unicodedata
from collections.abc import Sequence
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from typing_extensions import override

from llmgw_desktop.domain.vault import (
    EntryBroken,
    EntryKind,
    EntryUnfit,
    OpenEntry,
    VaultError,
    address,
)

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


PIECE_BYTES = 1024 * 1024
_TAG_BYTES = 16
_PREFIX_BYTES = 7
_LONGEST_HEADER = 10_000
_MOST_PIECES = 2**32 - 1


class SealedWriter(io.RawIOBase):
    """`close` writes the last piece; without it the file does not open."""

    def __init__(self, file: IO[bytes], kind: str, passphrase: str, made_at_s: float) -> None:
        """`kind`: what it is a file of. Raises EntryUnfit for a passphrase that is too short."""
        self._file = file
        prefix = os.urandom(_PREFIX_BYTES)
        kdf = new_kdf(passphrase)
        said = {"format": kind, "version": VERSION, "made_at_s": made_at_s, "kdf": kdf}
        cipher = {"name": "aes-256-gcm", "prefix": prefix.hex(), "piece": PIECE_BYTES}
        self._head = json.dumps({**said, "cipher": cipher}).encode("ascii") + b"\n"
        self._pieces = _Pieces(derived(kdf, passphrase), prefix, self._head)
        self._waiting = bytearray()
        file.write(self._head)

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._waiting += view
        while len(self._waiting) > PIECE_BYTES:
            piece = bytes(self._waiting[:PIECE_BYTES])
            del self._waiting[:PIECE_BYTES]
            self._file.write(self._pieces.seal(piece, is_last=False))
        return len(view)

    def finish(self) -> None:
        """The last piece."""
        self._file.write(self._pieces.seal(bytes(self._waiting), is_last=True))
        self._waiting.clear()


class SealedReader(io.RawIOBase):
    """What was written; at its end it is known to be all. Reading raises EntryBroken."""

    def __init__(self, file: IO[bytes], kind: str, passphrase: str) -> None:
        """Raises VaultError for what is no such file."""
        self._file = file
        head = file.readline(_LONGEST_HEADER)
        key, prefix, self.made_at_s = _unlocked(head, kind, passphrase)
        self._pieces = _Pieces(key, prefix, head)
        self._opened = memoryview(b"")
        self._ahead = file.read(PIECE_BYTES + _TAG_BYTES)
        self.is_at_end = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        while not self._opened and not self.is_at_end:
            self._open_next()
        count = min(len(view), len(self._opened))
        view[:count] = self._opened[:count]
        self._opened = self._opened[count:]
        return count

    def drain(self) -> None:
        """To its end, which shows that nothing was cut off."""
        while self.read(PIECE_BYTES):
            pass

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, b""
        if len(sealed) == PIECE_BYTES + _TAG_BYTES:
            self._ahead = self._file.read(PIECE_BYTES + _TAG_BYTES)
        self.is_at_end = not self._ahead
        self._opened = memoryview(self._pieces.open(sealed, is_last=self.is_at_end))


def _unlocked(head: bytes, kind: str, passphrase: str) -> tuple[bytes, bytes, float]:
    """Key, the beginning of all nonces, and when it was made. Raises VaultError."""
    try:
        header = json.loads(head)
        version, cipher = header["version"], header["cipher"]
        prefix, made_at_s = bytes.fromhex(cipher["prefix"]), float(header["made_at_s"])
        is_ours = header["format"] == kind and type(version) is int
        is_known = version == VERSION and cipher["piece"] == PIECE_BYTES
        key = derived(header["kdf"], passphrase) if is_ours and is_known else b""
    except (KeyError, TypeError, ValueError, RecursionError, MemoryError):
        raise _no_stream() from None
    if is_ours and version > VERSION:
        raise VaultError("This backup was made by a later version of this program; update it.")
    if not key or len(prefix) != _PREFIX_BYTES:
        raise _no_stream()
    return key, prefix, made_at_s


def _no_stream() -> VaultError:
    return VaultError("This file is no backup of a home. Nothing was restored.")


class _Pieces:
    """Numbered, each under a nonce of its own."""

    def __init__(self, key: bytes, prefix: bytes, head: bytes) -> None:
        self._cipher: AESGCM = AESGCM(key)
        self._prefix = prefix
        self._head = head
        self._number = 0

    def seal(self, piece: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last=is_last), piece, self._head)

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(is_last=is_last), sealed, self._head)
        except (InvalidTag, ValueError):
            raise EntryBroken(
                "The backup does not open: the passphrase is not the right one, or the file was "
                "changed or cut. Nothing was restored."
            ) from None

    def _nonce(self, *, is_last: bool) -> bytes:
        if self._number > _MOST_PIECES:
            raise VaultError("This is too large for one backup.")
        number = self._number.to_bytes(4, "big")
        self._number += 1
        return self._prefix + number + bytes([is_last])
