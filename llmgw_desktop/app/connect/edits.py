"""From what a program's files hold now to what they hold with our values in them, or without.

Nothing is written here. What a file was like before us comes from its copy where it is as we left
it, and else from the file itself with our values taken out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmgw_desktop.app.connect.entries import is_ours, key_in, with_key
from llmgw_desktop.app.connect.programs import Put
from llmgw_desktop.store.client_files.config_file import mode_of, read_bytes, said, text_of
from llmgw_desktop.store.client_files.connections import (
    ConnectedFile,
    Connection,
    Connections,
    digest,
)
from llmgw_desktop.store.client_files.formats import FORMATS
from llmgw_desktop.store.client_files.marks import MISSING, Mark, TextFormat, Unreadable

_OTHERS = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file from now to then; None is no file."""

    path: Path
    format: TextFormat
    now: bytes | None
    base: bytes | None
    """Without anything of ours."""
    then: bytes | None
    is_exact: bool
    """Whether `base` is what was there before us, byte for byte."""
    marks: tuple[Mark, ...] = ()
    known: ConnectedFile | None = None
    modes: tuple[int, int] | None = None
    """Its permissions now and then; None: they stay."""

    @property
    def changes(self) -> bool:
        return self.now != self.then or self.modes is not None


def without_ours(
    connections: Connections, connection: Connection | None, puts: Sequence[Put] = ()
) -> tuple[FileChange, ...]:
    """The files of the connection, and those of `puts`, as they are without us. Raises
    ConfigError."""
    known = {each.path: each for each in connection.files} if connection is not None else {}
    paths = {str(put.file): put.format for put in puts}
    paths |= {path: FORMATS[each.format] for path, each in known.items()}
    changes = []
    for path, form in paths.items():
        stale = tuple(put for put in puts if str(put.file) == path)
        changes.append(_cleaned(connections, Path(path), form, known.get(path), stale))
    return tuple(changes)


def with_ours(clean: Iterable[FileChange], puts: Sequence[Put]) -> tuple[FileChange, ...]:
    """Raises ConfigError."""
    changes = []
    for each in clean:
        own = [put for put in puts if put.file == each.path]
        changes.append(_filled(each, own) if own else each)
    return tuple(changes)


def narrowed(change: FileChange, key: str) -> FileChange:
    """A file that others of this computer may read, and that the key comes into, is read by its
    owner alone then."""
    mode = mode_of(change.path)
    if mode is None or not mode & _OTHERS or not key or key.encode() not in (change.then or b""):
        return change
    return replace(change, modes=(mode, mode & ~_OTHERS))


def widened(change: FileChange) -> FileChange:
    """Without our key others may read it again who could before; unless somebody has changed the
    permissions since."""
    mode, before = mode_of(change.path), change.known.mode if change.known is not None else None
    if before is None or change.then is None or mode != before & ~_OTHERS:
        return change
    return replace(change, modes=(mode, before))


def _cleaned(
    connections: Connections,
    path: Path,
    form: TextFormat,
    known: ConnectedFile | None,
    stale: Sequence[Put],
) -> FileChange:
    now = read_bytes(path)
    change = FileChange(
        path=path, format=form, now=now, base=now, then=now, is_exact=True, known=known
    )
    if now is None:
        return change
    if known is None:
        marks = tuple(Mark(path=put.path, written="") for put in stale if _is_stale(path, now, put))
        return _taken_out(change, marks) if marks else change
    if digest(now) == known.after:
        base = connections.read_copy(known) if known.was_there else None
        if not known.was_there or base is not None:
            return replace(change, base=base, then=base)
    taken = _taken_out(change, known.marks)
    is_exact = taken.base is not None and taken.base == connections.read_copy(known)
    return replace(taken, is_exact=is_exact)


def _taken_out(change: FileChange, marks: Sequence[Mark]) -> FileChange:
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


def _filled(change: FileChange, puts: Sequence[Put]) -> FileChange:
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
