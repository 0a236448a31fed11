"""Data keys: what stored texts are encrypted under. Each is random, and lies in `gateway.db`
wrapped by a key that is derived from the master key.

The newest one under the master key in force is for writing; older ones still open what they
encrypted. A change of the master key wraps all of them anew and adds one, so that what is stored
moves to a key that nobody held before. None is ever deleted: a row of a late writer may need it.
Flights lie in a file of their own, so all of them are kept beside `gateway.db` as well, before any
is used: an older copy of it that is put back finds them there.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.vault import EntryBroken, KeyGone, VaultError

if TYPE_CHECKING:
    from llmgw_desktop.store.at_rest.key_set import KeySet

KEY_BYTES = 32
PLAIN_NUMBER = 0
"""Of no data key: what is kept lies in plain."""
NONCE_BYTES = 12
_NONCES_DRAWN = 512
TAG_BYTES = 16
STEP_BYTES = 1024 * 1024
"""Encrypted in half a millisecond."""
MARK = b"\x01"
"""The first byte of what is encrypted. JSON and zlib's streams never begin so."""
HEAD_BYTES = 5
"""The mark and the data key's number; the nonce, the text and its tag come after it."""
EXTRA_BYTES = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
_LOOK_EVERY_S = 2.0
"""So often it is looked whether another process changed the key, and only while it is used."""
_LARGEST_NUMBER = 2**32 - 1
_log = logging.getLogger(__name__)


class WrappedKey(NamedTuple):
    """A row. `master` is the id of the master key that it is wrapped under."""

    number: int
    master: str
    wrapped: bytes


class KnownMaster(Protocol):
    """The master key in force, as the database knows it."""

    @property
    def key_id(self) -> str: ...


class KeyRows(Protocol):
    """The table of data keys, in `vault_rows.py`."""

    def data_keys(self) -> Sequence[WrappedKey]: ...

    def add_data_key(self, key: WrappedKey, now_s: float) -> bool: ...

    def current_key(self) -> "KnownMaster | None": ...


class Masters(Protocol):
    """Who knows the master key in force, in `vault_lock.py`."""

    def keys(self) -> "KeySet": ...


class KeysBeside(Protocol):
    """Where data keys are kept outside of `gateway.db`, in `vault/kept_keys.py`."""

    def rows(self, master: str) -> Sequence[WrappedKey]: ...

    def join(self, keys: "KeySet", now_s: float) -> None: ...


class _Nonces:
    """Random ones, many drawn at once: each draw gives up the interpreter's lock, and the loop that
    waits for it would be woken for every cell. Any thread may ask; no two get the same."""

    __slots__ = ("_drawn",)

    def __init__(self) -> None:
        self._drawn: list[bytes] = []

    def next(self) -> bytes:
        try:
            return self._drawn.pop()
        except IndexError:
            random = os.urandom(_NONCES_DRAWN * NONCE_BYTES)
            drawn = [random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES)]
            nonce = drawn.pop()
            self._drawn += drawn
            return nonce


