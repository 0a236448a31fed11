"""Looks at a folder as trees of git objects, in a store of our own: the person's repository is read
and never written. What the store has of its objects has names of its own there, where the disk can,
so that it stays whatever becomes of the repository. Every byte is kept as it lies on the disk: no
filter, no line ends.
"""

import hashlib
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from llmgw_desktop.domain.jobs.changes import ChangedFile, ChangeKind, shown_name
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.workspaces.git import TameGit
from llmgw_desktop.platform.files import HAS_MODES
from llmgw_desktop.platform.work_tree import (
    TreeFile,
    TreeKind,
    look,
    open_file,
    pieces_of,
    target_of,
)

BEFORE, AFTER = "refs/llmgw/before", "refs/llmgw/after"
MOST_PATCH_BYTES = 4 * 1024 * 1024
_MOST_LIST_BYTES = 128 * 1024 * 1024
_MOST_LINKS = 12_000
_MOST_ALTERNATES = 16
_AT_ONCE = 1024 * 1024
"""A file of no more is read whole, so that its length is known to be true."""
_PATIENCE_S = 300.0
_LOOSE = re.compile(r"[0-9a-f]{2}")
_FILE, _PROGRAM, _LINK, _MODULE = "100644", "100755", "120000", "160000"
_KINDS = {"A": ChangeKind.ADDED, "D": ChangeKind.DELETED, "R": ChangeKind.RENAMED}
_DIFF = ("diff-tree", "-r", "--no-ext-diff", "--no-textconv", "--no-color")


@value
class TreeEntry:
    """What a tree has at a place."""

    mode: str
    object_id: str

    @property
    def is_link(self) -> bool:
        return self.mode == _LINK

    @property
    def is_program(self) -> bool:
        return self.mode == _PROGRAM


@value
class Difference:
    """One place; None: nothing stands there."""

    place: str
    before: TreeEntry | None
    after: TreeEntry | None


