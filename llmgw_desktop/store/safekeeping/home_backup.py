"""The whole home as one file under a passphrase, made while a gateway may run.

Databases are copied as of one moment (`backups.py`); the master key goes along, so that the file
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
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from typing_extensions import override

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.platform.files import PLAIN
from llmgw_desktop.store.database.database import SIDE_FILES, told
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import take_snapshot
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault_rows import VaultRows

if TYPE_CHECKING:
    from llmgw_desktop.store.vault.vault_backup import SealedWriter

FORMAT = "llmgw-home-backup"
MANIFEST = "manifest.json"
VERSION = 1
"""Of what the manifest says; whoever knows an earlier one alone restores nothing."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN
LEFT_OUT = frozenset(
    {"backups", "set-aside", ".restoring", ".backing-up", "gateway.db.mark", "audit-head.json"}
)
"""What tells of `gateway.db` from outside may tell of a later moment than its copy."""


@value
class BackupWritten:
    """What a backup holds."""

    files: int
    size: int
    """Of the file, in bytes."""


@value(kw_only=False)
class _Found:
    """What goes along, under its name in the backup."""

    name: str
    path: Path
    stat: os.stat_result

    @property
    def size(self) -> int:
        return self.stat.st_size if stat.S_ISREG(self.stat.st_mode) else 0


def write_home(
    places: Places, target: Path, passphrase: str, *, master_keys: MasterKeys, clock: Clock
) -> BackupWritten:
    """Waits for the disk. Raises StoreUnavailable, StoreCorrupt, VaultLocked, EntryUnfit; then
    there is no such file."""
    _check_outside(places, target)
    masters = _masters(places, master_keys)
    beside = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    work = places.data_folder / ".backing-up"
    try:
        with told(target, in_full=True), os.fdopen(os.open(beside, _NEW, 0o600), "wb") as file:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            # ciphers are nothing that a start needs
            from llmgw_desktop.store.vault.vault_backup import SealedWriter

            sealed = SealedWriter(file, FORMAT, passphrase, clock.now_s())
            files = _write_all(sealed, places, work, masters)
            sealed.finish()
            file.flush()
            os.fsync(file.fileno())
        with told(target, in_full=True):
            if os.path.lexists(target):
                raise StoreUnavailable(f"{target} is there already; name a file that is not.")
            beside.rename(target)
            return BackupWritten(files=files, size=target.stat().st_size)
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
    found = _found(places, work)
    with _tar(sealed) as tar:
        said = {"version": VERSION, "masters": list(masters), "bytes": sum(x.size for x in found)}
        _add_bytes(tar, MANIFEST, json.dumps(said).encode())
        return sum(_add(tar, each) for each in found)


def _found(places: Places, work: Path) -> list[_Found]:
    """What goes along, with the sizes of now: the manifest says first how much will come."""
    found = []
    for database in (places.gateway_db, places.flights_db):
        if database.exists() and database.stat().st_size:
            copy = work / database.name
            take_snapshot(database, copy)
            found.append(_Found(f"data/{database.name}", copy, copy.lstat()))
    own = {places.gateway_db.name, places.flights_db.name}
    taken = {name + side for name in own for side in ("", *SIDE_FILES)}
    found += _in_folder("config", places.config_folder, frozenset())
    found += _in_folder("data", places.data_folder, LEFT_OUT | taken)
    if places.access_key_file.exists():
        found.append(
            _Found("run/access.key", places.access_key_file, places.access_key_file.stat())
        )
    return found


@contextmanager
def _tar(sealed: "SealedWriter") -> Iterator[tarfile.TarFile]:
    with tarfile.open(mode="w|", fileobj=sealed, format=tarfile.PAX_FORMAT) as tar:
        yield tar


def _in_folder(name: str, folder: Path, left_out: frozenset[str]) -> Iterator[_Found]:
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if each.name in left_out:
            continue
        try:
            found = _Found(f"{name}/{each.name}", each, each.lstat())
            yield found
            if stat.S_ISDIR(found.stat.st_mode):
                yield from _in_folder(found.name, each, frozenset())
        except FileNotFoundError:  # it went meanwhile
            continue


def _add(tar: tarfile.TarFile, found: _Found) -> int:
    """How many files: 0 for a folder, for what is no file, and for what went meanwhile."""
    mode = found.stat.st_mode
    if stat.S_ISDIR(mode):
        tar.addfile(_entry(found.name, tarfile.DIRTYPE, found.stat))
    elif stat.S_ISLNK(mode):
        return _add_link(tar, found)
    elif stat.S_ISREG(mode):
        return _add_file(tar, found)
    return 0


def _add_link(tar: tarfile.TarFile, found: _Found) -> int:
    entry = _entry(found.name, tarfile.SYMTYPE, found.stat)
    try:
        entry.linkname = str(found.path.readlink())
    except OSError:
        return 0
    tar.addfile(entry)
    return 1


def _add_file(tar: tarfile.TarFile, found: _Found) -> int:
    """As long as it was when it was found."""
    try:
        file = found.path.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        entry = _entry(found.name, tarfile.REGTYPE, found.stat)
        entry.size = found.size
        tar.addfile(entry, io.BufferedReader(_Exactly(file, found.size)))
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
