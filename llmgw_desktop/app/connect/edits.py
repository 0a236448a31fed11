"""What an entry in a program's settings says: whether it is ours, where it leads, with what key."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.app.access.keys import KEY_PREFIX
from llmgw_desktop.app.connect.programs import Put
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.client_files.config_file import (
    FORMATS,
    mode_of,
    read_bytes,
    remove_file,
    remove_folders,
    said,
    text_of,
    write_bytes,
)
from llmgw_desktop.store.client_files.connections import (
    ConnectedFile,
    Connection,
    Connections,
    digest,
)
from llmgw_desktop.store.client_files.marks import MISSING, OwnMark, TextFormat, Unreadable

_URLS = ("url", "httpUrl", "serverUrl")
_KEY = re.compile(rf"{KEY_PREFIX}[A-Za-z0-9_-]{{20,}}")

_KEY_HERE = f"{KEY_PREFIX}<key>"


def key_in(value: Any) -> str:
    """The client key, wherever it stands; empty where there is none."""
    if isinstance(value, str):
        found = _KEY.search(value)
        return found.group() if found else ""
    inner = value.values() if isinstance(value, Mapping) else ()
    return next((key for each in inner if (key := key_in(each))), "")


def address_in(value: Any) -> str:
    """Of our tools; empty for an entry that starts a program."""
    if not isinstance(value, Mapping):
        return ""
    return str(next((value[name] for name in _URLS if isinstance(value.get(name), str)), ""))


def is_ours(value: Any) -> bool:
    """Whether we may have written it: it has a client key, or starts `llmgw mcp`."""
    if key_in(value):
        return True
    if not isinstance(value, Mapping):
        return False
    command, args = value.get("command"), value.get("args")
    words = [*(command if isinstance(command, list) else [command])]
    words += args if isinstance(args, list) else []
    named = any("llmgw" in str(word) for word in words)
    return named and bool(words) and words[-1] == "mcp"


def masked(text: str) -> str:
    """A text in which no client key can be read."""
    return _KEY.sub(f"{KEY_PREFIX}••••••••", text)


def keyless(text: str) -> str:
    """For our records: a key is kept nowhere but in the program's own file."""
    return _KEY.sub(_KEY_HERE, text)


def with_key(text: str, key: str) -> str:
    """What `keyless` was made of."""
    return text.replace(_KEY_HERE, key)


_OTHERS = 0o077


@value
class FileEdit:
    """One file from now to then; None is no file."""

    path: Path
    format: TextFormat
    now: bytes | None
    base: bytes | None
    """Without anything of ours."""
    then: bytes | None
    is_exact: bool
    """Whether `base` is what was there before us, byte for byte."""
    marks: tuple[OwnMark, ...] = ()
    known: ConnectedFile | None = None
    modes: tuple[int, int] | None = None
    """Its permissions now and then; None: they stay."""

    @property
    def changes(self) -> bool:
        return self.now != self.then or self.modes is not None


def without_ours(
    connections: Connections, connection: Connection | None, puts: Sequence[Put] = ()
) -> tuple[FileEdit, ...]:
    """The files of the connection, and those of `puts`, as they are without us. Raises
    ConfigError."""
    known = {each.path: each for each in connection.files} if connection is not None else {}
    paths = {str(put.file): put.format for put in puts}
    paths |= {path: FORMATS[each.format] for path, each in known.items()}
    changes = []
    for path, form in paths.items():
        stale = tuple(put for put in puts if str(put.file) == path)
        changes.append(
            _cleaned(connections, Path(path), form=form, known=known.get(path), stale=stale)
        )
    return tuple(changes)


def with_ours(clean: Iterable[FileEdit], puts: Sequence[Put]) -> tuple[FileEdit, ...]:
    """Raises ConfigError."""
    changes = []
    for each in clean:
        own = [put for put in puts if put.file == each.path]
        changes.append(_filled(each, own) if own else each)
    return tuple(changes)


def narrowed(change: FileEdit, key: str) -> FileEdit:
    """A file that others of this computer may read, and that the key comes into, is read by its
    owner alone then."""
    mode = mode_of(change.path)
    if mode is None or not mode & _OTHERS or not key or key.encode() not in (change.then or b""):
        return change
    return replace(change, modes=(mode, mode & ~_OTHERS))


def widened(change: FileEdit) -> FileEdit:
    """Without our key others may read it again who could before; unless somebody has changed the
    permissions since."""
    mode, before = mode_of(change.path), change.known.mode if change.known is not None else None
    if before is None or change.then is None or mode != before & ~_OTHERS:
        return change
    return replace(change, modes=(mode, before))


