"""Files of a folder that agents and persons write in, looked at, read and put back so that no link
leads elsewhere. A place is its names below the root, joined by `/`.

On Linux and macOS each folder is opened in the one before it, and no link is followed. Windows
opens nothing within an open folder: there each part is looked at first.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from llmgw_desktop.domain.values import value

BESIDE = ".llmgw-undo"
"""The end of a file's name that is not whole yet; one that a fall left is written over."""
_NOTHING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EMLINK}
_PIECE = 1024 * 1024


class TreeKind(StrEnum):
    FILE = "file"
    LINK = "link"
    FOLDER = "folder"
    OTHER = "other"
    """A socket, a pipe, a device."""


@value
class TreeFile:
    """What stands at a place."""

    kind: TreeKind
    size: int = 0
    is_program: bool = False
    """Its owner may run it."""
    is_private: bool = False
    """Nobody but its owner may read it."""


def look(root: Path, place: str) -> TreeFile | None:
    """None where nothing stands, or a link is in the way. Raises OSError."""
    try:
        with _folder_of(root, place) as (folder, name):
            return _described(_lstat(folder, name))
    except OSError as error:
        if error.errno in _NOTHING:
            return None
        raise


def target_of(root: Path, place: str) -> bytes:
    """Where a link leads. Raises OSError."""
    with _folder_of(root, place) as (folder, name):
        return os.fsencode(_readlink(folder, name))


def put_file(root: Path, place: str, pieces: Iterable[bytes], like: TreeFile) -> None:
    """Whole or not at all, in the place of a file or a link; folders above are made. `like`: who
    may do what with it. Raises OSError where a folder stands there, or a link or file in the
    way."""
    with _folder_of(root, place, make=True) as (folder, name):
        beside = name[:100] + BESIDE
        _forget(folder, beside)
        try:
            usual = 0o700 if like.is_private else 0o777
            with _made(folder, beside, usual if like.is_program else usual & 0o666) as file:
                for piece in pieces:
                    file.write(piece)
                if not like.is_private:
                    _keep_mode(file.fileno(), folder, name, is_program=like.is_program)
            _replace(folder, beside, name)
        except BaseException:
            _forget(folder, beside)
            raise


def put_link(root: Path, place: str, target: bytes) -> None:
    """The same of a link. Raises OSError."""
    with _folder_of(root, place, make=True) as (folder, name):
        beside = name[:100] + BESIDE
        _forget(folder, beside)
        _symlink(os.fsdecode(target), folder, beside)
        try:
            _replace(folder, beside, name)
        except BaseException:
            _forget(folder, beside)
            raise


def take(root: Path, place: str) -> None:
    """A file or link goes, and so do the folders around it that hold nothing more, but not the
    root. Raises OSError."""
    with _folder_of(root, place) as (folder, name):
        _unlink(folder, name)
    above = place.rpartition("/")[0]
    while above:
        with suppress(OSError):
            with _folder_of(root, above) as (folder, name):
                _rmdir(folder, name)
            above = above.rpartition("/")[0]
            continue
        return


def drop_empty_folders(root: Path, place: str) -> None:
    """What stands there goes as far as it is folders that hold nothing. Raises OSError."""
    path = root / place
    for folder, _, _ in os.walk(path, topdown=False, followlinks=False):
        below = os.path.relpath(folder, root)
        with _folder_of(root, below.replace(os.sep, "/")) as (above, name):
            _rmdir(above, name)


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """All that is left of it."""
    while piece := file.read(_PIECE):
        yield piece


def walk(root: Path, is_left_out: Callable[[str], bool]) -> Iterator[tuple[str, TreeFile]]:
    """All files and links below it; folders that are left out, by their places, are not entered.
    Folders themselves are not told, nor what cannot be read. Raises OSError."""
    for above, folders, names in os.walk(root, followlinks=False):
        below = os.path.relpath(above, root).replace(os.sep, "/")
        start = "" if below == "." else f"{below}/"
        kept: list[str] = []
        for name in sorted(folders):
            found = look(root, start + name)
            if found is not None and found.kind is TreeKind.LINK:
                yield start + name, found
            elif found is not None and not is_left_out(start + name):
                kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            found = look(root, start + name)
            if found is not None and found.kind is not TreeKind.FOLDER:
                yield start + name, found


