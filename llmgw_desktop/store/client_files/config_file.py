"""The settings file of another program, read and replaced with the care that it deserves.

A link is written through, permissions (unless others are asked for) and owner stay, and nobody ever
sees half a file. Whether the
bytes are the ones that were looked at is asked again right before they are replaced.
"""

import codecs
import os
import secrets
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.platform.files import HAS_MODES, PLAIN, UNWAITING, give, put_in_place
from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import WHOLE, TextFormat, Unreadable
from llmgw_desktop.store.client_files.toml_text import ENV, ENVRC, TOML
from llmgw_desktop.store.private_files import OWNER_ONLY

_MOST_BYTES = 64 * 1024 * 1024
_BOM = codecs.BOM_UTF8.decode()


def read_bytes(path: Path) -> bytes | None:
    """None where there is no file. Raises ConfigError; never waits for a pipe."""
    try:
        handle = os.open(path, os.O_RDONLY | UNWAITING)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)  # no file object would take a folder's
        raise _refused(path, "is not a file")
    with os.fdopen(handle, "rb") as opened:
        raw = opened.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise _refused(path, "is larger than 64 MB, which no settings file is")
    return raw


def text_of(path: Path, raw: bytes | None) -> tuple[str, str]:
    """The mark at its beginning, if it has one, and the text. Raises ConfigError."""
    try:
        text = (raw or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        line = (raw or b"").count(b"\n", 0, error.start) + 1
        raise _refused(path, "is not UTF-8 text", line) from error
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def said(path: Path, error: Unreadable) -> ConfigError:
    """In one sentence with its place."""
    column = f" (column {error.column})" if error.column else ""
    return _refused(path, f"{error.why}{column}", error.line)


def mode_of(path: Path) -> int | None:
    """Who may do what with it, as chmod takes it; None where there is no file, or no such bits."""
    if not HAS_MODES:
        return None
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def write_bytes(
    path: Path, raw: bytes, *, before: bytes | None, mode: int | None = None
) -> tuple[Path, ...]:
    """The folders that had to be made. `mode`: what the permissions of a file that is there become.
    Raises ConfigError; then all is as it was, unless others have changed it."""
    real = Path(os.path.realpath(path))
    made: tuple[Path, ...] = ()
    try:
        made = _make_folders(real.parent)
        _check_unchanged(path, before)
        if before is None:
            _replace(real, raw, None, lambda: _check_unchanged(path, None))
        else:
            known = real.stat()
            if not known.st_mode & stat.S_IWUSR:
                raise _refused(path, "is write-protected")
            if known.st_nlink > 1:
                # its other names would keep the old text
                _write_in_place(real, raw, mode)
            else:
                _replace(real, raw, known, lambda: _check_unchanged(path, before), mode=mode)
    except OSError as error:
        remove_folders(made)
        raise _refused(path, f"cannot be written: {error.strerror}") from error
    except ConfigError:
        remove_folders(made)
        raise
    return made


def remove_file(path: Path, *, before: bytes) -> None:
    """One that we made, and that still is what it was. Raises ConfigError."""
    _check_unchanged(path, before)
    try:
        Path(os.path.realpath(path)).unlink()
    except OSError as error:
        raise _refused(path, f"cannot be removed: {error.strerror}") from error


def remove_folders(folders: Sequence[Path]) -> None:
    """Those that are empty, the innermost first."""
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _make_folders(folder: Path) -> tuple[Path, ...]:
    missing = []
    while not folder.exists() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    return tuple(reversed(missing))


def _check_unchanged(path: Path, before: bytes | None) -> None:
    if read_bytes(path) != before:
        raise _refused(path, "was changed by another program meanwhile; look at it again")


def _replace(
    real: Path,
    raw: bytes,
    known: os.stat_result | None,
    just_before: Callable[[], None],
    *,
    mode: int | None = None,
) -> None:
    beside = real.with_name(f".{real.name}.{secrets.token_hex(6)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if known is not None:
            _dress(beside, known, mode)
        just_before()
        try:
            put_in_place(beside, real)
        except PermissionError:
            # A folder that others own, or a file system of another kind that replaces nothing.
            if known is None or HAS_MODES:
                raise
            _write_in_place(real, raw)
    finally:
        beside.unlink(missing_ok=True)


def _dress(beside: Path, known: os.stat_result, mode: int | None) -> None:
    """As the file that it takes the place of."""
    own = beside.stat()
    if HAS_MODES and (own.st_uid, own.st_gid) != (known.st_uid, known.st_gid):
        with suppress(PermissionError):
            give(str(beside), known.st_uid, known.st_gid)
    beside.chmod(stat.S_IMODE(known.st_mode) if mode is None else mode)


def _write_in_place(real: Path, raw: bytes, mode: int | None = None) -> None:
    """Whoever may not read what comes is shut out before it is there; who may again, after."""
    narrowed = mode is not None and not mode & 0o077
    if mode is not None and narrowed:
        real.chmod(mode)
    with real.open("r+b") as file:
        file.write(raw)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    if mode is not None and not narrowed:
        real.chmod(mode)


def _refused(path: Path, why: str, line: int | None = None) -> ConfigError:
    return ConfigError(f"{why}. Nothing was changed.", file=str(path), line=line)


FORMATS: Mapping[str, TextFormat] = {each.name: each for each in (ENV, ENVRC, JSON, TOML, WHOLE)}
