"""Snapshots of the folders of runs that may change files: made before a run, and looked at again
when it has ended, so that what it did can be shown and taken back.

Each lies in its job's folder, and goes with it. Everything waits for the disk in threads.
"""

import asyncio
import logging
import os
import shutil
import time
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from typing_extensions import override

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.changes import (
    GIT_FOLDER,
    ChangedFile,
    HeadLook,
    JobChanges,
    NoSnapshot,
    SnapshotLook,
    UndoDone,
    UndoRefused,
    UndoSettings,
    named,
    shown_name,
)
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.parts import RunSnapshots
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.workspaces.folders import is_inside
from llmgw_desktop.engine.workspaces.snapshot_records import (
    Kept,
    TakingBack,
    drop_old,
    read_kept,
    write_kept,
)
from llmgw_desktop.engine.workspaces.snapshot_sources import (
    FolderSeen,
    SnapshotLimits,
    SnapshotSource,
    TooLarge,
    plain_at,
    seen,
    source_of,
)
from llmgw_desktop.engine.workspaces.snapshot_store import AFTER, BEFORE, SnapshotStore

_AT_ONCE = 2
MOST_FILES = 2000
"""That a list has."""
_log = logging.getLogger(__name__)


@value
class _AtWork:
    """Who works now, as the loop saw it: threads look at no list that changes meanwhile."""

    met: frozenset[str]
    """Ids of jobs that were met beside this one since it began."""
    running: tuple[Job, ...]

    def near(self, root: Path) -> list[str]:
        """Ids of jobs that work there. For a thread."""
        return [each.id for each in self.running if _overlap(each.working_dir, root)]


