"""Files that only their owner may read, written so that nobody ever sees half of one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ONLY = 0o600


def make_empty(path: Path) -> None:
    """Make the file if it is missing; one that exists is left as it is."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    except FileExistsError:
        return


def write_whole(path: Path, data: bytes, *, just_before: Callable[[], None] | None = None) -> None:
    """Put this in the place of whatever stands there. `just_before` may raise, when all is on the
    disk and nothing is replaced yet: then everything stays as it is."""
    with _written_beside(path, data) as beside:
        if just_before is not None:
            just_before()
        beside.replace(path)


def write_first(path: Path, data: bytes) -> bool:
    """Make the file, unless somebody else has done so: then False and nothing is changed."""
    with _written_beside(path, data) as beside:
        try:
            path.hardlink_to(beside)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if path.exists():
                return False
            beside.replace(path)
    return True


@contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)