class DataKey:
    """One of them, opened. Never shown, not even by mistake."""

    __slots__ = ("_cipher", "_head", "_key", "_nonces", "number", "print_key")

    def __init__(self, number: int, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.number = number
        self._head = MARK + number.to_bytes(4, "big")
        self._cipher: AESGCM = AESGCM(key)
        self._key = key
        self._nonces = _Nonces()
        self.print_key = blake2b(b"llmgw prompt prints 1", key=key, digest_size=32).digest()
        """Of the hashes of what lies encrypted under it."""

    def encrypt(self, text: bytes, place: str) -> bytes:
        """Opens again only for the same place: what row and column it is, of which kind."""
        nonce = self._nonces.next()
        if len(text) > STEP_BYTES:
            return self._head + nonce + _encrypted(self._key, nonce, text, place.encode())
        return self._head + nonce + self._cipher.encrypt(nonce, text, place.encode())

    def decrypt(self, cell: bytes, place: str) -> bytes:
        """Raises EntryBroken."""
        nonce = cell[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        try:
            if len(cell) > STEP_BYTES:
                said = memoryview(cell)[HEAD_BYTES + NONCE_BYTES :]
                return _decrypted(self._key, nonce, said, place.encode())
            return self._cipher.decrypt(nonce, cell[HEAD_BYTES + NONCE_BYTES :], place.encode())
        except Exception as error:
            # not before: to look it up takes half as long as to decrypt
            from cryptography.exceptions import InvalidTag

            if not isinstance(error, InvalidTag | ValueError):
                raise
            raise EntryBroken(
                "What is stored there cannot be opened: it was damaged, cut or moved from "
                "another place outside this program."
            ) from None


def _encrypted(key: bytes, nonce: bytes, text: bytes, place: bytes) -> bytes:
    """As AESGCM, which would hold the interpreter for as long as it takes, in steps."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(place)
    said = [cipher.update(step) for step in _steps(memoryview(text))]
    return b"".join((*said, cipher.finalize(), cipher.tag))


def _decrypted(key: bytes, nonce: bytes, said: memoryview, place: bytes) -> bytes:
    """Raises InvalidTag; nothing of it is given out before all of it was checked."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    mode = modes.GCM(nonce, bytes(said[-TAG_BYTES:]))
    cipher = Cipher(algorithms.AES(key), mode).decryptor()
    cipher.authenticate_additional_data(place)
    text = [cipher.update(step) for step in _steps(said[:-TAG_BYTES])]
    return b"".join((*text, cipher.finalize()))


def _steps(text: memoryview) -> Iterator[memoryview]:
    return (text[at : at + STEP_BYTES] for at in range(0, len(text), STEP_BYTES))


def is_encrypted(cell: object) -> bool:
    """Whether these are bytes that a data key made."""
    return isinstance(cell, bytes) and cell[:1] == MARK and len(cell) >= EXTRA_BYTES


def number_of(cell: bytes) -> int:
    """Of the data key that encrypted it."""
    return int.from_bytes(cell[1:HEAD_BYTES], "big")


def number_for(key: DataKey | None) -> int:
    """Of what is written with this key, or with none."""
    return PLAIN_NUMBER if key is None else key.number


def new_key(keys: "KeySet") -> WrappedKey:
    """A fresh one, wrapped. Its number is random: another home's is another."""
    number = 1 + secrets.randbelow(_LARGEST_NUMBER)
    key = secrets.token_bytes(KEY_BYTES)
    return WrappedKey(number, keys.key_id, keys.wrap(_name(number), key))


def wrapped_anew(row: WrappedKey, old: "KeySet", new: "KeySet") -> WrappedKey:
    """Under another master key. Raises EntryBroken."""
    key = old.unwrap(_name(row.number), row.wrapped)
    return WrappedKey(row.number, new.key_id, new.wrap(_name(row.number), key))


class DataKeys:
    """May be used from any thread, and by several processes at once; may block as the system's
    keyring does. Everything raises VaultLocked, EntryBroken, StoreError."""

    def __init__(self, rows: KeyRows, masters: Masters, clock: Clock, beside: KeysBeside) -> None:
        self._rows = rows
        self._masters = masters
        self._beside = beside
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: dict[int, DataKey] = {}
        self._current: DataKey | None = None
        self._looked_at_s = 0.0

    def current(self) -> DataKey:
        """For writing; the first is made when it is first wanted."""
        current = self._current
        if current is not None and time.monotonic() < self._looked_at_s + _LOOK_EVERY_S:
            return current
        with self._lock:
            self._current = self._newest()
            self._looked_at_s = time.monotonic()
            return self._current

    def of(self, number: int) -> DataKey:
        """For reading what was written under it."""
        found = self._opened.get(number)
        if found is not None:
            return found
        with self._lock:
            for row in (*self._rows.data_keys(), *self._kept_beside()):
                if row.number == number:
                    return self._open(row)
        raise KeyGone(
            "What is stored there cannot be read: the key that it was encrypted under lies neither "
            "in gateway.db nor beside it. A copy of gateway.db from that time may hold it."
        )

    def numbers(self) -> frozenset[int]:
        """Of all that the master key in force opens, whether that is at hand or not."""
        master = self._rows.current_key()
        rows = (*self._rows.data_keys(), *self._kept_beside())
        return frozenset(each.number for each in rows if master and each.master == master.key_id)

    def refresh(self) -> None:
        """The next look is made at once: a rotation of our own has taken place."""
        self._looked_at_s = 0.0

    def _newest(self) -> DataKey:
        rows = self._rows.data_keys()
        known = self._current
        if known is not None and rows and rows[-1].number == known.number:
            master = self._rows.current_key()
            if master is not None and master.key_id == rows[-1].master:
                return known
        keys = self._masters.keys()
        self._keep_beside(keys)
        for row in reversed(self._rows.data_keys()):
            if row.master == keys.key_id:
                return self._open(row)
        self._rows.add_data_key(new_key(keys), self._clock.now_s())
        return self._newest()  # it, or that of another process, which was faster

    def _kept_beside(self) -> Sequence[WrappedKey]:
        master = self._rows.current_key()
        return () if master is None else self._beside.rows(master.key_id)

    def _keep_beside(self, keys: "KeySet") -> None:
        """A disk that takes it not now may do so with the next backup."""
        try:
            self._beside.join(keys, self._clock.now_s())
        except (StoreError, VaultError) as error:
            _log.warning("data keys could not be kept beside gateway.db: %s", error)

    def _open(self, row: WrappedKey) -> DataKey:
        found = self._opened.get(row.number)
        if found is None:
            keys = self._masters.keys()
            if row.master != keys.key_id:
                raise KeyGone(
                    f"What is stored there was encrypted under the master key {row.master}, which "
                    f"is not the vault's any more."
                )
            key = keys.unwrap(_name(row.number), row.wrapped)
            found = self._opened[row.number] = DataKey(row.number, key)
        return found


def _name(number: int) -> str:
    return f"data key {number}"
