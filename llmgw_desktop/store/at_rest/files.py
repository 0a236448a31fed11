"""Whole files, encrypted in chunks under a data key, and read from any place in them.

A file is a head (a mark and the data key's number) and chunks of CHUNK_BYTES, each with a nonce and
a tag of its own; the last one is shorter, and may be empty. What a chunk is bound to: the file's
place, its number, and whether it is the last. So none can be moved, left out or cut off unnoticed.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from llmgw_desktop.domain.vault import EntryBroken
from llmgw_desktop.platform.files import put_in_place
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.data_keys import (
    HEAD_BYTES,
    MARK,
    NONCE_BYTES,
    PLAIN_NUMBER,
    TAG_BYTES,
    DataKey,
    number_for,
)
from llmgw_desktop.store.private_files import OWNER_ONLY

MAGIC = MARK + b"LLMGW\x00\x01"
FILE_HEAD_BYTES = len(MAGIC) + 4
CHUNK_BYTES = 64 * 1024
BESIDE = ".encrypting"
"""How a file's name ends that is to take another's place."""
_STORED_BYTES = HEAD_BYTES + NONCE_BYTES + CHUNK_BYTES + TAG_BYTES


def is_encrypted_file(path: Path) -> bool:
    """Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def number_of_file(path: Path) -> int:
    """Of the data key that it is encrypted under; PLAIN_NUMBER for none. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(FILE_HEAD_BYTES)
    is_whole = head.startswith(MAGIC) and len(head) == FILE_HEAD_BYTES
    return int.from_bytes(head[len(MAGIC) :], "big") if is_whole else PLAIN_NUMBER


def encrypt_file(
    path: Path,
    key: DataKey,
    place: str,
    *,
    between: Callable[[], None] | None = None,
    is_plain: bool = False,
) -> bool:
    """Put an encrypted file in the place of a plain one, on the disk when this returns; False if
    it is encrypted already. `between` is called after each chunk. `is_plain`: it is known to be,
    however it begins. Raises OSError.

    A crash leaves either of both, and perhaps a beginning of the encrypted one beside it.
    """
    if not is_plain and is_encrypted_file(path):
        return False
    with path.open("rb") as source:
        _put_in_place(path, source, _encrypted(source, key, place), between)
    return True


def convert_file(
    path: Path,
    at_rest: AtRest,
    key: DataKey | None,
    place: str,
    *,
    between: Callable[[], None] | None = None,
) -> bool:
    """Bring a file under this key, or make it plain where there is none, as `encrypt_file` does;
    False if it is so already. Raises OSError, VaultError, StoreError."""
    if number_of_file(path) == number_for(key):
        return False
    with open_file(path, at_rest, place) as source:
        pieces = _plain(source) if key is None else _encrypted(source, key, place)
        _put_in_place(path, source, pieces, between)
    return True


def _encrypted(source: BinaryIO, key: DataKey, place: str) -> Iterator[bytes]:
    yield MAGIC + key.number.to_bytes(4, "big")
    number, is_last = 0, False
    while not is_last:
        chunk = source.read(CHUNK_BYTES)
        is_last = len(chunk) < CHUNK_BYTES
        yield key.encrypt(chunk, _chunk_place(place, number, is_last=is_last))
        number += 1


def _plain(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def _put_in_place(
    path: Path, source: BinaryIO, pieces: Iterable[bytes], between: Callable[[], None] | None
) -> None:
    """When it was written to last stays as it was. `source`: where the pieces come from; Windows
    replaces no file that is open."""
    was = path.stat()
    beside = path.with_name(f".{path.name}{BESIDE}")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as target:
            for piece in pieces:
                target.write(piece)
                if between is not None:
                    between()
            target.flush()
            os.fsync(target.fileno())
        os.utime(beside, ns=(was.st_atime_ns, was.st_mtime_ns))
        source.close()
        put_in_place(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def open_file(path: Path, at_rest: AtRest, place: str) -> BinaryIO:
    """For reading from any place, encrypted or not. Raises OSError, VaultError, StoreError; and
    EntryBroken while it is read."""
    file = path.open("rb")
    try:
        if file.read(len(MAGIC)) != MAGIC:
            file.seek(0)
            return file
        key = at_rest.key_of(int.from_bytes(file.read(4), "big"))
    except BaseException:
        file.close()
        raise
    return io.BufferedReader(_EncryptedFile(file, key, place), CHUNK_BYTES)


class _EncryptedFile(io.RawIOBase):
    """Its text as bytes; one chunk is held open."""

    def __init__(self, file: BinaryIO, key: DataKey, place: str) -> None:
        self._file, self._key, self._place = file, key, place
        stored = os.fstat(file.fileno()).st_size
        self._size = _plain_size(stored)
        self._last = self._size // CHUNK_BYTES
        self._at = 0
        self._number, self._chunk = -1, b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """A chunk's rest at most."""
        chunk = self._read_chunk(self._at // CHUNK_BYTES)
        start = self._at % CHUNK_BYTES
        part = chunk[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    @override
    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _read_chunk(self, number: int) -> bytes:
        if number > self._last:
            return b""
        if number != self._number:
            self._file.seek(FILE_HEAD_BYTES + number * _STORED_BYTES)
            stored = self._file.read(_STORED_BYTES)
            place = _chunk_place(self._place, number, is_last=number == self._last)
            self._chunk = self._key.decrypt(stored, place)
            self._number = number
        return self._chunk


def _plain_size(stored: int) -> int:
    """Raises EntryBroken for a file that no whole number of chunks makes."""
    whole, rest = divmod(stored - FILE_HEAD_BYTES, _STORED_BYTES)
    short = rest - (_STORED_BYTES - CHUNK_BYTES)
    if short < 0:
        raise EntryBroken("The encrypted file is cut off. Put back a copy of it from before.")
    return whole * CHUNK_BYTES + short


def _chunk_place(place: str, number: int, *, is_last: bool) -> str:
    return f"{place}\x1f{number}\x1f{'last' if is_last else 'more'}"
