"""Files of a private HOME, read and written so that no link of a run leads elsewhere, and the
record of what lies there.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.vault import GLOBAL_PROJECT, EntryAddress, EntryKind, address

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PRIVATE = 0o700
_OWNER_ONLY = 0o600
_NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EMLINK, errno.ENXIO}
_BESIDE = ".llmgw-new"
"""Of a file that is not whole yet; one that a fall left is thrown away by the next."""


def read(root: Path, place: str, most: int) -> bytes | None:
    """None where there is no plain file of ours, or one of more bytes. Raises OSError."""
    *folders, name = place.split("/")
    try:
        with _opened(root, folders) as folder:
            handle = os.open(name, _READ, dir_fd=folder)
    except OSError as error:
        if _is_none(error):
            return None
        raise
    if not _is_plain(os.fstat(handle)):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


def put(root: Path, place: str, data: bytes) -> None:
    """In the place of whatever stands there, whole or not at all, for its owner alone; folders
    are made, and what stands in the place of one goes. Raises OSError."""
    *folders, name = place.split("/")
    beside = name + _BESIDE
    with _opened(root, folders, make=True) as folder:
        _unlink(beside, folder)
        handle = os.open(beside, _MAKE, _OWNER_ONLY, dir_fd=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), _OWNER_ONLY)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(IsADirectoryError):
                os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
                return
            _unlink(name, folder)
            os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _unlink(beside, folder)
            raise
        finally:
            os.fsync(folder)


def remove(root: Path, place: str) -> None:
    """Whatever it is, and what a fall left beside it. Raises OSError."""
    *folders, name = place.split("/")
    try:
        with _opened(root, folders) as folder:
            _unlink(name, folder)
            _unlink(name + _BESIDE, folder)
    except OSError as error:
        if not _is_none(error):
            raise


def make_folder(root: Path, place: str) -> Path:
    """For its owner alone, whatever stood there. Raises OSError."""
    with _opened(root, place.split("/"), make=True) as folder:
        os.fchmod(folder, _PRIVATE)
    return root / place


def _is_plain(found: os.stat_result) -> bool:
    """A second name would be another file's, put here to be read."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == os.getuid()


def _is_none(error: OSError) -> bool:
    return error.errno in _NO_FILE


@contextmanager
def _opened(root: Path, folders: Sequence[str], *, make: bool = False) -> Iterator[int]:
    if make:
        root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    handle = os.open(root, _FOLDER)
    try:
        for name in folders:
            below = _below(handle, name, make=make)
            os.close(handle)
            handle = below
        yield handle
    finally:
        os.close(handle)


def _below(folder: int, name: str, *, make: bool) -> int:
    if not make:
        return os.open(name, _FOLDER, dir_fd=folder)
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
            os.unlink(name, dir_fd=folder)
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, _PRIVATE, dir_fd=folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def _unlink(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):  # which of both a folder is depends on the system
        shutil.rmtree(name, dir_fd=folder)


_RECORD = "record.json"
_HOME = "home"
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRecord:
    """One HOME. `account` is the vault's provider of its files, `project` that of its entries."""

    cli: CliName
    account: str
    project: str = GLOBAL_PROJECT
    users: frozenset[str] = frozenset()
    """Jobs."""
    placed: Mapping[str, str] = field(default_factory=dict)
    """Files below the HOME that lie there now, with the digest of what the vault and the file
    last agreed on."""

    @property
    def place(self) -> str:
        """Below the folder of all of them. A project is named by a caller, so it is not said."""
        if self.project == GLOBAL_PROJECT:
            return f"{self.cli}/{self.account}"
        return f"{self.cli}/{self.account}@{digest(self.project.encode())[:16]}"

    @property
    def home(self) -> str:
        return f"{self.place}/{_HOME}"

    def entry(self, file: str) -> EntryAddress:
        """The vault's, of a file below HOME: folders are not part of its name."""
        return address(EntryKind.FILE, self.account, entry_name(file), self.project)


def entry_name(file: str) -> str:
    return file.rpartition("/")[2]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_record(root: Path, place: str) -> HomeRecord | None:
    """None where there is none, or one that is not ours. Raises OSError."""
    data = read(root, f"{place}/{_RECORD}", _MOST_BYTES)
    if data is None:
        return None
    try:
        kept = orjson.loads(data)
        record = HomeRecord(
            cli=CliName(kept["cli"]),
            account=str(kept["account"]),
            project=str(kept["project"]),
            users=frozenset(map(str, kept["users"])),
            placed={str(file): str(value) for file, value in kept["placed"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    is_ours = record.place == place and all(map(_is_below, record.placed))
    return record if is_ours else None


def _is_below(file: str) -> bool:
    return not {"", ".", ".."} & set(file.split("/"))


def write_record(root: Path, record: HomeRecord) -> None:
    """Raises OSError."""
    kept = {
        "cli": record.cli,
        "account": record.account,
        "project": record.project,
        "users": sorted(record.users),
        "placed": dict(record.placed),
    }
    put(root, f"{record.place}/{_RECORD}", orjson.dumps(kept))


def all_records(root: Path) -> Iterator[HomeRecord]:
    """Raises OSError."""
    for path in sorted(root.glob(f"*/*/{_RECORD}")):
        record = read_record(root, path.parent.relative_to(root).as_posix())
        if record is not None:
            yield record
