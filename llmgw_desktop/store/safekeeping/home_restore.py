"""Brings a home back from a backup: all of it is unpacked beside and verified before anything is
replaced, and what stood there is kept.

The file may be anybody's: nothing in it is written outside of the folders that are made for it, and
no more than it says at its beginning, nor than it holds itself.
"""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import SchemaTooNew
from llmgw_desktop.domain.vault import EntryBroken, VaultError
from llmgw_desktop.platform.environment import IS_POSIX, can_be_named
from llmgw_desktop.platform.files import PLAIN
from llmgw_desktop.store.database.database import (
    Steps,
    connect_read_only,
    missing_parts,
    schema_version,
    told,
)
from llmgw_desktop.store.database.steps import GATEWAY_STEPS
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.aside import Swap, stamp
from llmgw_desktop.store.safekeeping.backups import check_whole
from llmgw_desktop.store.safekeeping.home_backup import FORMAT, MANIFEST, VERSION
from llmgw_desktop.store.safekeeping.restoring import keep_own_head
from llmgw_desktop.store.vault.master_key import KeptIn, MasterKeys, master_of

_COPY_BYTES = 1024 * 1024
_MOST_MANIFEST = 1_000_000
_STAGED = ".restoring"


@dataclass(slots=True)
class Unpacked:
    """Verified, and beside the places that it is for."""

    made_at_s: float
    data: Path
    """What will be the data folder."""
    swaps: list[Swap] = field(default_factory=list)
    masters: dict[str, bytes] = field(default_factory=dict, repr=False)
    files: int = 0
    left_out: int = 0
    """Files and links that cannot be called so here, or that this system does not let us make."""
    most_bytes: int = 0
    """What the files of the backup may take on the disk together."""

    def take(self, entry: tarfile.TarInfo) -> None:
        """One file more. One of a few bytes may claim to have any size by holes in it: ours have
        none. Raises VaultError."""
        if entry.issparse() or not 0 <= entry.size <= self.most_bytes:
            raise VaultError("The backup claims to hold more than it does. Nothing was restored.")
        self.most_bytes -= entry.size
        self.files += 1

    def keep_masters(self, env: Mapping[str, str]) -> None:
        """Where they are not found, in the keyring or in the folder to come. Raises
        StoreUnavailable."""
        master_keys = MasterKeys(env, self.data)
        for key_id, master in self.masters.items():
            if master_keys.of(key_id, KeptIn.KEYRING) is None:
                master_keys.keep(key_id, master)


def unpack(places: Places, path: Path, passphrase: str, clock: Clock) -> Unpacked:
    """Raises VaultError, StoreUnavailable, StoreCorrupt; then nothing was changed."""
    folders = _staging(places)
    discard(places)
    try:
        with told(path, in_full=True), path.open("rb") as file:
            return _unpacked(places, file, passphrase, folders=folders, clock=clock)
    except BaseException:
        discard(places)
        raise


def discard(places: Places) -> None:
    """What was unpacked and not put in its place."""
    for folder in _staging(places).values():
        shutil.rmtree(folder, ignore_errors=True)


def _staging(places: Places) -> dict[str, Path]:
    """By the first word of the names in the backup."""
    own = {"config": places.config_folder, "data": places.data_folder, "run": places.run_folder}
    return {name: folder.with_name(folder.name + _STAGED) for name, folder in own.items()}