class Snapshots(RunSnapshots):
    """`before` and `after` never raise: what cannot be kept is said in the record."""

    def __init__(
        self,
        jobs_folder: Path,
        *,
        env: Mapping[str, str],
        clock: Clock,
        live: Callable[[], Iterable[Job]],
    ) -> None:
        """`live`: jobs that wait or run; asked on the loop."""
        self._root = jobs_folder
        self._env = env
        self._clock = clock
        self._live = live
        self._settings = UndoSettings()
        self._off: Collection[CliName] = ()
        self._beside: dict[str, set[str]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._tasks = Tasks()

    def apply(self, settings: UndoSettings, off: Collection[CliName]) -> None:
        """For runs that start from now on. `off`: CLIs whose runs get none."""
        self._settings, self._off = settings, off

    async def close(self) -> None:
        await self._tasks.finish(10.0)

    @override
    async def before(self, job: Job, asked: Submission, folder: JobFolder) -> str:
        is_wanted = self._settings.enabled and asked.snapshot and job.cli not in self._off
        if not (is_wanted and job.changes_files and asked.request.working_dir):
            return ""
        async with self._lock(job.id), self._turns:
            kept = await asyncio.to_thread(self._made, job, asked, folder)
        near = await asyncio.to_thread(self._at_work(job.id).near, kept.folder)
        self._met(job.id, near)
        return _in_words(kept)

    @override
    async def after(self, job: Job, folder: JobFolder) -> None:
        async with self._lock(job.id), self._turns:
            await asyncio.to_thread(self._looked, job, folder, self._at_work(job.id))
        self._beside.pop(job.id, None)
        self._tasks.start(self._drop_old(), name="drop old snapshots")

    async def changes(self, job: Job, folder: JobFolder, *, patch: bool) -> JobChanges:
        """Without what was seen destroyed. Raises NoSnapshot, InvalidRun."""
        async with self._lock(job.id):
            at_work = self._at_work(job.id)
            return await asyncio.to_thread(self._changes, job, folder, at_work, patch=patch)

    async def undo(
        self, job: Job, folder: JobFolder, files: Sequence[str], *, force: bool
    ) -> UndoDone:
        """All of it, or these files. `force`: what was changed since is lost. Raises NoSnapshot,
        UndoRefused, InvalidRun."""
        async with self._lock(job.id):
            at_work = self._at_work(job.id)
            known = await asyncio.to_thread(self._known, job, folder)
            if near := await asyncio.to_thread(at_work.near, known.folder):
                raise UndoRefused(f"Job {near[0]} works there. Wait for it, or cancel it first.")
            undo = partial(self._taken_back, job, folder, at_work)
            return await asyncio.to_thread(undo, files, force=force)

    def _made(self, job: Job, asked: Submission, folder: JobFolder) -> Kept:
        if (kept := read_kept(folder.snapshot, job.id)) is not None:
            return kept  # it goes on
        shutil.rmtree(folder.snapshot, ignore_errors=True)  # of a program that fell meanwhile
        began_s = time.monotonic()
        source = SnapshotSource(root=Path(asked.request.working_dir))
        try:
            source = self._source(asked)
            kept = self._kept(job, folder, source, began_s)
        except (OSError, InvalidRun, TooLarge) as error:
            kept = Kept(job_id=job.id, source=source, none=_why(error))
            shutil.rmtree(folder.snapshot, ignore_errors=True)
            _log.info("no snapshot before %s: %s", job.id, kept.none)
        with suppress(OSError):  # the disk is full: the run will say so itself
            write_kept(folder.snapshot, kept)
        return kept

    def _source(self, asked: Submission) -> SnapshotSource:
        folder = Path(os.path.realpath(asked.request.working_dir))
        top = Path(os.path.realpath(asked.workspace_top)) if asked.workspace_top else None
        home = self._env.get("HOME")
        return source_of(folder, top, Path(os.path.realpath(home)) if home else None, self._env)

    def _kept(self, job: Job, folder: JobFolder, source: SnapshotSource, began_s: float) -> Kept:
        looked = seen(source, self._env, self._limits)
        store = self._store(folder)
        store.make(is_sha256=source.is_sha256)
        left_out = self._written(store, BEFORE, source, looked)
        private = [
            place for place, found in looked.files.items() if found is not None and found.is_private
        ]
        return Kept(
            job_id=job.id,
            source=source,
            before=self._look(looked, began_s),
            left_out=tuple(map(_shown, left_out)),
            private=tuple(private),
            ignored=looked.ignored,
        )

    def _written(
        self, store: SnapshotStore, ref: str, source: SnapshotSource, looked: FolderSeen
    ) -> list[str]:
        """Returns what is not in it."""
        if source.objects is not None:
            store.share(source.objects)
        unsteady = store.write(ref, source.root, looked.base, looked.files)
        return [*looked.left_out, *unsteady]

    def _looked(
        self, job: Job, folder: JobFolder, at_work: _AtWork, *, is_late: bool = False
    ) -> Kept | None:
        """What it became is on record from now on."""
        kept = read_kept(folder.snapshot, job.id)
        if kept is None or kept.before is None:
            return kept
        began_s = time.monotonic()
        try:
            looked, left_out = self._looked_after(kept, self._store(folder))
        except (OSError, InvalidRun, TooLarge) as error:
            kept = replace(kept, problem=_why(error))
        else:
            more = dict.fromkeys((*kept.left_out, *map(_shown, left_out)))
            kept = replace(
                kept,
                after=self._look(looked, began_s),
                is_late=is_late,
                problem="",
                left_out=tuple(more),
                beside=_were_beside(job.id, kept, at_work),
            )
        with suppress(OSError):
            write_kept(folder.snapshot, kept)
        return kept

    def _looked_after(self, kept: Kept, store: SnapshotStore) -> tuple[FolderSeen, list[str]]:
        source = kept.source
        if source.git_dir is not None and not (source.git_dir / "HEAD").exists():
            looked = self._without_git(kept, store)
            return looked, self._written(store, AFTER, source, looked)
        looked = seen(source, self._env, self._limits, frozenset(kept.ignored))
        left_out = self._written(store, AFTER, source, looked)
        # What git lists no more, for it is ignored now, may be there all the same.
        there = {
            each.place: found
            for each in store.differences(source.scope)
            if each.after is None and (found := plain_at(source.root, each.place)) is not None
        }
        if there:
            looked = replace(looked, files={**looked.files, **there})
            left_out = self._written(store, AFTER, source, looked)
        return looked, left_out

    def _without_git(self, kept: Kept, store: SnapshotStore) -> FolderSeen:
        """The repository itself is gone. What is new cannot be told from what it ignored."""
        source = kept.source
        files = {
            place: plain_at(source.root, place)
            for place, entry in store.tree(BEFORE, source.scope)
            if not store.is_so(source.root, place, entry)
        }
        base = store.tree_id(BEFORE)
        return FolderSeen(base=base, files=files, left_out=(GIT_FOLDER,), head=HeadLook())

    def _at_work(self, job_id: str) -> _AtWork:
        running = tuple(job for job in self._live() if job.state is JobState.RUNNING)
        return _AtWork(met=frozenset(self._beside.get(job_id, ())), running=running)

    def _met(self, job_id: str, near: Iterable[str]) -> None:
        """Whoever works there at the same time is told of in both."""
        live = {job.id for job in self._live()}
        for other in live.intersection(near) - {job_id}:
            self._beside.setdefault(job_id, set()).add(other)
            self._beside.setdefault(other, set()).add(job_id)

    def _look(self, looked: FolderSeen, began_s: float) -> SnapshotLook:
        return SnapshotLook(
            at_s=self._clock.now_s(),
            took_ms=round((time.monotonic() - began_s) * 1000),
            files=looked.count,
            size=looked.size,
            head=looked.head,
        )

    def _known(self, job: Job, folder: JobFolder) -> Kept:
        """Raises NoSnapshot."""
        kept = read_kept(folder.snapshot, job.id)
        if kept is not None and not kept.none:
            return kept
        if kept is not None:
            raise NoSnapshot(f"There is no snapshot: {kept.none}.")
        if not job.changes_files:
            raise NoSnapshot("There is no snapshot: this run could not change files.")
        if not job.working_dir:
            raise NoSnapshot("There is no snapshot: it worked in a folder of its own.")
        raise NoSnapshot("There is no snapshot: none was asked for, or it has not begun.")

    def _changes(self, job: Job, folder: JobFolder, at_work: _AtWork, *, patch: bool) -> JobChanges:
        kept = self._compared(job, folder, at_work)
        store, scope = self._store(folder), kept.source.scope
        found = store.changes(scope)
        text, is_whole = store.patch(scope) if patch else ("", True)
        undone = set(kept.undone)
        return JobChanges(
            snapshot=kept.told,
            files=tuple(
                replace(each, is_taken_back=each.path in undone) for each in found[:MOST_FILES]
            ),
            patch=text,
            is_whole=is_whole and len(found) <= MOST_FILES,
            is_live=job.is_live,
        )

    def _compared(self, job: Job, folder: JobFolder, at_work: _AtWork) -> Kept:
        """With how it became, or is now while it runs."""
        kept = self._known(job, folder)
        if kept.after is None or job.state is JobState.RUNNING:
            kept = self._looked(job, folder, at_work, is_late=not job.is_live) or kept
        if kept.after is None:
            raise NoSnapshot(f"What it changed cannot be told: {kept.problem}.")
        return kept

    def _taken_back(
        self,
        job: Job,
        folder: JobFolder,
        at_work: _AtWork,
        files: Sequence[str],
        *,
        force: bool,
    ) -> UndoDone:
        kept = self._compared(job, folder, at_work)
        store, source = self._store(folder), kept.source
        differences = store.differences(source.scope)
        if files:
            wanted = _both_names(files, store.changes(source.scope))
            known = {_shown(each.place) for each in differences}
            if unknown := sorted(wanted - known):
                raise UndoRefused(f"It changed no such file: {named(unknown)}.", unknown)
            differences = [each for each in differences if _shown(each.place) in wanted]
        done = TakingBack(store, source.root, frozenset(kept.private)).run(differences, force=force)
        undone = dict.fromkeys((*kept.undone, *done.files, *done.was_so))
        with suppress(OSError):
            write_kept(folder.snapshot, replace(kept, undone=tuple(undone)))
        return done

    @property
    def _limits(self) -> SnapshotLimits:
        return SnapshotLimits(files=self._settings.max_files, size=self._settings.max_bytes)

    def _store(self, folder: JobFolder) -> SnapshotStore:
        return SnapshotStore(folder.snapshot / "git", self._env)

    def _lock(self, job_id: str) -> asyncio.Lock:
        lock = self._locks.get(job_id)
        if lock is None:
            lock = self._locks[job_id] = asyncio.Lock()
        return lock

    async def _drop_old(self) -> None:
        live = {job.id for job in self._live()}
        try:
            await asyncio.to_thread(drop_old, self._root, self._settings, live, self._clock.now_s())
        except OSError as error:
            _log.warning("old snapshots could not be removed: %s", error)


def _in_words(kept: Kept) -> str:
    if kept.before is None:
        return f"No snapshot of its folder: {kept.none}."
    look = kept.before
    of_git = ", beside what git has" if look.head is not None else ""
    return (
        f"A snapshot of its folder was made first ({look.files:,} files, {look.size / 1024**2:,.1f}"
        f" MB{of_git}; {look.took_ms:,} ms)."
    )


def _were_beside(job_id: str, kept: Kept, at_work: _AtWork) -> tuple[str, ...]:
    near = {*kept.beside, *at_work.met, *at_work.near(kept.folder)}
    return tuple(sorted(near - {job_id}))


def _both_names(files: Sequence[str], changes: Iterable[ChangedFile]) -> set[str]:
    """Of a renamed file both are meant by either."""
    wanted = {each.removeprefix("./") for each in files}
    for each in changes:
        if each.before and wanted & {each.path, each.before}:
            wanted |= {each.path, each.before}
    return wanted


def _overlap(working_dir: str, root: Path) -> bool:
    if not working_dir:
        return False
    folder = Path(os.path.realpath(working_dir))
    return is_inside(folder, root) or is_inside(root, folder)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).rstrip(".")
    return str(error).removeprefix("workingDir: ").rstrip(".")


def _shown(place: str) -> str:
    return shown_name(os.fsencode(place))