def _cleaned(
    connections: Connections,
    path: Path,
    *,
    form: TextFormat,
    known: ConnectedFile | None,
    stale: Sequence[Put],
) -> FileEdit:
    now = read_bytes(path)
    change = FileEdit(
        path=path, format=form, now=now, base=now, then=now, is_exact=True, known=known
    )
    if now is None:
        return change
    if known is None:
        marks = tuple(
            OwnMark(path=put.path, written="") for put in stale if _is_stale(path, now, put)
        )
        return _taken_out(change, marks) if marks else change
    if digest(now) == known.after:
        base = connections.read_copy(known) if known.was_there else None
        if not known.was_there or base is not None:
            return replace(change, base=base, then=base)
    taken = _taken_out(change, known.marks)
    is_exact = taken.base is not None and taken.base == connections.read_copy(known)
    return replace(taken, is_exact=is_exact)


def _taken_out(change: FileEdit, marks: Sequence[OwnMark]) -> FileEdit:
    mark, text = text_of(change.path, change.now)
    try:
        for each in reversed(marks):
            key = key_in(change.format.value_at(text, each.path))
            own = replace(each, written=with_key(each.written, key))
            text = change.format.take_out(text, own)
    except Unreadable as error:
        raise said(change.path, error) from error
    was_there = change.known is None or change.known.was_there
    base = None if not was_there and not text.strip() else f"{mark}{text}".encode()
    return replace(change, base=base, then=base, is_exact=False)


def _is_stale(path: Path, raw: bytes, put: Put) -> bool:
    """Set up once, and no record of it is left: it is not what was there before us."""
    _, text = text_of(path, raw)
    try:
        value = put.format.value_at(text, put.path)
    except Unreadable as error:
        raise said(path, error) from error
    return value is not MISSING and is_ours(value)


def _filled(change: FileEdit, puts: Sequence[Put]) -> FileEdit:
    mark, text = text_of(change.path, change.base)
    marks = []
    try:
        for put in puts:
            if put.yields and change.format.value_at(text, put.path) is not MISSING:
                continue
            text, made = change.format.put(text, put.path, put.value)
            marks.append(made)
    except Unreadable as error:
        raise said(change.path, error) from error
    return replace(change, then=f"{mark}{text}".encode(), marks=tuple(marks))


_CONTEXT_LINES = 2
_LONGEST_LINE = 400
_LINE_ENDS = "\r\n"


def diff_of(changes: Iterable[FileEdit]) -> str:
    """As `diff -u`; of other secrets near our lines nothing is shown either."""
    redactor = Redactor()
    return "".join(
        _masked(redactor, f"{_permissions(each)}{_diff(each)}") for each in changes if each.changes
    )


def _permissions(change: FileEdit) -> str:
    if change.modes is None:
        return ""
    now, then = change.modes
    why = "for a key stands in it" if then < now else "as before"
    return f"# permissions of {change.path}: {now:o} → {then:o}, {why}\n"


def _diff(change: FileEdit) -> str:
    now, then = _lines(change.now), _lines(change.then)
    lines = difflib.unified_diff(
        now, then, _name(change, change.now), _name(change, change.then), n=_CONTEXT_LINES
    )
    return "".join(f"{line.rstrip(_LINE_ENDS)[:_LONGEST_LINE]}\n" for line in lines)


def _name(change: FileEdit, raw: bytes | None) -> str:
    return str(change.path) if raw is not None else "(no file)"


def _lines(raw: bytes | None) -> list[str]:
    return (raw or b"").decode("utf-8", "replace").splitlines(keepends=True)


def _masked(redactor: Redactor, text: str) -> str:
    return inert(redactor.clean_text(masked(text)))


Folders = dict[str, tuple[Path, ...]]
"""By file: those that were made for it."""


def write_all(changes: Sequence[FileEdit]) -> Folders:
    """Each is read again afterwards. Raises ConfigError."""
    done: list[FileEdit] = []
    folders: Folders = {}
    try:
        for each in changes:
            if each.changes:
                folders[str(each.path)] = _write_one(each)
                done.append(each)
                _check_written(each)
    except BaseException:
        put_back(done, folders)
        raise
    for each in reversed(done):  # at the end, inner ones first: several may lie in one of them
        if each.then is None and each.known is not None:
            remove_folders([Path(folder) for folder in each.known.folders])
    return folders


def put_back(done: Sequence[FileEdit], folders: Mapping[str, Sequence[Path]]) -> None:
    """As they were, where they still are what we made of them."""
    for each in done:
        with suppress(ConfigError):
            if each.now is not None:
                mode = each.modes[0] if each.modes is not None else None
                write_bytes(each.path, each.now, before=each.then, mode=mode)
            elif each.then is not None:
                remove_file(each.path, before=each.then)
    for made in folders.values():
        remove_folders(made)


def _write_one(change: FileEdit) -> tuple[Path, ...]:
    if change.then is not None:
        mode = change.modes[1] if change.modes is not None else None
        return write_bytes(change.path, change.then, before=change.now, mode=mode)
    assert change.now is not None
    remove_file(change.path, before=change.now)
    return ()


def _check_written(change: FileEdit) -> None:
    if read_bytes(change.path) != change.then:
        raise ConfigError(
            "was changed by another program right after it was written", file=str(change.path)
        )
