"""Files and folders that only their owner may use, written so that nobody ever sees half of one.

The one place that opens what holds a secret. No link is followed, neither of names nor hard ones: a
file that stands in the place of ours is neither read, nor written, nor made narrower. What is ours
and wider than meant is narrowed, and said. Refusals are OSErrors whose `strerror` is a sentence's
part for a person.
"""

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from llmgw_desktop.platform.files import CAREFUL, HAS_MODES, PLAIN, narrow, person, put_in_place

OWNER_ONLY = 0o600
FOLDER_ONLY = 0o700
_OTHERS = 0o077
_ROOT = 0
_OTHERS_WRITE = 0o022
_log = logging.getLogger(__name__)


_OS_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "access is denied",
}


def os_reason(error: OSError) -> str:
    """Why a file cannot be had, in words that a sentence ends with."""
    return _OS_REASONS.get(error.errno or 0, error.strerror or "unknown")


def open_own(path: Path | str, flags: int, *, tells: bool = True) -> int:
    """A handle; made where `flags` say so. Never waits for a pipe; do not truncate with it: first
    it is to be known what was opened. `tells`: what is narrowed is logged. Raises OSError."""
    path = Path(path)
    if not HAS_MODES and path.is_symlink():
        raise _link(path)
    try:
        handle = os.open(path, flags | CAREFUL, OWNER_ONLY)
    except OSError as error:
        # FreeBSD says EMLINK
        is_link = error.errno in (errno.ELOOP, errno.EMLINK) and path.is_symlink()
        raise _link(path) if is_link else error from None
    try:
        is_written = bool(flags & (os.O_WRONLY | os.O_RDWR))
        was_wide = _keep(handle, path, is_written=is_written)
        if was_wide and tells:
            _tell(path, was_wide)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_own(path: Path, most_bytes: int) -> bytes:
    """The beginning of a file. Raises OSError."""
    _drop_own_names(path)
    handle = open_own(path, os.O_RDONLY)
    try:
        return os.read(handle, most_bytes)
    finally:
        os.close(handle)


def keep_file(path: Path, *, tells: bool = True) -> None:
    """Narrow a file that may be missing, or be a link that its person put there. Raises OSError for
    what another user put there. Opens nothing: SQLite's locks end when any handle is closed."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not HAS_MODES:
        return
    if not (_is_own(found) or found.st_uid == _ROOT):
        raise OSError(errno.EPERM, "it belongs to another user", str(path))
    is_one = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    if is_one and _is_own(found) and found.st_mode & _OTHERS:
        path.chmod(OWNER_ONLY)  # its folder is ours alone: nobody can put another in its place
        if tells:
            _tell(path, found.st_mode)


def keep_folder(path: Path) -> None:
    """Narrow a folder that is there to its owner. Raises OSError where that cannot be."""
    if not HAS_MODES:
        return
    found, link = path.stat(), path.lstat()
    is_root_s = found.st_uid == _ROOT and person() != _ROOT
    if is_root_s and not found.st_mode & stat.S_IWOTH:
        return  # who may do everything anyway has set it up so
    if not (_is_own(found) and (_is_own(link) or link.st_uid == _ROOT)):
        raise OSError(errno.EPERM, "it belongs to another user", str(path))
    if not found.st_mode & _OTHERS:
        return
    path.chmod(FOLDER_ONLY)
    now = path.stat().st_mode
    if now & _OTHERS_WRITE:
        raise OSError(
            errno.EPERM, "other users can write in it, and that cannot be changed", str(path)
        )
    _tell(path, found.st_mode)


def keep_parent(path: Path) -> None:
    """A folder that holds ours, and may be for more than us: nobody else writes in it."""
    found = path.stat()
    if HAS_MODES and found.st_mode & _OTHERS_WRITE and not found.st_mode & stat.S_ISVTX:
        if not _is_own(found):
            _log.warning("other users can write in %s, and it is another's", path)
            return
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS_WRITE)
        _tell(path, found.st_mode)


def make_empty(path: Path) -> None:
    """Make the file if it is missing; of one that exists only the mode may change."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, OWNER_ONLY))
    except FileExistsError:
        keep_file(path)


def write_whole(path: Path, data: bytes, *, just_before: Callable[[], None] | None = None) -> None:
    """Put this in the place of whatever stands there, a link too. `just_before` may raise, when all
    is on the disk and nothing is replaced yet: then everything stays as it is."""
    with _written_beside(path, data) as beside:
        if just_before is not None:
            just_before()
        put_in_place(beside, path)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """As `write_whole`, piece by piece: where the block raises, all stays as it was. Raises
    OSError."""
    beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put_in_place(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_first(path: Path, data: bytes) -> bool:
    """Make the file, unless somebody else has done so: then False and nothing is changed."""
    with _written_beside(path, data) as beside:
        try:
            path.hardlink_to(beside)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                return False
            put_in_place(beside, path)
    return True


@contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # a write that fails does not say where
        beside.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _keep(handle: int, path: Path, *, is_written: bool) -> int:
    """The mode that it had, where that was too wide; else 0."""
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    if not HAS_MODES:
        return 0
    if not _is_own(found):
        raise OSError(errno.EPERM, "it belongs to another user", str(path))
    is_wide = bool(found.st_mode & _OTHERS)
    if found.st_nlink > 1 and (is_written or is_wide):
        # a copy of a folder made of hard links is let be, as long as nothing of it changes
        words = "it has another name elsewhere (a hard link), which would change with it"
        raise OSError(errno.EMLINK, words, str(path))
    if is_wide:
        narrow(handle, OWNER_ONLY)
        if os.fstat(handle).st_mode & _OTHERS:
            words = "other users can read it, and its file system knows no other"
            raise OSError(errno.EPERM, words, str(path))
    return found.st_mode if is_wide else 0


def _drop_own_names(path: Path) -> None:
    """What `write_first` left where it was killed between two steps."""
    try:
        found = path.lstat()
    except OSError:
        return
    if not stat.S_ISREG(found.st_mode) or found.st_nlink == 1:
        return
    for beside in path.parent.glob(f".{path.name}.*"):
        other = beside.lstat()
        if (other.st_ino, other.st_dev) == (found.st_ino, found.st_dev):
            beside.unlink(missing_ok=True)


def content_digest(path: Path) -> str:
    """Of a file that nobody has open. Raises OSError."""
    import hashlib  # not for programs that only read

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_own(found: os.stat_result) -> bool:
    return person() in (found.st_uid, 0)


def _link(path: Path) -> OSError:
    return OSError(
        errno.ELOOP, "it is a link to another file, which is not followed here", str(path)
    )


def _tell(path: Path, mode: int) -> None:
    shown = stat.S_IMODE(mode)
    _log.warning("%s could be read by other users (mode %o); it no longer can", path, shown)
