"""Files below a folder that others write in as well, read and written so that no link leads
elsewhere: a place is its names below the root, joined by `/`.

On Linux and macOS each folder is opened in the one before it, and no link is followed. Windows
opens nothing within an open folder: there each part is looked at first, and a link put there
between the look and the use is followed.
"""

import contextlib
import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PRIVATE = 0o700
_OWNER_ONLY = 0o600
_NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EMLINK, errno.ENXIO}
_BESIDE = ".llmgw-new"
"""Of a file that is not whole yet; one that a fall left is thrown away by the next."""


def _is_none(error: OSError) -> bool:
    return error.errno in _NO_FILE


if sys.platform == "win32":
    _MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_BINARY | os.O_NOINHERIT

    def read(root: Path, place: str, most: int) -> bytes | None:
        """None where there is no plain file of ours, or one of more bytes. Raises OSError."""
        try:
            path = _folder(root, place) / place.rpartition("/")[2]
            if not _is_plain(path):
                return None
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            if _is_none(error):
                return None
            raise
        return data if len(data) <= most else None

    def put(root: Path, place: str, data: bytes) -> None:
        """In the place of whatever stands there, whole or not at all; folders are made, and what
        stands in the place of one goes. Raises OSError."""
        name = place.rpartition("/")[2]
        folder = _folder(root, place, make=True)
        beside = folder / (name + _BESIDE)
        _remove(beside)
        try:
            with os.fdopen(os.open(beside, _MAKE), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if not _is_plain(folder / name):
                _remove(folder / name)
            beside.replace(folder / name)
        except BaseException:
            _remove(beside)
            raise

    def remove(root: Path, place: str) -> None:
        """Whatever it is, and what a fall left beside it. Raises OSError."""
        try:
            path = _folder(root, place) / place.rpartition("/")[2]
            _remove(path)
            _remove(path.with_name(path.name + _BESIDE))
        except OSError as error:
            if not _is_none(error):
                raise

    def make_folder(root: Path, place: str) -> Path:
        """Whatever stood there. Raises OSError."""
        return _folder(root, f"{place}/", make=True)

    def _folder(root: Path, place: str, *, make: bool = False) -> Path:
        """That holds the last name, made of folders alone. Raises OSError."""
        path = root
        if make:
            root.mkdir(parents=True, exist_ok=True)
        for name in ("", *place.split("/")[:-1]):
            path = path / name
            if make and not _is_real_folder(path):
                _remove(path)
                path.mkdir(exist_ok=True)
            if not _is_real_folder(path):
                raise NotADirectoryError(errno.ENOTDIR, "it is no folder", str(path))
        return path

    def _is_real_folder(path: Path) -> bool:
        """No link, no junction."""
        found = _found(path)
        return found is not None and stat.S_ISDIR(found.st_mode) and not _leads_on(found)

    def _is_plain(path: Path) -> bool:
        """A second name would be another file's, put here to be read."""
        found = _found(path)
        if found is None or not stat.S_ISREG(found.st_mode):
            return False
        return found.st_nlink == 1 and not _leads_on(found)

    def _found(path: Path) -> os.stat_result | None:
        try:
            return path.lstat()
        except OSError:
            return None

    def _leads_on(found: os.stat_result) -> bool:
        return bool(found.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)

    def _remove(path: Path) -> None:
        found = _found(path)
        if found is None:
            return
        if _leads_on(found) and found.st_file_attributes & stat.FILE_ATTRIBUTE_DIRECTORY:
            path.rmdir()  # the junction, nothing behind it
        elif stat.S_ISDIR(found.st_mode):
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

else:
    _FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    _READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    _MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

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
        return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == os.geteuid()

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
        except (
            IsADirectoryError,
            PermissionError,
        ):  # systems differ
            shutil.rmtree(name, dir_fd=folder)