def _described(found: os.stat_result) -> TreeFile:
    if stat.S_ISLNK(found.st_mode) or _leads_on(found):
        return TreeFile(kind=TreeKind.LINK, size=found.st_size)
    if stat.S_ISDIR(found.st_mode):
        return TreeFile(kind=TreeKind.FOLDER)
    if not stat.S_ISREG(found.st_mode):
        return TreeFile(kind=TreeKind.OTHER)
    has_modes = sys.platform != "win32"
    return TreeFile(
        kind=TreeKind.FILE,
        size=found.st_size,
        is_program=has_modes and bool(found.st_mode & stat.S_IXUSR),
        is_private=has_modes and not found.st_mode & 0o077,
    )


if sys.platform == "win32":
    _Folder = Path

    def open_file(root: Path, place: str) -> BinaryIO:
        """A plain file, to be read. Raises OSError."""
        with _folder_of(root, place) as (folder, name):
            if _described((folder / name).lstat()).kind is not TreeKind.FILE:
                raise OSError(errno.EINVAL, "it is no plain file", place)
            return (folder / name).open("rb")

    @contextmanager
    def _folder_of(root: Path, place: str, *, make: bool = False) -> Iterator[tuple[Path, str]]:
        *folders, name = place.split("/")
        path = root
        for each in folders:
            path = path / each
            if make and not os.path.lexists(path):
                path.mkdir()
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or _leads_on(found):
                raise NotADirectoryError(errno.ENOTDIR, "it is no folder", str(path))
        yield path, name

    def _leads_on(found: os.stat_result) -> bool:
        return bool(found.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)

    def _lstat(folder: Path, name: str) -> os.stat_result:
        return (folder / name).lstat()

    def _readlink(folder: Path, name: str) -> str:
        return str((folder / name).readlink())

    def _made(folder: Path, name: str, mode: int) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_BINARY | os.O_NOINHERIT
        return os.fdopen(os.open(folder / name, flags, mode), "wb")

    def _keep_mode(handle: int, folder: Path, name: str, *, is_program: bool) -> None:
        """There are no bits to keep."""

    def _symlink(target: str, folder: Path, name: str) -> None:
        (folder / name).symlink_to(target)

    def _replace(folder: Path, name: str, to: str) -> None:
        (folder / name).replace(folder / to)

    def _unlink(folder: Path, name: str) -> None:
        (folder / name).unlink()

    def _rmdir(folder: Path, name: str) -> None:
        (folder / name).rmdir()

else:
    _Folder = int
    _ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    _READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    _MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

    def open_file(root: Path, place: str) -> BinaryIO:
        """A plain file, to be read. Raises OSError."""
        with _folder_of(root, place) as (folder, name):
            handle = os.open(name, _READ, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "it is no plain file", place)
        return os.fdopen(handle, "rb")

    @contextmanager
    def _folder_of(root: Path, place: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        *folders, name = place.split("/")
        handle = os.open(root, _ENTER)
        try:
            for each in folders:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(each, dir_fd=handle)
                below = os.open(each, _ENTER, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle, name
        finally:
            os.close(handle)

    def _leads_on(found: os.stat_result) -> bool:
        return False

    def _lstat(folder: int, name: str) -> os.stat_result:
        return os.lstat(name, dir_fd=folder)

    def _readlink(folder: int, name: str) -> str:
        return os.readlink(name, dir_fd=folder)

    def _made(folder: int, name: str, mode: int) -> BinaryIO:
        return os.fdopen(os.open(name, _MAKE, mode, dir_fd=folder), "wb")

    def _keep_mode(handle: int, folder: int, name: str, *, is_program: bool) -> None:
        """As the file has it that stands there now, but for whether it is a program."""
        try:
            was = os.lstat(name, dir_fd=folder)
        except OSError:
            return
        if stat.S_ISREG(was.st_mode):
            mode = stat.S_IMODE(was.st_mode) & 0o777
            runs = mode | (mode & 0o444) >> 2
            os.fchmod(handle, runs if is_program else mode & ~0o111)

    def _symlink(target: str, folder: int, name: str) -> None:
        os.symlink(target, name, dir_fd=folder)

    def _replace(folder: int, name: str, to: str) -> None:
        os.rename(name, to, src_dir_fd=folder, dst_dir_fd=folder)

    def _unlink(folder: int, name: str) -> None:
        os.unlink(name, dir_fd=folder)

    def _rmdir(folder: int, name: str) -> None:
        os.rmdir(name, dir_fd=folder)


def _forget(folder: "_Folder", name: str) -> None:
    with suppress(FileNotFoundError):
        _unlink(folder, name)
