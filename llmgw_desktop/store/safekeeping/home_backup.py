"""The whole home as one file under a passphrase, made while a gateway may run.

Databases are copied as of one moment (`snapshot.py`); the master key goes along, so that the file
opens on another computer too. Left out are logs, caches, automatic backups, and what was set aside.
"""

import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from typing_extensions import override

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.vault_errors import VaultLocked
from llmgw_desktop.store.database import SIDE_FILES, told
from llmgw_desktop.store.master_key import MasterKeys
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.snapshot import take_snapshot
from llmgw_desktop.store.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.safekeeping.sealed_stream import SealedWriter

FORMAT = "llmgw-home-backup"
MANIFEST = "manifest.json"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
LEFT_OUT = frozenset(
    {"backups", "set-aside", ".restoring", ".backing-up", "gateway.db.mark", "audit-head.json"}
)
"""What tells of `gateway.db` from outside may tell of a later moment than its copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a backup holds."""

    files: int
    size: int
    """Of the file, in bytes."""


def write_home(
    places: Places, target: Path, passphrase: str, master_keys: MasterKeys, clock: Clock
) -> Written:
    """Waits for the disk. Raises StoreUnavailable, StoreCorrupt, VaultLocked, EntryUnfit; then
    there is no such file."""
    _check_outside(places, target)
    masters = _masters(places, master_keys)
    beside = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    work = places.data_folder / ".backing-up"
    try:
        with told(target), os.fdopen(os.open(beside, _NEW, 0o600), "wb") as file:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            # ciphers are nothing that a start needs
            from llmgw_desktop.store.safekeeping.sealed_stream import SealedWriter

            sealed = SealedWriter(file, FORMAT, passphrase, clock.now_s())
            files = _write_all(sealed, places, work, masters)
            sealed.finish()
            file.flush()
            os.fsync(file.fileno())
        with told(target):
            if os.path.lexists(target):
                raise StoreUnavailable(f"{target} is there already; name a file that is not.")
            beside.rename(target)
            return Written(files=files, size=target.stat().st_size)
    finally:
        beside.unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)


def _check_outside(places: Places, target: Path) -> None:
    home = (places.config_folder, places.data_folder)
    if any(target.resolve().is_relative_to(folder.resolve()) for folder in home):
        raise StoreUnavailable(f"{target} lies in what is backed up; name a place outside of it.")
    if os.path.lexists(target):
        raise StoreUnavailable(f"{target} is there already; name a file that is not.")


def _masters(places: Places, master_keys: MasterKeys) -> list[dict[str, str]]:
    if not places.gateway_db.exists():
        return []
    with closing(VaultRows(places.gateway_db)) as rows:
        current = rows.current_key()
    if current is None:
        return []
    master = master_keys.of(current.key_id, current.kept_in)
    if master is None:
        raise VaultLocked(
            f"The vault is locked: its key ({current.key_id}) is not found, and without it nothing"
            " could be read out of the backup. Nothing was written."
        )
    return [{"key_id": current.key_id, "master": master.hex()}]


def _write_all(
    sealed: "SealedWriter", places: Places, work: Path, masters: Sequence[dict[str, str]]
) -> int:
    with _tar(sealed) as tar:
        _add_bytes(tar, MANIFEST, json.dumps({"version": 1, "masters": list(masters)}).encode())
        count = 0
        for database in (places.gateway_db, places.flights_db):
            if database.exists() and database.stat().st_size:
                copy = work / database.name
                take_snapshot(database, copy)
                _add_file(tar, f"data/{database.name}", copy)
                copy.unlink()
                count += 1
        own = {places.gateway_db.name, places.flights_db.name}
        taken = {name + side for name in own for side in ("", *SIDE_FILES)}
        count += _add_folder(tar, "config", places.config_folder, frozenset())
        count += _add_folder(tar, "data", places.data_folder, LEFT_OUT | taken)
        if places.access_key_file.exists():
            _add_file(tar, "run/access.key", places.access_key_file)
            count += 1
    return count


@contextmanager
def _tar(sealed: "SealedWriter") -> Iterator[tarfile.TarFile]:
    with tarfile.open(mode="w|", fileobj=sealed, format=tarfile.PAX_FORMAT) as tar:
        yield tar


def _add_folder(tar: tarfile.TarFile, name: str, folder: Path, left_out: frozenset[str]) -> int:
    count = 0
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if each.name in left_out:
            continue
        inside = f"{name}/{each.name}"
        found = each.lstat()
        if stat.S_ISDIR(found.st_mode):
            tar.addfile(_entry(inside, tarfile.DIRTYPE, found))
            count += _add_folder(tar, inside, each, frozenset())
        elif stat.S_ISLNK(found.st_mode):
            entry = _entry(inside, tarfile.SYMTYPE, found)
            entry.linkname = str(each.readlink())
            tar.addfile(entry)
            count += 1
        elif stat.S_ISREG(found.st_mode):
            count += _add_file(tar, inside, each)
    return count


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> int:
    """1, or 0 for one that went meanwhile."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        found = os.fstat(file.fileno())
        entry = _entry(name, tarfile.REGTYPE, found)
        entry.size = found.st_size
        tar.addfile(entry, io.BufferedReader(_Exactly(file, found.st_size)))
    return 1


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    tar.addfile(entry, io.BytesIO(data))


def _entry(name: str, kind: bytes, found: os.stat_result) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = kind, stat.S_IMODE(found.st_mode), found.st_mtime
    return entry


class _Exactly(io.RawIOBase):
    """A file that grows or shrinks while it is read, as long as it was."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = min(len(view), self._left)
        data = self._file.read(count)
        view[: len(data)] = data
        view[len(data) : count] = bytes(count - len(data))
        self._left -= count
        return count
