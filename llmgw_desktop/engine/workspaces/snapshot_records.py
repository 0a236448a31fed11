"""What is on record of a snapshot, beside its store in the job's folder, and which are kept; and
files put back from one as they were before a run, where nobody else has changed them since.
"""

import os
import shutil
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.jobs.changes import (
    FolderSnapshot,
    HeadLook,
    SnapshotLook,
    UndoDone,
    UndoRefused,
    UndoSettings,
    named,
    shown_name,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import SNAPSHOT, write_record
from llmgw_desktop.engine.workspaces.snapshot_sources import SnapshotSource
from llmgw_desktop.engine.workspaces.snapshot_store import Difference, SnapshotStore, TreeEntry
from llmgw_desktop.platform.work_tree import (
    TreeFile,
    TreeKind,
    drop_empty_folders,
    look,
    put_file,
    put_link,
    take,
)

_RECORD = "record.json"
_DAY_S = 86_400.0


@value
class Kept:
    """All that is known of one."""

    job_id: str
    source: SnapshotSource
    none: str = ""
    """Why there is none."""
    before: SnapshotLook | None = None
    after: SnapshotLook | None = None
    is_late: bool = False
    problem: str = ""
    """Why nobody could look when it had ended."""
    left_out: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    """Places that nobody but their owner could read."""
    ignored: tuple[str, ...] = ()
    """What git ignored before."""
    undone: tuple[str, ...] = ()
    """Files that were taken back, as they are shown."""

    @property
    def folder(self) -> Path:
        return self.source.root / self.source.scope

    @property
    def told(self) -> FolderSnapshot:
        return FolderSnapshot(
            job_id=self.job_id,
            folder=str(self.folder),
            none=self.none,
            before=self.before,
            after=self.after,
            is_late=self.is_late,
            left_out=self.left_out,
            beside=self.beside,
        )

    @property
    def made_at_s(self) -> float:
        return self.before.at_s if self.before is not None else 0.0

    @property
    def size(self) -> int:
        return sum(each.size for each in (self.before, self.after) if each is not None)


def read_kept(folder: Path, job_id: str) -> Kept | None:
    """None where there is none, or it is not whole."""
    try:
        kept: dict[str, Any] = orjson.loads((folder / _RECORD).read_bytes())
        kept["source"] = _source(kept["source"])
        for name in ("before", "after"):
            kept[name] = kept[name] and _look(kept[name])
        for name in ("left_out", "beside", "undone"):
            kept[name] = tuple(kept[name])
        for name in ("private", "ignored"):
            kept[name] = tuple(map(_text, kept[name]))
        return Kept(**kept) if kept["job_id"] == job_id else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_kept(folder: Path, kept: Kept) -> None:
    """Whole or not at all. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    told = asdict(kept)
    source = kept.source
    told["source"] = {
        "root": _hex(str(source.root)),
        "scope": _hex(source.scope),
        "git_dir": source.git_dir and _hex(str(source.git_dir)),
        "objects": source.objects and _hex(str(source.objects)),
        "is_sha256": source.is_sha256,
    }
    told["private"] = [_hex(each) for each in kept.private]
    told["ignored"] = [_hex(each) for each in kept.ignored]
    fresh = folder / f"{_RECORD}.new"
    write_record(fresh, orjson.dumps(told))
    fresh.replace(folder / _RECORD)


def drop_old(root: Path, settings: UndoSettings, live: Set[str], now_s: float) -> None:
    """All that are more than settings keep: too old, too many, or too large together."""
    size = 0
    newest = sorted(_all(root), key=lambda each: each.made_at_s, reverse=True)
    for number, kept in enumerate(newest):
        is_large = kept.size > settings.keep_bytes  # by itself: it takes no other with it
        size += 0 if is_large else kept.size
        is_old = kept.made_at_s < now_s - settings.keep_days * _DAY_S
        is_more = number >= settings.keep_count or size > settings.keep_bytes
        if kept.job_id in live or not (is_old or is_more or is_large):
            continue
        folder = root / kept.job_id / SNAPSHOT
        gone = replace(kept, none="it was kept as long as the settings say", after=None)
        with suppress(OSError):
            write_kept(folder, gone)
        shutil.rmtree(folder / "git", ignore_errors=True)


def _all(root: Path) -> Iterator[Kept]:
    for path in root.glob(f"*/{SNAPSHOT}/{_RECORD}"):
        kept = read_kept(path.parent, path.parent.parent.name)
        if kept is not None and kept.before is not None and not kept.none:
            yield kept


def _source(kept: dict[str, Any]) -> SnapshotSource:
    git_dir, objects = kept["git_dir"], kept["objects"]
    return SnapshotSource(
        root=Path(_text(kept["root"])),
        scope=_text(kept["scope"]),
        git_dir=Path(_text(git_dir)) if git_dir else None,
        objects=Path(_text(objects)) if objects else None,
        is_sha256=bool(kept["is_sha256"]),
    )


def _look(kept: dict[str, Any]) -> SnapshotLook:
    head = kept.pop("head")
    return SnapshotLook(**kept, head=head and HeadLook(**head))


def _hex(text: str) -> str:
    """Names need not be UTF-8."""
    return os.fsencode(text).hex()


def _text(told: str) -> str:
    return os.fsdecode(bytes.fromhex(told))


class TakingBack:
    """For a thread. Raises UndoRefused, InvalidRun, OSError."""

    def __init__(self, store: SnapshotStore, root: Path, private: frozenset[str]) -> None:
        """`private`: places that nobody but their owner could read."""
        self._store = store
        self._root = root
        self._private = private
        self._failed: dict[str, str] = {}

    def run(self, differences: Sequence[Difference], *, force: bool) -> UndoDone:
        """`force`: what was changed since is lost."""
        was_so = [each for each in differences if self._is_so(each, each.before)]
        same = {each.place for each in was_so}
        todo = [each for each in differences if each.place not in same]
        changed = [_shown(each) for each in todo if not self._is_so(each, each.after)]
        if changed and not force:
            raise UndoRefused(
                f"Changed since by somebody else: {named(changed)}. Nothing was taken back; leave"
                " these out, or force it, and what was changed since is lost.",
                changed,
                is_changed_since=True,
            )
        self._remove(each for each in reversed(todo) if each.before is None)
        self._restore([each for each in todo if each.before is not None])
        if self._failed:
            self._tell_failures(len(todo))
        return UndoDone(
            files=tuple(map(_shown, todo)),
            was_so=tuple(map(_shown, was_so)),
        )

    def _is_so(self, each: Difference, entry: TreeEntry | None) -> bool:
        try:
            return self._store.is_so(self._root, each.place, entry)
        except OSError:  # it cannot be read
            return False

    def _remove(self, todo: Iterator[Difference]) -> None:
        for each in todo:
            try:
                found = look(self._root, each.place)
                if found is not None and found.kind is not TreeKind.FOLDER:
                    take(self._root, each.place)
            except OSError as error:
                self._note(each, error)

    def _restore(self, todo: Sequence[Difference]) -> None:
        entries = [each.before for each in todo if each.before is not None]

        def put(number: int, pieces: Iterator[bytes]) -> None:
            each, entry = todo[number], entries[number]
            try:
                self._put(each.place, entry, pieces)
            except OSError as error:
                self._note(each, error)

        if todo:
            self._store.each_content(entries, put)

    def _put(self, place: str, entry: TreeEntry, pieces: Iterator[bytes]) -> None:
        found = look(self._root, place)
        if found is not None and found.kind is TreeKind.FOLDER:
            drop_empty_folders(self._root, place)
        if entry.is_link:
            put_link(self._root, place, b"".join(pieces))
            return
        like = TreeFile(
            kind=TreeKind.FILE,
            is_program=entry.is_program,
            is_private=place in self._private,
        )
        put_file(self._root, place, pieces, like)

    def _note(self, each: Difference, error: OSError) -> None:
        self._failed[_shown(each)] = error.strerror or type(error).__name__

    def _tell_failures(self, count: int) -> None:
        told = [f"{name} ({why})" for name, why in self._failed.items()]
        raise UndoRefused(
            f"{len(told)} of {count} could not be put back: {named(told)}. The others were.",
            list(self._failed),
        )


def _shown(each: Difference) -> str:
    return shown_name(os.fsencode(each.place))