class SnapshotStore:
    """For a thread. Everything raises InvalidRun and OSError."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self._path = path
        self._env = env

    def make(self, *, is_sha256: bool) -> None:
        """Empty."""
        for below in ("objects/pack", "objects/info", "refs/llmgw"):
            (self._path / below).mkdir(mode=0o700, parents=True)
        version = "1\n[extensions]\n\tobjectformat = sha256" if is_sha256 else "0"
        (self._path / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n")
        (self._path / "HEAD").write_text("ref: refs/llmgw/none\n")

    def share(self, objects: Path) -> None:
        """What the repository has there, by names of our own where the disk can, and else as long
        as it has it."""
        ours = self._path / "objects"
        names = list(_object_files(objects))
        for name in names[:_MOST_LINKS]:
            target = ours / name
            if target.exists():
                continue
            target.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                os.link(objects / name, target, follow_symlinks=False)
            except FileNotFoundError:
                continue
            except (OSError, NotImplementedError):
                break
        lent = [str(objects), *_alternates(objects)]
        # a line that begins with a quote is read as a quoted one
        told = "".join(f"{each}\n" for each in lent if "\n" not in each and each[:1] not in '"#')
        (ours / "info" / "alternates").write_bytes(os.fsencode(told))

    def write(
        self, ref: str, root: Path, base: str, files: Mapping[str, TreeFile | None]
    ) -> list[str]:
        """The tree `base` (empty: none) with these places as they stand now. Returns those that
        changed while they were read, and are not in it."""
        unsteady: list[str] = []
        stream = _stream(ref, root, base, files=files, unsteady=unsteady)
        self._git().fed(
            ("fast-import", "--quiet", "--done", "--force", "--big-file-threshold=16m"), stream
        )
        return unsteady

    def tree(self, ref: str, scope: str) -> Iterator[tuple[str, TreeEntry]]:
        """All that it has, by places."""
        where = ("--", scope) if scope else ()
        told, _ = self._git().beginning("ls-tree", "-r", "-z", "--full-tree", ref, *where)
        for entry in told.split(b"\0"):
            facts, _, name = entry.partition(b"\t")
            words = facts.decode("ascii").split(" ")
            if len(words) == 3 and words[0] != _MODULE:
                yield os.fsdecode(name), TreeEntry(mode=words[0], object_id=words[2])

    def tree_id(self, ref: str) -> str:
        return self._git().text("rev-parse", "--verify", f"{ref}^{{tree}}")

    def differences(self, scope: str) -> list[Difference]:
        """Between before and after, of files and links below `scope`."""
        told, is_whole = self._git().beginning(
            *(*_DIFF, "--raw", "--no-renames", "--full-index", "-z", BEFORE, AFTER),
            *(("--", scope) if scope else ()),
        )
        if not is_whole:
            raise InvalidRun("so many files were changed that they cannot be listed")
        found = []
        for facts, names in _raw(told):
            mode, new_mode, before, after, _ = facts
            if _MODULE not in (mode, new_mode):
                found.append(
                    Difference(
                        place=os.fsdecode(names[0]),
                        before=_entry(mode, before),
                        after=_entry(new_mode, after),
                    )
                )
        return found

    def changes(self, scope: str) -> list[ChangedFile]:
        """The same for people, renamed files found."""
        where = ("--", scope) if scope else ()
        git = self._git()
        raw, _ = git.beginning(*_DIFF, "--raw", "-M", "-z", BEFORE, AFTER, *where)
        counted, _ = git.beginning(*_DIFF, "--numstat", "-M", "-z", BEFORE, AFTER, *where)
        lines = dict(_lines(counted))
        found = []
        for facts, names in _raw(raw):
            if _MODULE in facts[:2]:
                continue
            added, removed = lines.get(names[-1], (None, None))
            found.append(
                ChangedFile(
                    path=shown_name(names[-1]),
                    kind=_KINDS.get(facts[4][:1], ChangeKind.CHANGED),
                    before=shown_name(names[0]) if len(names) > 1 else "",
                    lines_added=added,
                    lines_removed=removed,
                )
            )
        return found

    def patch(self, scope: str) -> tuple[str, bool]:
        """And whether that is all."""
        told, is_whole = self._git(MOST_PATCH_BYTES).beginning(
            *(*_DIFF, "-p", "-M", BEFORE, AFTER), *(("--", scope) if scope else ())
        )
        return told.decode("utf-8", "replace"), is_whole

    def each_content(
        self, entries: Sequence[TreeEntry], use: Callable[[int, Iterator[bytes]], None]
    ) -> None:
        """`use` is given the number of each, and what it holds."""
        with self._git().objects(each.object_id for each in entries) as told:
            for number in range(len(entries)):
                head = told.readline().split()
                if len(head) != 3 or head[1] != b"blob":
                    raise InvalidRun("what the snapshot holds cannot be read any more")
                left = _Left(int(head[2]))
                use(number, left.read(told))
                for _ in left.read(told):  # what was not wanted
                    pass
                told.read(1)

    def is_so(self, root: Path, place: str, entry: TreeEntry | None) -> bool:
        """Whether that stands there now."""
        found = look(root, place)
        if found is None or found.kind is TreeKind.FOLDER:
            return entry is None
        if entry is None or found.kind is TreeKind.OTHER:
            return False
        if entry.is_link or found.kind is TreeKind.LINK:
            return (
                entry.is_link
                and found.kind is TreeKind.LINK
                and self._is_target(root, place, entry)
            )
        if HAS_MODES and entry.is_program != found.is_program:
            return False
        with open_file(root, place) as file:
            size = os.fstat(file.fileno()).st_size
            return _object_id(entry, size, pieces_of(file)) == entry.object_id

    def _is_target(self, root: Path, place: str, entry: TreeEntry) -> bool:
        target = target_of(root, place)
        return _object_id(entry, len(target), [target]) == entry.object_id

    def _git(self, most_bytes: int = _MOST_LIST_BYTES) -> TameGit:
        path = str(self._path)
        return TameGit(
            path, self._env, git_dir=path, most_bytes=most_bytes, time_limit_s=_PATIENCE_S
        )


class _Left:
    """So many bytes of a stream."""

    def __init__(self, size: int) -> None:
        self._size = size

    def read(self, told: "object") -> Iterator[bytes]:
        while self._size:
            piece: bytes = told.read(min(self._size, _AT_ONCE))  # type: ignore[attr-defined]
            if not piece:
                raise InvalidRun("what the snapshot holds cannot be read any more")
            self._size -= len(piece)
            yield piece


def _object_id(like: TreeEntry, size: int, pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256() if len(like.object_id) == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % size)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _object_files(objects: Path) -> Iterator[str]:
    """Packs first: they hold the most."""
    with suppress(OSError):
        for name in sorted(each.name for each in (objects / "pack").iterdir()):
            if name.startswith("pack-") and name.endswith((".pack", ".idx")):
                yield f"pack/{name}"
    with suppress(OSError):
        for folder in sorted(each.name for each in objects.iterdir()):
            if _LOOSE.fullmatch(folder):
                yield from (f"{folder}/{each.name}" for each in (objects / folder).iterdir())


def _alternates(objects: Path) -> list[str]:
    try:
        lines = os.fsdecode((objects / "info" / "alternates").read_bytes()).splitlines()
    except OSError:
        return []
    named = [line for line in lines if line and line[0] not in '"#'][:_MOST_ALTERNATES]
    return [os.path.normpath(objects / line) for line in named]


def _stream(
    ref: str,
    root: Path,
    base: str,
    *,
    files: Mapping[str, TreeFile | None],
    unsteady: list[str],
) -> Iterator[bytes]:
    """For `git fast-import`."""
    marks: list[tuple[str, str, int]] = []
    gone = [place for place, found in files.items() if found is None]
    for number, (place, found) in enumerate(files.items(), 1):
        if found is None:
            continue
        try:
            with _Content(root, place, found) as (size, pieces):
                yield b"blob\nmark :%d\ndata %d\n" % (number, size)
                is_whole = yield from _so_many(size, pieces)
        except OSError:
            unsteady.append(place)
            continue
        yield b"\n"
        if is_whole:
            mode = _PROGRAM if found.is_program else _FILE
            marks.append((_LINK if found.kind is TreeKind.LINK else mode, place, number))
        else:
            unsteady.append(place)
    yield b"commit %b\ncommitter llmgw <llmgw> 0 +0000\ndata 0\n\ndeleteall\n" % ref.encode()
    if base:
        yield b'M 040000 %b ""\n' % base.encode()
    for place in (*gone, *unsteady):
        yield b"D %b\n" % _quoted(place)
    for mode, place, number in marks:
        yield b"M %b :%d %b\n" % (mode.encode(), number, _quoted(place))
    yield b"\ndone\n"


class _Content:
    """Its size, and its pieces, as long as it is open. Raises OSError before anything is told."""

    def __init__(self, root: Path, place: str, found: TreeFile) -> None:
        self._data: bytes | None = None
        if found.kind is TreeKind.LINK:
            self._data = target_of(root, place)
            return
        self._file = open_file(root, place)
        self._size = os.fstat(self._file.fileno()).st_size
        if self._size <= _AT_ONCE:
            with self._file as file:
                self._data = file.read()

    def __enter__(self) -> tuple[int, Iterable[bytes]]:
        if self._data is not None:
            return len(self._data), [self._data]
        return self._size, pieces_of(self._file)

    def __exit__(self, *_: object) -> None:
        if self._data is None:
            self._file.close()


def _so_many(size: int, pieces: Iterable[bytes]) -> Generator[bytes, None, bool]:
    """Of a file that may change meanwhile. Returns whether it had so many."""
    left = size
    try:
        for piece in pieces:
            yield piece[:left]
            left -= min(len(piece), left)
            if not left:
                break
    except OSError:
        left = left or 1
    is_whole = left == 0
    while left > 0:
        yield bytes(min(left, _AT_ONCE))
        left -= _AT_ONCE
    return is_whole


def _quoted(place: str) -> bytes:
    raw = os.fsencode(place)
    plain = b"".join(
        bytes([each]) if 32 <= each < 127 and each not in b'"\\' else b"\\%03o" % each
        for each in raw
    )
    return b'"%b"' % plain


def _raw(told: bytes) -> Iterator[tuple[list[str], list[bytes]]]:
    """Modes, ids and status, and one name or two."""
    parts = iter(told.split(b"\0"))
    for part in parts:
        if not part.startswith(b":"):
            return
        facts = part[1:].decode("ascii").split(" ")
        name = next(parts)
        names = [name, next(parts)] if facts[4][0] in "RC" else [name]
        yield facts, names


def _lines(told: bytes) -> Iterator[tuple[bytes, tuple[int | None, int | None]]]:
    parts = iter(told.split(b"\0"))
    for part in parts:
        if not part:
            return
        added, removed, name = part.split(b"\t", 2)
        if not name:
            next(parts)
            name = next(parts)
        yield name, (_number(added), _number(removed))


def _number(told: bytes) -> int | None:
    return int(told) if told.isdigit() else None


def _entry(mode: str, object_id: str) -> TreeEntry | None:
    return None if mode == "000000" else TreeEntry(mode=mode, object_id=object_id)
