"""Files: how they are opened, whose they are, reading at a place, locks, and who tells of changes.

| offered | Linux, macOS | Windows |
|---|---|---|
| `CAREFUL`, `PLAIN` | no link, no wait; closed in children | bytes as they are; the same |
| owners and modes | as they are | none: `HAS_MODES`; folders are the person's own by their place |
| `read_at` | pread | seek and read, one at a time |
| locks of whole files | flock | locks of bytes far beyond the end |
| `put_in_place`, `take_away` | at once | as soon as nobody has it open, or soon not at all |
| `open_news` | Linux: inotify | raises OSError |
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
    import random
    import threading
    import time

    HAS_MODES = False
    """Whether files have an owner and bits that say who may do what."""
    CAREFUL = os.O_BINARY | os.O_NOINHERIT
    """For `os.open` of what somebody else may have put there. Whether it is a link is looked at
    before."""
    UNWAITING = os.O_BINARY | os.O_NOINHERIT
    """For `os.open` of what a person may have put there: a link is followed."""
    PLAIN = os.O_BINARY | os.O_NOINHERIT
    """For `os.open` of our own."""
    _BEYOND = 0x4000_0000
    """Nothing is ever written there: what is locked nobody else can read."""
    _PLACES = 10_000
    """No lock is shared this way: each holder locks one byte, who wants it alone all of them."""
    _reading = threading.Lock()
    _IN_USE, _DENIED = 32, 5
    """Of Windows' own errors: a file that another program has open is neither replaced nor
    removed, be it only for the moment of reading it, or of looking through it for viruses."""
    _PAUSES_S = (0.002, 0.004, 0.008, *(0.015,) * 16)
    """Many short ones: where several read it now and then, a moment without any is soon found."""

    def person() -> int:
        """Nobody asks where there are no owners."""
        return 0

    def narrow(handle: int, mode: int) -> None:
        """Nothing to be done."""

    def give(path: str, user: int, group: int) -> None:
        """Nothing to be done."""

    def keep_bytes(handle: int) -> None:
        """What goes through an open file stays as it is."""
        msvcrt.setmode(handle, os.O_BINARY)

    def sync_folder(path: str) -> None:
        """Names are on the disk with their files."""

    def read_at(handle: int, most: int, offset: int) -> bytes:
        """As it stands there; where the handle reads on is as before."""
        with _reading:
            was = os.lseek(handle, 0, os.SEEK_CUR)
            try:
                os.lseek(handle, offset, os.SEEK_SET)
                return os.read(handle, most)
            finally:
                os.lseek(handle, was, os.SEEK_SET)

    def put_in_place(beside: "Path", path: "Path") -> None:
        """In the place of whatever stands there. Raises OSError."""
        _once_free(lambda: beside.replace(path))

    def take_away(path: "Path") -> None:
        """Raises OSError, but not for what is gone already."""
        _once_free(lambda: path.unlink(missing_ok=True))

    def _once_free(do: "Callable[[], object]") -> None:
        for pause_s in _PAUSES_S:
            try:
                do()
            except PermissionError as error:
                if error.winerror not in (_IN_USE, _DENIED):
                    raise
                time.sleep(pause_s)
            else:
                return
        do()

    def _lock(handle: int, place: int, size: int) -> bool:
        was = os.lseek(handle, 0, os.SEEK_CUR)
        os.lseek(handle, _BEYOND + place, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, size)
        except OSError:
            return False
        finally:
            os.lseek(handle, was, os.SEEK_SET)
        return True

    def try_lock(handle: int) -> bool:
        """For us alone, until it is closed; False where somebody has it. Never waits."""
        return _lock(handle, 0, _PLACES)

    def lock(handle: int) -> None:
        """As `try_lock`, as soon as nobody has it."""
        while not try_lock(handle):
            time.sleep(1)

    def share(handle: int) -> None:
        """With others who share it. Waits while somebody has it alone."""
        while not _lock(handle, random.randrange(_PLACES), 1):  # noqa: S311 - only a free one
            time.sleep(0.05)

else:
    import fcntl

    HAS_MODES = True
    """Whether files have an owner and bits that say who may do what."""
    CAREFUL = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    """For `os.open` of what somebody else may have put there: no link, and no wait for a pipe."""
    UNWAITING = os.O_NONBLOCK | os.O_CLOEXEC
    """For `os.open` of what a person may have put there: a link is followed, no pipe waited for."""
    PLAIN = os.O_CLOEXEC
    """For `os.open` of our own."""

    def person() -> int:
        """Whose files this process makes."""
        return os.geteuid()

    def narrow(handle: int, mode: int) -> None:
        """Raises OSError."""
        os.fchmod(handle, mode)

    def give(path: str, user: int, group: int) -> None:
        """Raises PermissionError where that is not ours to do, OSError."""
        os.chown(path, user, group)

    def keep_bytes(handle: int) -> None:
        """What goes through an open file stays as it is."""

    def sync_folder(path: str) -> None:
        """A file's name is on the disk only when its folder is. Raises OSError."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read_at(handle: int, most: int, offset: int) -> bytes:
        """As it stands there; where the handle reads on is as before."""
        return os.pread(handle, most, offset)

    def put_in_place(beside: "Path", path: "Path") -> None:
        """In the place of whatever stands there. Raises OSError."""
        beside.replace(path)

    def take_away(path: "Path") -> None:
        """Raises OSError, but not for what is gone already."""
        path.unlink(missing_ok=True)

    def try_lock(handle: int) -> bool:
        """For us alone, until it is closed; False where somebody has it. Never waits."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def lock(handle: int) -> None:
        """As `try_lock`, as soon as nobody has it."""
        fcntl.flock(handle, fcntl.LOCK_EX)

    def share(handle: int) -> None:
        """With others who share it. Waits while somebody has it alone."""
        fcntl.flock(handle, fcntl.LOCK_SH)


if sys.platform == "linux":

    def open_news() -> int:
        """A handle that can be read when something changes that `watch` names: events of inotify.
        Never waits. Raises OSError where the system does not tell."""
        import ctypes

        handle: int = _libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if handle < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return handle

    def watch(news: int, path: str | os.PathLike[str], changes: int) -> int:
        """Its number in the events; negative where that cannot be."""
        number: int = _libc().inotify_add_watch(news, os.fsencode(path), changes)
        return number

    def unwatch(news: int, number: int) -> None:
        _libc().inotify_rm_watch(news, number)

    def _libc() -> "ctypes.CDLL":
        import ctypes  # programs that watch nothing start without it

        return ctypes.CDLL(None, use_errno=True)

else:

    def open_news() -> int:
        """A handle that can be read when something changes that `watch` names: events of inotify.
        Never waits. Raises OSError where the system does not tell."""
        raise OSError(f"{sys.platform} has no inotify")

    def watch(news: int, path: str | os.PathLike[str], changes: int) -> int:
        """Its number in the events; negative where that cannot be."""
        return -1

    def unwatch(news: int, number: int) -> None:
        """Nothing is watched."""