def _unpacked(
    places: Places, file: IO[bytes], passphrase: str, *, folders: dict[str, Path], clock: Clock
) -> Unpacked:
    # ciphers are nothing that a start needs
    from llmgw_desktop.store.vault.vault_backup import SealedReader

    sealed = SealedReader(file, FORMAT, passphrase)
    size = os.fstat(file.fileno()).st_size  # nothing is compressed
    found = Unpacked(made_at_s=sealed.made_at_s, data=folders["data"], most_bytes=size)
    links: list[tuple[Path, str]] = []
    for folder in folders.values():
        folder.mkdir(mode=0o700, parents=True)
    with _told_of_tar(), tarfile.open(mode="r|", fileobj=sealed, bufsize=_COPY_BYTES) as tar:
        for entry in tar:
            if entry.name == MANIFEST:
                _read_manifest(tar, entry, found)
                continue
            target = _target(folders, entry.name)
            if not all(map(can_be_named, PurePosixPath(entry.name).parts)):
                found.left_out += 1
            elif entry.isdir():
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif entry.issym():
                links.append((target, entry.linkname))
            elif entry.isreg():
                found.take(entry)
                _write_file(tar, entry, target)
    sealed.drain()  # only its end says that nothing is missing
    found.left_out += sum(not _linked(target, to) for target, to in links)
    _check(folders["data"] / places.gateway_db.name, GATEWAY_STEPS)
    _check(folders["data"] / places.flights_db.name, FLIGHTS_STEPS)
    if (database := folders["data"] / places.gateway_db.name).exists():
        keep_own_head(database, clock)
    found.swaps = _swaps(places, folders, clock.now_s())
    return found


@contextmanager
def _told_of_tar() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise EntryBroken("The backup is not whole inside. Nothing was restored.") from error


def _target(folders: dict[str, Path], name: str) -> Path:
    parts = PurePosixPath(name).parts
    is_fit = len(parts) > 1 and parts[0] in folders and not name.startswith("/")
    if not is_fit or any(each in ("..", ".") or "\0" in each for each in parts):
        raise VaultError(f"The backup holds '{name[:80]}', which has no place here.")
    return folders[parts[0]].joinpath(*parts[1:])


def _read_manifest(tar: tarfile.TarFile, entry: tarfile.TarInfo, found: Unpacked) -> None:
    file = tar.extractfile(entry) if entry.isreg() and entry.size <= _MOST_MANIFEST else None
    try:
        said = json.loads(file.read()) if file is not None else {}
        if said.get("version", VERSION) > VERSION:
            raise _too_new()
        found.most_bytes = min(found.most_bytes, int(said.get("bytes", found.most_bytes)))
        found.masters = {each["key_id"]: master_of(each["master"]) for each in said["masters"]}
    except (ValueError, KeyError, TypeError):
        raise VaultError("The backup does not say what it holds. Nothing was restored.") from None


def _linked(target: Path, to: str) -> bool:
    """Last, so that nothing is ever written through one. Windows lets few people make them."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        target.symlink_to(to)
    except OSError:
        if IS_POSIX:
            raise
        return False
    return True


def _too_new() -> SchemaTooNew:
    return SchemaTooNew(
        "The backup was made by a later version of this program. Install that one, then restore."
        " Nothing was restored."
    )


def _write_file(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = tar.extractfile(entry)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN
    mode = 0o700 if entry.mode & 0o100 else 0o600
    with os.fdopen(os.open(target, flags, mode), "wb") as file:
        if source is not None:
            shutil.copyfileobj(source, file, _COPY_BYTES)
        file.flush()
        os.fsync(file.fileno())
    os.utime(target, (entry.mtime, entry.mtime))


def _check(path: Path, steps: Steps) -> None:
    if not path.exists():
        return
    with told(path), closing(connect_read_only(path)) as connection:
        check_whole(path, connection)
        if schema_version(connection) > len(steps):
            raise _too_new()
        if missing := missing_parts(connection, steps):
            raise EntryBroken(f"In the backup {path.name} has no {missing[0]}.")


def _swaps(places: Places, folders: dict[str, Path], now_s: float) -> list[Swap]:
    mark = stamp(now_s)
    own = [(places.data_folder, folders["data"]), (places.config_folder, folders["config"])]
    key = folders["run"] / places.access_key_file.name
    if key.exists():
        own.append((places.access_key_file, key))
    return [
        Swap(place=str(place), coming=str(coming), going=f"{place}.before-{mark}")
        for place, coming in own
    ]
